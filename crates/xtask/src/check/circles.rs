//! Finds files of a crate that import each other in a cycle, directly or through others.
//!
//! An import is a private `use`, or a path in the code, to an item of another file. A `pub use` does not count: it only
//! re-exports an item, and the user of the item imports the file that defines it. Test code is ignored.

mod graph;
mod modules;
mod source;

use std::{collections::BTreeSet, path::Path};

use anyhow::bail;

use self::source::Crate;
use crate::{
    progress::{Screen, Work},
    project::Project,
    tool::Tool,
};

/// Fails if files of a crate import each other in a circle.
pub(super) fn check(project: &Project, _: &Screen) -> anyhow::Result<Work> {
    let roots = Tool::new(project, "git")
        .args(["ls-files", "*/lib.rs", "*/main.rs"])
        .read()?;
    let folders: BTreeSet<_> = roots
        .lines()
        .filter_map(|root| Path::new(root).parent()?.to_str())
        .collect();
    let mut failures = Vec::new();
    for folder in folders {
        for circle in circles(&project.path(folder))? {
            failures.push(format!(
                "{folder}: {} -> {}",
                circle.join(" -> "),
                circle[0]
            ));
        }
    }
    if !failures.is_empty() {
        bail!(
            "files import each other in a cycle:\n{}\n  fix it with: a third file that both import, or one file",
            failures.join("\n")
        );
    }
    Ok(Work::Done)
}

/// The circles of a crate, each as names of files.
fn circles(folder: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let read = Crate::read(folder)?;
    let named = |circle: Vec<usize>| {
        let files = circle.into_iter();
        files.map(|file| read.files[file].clone()).collect()
    };
    let found = graph::circles(&modules::imports(&read.modules));
    Ok(found.into_iter().map(named).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The circles of a crate with these files; the name is for the folder in which they are written.
    fn circles_of(name: &str, files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let folder =
            std::env::temp_dir().join(format!("xtask-circles-{name}-{}", std::process::id()));
        for (file, text) in files {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let mut found = circles(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        found.iter_mut().for_each(|circle| circle.sort());
        found
    }

    #[test]
    fn every_kind_of_import_counts() {
        let root = ("lib.rs", "mod a; mod b;");
        let b = (
            "b.rs",
            "pub struct B; impl B { pub fn new() { crate::a::a(); } }",
        );
        for (case, a) in [
            ("use", "use crate::b::B; pub fn a() -> B { B }"),
            ("super", "use super::b::{self, B as Other}; pub fn a() {}"),
            ("path", "pub fn a() { let _ = crate::b::B; }"),
            ("module", "use super::b; pub fn a() { b::B; }"),
            ("renamed", "use super::b as c; pub fn a() { c::B; }"),
            ("type", "pub fn a() -> Option<super::b::B> { None }"),
            ("method", "pub fn a() { super::b::B::new() }"),
            ("glob", "use crate::b::*; pub fn a() {}"),
            (
                "macro",
                "pub fn a() { println!(\"{:?}\", (1, crate::b::B)) }",
            ),
            (
                "inline",
                "pub use self::inner::a; mod inner { use crate::b::B; pub fn a() {} }",
            ),
        ] {
            let found = circles_of(case, &[root, ("a.rs", a), b]);
            assert_eq!(found, [["a.rs", "b.rs"]], "{case}");
        }
    }

    #[test]
    fn a_path_leads_to_the_file_that_defines_the_item() {
        let files = [
            ("lib.rs", "mod a; mod b; pub use b::Deep;"),
            (
                "a.rs",
                "pub struct A; pub fn a() -> crate::Deep { todo!() }",
            ),
            (
                "b/mod.rs",
                "mod deep; mod wide; pub use deep::Deep; pub use wide::*;",
            ),
            ("b/deep.rs", "use super::Wide; pub struct Deep;"),
            ("b/wide.rs", "use crate::a::A; pub struct Wide;"),
        ];
        let expected = [["a.rs", "b/deep.rs", "b/wide.rs"]];
        assert_eq!(circles_of("alias", &files), expected);
    }

    #[test]
    fn a_file_and_one_below_it_may_import_in_one_direction() {
        let uses_child = "mod child; pub struct P; pub fn p() { child::c() }";
        let shows_child = "mod child; pub use child::c; pub struct P;";
        let uses_parent = "use super::P; pub fn c() {}";
        for (case, parent, child, expected) in [
            ("both", uses_child, uses_parent, 1),
            ("down", uses_child, "pub fn c() {}", 0),
            ("up", shows_child, uses_parent, 0),
            (
                "tests",
                uses_child,
                "pub fn c() {} #[cfg(test)] mod tests { use super::super::P; }",
                0,
            ),
        ] {
            let files = [
                ("lib.rs", "mod p;"),
                ("p.rs", parent),
                ("p/child.rs", child),
            ];
            assert_eq!(circles_of(case, &files).len(), expected, "{case}");
        }
    }

    #[test]
    fn tests_and_other_crates_are_left_out() {
        let files = [
            (
                "lib.rs",
                "mod a; #[cfg(test)] mod tests; pub struct R; pub fn r() { a::a(1) }",
            ),
            (
                "a.rs",
                "use std::fmt::Debug; use serde::a; pub fn a(a: impl Debug) {}",
            ),
            ("tests.rs", "mod more; use crate::a::a; use super::R;"),
            ("tests/more.rs", "use super::*; use crate::R;"),
            ("bin/main.rs", "mod a; fn main() { a::a() }"),
        ];
        assert_eq!(circles_of("apart", &files), Vec::<Vec<String>>::new());
    }
}
