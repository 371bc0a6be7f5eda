//! Which code names a product.

mod files;

use std::{fs, path::Path};

use bowline::provider::ProviderId;

/// Folders of the product files, the table and the tests, from the root of the repository.
const MAY: [&str; 3] = [
    "crates/bowline/src/provider",
    "crates/bowline-registry/src/product",
    "tests",
];

/// Words of others that are also ids: a segment of a path, and a command of `kubectl`.
const WORDS: [&str; 2] = [
    r#"["nexus", "repository", _, ..] => 3,"#,
    r#"&& let Some(words) = after(words, &["create", "secret", "docker-registry"])"#,
];

#[test]
fn no_other_code_names_a_product() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["crates", "functions"] {
        look_into(&root, &root.join(folder), &mut found);
    }
    assert!(found.is_empty(), "ask the product's row: {found:#?}");
}

fn look_into(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let place = path.strip_prefix(root).unwrap().to_str().unwrap();
        if path.is_dir() {
            let is_left_out = ["tests", "target", "node_modules", "benches", "examples"]
                .contains(&name)
                || MAY.contains(&place)
                || place == "crates/xtask"
                || place == "crates/bowline-fuzz";
            if !is_left_out {
                look_into(root, &path, found);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "fuzz.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let named = lines.filter(|line| !WORDS.contains(&line.trim()) && names_one(line));
            found.extend(named.map(|line| format!("{place}: {}", line.trim())));
        }
    }
}

fn names_one(line: &str) -> bool {
    let variant = |id: &ProviderId| format!("ProviderId::{id:?}");
    ProviderId::ALL
        .iter()
        .any(|id| line.contains(&format!("\"{id}\"")) || line.contains(&variant(id)))
}
