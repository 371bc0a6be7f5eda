use super::*;
use crate::fixtures::{MANIFEST, TRAPS, alone, application};

/// A component that asks for what no host here provides.
const ASKS_FOR_MORE: &str = r#"
(component
  (import "wasi:keyvalue/store@0.2.0-draft2" (instance (export "open" (func)))))
"#;

/// A component that asks for an interface of Spin.
const ASKS_FOR_SPIN: &str = r#"
(component
  (import "spin:variables/variables@3.0.0" (instance (export "get" (func)))))
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_start_asks_public_and_private_components() {
    let private = format!(
        "{MANIFEST}[[trigger.http]]\nroute = {{ private = true }}\ncomponent = \"hidden\"\n\
         [component.hidden]\nsource = \"app.wasm\"\n"
    );
    let cases = [
        ("no component is asked", MANIFEST, "/elsewhere", true),
        ("the public one traps", MANIFEST, "/app", false),
        ("the private one traps", &private, "/elsewhere", false),
    ];
    for (name, manifest, path, fit) in cases {
        let (_folder, settings) = application(TRAPS, manifest);
        let app = load(&settings).unwrap();
        let outcome = probe(&app, path).await;
        assert_eq!(outcome.is_ok(), fit, "{name}: {outcome:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_at_the_start() {
    let cases = [
        (
            "import that is not provided",
            ASKS_FOR_MORE,
            MANIFEST.to_owned(),
            "wasi:keyvalue/store",
        ),
        (
            "no component file",
            TRAPS,
            MANIFEST.replace("app.wasm", "other.wasm"),
            "other.wasm",
        ),
        (
            "unknown database",
            TRAPS,
            MANIFEST.replace("source", "sqlite_databases = [\"more\"]\nsource"),
            "[sqlite_database.more]",
        ),
        (
            "missing variable",
            TRAPS,
            MANIFEST.replace("{ default = \"hello\" }", "{ required = true }"),
            "SPIN_VARIABLE_GREETING",
        ),
        (
            "unknown variable in a template",
            TRAPS,
            MANIFEST.replace("{{ greeting }}", "{{ greting }}"),
            "`greting`",
        ),
        (
            "outbound host",
            TRAPS,
            MANIFEST.replace(
                "source",
                "allowed_outbound_hosts = [\"example.com\"]\nsource",
            ),
            "`example.com`",
        ),
        (
            "routes that match the same",
            TRAPS,
            format!("{MANIFEST}[[trigger.http]]\nroute = \"/app/...\"\ncomponent = \"app\"\n"),
            "match the same paths",
        ),
    ];
    for (name, component, manifest, expected) in cases {
        let (_folder, settings) = application(component, &manifest);
        let error = load(&settings).err().unwrap().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_second_start_takes_compiled_components_from_the_cache() {
    let (folder, settings) = application(TRAPS, MANIFEST);
    load(&settings).unwrap();
    let entries = || walk(&folder.path().join("cache"));
    let first = entries();
    assert!(!first.is_empty());
    load(&settings).unwrap();
    assert_eq!(entries(), first);
}

#[tokio::test]
async fn one_component_has_no_interface_of_spin() {
    let (_folder, settings) = alone(ASKS_FOR_SPIN);
    let error = load(&settings).err().unwrap().to_string();
    assert!(error.contains("spin:variables/variables"), "{error}");
}

/// The compiled components below a folder; statistics beside them come and go.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else if path.extension().is_none() {
            found.push(path);
        }
    }
    found.sort();
    found
}
