use super::*;
use http_body_util::Empty;
use tempfile::TempDir;

/// A component whose only answer is a trap.
const TRAPS: &str = r#"
(component
  (import "wasi:http/types@0.2.6" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $answer))
  (core module $module (func (export "handle") (param i32 i32) unreachable))
  (core instance $core (instantiate $module))
  (func $handle (param "request" (own $request)) (param "response-out" (own $answer))
    (canon lift (core func $core "handle")))
  (instance $handler (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.6" (instance $handler)))
"#;

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

const MANIFEST: &str = r#"
spin_manifest_version = 2
[application]
name = "test"
[variables]
greeting = { default = "hello" }
[[trigger.http]]
route = "/app/..."
component = "app"
[component.app]
source = "app.wasm"
[component.app.variables]
greeting = "{{ greeting }}"
"#;

/// An application in a folder of its own.
fn application(component: &str, manifest: &str) -> (TempDir, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let wasm = wat::parse_str(component).unwrap();
    std::fs::write(folder.path().join("app.wasm"), wasm).unwrap();
    std::fs::write(folder.path().join("spin.toml"), manifest).unwrap();
    let settings = Settings {
        program: Program::Application {
            manifest: folder.path().join("spin.toml"),
            variables: BTreeMap::new(),
        },
        runtime_config: None,
        state: folder.path().join("state"),
        cache: folder.path().join("cache"),
        overrides: Vec::new(),
    };
    (folder, settings)
}

/// The same component without its manifest.
fn alone(component: &str) -> (TempDir, Settings) {
    let (folder, mut settings) = application(component, MANIFEST);
    settings.program = Program::Component {
        source: folder.path().join("app.wasm"),
        environment: BTreeMap::new(),
    };
    (folder, settings)
}

fn request(uri: &str, host: Option<&str>) -> Request<WasiBody> {
    let mut request = Request::get(uri);
    if let Some(host) = host {
        request = request.header(header::HOST, host);
    }
    request
        .body(Empty::new().map_err(|never| match never {}).boxed_unsync())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_a_component_and_of_one_that_traps() {
    let (_folder, settings) = application(TRAPS, MANIFEST);
    let app = App::load(&settings).unwrap();
    let cases = [
        (
            "health",
            "/.well-known/spin/health",
            Some("a.test"),
            StatusCode::OK,
        ),
        (
            "other well-known paths",
            "/.well-known/spin/info",
            Some("a.test"),
            StatusCode::NOT_FOUND,
        ),
        ("no route", "/", Some("a.test"), StatusCode::NOT_FOUND),
        (
            "trap",
            "/app",
            Some("a.test"),
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        (
            "trap again, in a new instance",
            "/app/x",
            Some("a.test"),
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        ("no host", "/app", None, StatusCode::BAD_REQUEST),
        (
            "hosts that contradict",
            "http://b.test/app",
            Some("a.test"),
            StatusCode::BAD_REQUEST,
        ),
        (
            "host that is none",
            "/app",
            Some("a b"),
            StatusCode::BAD_REQUEST,
        ),
        (
            "host of a component",
            "/app",
            Some("app.spin.internal"),
            StatusCode::BAD_REQUEST,
        ),
    ];
    for (name, uri, host, expected) in cases {
        let response = app
            .answer(request(uri, host), "192.0.2.1:7".parse().unwrap())
            .await;
        assert_eq!(response.status(), expected, "{name}");
    }
}

#[tokio::test]
async fn chaining_to_nobody_is_destination_not_found() {
    let (_folder, settings) = application(TRAPS, MANIFEST);
    let app = App::load(&settings).unwrap();
    let outcome = app
        .chained("nobody", request("http://nobody.spin.internal/", None))
        .await;
    assert!(matches!(outcome, Err(Error::DestinationNotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_component_answers_every_path() {
    let (_folder, settings) = alone(TRAPS);
    let app = App::load(&settings).unwrap();
    for path in ["/", "/any/path", "/.well-known/spin/health"] {
        let client = "192.0.2.1:7".parse().unwrap();
        let response = app.answer(request(path, Some("a.test")), client).await;
        assert_eq!(
            response.status(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "the component traps at {path}"
        );
    }
}

#[tokio::test]
async fn one_component_has_no_interface_of_spin() {
    let (_folder, settings) = alone(ASKS_FOR_SPIN);
    let error = App::load(&settings).err().unwrap().to_string();
    assert!(error.contains("spin:variables/variables"), "{error}");
}

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
        let app = App::load(&settings).unwrap();
        let outcome = app.probe(path).await;
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
        let error = App::load(&settings).err().unwrap().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_second_start_takes_compiled_components_from_the_cache() {
    let (folder, settings) = application(TRAPS, MANIFEST);
    App::load(&settings).unwrap();
    let entries = || walk(&folder.path().join("cache"));
    let first = entries();
    assert!(!first.is_empty());
    App::load(&settings).unwrap();
    assert_eq!(entries(), first);
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
