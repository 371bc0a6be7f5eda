//! Reads the modules of a crate from its files.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context as _;
use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Ident, Item, ItemMod, ItemUse, Macro, UseTree, Visibility,
    ext::IdentExt as _,
    visit::{self, Visit},
};

use super::modules::{Module, Modules, Segments};

/// A crate.
#[derive(Default)]
pub(super) struct Crate {
    /// The files, relative to the folder of the crate's root.
    pub(super) files: Vec<String>,
    /// The modules that are built outside of tests.
    pub(super) modules: Modules,
}

impl Crate {
    /// Reads the files below the folder of a crate's root.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut reader = Reader::default();
        let root = ["lib.rs", "main.rs"]
            .into_iter()
            .find(|name| folder.join(name).exists())
            .context("a crate has a root")?;
        reader.file(folder, root, &[])?;
        reader.folder(folder, "", &[])?;
        let is_test = |path: &Segments| reader.tests.iter().any(|test| path.starts_with(test));
        reader.found.modules.retain(|path, _| !is_test(path));
        Ok(reader.found)
    }
}

/// What is being read.
#[derive(Default)]
struct Reader {
    found: Crate,
    /// Modules that exist in tests only.
    tests: BTreeSet<Segments>,
    /// The module that is being read.
    module: Segments,
}

impl Reader {
    fn folder(&mut self, root: &Path, folder: &str, module: &[String]) -> anyhow::Result<()> {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let relative = match folder {
                "" => name.clone(),
                folder => format!("{folder}/{name}"),
            };
            let child = |name: &str| [module, &[name.to_owned()]].concat();
            if entry.file_type()?.is_dir() {
                // A folder with a root of its own is another crate.
                let is_root = |root: &str| entry.path().join(root).exists();
                if !is_root("main.rs") && !is_root("lib.rs") {
                    self.folder(root, &relative, &child(&name))?;
                }
                continue;
            }
            match name.strip_suffix(".rs") {
                Some("lib" | "main") if module.is_empty() => {}
                Some("mod") => self.file(root, &relative, module)?,
                Some(stem) => self.file(root, &relative, &child(stem))?,
                None => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, root: &Path, name: &str, module: &[String]) -> anyhow::Result<()> {
        let file = root.join(name);
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let parsed =
            syn::parse_file(&text).with_context(|| format!("cannot parse {}", file.display()))?;
        self.found.files.push(name.to_owned());
        self.module = module.to_vec();
        self.begin();
        self.visit_file(&parsed);
        Ok(())
    }

    /// Begins the current module.
    fn begin(&mut self) {
        let file = self.found.files.len() - 1;
        self.current().file = file;
    }

    fn current(&mut self) -> &mut Module {
        self.found.modules.entry(self.module.clone()).or_default()
    }

    fn uses(&mut self, path: Segments) {
        if !path.is_empty() {
            self.current().paths.push(path);
        }
    }

    /// Takes in one `use` tree.
    fn tree(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let with = |ident: &Ident| [before, &[text(ident)]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident), public),
            UseTree::Name(name) if name.ident == "self" => {
                let alias = before.last().cloned().unwrap_or_default();
                self.bring_in(alias, before.to_vec(), public);
            }
            UseTree::Name(name) => self.bring_in(text(&name.ident), with(&name.ident), public),
            UseTree::Rename(rename) if rename.ident == "self" => {
                self.bring_in(text(&rename.rename), before.to_vec(), public);
            }
            UseTree::Rename(rename) => {
                self.bring_in(text(&rename.rename), with(&rename.ident), public);
            }
            UseTree::Glob(_) => self.current().globs.push(before.to_vec()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, before, public);
                }
            }
        }
    }

    fn bring_in(&mut self, name: String, path: Segments, public: bool) {
        if !public {
            self.uses(path.clone());
        }
        // `use x` of another crate leads nowhere else.
        if path.len() > 1 || path.first() != Some(&name) {
            self.current().aliases.insert(name, path);
        }
    }

    /// The paths in a macro's arguments, which nothing parses.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Segments::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.uses(std::mem::take(&mut path));
                    }
                    path.push(text(&ident));
                    colons = 0;
                }
                other => {
                    self.uses(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.uses(path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(attributes(item)) {
            if let Item::Mod(module) = item {
                let path = [&self.module[..], &[text(&module.ident)]].concat();
                self.tests.insert(path);
            }
            return;
        }
        if let Some(name) = name(item) {
            self.current().items.insert(text(name));
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if let Some((_, items)) = &module.content {
            self.module.push(text(&module.ident));
            self.begin();
            for item in items {
                self.visit_item(item);
            }
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited);
        self.tree(&item.tree, &[], public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter();
        self.uses(segments.map(|segment| text(&segment.ident)).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, found: &'ast Macro) {
        self.visit_path(&found.path);
        self.tokens(found.tokens.clone());
    }
}

fn text(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// Whether attributes keep an item out of every build but that of the tests.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| {
                let condition = list.tokens.to_string();
                condition == "test" || condition.starts_with("all") && condition.contains("test")
            })
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item defines.
fn name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}
