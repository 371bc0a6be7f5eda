//! What the fuzz targets share: forms, and a registry that answers with the input.

pub mod memory;
pub mod registry;

use bowline::{
    form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form},
    selection::{Image, Policy},
};
use serde_json::{Value, json};

/// 2026-11-21, in milliseconds since 1970.
pub const NOW: i64 = 1_795_219_200_000;

/// The largest body that the service reads.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// Judges a form as `POST /v1/validate` does, and applies its policy as a sync does.
pub fn validate(form: &ConnectionForm) {
    let options = CheckOptions {
        touched: None,
        now: Some(NOW),
    };
    let (mut report, spec) = check_form(form, options);
    assert_eq!(report.valid, spec.is_some());
    report.redact();
    let _ = serde_json::to_vec(&report);
    let Some(spec) = spec else { return };
    if let Some(policy) = &spec.policy
        && let (_, Some(policy)) = Policy::check(policy, Some(spec.provider), None)
    {
        let images = images();
        assert_eq!(policy.select(&images, NOW).len(), images.len());
    }
}

/// A form with this policy, otherwise valid.
pub fn with_policy(policy: &Value) -> Option<ConnectionForm> {
    let form = json!({
        "provider": "docker-registry", "name": "fuzz", "policy": policy,
        "values": { "url": "registry.example.com", "username": "a", "password": "b" },
    });
    serde_json::from_value(form).ok()
}

/// A valid form's connection; none for a provider that has no form here.
pub fn spec(provider: &str) -> Option<ConnectionSpec> {
    let values = match provider {
        "docker-registry"
        | "docker-registry-v1"
        | "harbor"
        | "quay"
        | "gitlab"
        | "gitea"
        | "proget"
        | "nexus"
        | "jfrog-artifactory"
        | "docker-trusted-registry" => {
            json!({ "url": "registry.example.com", "username": "a", "password": "b" })
        }
        "docker-hub" | "github" => json!({ "username": "abc", "password": "dckr_pat_abcdefgh" }),
        "azure-acr" => json!({ "url": "example.azurecr.io", "username": "a", "password": "b" }),
        "openshift" => {
            json!({ "url": "registry.example.com", "token": "sha256~abc", "apiUrl": "https://api.example.com:6443" })
        }
        _ => return None,
    };
    let form =
        json!({ "provider": provider, "name": "fuzz", "values": values, "image": "team/app:1" });
    let form: ConnectionForm = serde_json::from_value(form).ok()?;
    let (_, spec) = check_form(&form, CheckOptions::default());
    spec
}

/// The first line of an input, and the rest.
pub fn head(data: &[u8]) -> (&str, &[u8]) {
    let end = data.iter().position(|&byte| byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[][..]),
    };
    (std::str::from_utf8(line).unwrap_or_default(), rest)
}

fn images() -> Vec<Image> {
    let names = ["library/alpine", "team/api", "a/b/c", "x"];
    let tags = ["latest", "1.0", "v2-rc.1", "4"];
    names
        .iter()
        .flat_map(|name| tags.iter().map(move |tag| (*name, *tag)))
        .map(|(repository, tag)| Image {
            repository: repository.into(),
            tag: tag.into(),
            ..Image::default()
        })
        .collect()
}
