use serde_json::json;

use super::*;

// What is found in a policy and what it decides is in `vectors/policies.json`.

#[test]
fn a_never_pattern_without_a_tag_part_spares_asking_for_tags() {
    let value = serde_json::from_value(json!({"never": ["internal-", "web:rc"]})).unwrap();
    let (_, policy) = Policy::check(&value, None, None);
    let policy = policy.unwrap();
    assert!(policy.never_asks("team/internal-x"));
    assert!(!policy.never_asks("web"));
}
