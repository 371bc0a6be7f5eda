use serde_json::{Value, json};

use super::*;
use crate::{provider::provider, time::parse_rfc3339};

fn policy(value: Value) -> Policy {
    let (findings, policy) = Policy::check(&serde_json::from_value(value).unwrap(), None, None);
    policy.unwrap_or_else(|| panic!("{findings:?}"))
}

/// policy, provider, host, then `field code` of every finding
fn cases() -> Vec<(Value, &'static str, &'static str, &'static [&'static str])> {
    vec![
        (Value::Null, "docker-hub", "", &[]),
        (json!({}), "docker-hub", "", &[]),
        (json!([]), "", "", &["policy policy.shape"]),
        (
            json!({"mode": "automatic", "at": "02:30", "timezone": "Europe/Vienna"}),
            "docker-registry",
            "",
            &[],
        ),
        (
            json!({"mode": "sometimes"}),
            "",
            "",
            &["policy.mode policy.choice"],
        ),
        (json!({"mode": null, "include": null}), "", "", &[]),
        (json!({"at": "2:30"}), "", "", &["policy.at policy.time"]),
        (json!({"at": "24:00"}), "", "", &["policy.at policy.time"]),
        (
            json!({"timezone": "Europe/"}),
            "",
            "",
            &["policy.timezone policy.timezone"],
        ),
        (
            json!({"rescanExisting": "yes"}),
            "",
            "",
            &["policy.rescanExisting policy.shape"],
        ),
        (
            json!({"include": ["alpine", "x:"]}),
            "",
            "",
            &["policy.include.1 pattern.tag_empty"],
        ),
        (
            json!({"include": "alpine"}),
            "",
            "",
            &["policy.include policy.shape"],
        ),
        (
            json!({"never": ["Team"]}),
            "",
            "",
            &["policy.never.0 pattern.never_matches"],
        ),
        (
            json!({"always": ["r.example.com:5000/team"]}),
            "",
            "r.example.com:5000",
            &["policy.always.0 pattern.own_host"],
        ),
        (
            json!({"always": ["r.example.com/team"]}),
            "",
            "r.example.com:5000",
            &[],
        ),
        (
            json!({"condition": {"kind": "created-within"}}),
            "",
            "",
            &[],
        ),
        (
            json!({"condition": {"kind": "created-within", "amount": 0, "unit": "eons"}}),
            "",
            "",
            &[
                "policy.condition.amount policy.amount",
                "policy.condition.unit policy.choice",
            ],
        ),
        (
            json!({"condition": {"kind": "latest"}}),
            "",
            "",
            &["policy.condition.count policy.amount"],
        ),
        (
            json!({"condition": {}}),
            "",
            "",
            &["policy.condition.kind policy.choice"],
        ),
        (
            json!({"scanner": {"kind": "specific", "names": []}}),
            "",
            "",
            &["policy.scanner.names policy.scanner_names"],
        ),
        (
            json!({"scanTimeoutSeconds": 1.5}),
            "",
            "",
            &["policy.scanTimeoutSeconds policy.amount"],
        ),
        (
            json!({"speed": 1}),
            "",
            "",
            &["policy.speed policy.unknown"],
        ),
        (
            json!({"cleanup": true}),
            "docker-hub",
            "",
            &["policy.cleanup policy.cleanup_limited"],
        ),
        (
            json!({"quarantine": true}),
            "docker-hub",
            "",
            &["policy.quarantine policy.switch_unsupported"],
        ),
    ]
}

#[test]
fn a_policy_is_judged_member_by_member() {
    for (value, id, host, expected) in cases() {
        let host = (!host.is_empty()).then_some(host);
        let (findings, policy) = Policy::check(
            &serde_json::from_value(value.clone()).unwrap(),
            provider(id),
            host,
        );
        let found: Vec<String> = findings
            .iter()
            .map(|finding| format!("{} {}", finding.field, finding.code))
            .collect();
        assert_eq!(found, expected, "{value}");
        let errors = findings
            .iter()
            .any(|finding| finding.severity == crate::finding::Severity::Error);
        assert_eq!(policy.is_none(), errors, "{value}");
    }
}

#[test]
fn created_within_without_numbers_is_60_days() {
    let expected = Condition::CreatedWithin {
        amount: 60,
        unit: Unit::Days,
    };
    assert_eq!(
        policy(json!({"condition": {"kind": "created-within"}})).condition,
        expected
    );
}

fn image(text: &str, digest: &str, created: &str) -> Image {
    let (repository, tag) = text.split_once(':').unwrap_or((text, ""));
    Image {
        repository: repository.into(),
        tag: tag.into(),
        digest: digest.into(),
        created_at: parse_rfc3339(created),
        ..Image::default()
    }
}

fn now() -> i64 {
    parse_rfc3339("2026-03-31T12:00:00Z").unwrap()
}

/// The selected images' texts, joined, and what decided about each.
fn selected(policy_value: Value, images: &[Image]) -> (String, Vec<DecidedBy>) {
    let decisions = policy(policy_value).select(images, now());
    let taken = images
        .iter()
        .zip(&decisions)
        .filter(|(_, decision)| decision.selected);
    let texts: Vec<String> = taken
        .map(|(image, _)| format!("{}:{}", image.repository, image.tag))
        .collect();
    (
        texts.join(" "),
        decisions.iter().map(|decision| decision.by).collect(),
    )
}

#[test]
fn never_comes_before_include_and_always_adds_what_the_others_left_out() {
    let images = [
        image("web:1", "a", ""),
        image("api:1", "b", ""),
        image("db:stable", "c", ""),
        image("internal-x:stable", "d", ""),
    ];
    let value = json!({"include": ["web"], "never": ["internal-"], "always": [":stable"]});
    let (texts, by) = selected(value, &images);
    assert_eq!(texts, "web:1 db:stable");
    assert_eq!(
        by,
        [
            DecidedBy::Include,
            DecidedBy::Include,
            DecidedBy::Always,
            DecidedBy::Never
        ]
    );
}

#[test]
fn an_empty_include_takes_all_but_artifacts() {
    let signature = format!("web:sha256-{}.sig", "a".repeat(64));
    let mut chart = image("chart:1", "c", "");
    chart.artifact_type = "application/vnd.cncf.helm.config.v1+json".into();
    let images = [image("web:1", "a", ""), image(&signature, "b", ""), chart];
    assert_eq!(selected(json!({"always": ["*"]}), &images).0, "web:1");
}

#[test]
fn months_are_those_of_the_calendar() {
    let images = [
        image("a:1", "a", "2026-02-28T12:00:00Z"),
        image("b:1", "b", "2026-02-28T11:59:59Z"),
    ];
    let value = json!({"condition": {"kind": "created-within", "amount": 1, "unit": "months"}});
    assert_eq!(selected(value, &images).0, "a:1");
}

#[test]
fn dates_that_say_nothing_are_replaced_by_the_push_then_by_the_first_sight() {
    let condition = json!({"condition": {"kind": "created-within", "amount": 1, "unit": "days"}});
    let old = parse_rfc3339("2026-01-01T00:00:00Z");
    let reproducible = image("a:1", "a", "1970-01-01T00:00:00Z");
    let pushed = Image {
        pushed_at: old,
        first_seen: Some(now()),
        ..reproducible.clone()
    };
    let seen = Image {
        first_seen: old,
        ..reproducible.clone()
    };
    let (_, by) = selected(condition, &[reproducible, pushed, seen]);
    assert_eq!(
        by,
        [
            DecidedBy::Include,
            DecidedBy::Condition,
            DecidedBy::Condition
        ]
    );
}

#[test]
fn latest_counts_digests_of_each_repository_and_not_what_always_takes() {
    let images = [
        image("web:1", "a", "2026-01-01T00:00:00Z"),
        image("web:2", "b", "2026-01-02T00:00:00Z"),
        image("web:latest", "b", "2026-01-02T00:00:00Z"),
        image("web:3", "c", "2026-01-02T00:00:00Z"),
        image("web:pinned", "p", "2020-01-01T00:00:00Z"),
        image("api:1", "x", "2020-01-01T00:00:00Z"),
    ];
    let value = json!({"condition": {"kind": "latest", "count": 1}, "always": [":pinned"]});
    // Of two digests of one moment the one with the later tag counts as newer: `latest` names digest b.
    assert_eq!(
        selected(value, &images).0,
        "web:2 web:latest web:pinned api:1"
    );
}

#[test]
fn a_never_pattern_without_a_tag_part_spares_asking_for_tags() {
    let policy = policy(json!({"never": ["internal-", "web:rc"]}));
    assert!(policy.never_asks("team/internal-x"));
    assert!(!policy.never_asks("web"));
}
