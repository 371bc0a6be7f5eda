use super::*;

const SMALL: &str = r#"
spin_manifest_version = 2
[application]
name = "small"
[variables]
key = { required = true, secret = true }
[[trigger.http]]
route = "/..."
component = "one"
[[trigger.http]]
route = { private = true }
component = "two"
[component.one]
source = "one.wasm"
allowed_outbound_hosts = ["http://two.spin.internal"]
sqlite_databases = ["default"]
environment = { A = "b" }
[component.one.variables]
key = "{{ key }}"
[component.one.build]
command = "make"
watch = ["*"]
[component.two]
source = "two.wasm"
"#;

fn parse(text: &str) -> Result<Manifest, String> {
    Manifest::parse(text, "spin.toml").map_err(|error| error.to_string())
}

#[test]
fn a_manifest_is_read() {
    let manifest = parse(SMALL).unwrap();
    assert_eq!(manifest.name, "small");
    assert!(manifest.variables["key"].secret);
    assert_eq!(manifest.triggers.len(), 2);
    assert_eq!(manifest.triggers[1].route, Route::Private);
    let one = &manifest.components["one"];
    assert_eq!(one.source, Path::new("one.wasm"));
    assert!(one.sqlite_databases.contains("default"));
}

#[test]
fn the_shipped_manifest_is_read() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let manifest = Manifest::load(&shipped).unwrap();
    assert!(manifest.components["outbound"].sqlite_databases.is_empty());
    assert!(
        manifest.components["outbound"]
            .variables
            .keys()
            .all(|name| name != "sealing_keys")
    );
}

#[test]
fn errors_name_what_is_not_implemented_or_wrong() {
    let replaced: &[(&str, &str, &str, &str)] = &[
        (
            "version 1",
            "spin_manifest_version = 2",
            "spin_manifest_version = 1",
            "spin_manifest_version 1",
        ),
        (
            "key at the top",
            "[application]",
            "tool = 1\n[application]",
            "`tool`",
        ),
        (
            "application key",
            "name = \"small\"",
            "name = \"small\"\nlogo = \"x\"",
            "`logo`",
        ),
        ("variable key", "secret = true", "sceret = true", "`sceret`"),
        (
            "variable without a value",
            "required = true, ",
            "",
            "`key` needs",
        ),
        (
            "variable name",
            "key = { r",
            "Key = { r",
            "`Key` isn't a variable name",
        ),
        (
            "double underscore",
            "key = { r",
            "k__ey = { r",
            "`k__ey` isn't a variable name",
        ),
        (
            "other trigger",
            "[[trigger.http]]\nroute = \"/...\"",
            "[[trigger.redis]]\nroute = \"/...\"",
            "`redis`",
        ),
        (
            "trigger key",
            "component = \"one\"",
            "component = \"one\"\nexecutor = {}",
            "`executor`",
        ),
        (
            "private = false",
            "{ private = true }",
            "{ private = false }",
            "`route` must be",
        ),
        (
            "route key",
            "{ private = true }",
            "{ private = true, base = 1 }",
            "`route` must be",
        ),
        ("bad route", "\"/...\"", "\"/:/\"", "route `/:/`"),
        (
            "unknown component",
            "component = \"two\"",
            "component = \"three\"",
            "`three`",
        ),
        (
            "no trigger",
            "route = { private = true }\ncomponent = \"two\"",
            "route = \"/x\"\ncomponent = \"one\"",
            "`two` has no",
        ),
        (
            "source from a URL",
            "\"two.wasm\"",
            "{ url = \"x\", digest = \"y\" }",
            "`source` must be a file",
        ),
        (
            "files",
            "source = \"two.wasm\"",
            "source = \"two.wasm\"\nfiles = []",
            "`files`",
        ),
        (
            "key value stores",
            "source = \"two.wasm\"",
            "source = \"two.wasm\"\nkey_value_stores = []",
            "`key_value_stores`",
        ),
        (
            "models",
            "source = \"two.wasm\"",
            "source = \"two.wasm\"\nai_models = []",
            "`ai_models`",
        ),
        (
            "build key",
            "command = \"make\"",
            "command = \"make\"\nshell = \"sh\"",
            "`shell`",
        ),
        (
            "wrong type",
            "sqlite_databases = [\"default\"]",
            "sqlite_databases = \"default\"",
            "sequence",
        ),
        ("no TOML", "[application]", "[application", "line 3"),
        (
            "component id",
            "[component.two]",
            "[component.\"t wo\"]",
            "`t wo` isn't a component ID",
        ),
    ];
    for (name, from, to, expected) in replaced {
        assert!(SMALL.contains(from), "{name}");
        let error = parse(&SMALL.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[test]
fn a_missing_key_is_named() {
    for (line, key) in [
        ("source = \"two.wasm\"", "source"),
        ("name = \"small\"", "name"),
    ] {
        let error = parse(&SMALL.replacen(line, "", 1)).unwrap_err();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
}
