//! Application variables, resolved as on Spin: the operator's values, the manifest's defaults, and each component's own
//! variables from templates.

use crate::manifest::{ComponentManifest, VariableDeclaration};
use std::{collections::BTreeMap, sync::Arc};

/// The prefix of environment variables that set application variables.
pub const ENVIRONMENT_PREFIX: &str = "SPIN_VARIABLE_";

/// The resolved variables of an application. Values may be secret: there is no `Debug`, and errors never show one.
#[derive(Default)]
pub struct Variables(BTreeMap<String, String>);

/// The variables of one component, as `spin:variables` returns them.
pub type ComponentVariables = Arc<BTreeMap<String, String>>;

/// Why variables cannot be resolved.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// A required variable without a value, or with an empty one.
    #[error("variable `{name}` has no value: set {ENVIRONMENT_PREFIX}{} or pass --variable {name}=…", .name.to_ascii_uppercase())]
    Missing {
        /// The variable.
        name: String,
    },
    /// A `--variable` that the manifest does not declare.
    #[error("--variable {0}: the manifest doesn't declare this variable")]
    Undeclared(String),
    /// A template with `{{` and no `}}`.
    #[error("template of `{0}`: `{{{{` without `}}}}`")]
    Unclosed(String),
    /// A template that names a variable that the manifest does not declare.
    #[error("template of `{place}`: the manifest doesn't declare the variable `{name}`")]
    Unknown {
        /// The variable or key that contains the template.
        place: String,
        /// The name between the braces.
        name: String,
    },
}

impl Variables {
    /// Resolves each declared variable: from the command line, else from the environment, else from the default.
    pub fn resolve(
        declared: &BTreeMap<String, VariableDeclaration>,
        command_line: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, VariableError> {
        if let Some(name) = command_line
            .keys()
            .find(|name| !declared.contains_key(*name))
        {
            return Err(VariableError::Undeclared(name.clone()));
        }
        let mut values = BTreeMap::new();
        for (name, declaration) in declared {
            let value = command_line
                .get(name)
                .cloned()
                .or_else(|| {
                    environment(&format!(
                        "{ENVIRONMENT_PREFIX}{}",
                        name.to_ascii_uppercase()
                    ))
                })
                .or_else(|| declaration.default.clone())
                .unwrap_or_default();
            if declaration.required && value.is_empty() {
                return Err(VariableError::Missing { name: name.clone() });
            }
            values.insert(name.clone(), value);
        }
        Ok(Self(values))
    }

    /// Returns the value of an application variable; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Fills in a template: `{{ name }}` becomes the variable's value. Errors name `place`.
    pub fn fill(&self, template: &str, place: &str) -> Result<String, VariableError> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                return Err(VariableError::Unclosed(place.to_owned()));
            };
            let name = name.trim();
            let value = self.0.get(name).ok_or_else(|| VariableError::Unknown {
                place: place.to_owned(),
                name: name.to_owned(),
            })?;
            filled.push_str(before);
            filled.push_str(value);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Returns the variables of a component with all templates filled in.
    pub fn of_component(
        &self,
        component: &ComponentManifest,
    ) -> Result<ComponentVariables, VariableError> {
        let filled = component
            .variables
            .iter()
            .map(|(name, template)| Ok((name.clone(), self.fill(template, name)?)))
            .collect::<Result<_, VariableError>>()?;
        Ok(Arc::new(filled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    fn declarations() -> BTreeMap<String, VariableDeclaration> {
        let text = r#"
            spin_manifest_version = 2
            application = { name = "test" }
            trigger = { http = [] }
            component = {}
            [variables]
            key = { required = true, secret = true }
            host = { default = "registry.example" }
            none = { default = "" }
        "#;
        Manifest::parse(text, "spin.toml").unwrap().variables
    }

    fn resolve(
        command_line: &[(&str, &str)],
        environment: &[(&str, &str)],
    ) -> Result<Variables, VariableError> {
        let owned = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect()
        };
        let environment = owned(environment);
        Variables::resolve(&declarations(), &owned(command_line), |name| {
            environment.get(name).cloned()
        })
    }

    #[test]
    fn command_line_beats_environment_beats_default() {
        let both = resolve(
            &[("key", "a"), ("host", "line")],
            &[("SPIN_VARIABLE_HOST", "environment")],
        )
        .unwrap();
        assert_eq!(both.get("host"), "line");
        let environment =
            resolve(&[("key", "a")], &[("SPIN_VARIABLE_HOST", "environment")]).unwrap();
        assert_eq!(environment.get("host"), "environment");
        let default = resolve(&[("key", "a")], &[]).unwrap();
        assert_eq!(default.get("host"), "registry.example");
    }

    #[test]
    fn a_required_variable_must_have_a_value() {
        let missing = VariableError::Missing {
            name: "key".to_owned(),
        };
        assert_eq!(resolve(&[], &[]).err(), Some(missing));
        let empty = resolve(&[("key", "")], &[]).err().unwrap().to_string();
        assert_eq!(
            empty,
            "variable `key` has no value: set SPIN_VARIABLE_KEY or pass --variable key=…"
        );
    }

    #[test]
    fn an_undeclared_variable_is_named() {
        let error = resolve(&[("key", "a"), ("hots", "x")], &[]).err();
        assert_eq!(error, Some(VariableError::Undeclared("hots".to_owned())));
    }

    #[test]
    fn templates() {
        let variables = resolve(&[("key", "k3y"), ("host", "h")], &[]).unwrap();
        let cases: &[(&str, Result<&str, &str>)] = &[
            ("", Ok("")),
            ("plain", Ok("plain")),
            ("{{ key }}", Ok("k3y")),
            ("{{key}}", Ok("k3y")),
            ("https://{{ host }}:{{ key }}/", Ok("https://h:k3y/")),
            ("{{ none }}", Ok("")),
            ("} {", Ok("} {")),
            ("{{ key", Err("template of `place`: `{{` without `}}`")),
            (
                "{{ nobody }}",
                Err("template of `place`: the manifest doesn't declare the variable `nobody`"),
            ),
        ];
        for (template, expected) in cases {
            let filled = variables
                .fill(template, "place")
                .map_err(|error| error.to_string());
            assert_eq!(
                filled.as_deref().map_err(String::as_str),
                *expected,
                "{template}"
            );
        }
    }
}
