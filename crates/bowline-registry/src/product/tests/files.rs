//! The files that belong to a product, beside those without which it does not compile.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bowline::provider::ProviderId;

use crate::product::{row::Format, webhook};

/// Tells all that is missing at once.
#[test]
fn each_product_has_its_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let examples = "crates/bowline-registry/src/notification/tests/examples";
    let examples_of_all: String = texts(&root.join(examples)).collect();
    let page_rows = read("tests/e2e/page/providers.rs");

    let mut missing = Vec::new();
    for id in ProviderId::ALL.iter().copied() {
        let module = id.as_str().replace('-', "_");
        let product = read(&format!("crates/bowline-registry/src/product/{module}.rs"));
        let lists = ["async fn repositories", "async fn tags"]
            .iter()
            .any(|own| product.contains(own));
        let notifies = matches!(webhook(id).format, Format::Own(_));
        let conversation = "crates/bowline-registry/tests/conversation";
        let mut want = |is_wanted: bool, is_there: bool, what: String| {
            if is_wanted && !is_there {
                missing.push(what);
            }
        };
        let mut want_file = |is_wanted: bool, path: String, what: &str| {
            want(
                is_wanted,
                root.join(&path).exists(),
                format!("{path}: {what}"),
            );
        };
        want_file(
            true,
            format!("crates/bowline/vectors/forms-{id}.json"),
            "forms of it, and what is found in them",
        );
        want_file(
            true,
            format!("{conversation}/providers/{module}.rs"),
            "its logins, and two lines in mod.rs",
        );
        want_file(
            lists,
            format!("{conversation}/listing/{module}.rs"),
            "its own listing, a line in mod.rs and one in every.rs",
        );
        want(
            notifies,
            examples_of_all.contains(&format!("\"provider\": \"{id}\"")),
            format!("{examples}/{module}_push.json: a notification as its vendor shows it"),
        );
        want(
            true,
            page_rows.contains(&format!("\"{id}\"")),
            format!("tests/e2e/page/providers.rs: a row of {id}, for the test in the browser"),
        );
    }
    assert!(missing.is_empty(), "write these: {missing:#?}");
}

fn texts(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files.map(|file: PathBuf| fs::read_to_string(file).unwrap())
}
