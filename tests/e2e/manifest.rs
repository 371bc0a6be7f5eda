//! What the application asks of Spin: the manifest has only documented keys, and the components import only what
//! Spin 4.1 provides. Real Spin is not needed for this; the lists here are Spin's documentation.

use std::{collections::BTreeSet, fs};

use bowline_tests::app::repository;
use toml::{Table, Value};
use wasmparser::{Parser, Payload};

/// The keys of a version 2 manifest that Spin documents, as paths; `*` stands for names that the application gives.
const DOCUMENTED: &[&str] = &[
    "spin_manifest_version",
    "application.name",
    "application.version",
    "application.description",
    "application.authors",
    "variables.*.default",
    "variables.*.required",
    "variables.*.secret",
    "variables.*.description",
    "trigger.http[].route",
    "trigger.http[].route.private",
    "trigger.http[].component",
    "component.*.description",
    "component.*.source",
    "component.*.allowed_outbound_hosts",
    "component.*.sqlite_databases",
    "component.*.variables.*",
    "component.*.build.command",
    "component.*.build.workdir",
    "component.*.build.watch",
];

/// The keys of a runtime configuration that this application uses and Spin documents.
const DOCUMENTED_RUNTIME: &[&str] = &["outbound_networking.block_networks"];

/// Every interface that a component may import on Spin 4.1 without a grant beyond the manifest's: WASI 0.3.0 and
/// Spin's own, from the WIT of the Rust SDK 7, and WASI 0.2, which Rust's standard library still uses.
const PROVIDED: &[&str] = &[
    "spin:sqlite/sqlite@3.1.0",
    "spin:variables/variables@3.0.0",
    "wasi:cli/environment@0.3.0",
    "wasi:cli/exit@0.3.0",
    "wasi:cli/stderr@0.3.0",
    "wasi:cli/stdin@0.3.0",
    "wasi:cli/stdout@0.3.0",
    "wasi:cli/terminal-input@0.3.0",
    "wasi:cli/terminal-output@0.3.0",
    "wasi:cli/terminal-stderr@0.3.0",
    "wasi:cli/terminal-stdin@0.3.0",
    "wasi:cli/terminal-stdout@0.3.0",
    "wasi:cli/types@0.3.0",
    "wasi:clocks/monotonic-clock@0.3.0",
    "wasi:clocks/system-clock@0.3.0",
    "wasi:clocks/types@0.3.0",
    "wasi:filesystem/preopens@0.3.0",
    "wasi:filesystem/types@0.3.0",
    "wasi:http/client@0.3.0",
    "wasi:http/types@0.3.0",
    "wasi:random/insecure-seed@0.3.0",
    "wasi:random/insecure@0.3.0",
    "wasi:random/random@0.3.0",
    "wasi:sockets/ip-name-lookup@0.3.0",
    "wasi:sockets/types@0.3.0",
    "wasi:cli/environment@0.2",
    "wasi:cli/exit@0.2",
    "wasi:cli/stderr@0.2",
    "wasi:cli/stdin@0.2",
    "wasi:cli/stdout@0.2",
    "wasi:cli/terminal-input@0.2",
    "wasi:cli/terminal-output@0.2",
    "wasi:cli/terminal-stderr@0.2",
    "wasi:cli/terminal-stdin@0.2",
    "wasi:cli/terminal-stdout@0.2",
    "wasi:clocks/monotonic-clock@0.2",
    "wasi:clocks/wall-clock@0.2",
    "wasi:filesystem/preopens@0.2",
    "wasi:filesystem/types@0.2",
    "wasi:io/error@0.2",
    "wasi:io/poll@0.2",
    "wasi:io/streams@0.2",
    "wasi:random/insecure-seed@0.2",
    "wasi:random/random@0.2",
];

/// The last 0.2 release of WASI that Spin 4.1's Wasmtime knows; a component may ask for any up to it.
const LAST_0_2: u32 = 6;

fn read(file: &str) -> Table {
    fs::read_to_string(repository().join(file))
        .expect("the file is there")
        .parse()
        .expect("it is TOML")
}

/// The paths of all keys that hold no table.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                keys(value, &path, found);
            }
        }
        Value::Array(values) if values.iter().any(Value::is_table) => {
            for value in values {
                keys(value, &format!("{path}[]"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

fn is_documented(key: &str, documented: &[&str]) -> bool {
    let parts: Vec<_> = key.split('.').collect();
    documented.iter().any(|known| {
        let known: Vec<_> = known.split('.').collect();
        known.len() == parts.len()
            && known
                .iter()
                .zip(&parts)
                .all(|(known, part)| *known == "*" || known == part)
    })
}

fn undocumented(file: &str, documented: &[&str]) -> Vec<String> {
    let mut found = BTreeSet::new();
    keys(&Value::Table(read(file)), "", &mut found);
    assert!(!found.is_empty());
    found
        .into_iter()
        .filter(|key| !is_documented(key, documented))
        .collect()
}

/// The names that a component of the manifest imports.
fn imports_of(component: &str) -> Vec<String> {
    let manifest = read("spin.toml");
    let source = manifest["component"][component]["source"]
        .as_str()
        .expect("a source is a path");
    let path = repository().join(source);
    let bytes = fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}. Run: cargo xtask build", path.display()));
    imports(&bytes)
}

/// The names that a component imports.
pub(crate) fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("the component is sound") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            // Only what the outermost component imports comes from the runtime.
            Payload::ComponentImportSection(section) if depth == 0 => {
                names.extend(
                    section
                        .into_iter()
                        .map(|import| import.expect("it is sound").name.name.to_owned()),
                );
            }
            _ => {}
        }
    }
    assert!(
        !names.is_empty(),
        "a component that answers imports something"
    );
    names
}

/// Whether Spin provides this import, and Wasmtime does.
pub(crate) fn is_provided(import: &str) -> bool {
    let compatible = import.rsplit_once('.').is_some_and(|(minor, patch)| {
        minor.ends_with("@0.2")
            && PROVIDED.contains(&minor)
            && patch.parse().is_ok_and(|patch: u32| patch <= LAST_0_2)
    });
    compatible || PROVIDED.contains(&import)
}

#[test]
fn the_manifest_has_only_documented_keys() {
    assert_eq!(undocumented("spin.toml", DOCUMENTED), [""; 0]);
    assert_eq!(
        undocumented("runtime-config.toml", DOCUMENTED_RUNTIME),
        [""; 0]
    );
}

#[test]
fn components_import_only_what_spin_provides() {
    for component in ["connections", "outbound", "site"] {
        let unknown: Vec<_> = imports_of(component)
            .into_iter()
            .filter(|import| !is_provided(import))
            .collect();
        assert_eq!(unknown, [""; 0], "{component}");
    }
}

#[test]
fn each_component_holds_only_its_own_capabilities() {
    let manifest = read("spin.toml");
    let component = |name: &str| {
        manifest["component"][name]
            .as_table()
            .expect("it is there")
            .clone()
    };
    let strings = |value: Option<&Value>| {
        let values = value.and_then(Value::as_array).cloned().unwrap_or_default();
        values
            .iter()
            .map(|value| value.as_str().expect("a text").to_owned())
            .collect::<Vec<_>>()
    };
    let connections = component("connections");
    assert_eq!(
        strings(connections.get("allowed_outbound_hosts")),
        ["http://outbound.spin.internal", "{{ jwks_origin }}"]
    );
    assert_eq!(strings(connections.get("sqlite_databases")), ["default"]);
    for name in ["outbound", "site"] {
        let other = component(name);
        assert_eq!(strings(other.get("sqlite_databases")), [""; 0], "{name}");
        for secret in ["sealing_keys", "auth_secret"] {
            let given = other
                .get("variables")
                .is_some_and(|variables| variables.to_string().contains(secret));
            assert!(!given, "{name} is given {secret}");
        }
        assert!(
            !imports_of(name)
                .iter()
                .any(|import| import.starts_with("spin:sqlite")),
            "{name} imports a database"
        );
    }
    assert_eq!(
        strings(component("site").get("allowed_outbound_hosts")),
        [""; 0]
    );
    let triggers = manifest["trigger"]["http"]
        .as_array()
        .expect("there are triggers");
    let of_outbound: Vec<_> = triggers
        .iter()
        .filter(|trigger| trigger["component"].as_str() == Some("outbound"))
        .collect();
    assert_eq!(of_outbound.len(), 1);
    assert_eq!(of_outbound[0]["route"]["private"].as_bool(), Some(true));
}
