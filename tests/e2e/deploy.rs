//! What `deploy/` ships fits the application.

use std::{collections::BTreeSet, fs};

use bowline_tests::app::repository;
use toml::{Table, Value};

fn text(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table(path: &str) -> Table {
    text(path)
        .parse()
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The values of a key in a file of YAML, whatever it is in, without quotes.
fn values<'a>(yaml: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("{key}:");
    yaml.lines()
        .map(|line| line.trim_start().trim_start_matches("- "))
        .filter_map(|line| line.strip_prefix(&key))
        .map(|value| value.trim().trim_matches('"'))
        .collect()
}

#[test]
fn the_spin_app_sets_variables_of_the_manifest_and_every_required_one() {
    let app = text("deploy/spinkube/spinapp.yaml");
    let manifest = table("spin.toml");
    let variables = manifest["variables"].as_table().unwrap();
    let set: BTreeSet<&str> = values(&app, "name")
        .into_iter()
        .filter(|name| *name != "bowline")
        .collect();
    for name in &set {
        assert!(variables.contains_key(*name), "the manifest has no {name}");
    }
    let required = |variable: &&str| {
        variables[*variable]
            .get("required")
            .and_then(Value::as_bool)
    };
    for name in variables.keys().map(String::as_str) {
        assert!(
            required(&name) != Some(true) || set.contains(name),
            "{name} is missing"
        );
    }
    assert!(set.contains("jwks_url") && set.contains("jwks_origin"));
    assert_eq!(values(&app, "kind"), ["SpinApp"]);
    assert_eq!(values(&app, "apiVersion"), ["core.spinkube.dev/v1alpha1"]);
    assert_eq!(
        values(&app, "path"),
        ["/.well-known/spin/health", "/v1/providers"]
    );
}

#[test]
fn every_secret_that_is_used_is_shipped() {
    let app = text("deploy/spinkube/spinapp.yaml");
    let secrets = text("deploy/spinkube/secrets.yaml");
    let shipped = values(&secrets, "name");
    for used in ["bowline", "bowline-runtime-config"] {
        assert!(shipped.contains(&used), "{used}");
    }
    assert_eq!(values(&app, "loadFromSecret"), ["bowline-runtime-config"]);
    for key in values(&app, "key") {
        assert_eq!(
            values(&secrets, key),
            [""],
            "{key} is there to be filled in"
        );
    }
}

#[test]
fn what_is_due_is_asked_for_with_a_token_that_is_shipped() {
    let (job, secrets) = (
        text("deploy/spinkube/due.yaml"),
        text("deploy/spinkube/secrets.yaml"),
    );
    assert_eq!(values(&job, "kind"), ["CronJob"]);
    assert!(job.contains("http://bowline/v1/sync/due"));
    assert_eq!(values(&job, "secretName"), ["bowline-due-token"]);
    assert!(values(&secrets, "name").contains(&"bowline-due-token"));
}

#[test]
fn many_machines_block_the_networks_that_one_does() {
    let (one, many) = (
        table("runtime-config.toml"),
        table("deploy/spinkube/runtime-config.toml"),
    );
    assert_eq!(one["outbound_networking"], many["outbound_networking"]);
    let database = &many["sqlite_database"]["default"];
    assert_eq!(database["type"].as_str(), Some("libsql"));
    for key in ["url", "token"] {
        assert!(database[key].is_str(), "{key}");
    }
}

/// The variables that a file sets in the environment of the host.
fn variables_set(text: &str) -> BTreeSet<String> {
    let names = text.split("SPIN_VARIABLE_").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_ascii_lowercase()
    });
    names.collect()
}

#[test]
fn the_image_is_run_with_variables_of_the_manifest_and_every_required_one() {
    let manifest = table("spin.toml");
    let known = manifest["variables"].as_table().unwrap();
    for path in ["deploy/compose.yaml", "deploy/kubernetes/deployment.yaml"] {
        let set = variables_set(&text(path));
        for name in &set {
            assert!(
                known.contains_key(name),
                "{path}: the manifest has no {name}"
            );
        }
        for (name, variable) in known {
            let required = variable.get("required").and_then(Value::as_bool) == Some(true);
            assert!(!required || set.contains(name), "{path}: {name} is missing");
        }
        assert!(set.contains("auth_secret"), "{path}: nobody could sign in");
    }
}

#[test]
fn the_image_runs_without_rights_that_it_does_not_need() {
    let compose = text("deploy/compose.yaml");
    for line in [
        "read_only: true",
        "cap_drop: [ALL]",
        "no-new-privileges:true",
    ] {
        assert!(compose.contains(line), "compose.yaml: {line}");
    }
    let deployment = text("deploy/kubernetes/deployment.yaml");
    for (key, value) in [
        ("runAsNonRoot", "true"),
        ("runAsUser", "65532"),
        ("readOnlyRootFilesystem", "true"),
        ("allowPrivilegeEscalation", "false"),
        ("automountServiceAccountToken", "false"),
    ] {
        assert_eq!(values(&deployment, key), [value], "{key}");
    }
}

#[test]
fn the_kustomization_names_every_file_beside_it() {
    let folder = repository().join("deploy/kubernetes");
    let kustomization = text("deploy/kubernetes/kustomization.yaml");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "kustomization.yaml" || kustomization.contains(&format!("  - {name}\n")),
            "{name} is not in the kustomization"
        );
    }
}
