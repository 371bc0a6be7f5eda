//! Reads the keys of a manifest and the imports of a component, without running either.

use crate::manifest::{ManifestError, from_toml};
use std::collections::BTreeSet;
use wasmparser::{Encoding, Parser, Payload};

/// Why a component cannot be inspected.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Not WebAssembly.
    #[error(transparent)]
    Wasm(#[from] wasmparser::BinaryReaderError),
    /// A core module: Spin runs components.
    #[error("a core module, not a component")]
    Module,
}

/// Returns every dotted key of a TOML text. An array of tables counts once: `component.site.source`,
/// `trigger.http.route`.
pub fn keys(text: &str) -> Result<BTreeSet<String>, ManifestError> {
    let mut found = BTreeSet::new();
    collect(
        &toml::Value::Table(from_toml(text, "spin.toml")?),
        "",
        &mut found,
    );
    Ok(found)
}

/// Returns the names of a component's imports, such as `wasi:http/types@0.3.0`.
pub fn imports(component: &[u8]) -> Result<BTreeSet<String>, InspectError> {
    let mut found = BTreeSet::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding == Encoding::Module {
                    return Err(InspectError::Module);
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    found.insert(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn collect(value: &toml::Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                found.insert(path.clone());
                collect(value, &path, found);
            }
        }
        toml::Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, path, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_dotted_and_arrays_of_tables_are_one() {
        let text = "a = 1\n[b.c]\nd = [1, 2]\n[[e.f]]\ng = 1\n[[e.f]]\nh = { i = 2 }";
        let expected = [
            "a", "b", "b.c", "b.c.d", "e", "e.f", "e.f.g", "e.f.h", "e.f.h.i",
        ];
        assert_eq!(keys(text).unwrap(), expected.map(str::to_owned).into());
    }

    #[test]
    fn a_core_module_is_refused() {
        assert!(matches!(
            imports(b"\0asm\x01\0\0\0"),
            Err(InspectError::Module)
        ));
        assert!(matches!(imports(b"no wasm"), Err(InspectError::Wasm(_))));
    }
}
