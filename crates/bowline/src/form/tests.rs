use proptest::prelude::*;
use serde_json::json;

use super::{CheckOptions, ConnectionForm, MEMBERS, check_form};
use crate::provider::providers;

fn form(value: serde_json::Value) -> ConnectionForm {
    serde_json::from_value(value).unwrap()
}

#[test]
fn null_missing_and_empty_are_the_same() {
    let empty = form(json!({}));
    let nulls = json!({ "provider": null, "name": null, "description": null, "auth": null, "purpose": null,
        "values": null, "trustedAuthHosts": null, "expiresAt": null, "image": null, "policy": null });
    assert_eq!(form(nulls), empty);
    let texts = json!({ "provider": "", "name": "", "description": "", "auth": "", "purpose": "",
        "values": {}, "trustedAuthHosts": [], "expiresAt": "", "image": "" });
    assert_eq!(form(texts), empty);
}

#[test]
fn an_exposed_form_is_the_same_form() {
    let full = form(
        json!({ "provider": "docker-hub", "name": "x", "description": "d", "auth": "password", "purpose": "push",
        "values": { "username": "acmecorp", "password": "s3cret" }, "trustedAuthHosts": ["a.example"],
        "expiresAt": "2027-01-01T00:00:00Z", "image": "alpine" }),
    );
    let text = serde_json::to_string(&full.expose()).unwrap();
    assert_eq!(serde_json::from_str::<ConnectionForm>(&text).unwrap(), full);
}

#[test]
fn secrets_are_in_no_message_no_debug_and_no_redacted_report() {
    let cases = [
        json!({ "username": "acmecorp", "password": " S3CRET " }),
        json!({ "username": "acmecorp", "password": "\"S3CRET\"" }),
        json!({ "username": "acmecorp:S3CRET", "password": "x" }),
        json!({ "username": "dckr_pat_abcdefghijklmnopqrstuvwxyz1", "password": "S3CRET" }),
        json!({ "username": "acmecorp", "password": "x", "passwrod": "S3CRET" }),
        json!({ "url": "https://acmecorp:S3CRET@docker.io", "username": "acmecorp", "password": "x" }),
    ];
    for values in cases {
        let form = form(json!({ "provider": "docker-hub", "name": "x", "values": values }));
        let (mut report, spec) = check_form(&form, CheckOptions::default());
        let debug = format!("{report:?} {spec:?} {form:?}");
        assert!(!debug.contains("S3CRET"), "{debug}");
        report.redact();
        let answer = serde_json::to_string(&report).unwrap();
        assert!(
            !answer.contains("S3CRET") && !answer.contains("abcdefghij"),
            "{answer}"
        );
    }
}

#[test]
fn a_required_field_that_is_not_reported_still_makes_the_form_invalid() {
    let form = form(json!({ "provider": "docker-hub", "name": "x" }));
    let (report, spec) = check_form(
        &form,
        CheckOptions {
            touched: Some(&[]),
            now: None,
        },
    );
    assert!(
        report.findings.is_empty() && !report.valid && spec.is_none(),
        "{report:?}"
    );
}

#[test]
fn texts_have_bounds() {
    let with = |member: &str, value: serde_json::Value| {
        let mut whole = json!({ "provider": "docker-registry", "name": "x", "auth": "anonymous",
            "values": { "url": "registry.example.com" } });
        whole[member] = value;
        form(whole)
    };
    let patterns = |count| json!({ "include": vec!["x".repeat(1024); count] });
    let password = |length| json!({ "url": "registry.example.com", "username": "x", "password": "x".repeat(length) });
    let mut secret = with("values", password(128 * 1024));
    secret.auth.clear();
    for (form, expected) in [
        (with("description", "ü".repeat(4096).into()), None),
        (
            with("description", "ü".repeat(4097).into()),
            Some(("description", "description.too_long")),
        ),
        (with("policy", patterns(127)), None),
        (
            with("policy", patterns(128)),
            Some(("policy", "form.too_large")),
        ),
        (secret, Some(("values.password", "form.too_large"))),
    ] {
        let (report, spec) = check_form(&form, CheckOptions::default());
        let found = report
            .findings
            .first()
            .map(|finding| (finding.field.as_str(), finding.code));
        assert_eq!((found, spec.is_none()), (expected, expected.is_some()));
    }
}

proptest! {
    #[test]
    fn no_form_panics(
        provider in prop::sample::select(providers().iter().map(|provider| provider.id.as_str()).collect::<Vec<_>>()),
        method in any::<prop::sample::Index>(),
        texts in prop::collection::vec(".*", 16),
    ) {
        let provider = crate::provider::provider(provider).unwrap();
        let auth = method.get(provider.auth);
        let mut form = ConnectionForm { provider: provider.id.as_str().into(), auth: auth.id.into(), ..ConnectionForm::default() };
        for (field, text) in auth.fields.iter().zip(&texts) {
            form.values.insert(field.name.into(), text.as_str().into());
        }
        form.name.clone_from(&texts[14]);
        form.image.clone_from(&texts[15]);
        form.trusted_auth_hosts = texts[12..14].to_vec();
        let (report, spec) = check_form(&form, CheckOptions { touched: None, now: Some(0) });
        prop_assert_eq!(report.valid, spec.is_some());
    }

    /// What the server keeps of a connection is its endpoint as text.
    #[test]
    fn the_endpoint_of_a_valid_form_is_parsed_back(
        url in "(https?://)?[a-z0-9-]{1,5}\\.[a-z]{2,4}(:[0-9]{2,5})?(/(v2|v1|repository|artifactory/api/docker|[a-z0-9._-]{1,4})){0,5}/?",
        namespace in "((v2|v1|repository|nexus|artifactory/api/docker|blobs|manifests|[a-z0-9._-]{1,4})/?){0,4}",
    ) {
        let values = json!({ "url": url, "namespace": namespace });
        let form = form(json!({ "provider": "docker-registry", "auth": "anonymous", "name": "x", "values": values }));
        if let (report, Some(spec)) = check_form(&form, CheckOptions::default()) {
            let endpoint = spec.endpoint.unwrap();
            prop_assert_eq!(report.endpoint.unwrap().parse(), Ok(endpoint));
        }
    }
}

/// An object is no member's value but that of `values`, and any JSON is a policy: so a member that is read tells itself.
#[test]
fn the_members_are_those_that_are_read() {
    for member in MEMBERS {
        let wrong = if member == "values" { "[]" } else { "{}" };
        let read: Result<ConnectionForm, _> =
            serde_json::from_str(&format!("{{\"{member}\":{wrong}}}"));
        let is_read = match read {
            Ok(form) => form.policy.is_some(),
            Err(error) => error.to_string().starts_with(member),
        };
        assert!(is_read, "{member}");
    }
}
