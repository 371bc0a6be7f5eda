//! `docs/security.md` names tests that there are.

use std::fs;

use bowline_tests::app::repository;

/// Every test that the threat list names, as `path::function`.
#[test]
fn every_test_that_the_threat_list_names_is_there() {
    let document = fs::read_to_string(repository().join("docs/security.md")).unwrap();
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Threat"))
        .collect();
    assert!(rows.len() >= 18, "the list has {} rows", rows.len());
    for row in rows {
        let named: Vec<(&str, &str)> = row
            .split('`')
            .filter_map(|word| word.split_once(".rs::"))
            .collect();
        assert!(!named.is_empty(), "no test shows this: {row}");
        for (file, test) in named {
            let path = repository().join(format!("{file}.rs"));
            let source = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let at = source
                .find(&format!("fn {test}("))
                .unwrap_or_else(|| panic!("{file}.rs has no {test}"));
            let before = &source[..at];
            let attribute = before
                .rfind("#[")
                .map(|at| &before[at..])
                .unwrap_or_default();
            assert!(
                attribute.starts_with("#[test]") || attribute.starts_with("#[tokio::test"),
                "{file}.rs::{test} is no test"
            );
        }
    }
}
