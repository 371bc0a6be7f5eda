//! The modules of a crate, and the file of a path.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Imports;

/// How many `use` items may lead from one to the next.
const MOST_ALIASES: usize = 16;

/// The segments of a path.
pub(super) type Segments = Vec<String>;

/// The modules of a crate by their paths.
pub(super) type Modules = BTreeMap<Segments, Module>;

/// A module: a file, or a part of one.
#[derive(Default)]
pub(super) struct Module {
    /// The number of its file.
    pub(super) file: usize,
    /// What it defines.
    pub(super) items: BTreeSet<String>,
    /// The names that `use` brings in, and their paths.
    pub(super) aliases: BTreeMap<String, Segments>,
    /// The modules of which `use` brings in everything.
    pub(super) globs: Vec<Segments>,
    /// The paths that it uses items by.
    pub(super) paths: Vec<Segments>,
}

/// Which file imports which.
pub(super) fn imports(modules: &Modules) -> Imports {
    let mut imports = Imports::new();
    for (path, module) in modules {
        let items = module
            .paths
            .iter()
            .filter_map(|used| file_of(modules, path, used, 0));
        let globs = module
            .globs
            .iter()
            .filter_map(|glob| Some(modules[&module_of(modules, path, glob, 0)?].file));
        for file in items.chain(globs).filter(|&file| file != module.file) {
            imports.entry(module.file).or_default().insert(file);
        }
    }
    imports
}

/// The file that defines what a path leads to; none for a module as a whole and for other crates.
fn file_of(modules: &Modules, from: &Segments, path: &[String], depth: usize) -> Option<usize> {
    let (item, way) = path.split_last()?;
    match module_of(modules, from, way, depth) {
        Some(module) => item_of(modules, &module, item, depth),
        // A variant or an associated function: the item comes before it.
        None => file_of(modules, from, way, depth),
    }
}

/// The file that defines a name which is visible in a module.
fn item_of(modules: &Modules, path: &Segments, name: &str, depth: usize) -> Option<usize> {
    let module = modules.get(path).filter(|_| depth <= MOST_ALIASES)?;
    if module.items.contains(name) {
        return Some(module.file);
    }
    if let Some(alias) = module.aliases.get(name) {
        return file_of(modules, path, alias, depth + 1);
    }
    module.globs.iter().find_map(|glob| {
        let globbed = module_of(modules, path, glob, depth + 1)?;
        item_of(modules, &globbed, name, depth + 1)
    })
}

/// The module that a path leads to.
fn module_of(
    modules: &Modules,
    from: &Segments,
    path: &[String],
    depth: usize,
) -> Option<Segments> {
    let mut module = from.clone();
    for (index, segment) in path.iter().enumerate() {
        match segment.as_str() {
            "crate" if index == 0 => module.clear(),
            "self" if index == 0 => {}
            "super" => drop(module.pop()?),
            name => {
                let child = [&module[..], &[name.to_owned()]].concat();
                module = if modules.contains_key(&child) {
                    child
                } else {
                    let alias = modules.get(&module)?.aliases.get(name)?;
                    let next = (depth < MOST_ALIASES).then_some(depth + 1)?;
                    module_of(modules, &module, alias, next)?
                };
            }
        }
    }
    modules.contains_key(&module).then_some(module)
}
