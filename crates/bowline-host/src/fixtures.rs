//! Programs for tests.

use crate::start::{Program, Settings};
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use std::collections::BTreeMap;
use tempfile::TempDir;
use wasmtime_wasi_http::WasiBody;

/// A component whose only answer is a trap.
pub(crate) const TRAPS: &str = r#"
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

/// An application of one component.
pub(crate) const MANIFEST: &str = r#"
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
pub(crate) fn application(component: &str, manifest: &str) -> (TempDir, Settings) {
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
pub(crate) fn alone(component: &str) -> (TempDir, Settings) {
    let (folder, mut settings) = application(component, MANIFEST);
    settings.program = Program::Component {
        source: folder.path().join("app.wasm"),
        environment: BTreeMap::new(),
    };
    (folder, settings)
}

/// A request without a body.
pub(crate) fn request(uri: &str, host: Option<&str>) -> Request<WasiBody> {
    let mut request = Request::get(uri);
    if let Some(host) = host {
        request = request.header(header::HOST, host);
    }
    request
        .body(Empty::new().map_err(|never| match never {}).boxed_unsync())
        .unwrap()
}
