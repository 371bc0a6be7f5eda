//! The vendors' published examples.

use serde_json::Value;

/// Each with its source and its body.
pub(super) const ALL: [(&str, &str); 21] = [
    (
        "azure_chart_push",
        include_str!("examples/azure_chart_push.json"),
    ),
    ("azure_delete", include_str!("examples/azure_delete.json")),
    ("azure_push", include_str!("examples/azure_push.json")),
    (
        "azure_quarantine",
        include_str!("examples/azure_quarantine.json"),
    ),
    (
        "distribution_delete",
        include_str!("examples/distribution_delete.json"),
    ),
    (
        "distribution_envelope",
        include_str!("examples/distribution_envelope.json"),
    ),
    (
        "distribution_pull",
        include_str!("examples/distribution_pull.json"),
    ),
    ("docker_hub", include_str!("examples/docker_hub.json")),
    (
        "docker_trusted",
        include_str!("examples/docker_trusted.json"),
    ),
    ("ecr_delete", include_str!("examples/ecr_delete.json")),
    ("ecr_push", include_str!("examples/ecr_push.json")),
    ("ecr_scan", include_str!("examples/ecr_scan.json")),
    ("github", include_str!("examples/github.json")),
    ("github_npm", include_str!("examples/github_npm.json")),
    ("google", include_str!("examples/google.json")),
    ("harbor", include_str!("examples/harbor.json")),
    (
        "harbor_cloudevents",
        include_str!("examples/harbor_cloudevents.json"),
    ),
    ("jfrog", include_str!("examples/jfrog.json")),
    (
        "jfrog_envelope",
        include_str!("examples/jfrog_envelope.json"),
    ),
    ("quay", include_str!("examples/quay.json")),
    ("quay_build", include_str!("examples/quay_build.json")),
];

/// The body of the example of this name.
pub(super) fn example(name: &str) -> Value {
    let (_, text) = ALL.iter().find(|(it, _)| *it == name).unwrap();
    let mut example: Value = serde_json::from_str(text).unwrap();
    assert!(example["source"].as_str().unwrap().starts_with("https://"));
    example["body"].take()
}
