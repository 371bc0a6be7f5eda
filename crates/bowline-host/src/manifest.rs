//! The application manifest: `spin.toml`, version 2.
//!
//! Every key is either implemented or an error that names it. An ignored key could give an application other rights
//! than its author intended.

use crate::{
    component_id::ComponentId,
    route::{Pattern, Route, RouteError},
};
use serde::{Deserialize, Deserializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// An application: its variables, its HTTP triggers, and its components.
#[derive(Debug)]
pub struct Manifest {
    /// The application's name.
    pub name: String,
    /// The declared variables by name.
    pub variables: BTreeMap<String, VariableDeclaration>,
    /// The HTTP triggers in the order of the file.
    pub triggers: Vec<HttpTrigger>,
    /// The components by id.
    pub components: BTreeMap<ComponentId, ComponentManifest>,
}

/// One `[variables]` entry. Spin wants `required = true` or a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableDeclaration {
    /// The value if the operator sets none.
    pub default: Option<String>,
    /// True if the operator must set a value.
    #[serde(default)]
    pub required: bool,
    /// True if the value must never be shown.
    #[serde(default)]
    pub secret: bool,
}

/// One `[[trigger.http]]` entry.
#[derive(Debug)]
pub struct HttpTrigger {
    /// The paths that reach the component.
    pub route: Route,
    /// The component that handles the requests.
    pub component: ComponentId,
}

/// One `[component.<id>]` table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentManifest {
    /// Free text.
    pub description: Option<String>,
    /// The component's file, relative to the manifest.
    #[serde(deserialize_with = "file_source")]
    pub source: PathBuf,
    /// The hosts that the component may send requests to; entries may be templates.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// The databases that the component may open.
    #[serde(default)]
    pub sqlite_databases: BTreeSet<String>,
    /// Templates of the component's variables by name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// The component's environment.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The build of the component. `spin build` uses it; running does not.
    #[serde(default, rename = "build")]
    _build: Option<Build>,
}

/// Why a manifest is invalid.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: std::io::Error,
    },
    /// The text is not TOML, or a key is unknown, missing, or of the wrong type.
    #[error("{file}, line {line}: {message}")]
    Syntax {
        /// The file's name.
        file: String,
        /// The line, starting at 1.
        line: usize,
        /// The error.
        message: String,
    },
    /// The version is not 2.
    #[error("spin_manifest_version {0} isn't supported: this host reads version 2")]
    Version(i64),
    /// A variable with neither a default nor `required = true`.
    #[error("variable `{0}` needs `required = true` or a `default`")]
    Variable(String),
    /// A name that Spin does not take for a variable.
    #[error(
        "`{0}` isn't a variable name: use lowercase letters, digits, and single underscores, starting with a letter"
    )]
    VariableName(String),
    /// A trigger for an unknown component.
    #[error("[[trigger.http]] names component `{0}`, which the manifest doesn't define")]
    UnknownComponent(ComponentId),
    /// A component that no trigger reaches.
    #[error("component `{0}` has no [[trigger.http]]")]
    Unreachable(ComponentId),
    /// An invalid route.
    #[error(transparent)]
    Route(#[from] RouteError),
}

impl Manifest {
    /// Loads a manifest from a file.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path).map_err(|error| ManifestError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        let file = path.file_name().unwrap_or(path.as_os_str());
        Self::parse(&text, &file.to_string_lossy())
    }

    /// Creates a manifest for a single component. The component handles every path and may send requests to every host
    /// that the blocked networks allow. Its id, for logs and `[[client_tls]]`, is its file name.
    pub fn of_component(source: &Path, environment: &BTreeMap<String, String>) -> Self {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let id = ComponentId::of_file_name(&name);
        let component = ComponentManifest {
            description: None,
            source: source.to_owned(),
            allowed_outbound_hosts: vec!["https://*:*".to_owned(), "http://*:*".to_owned()],
            sqlite_databases: BTreeSet::new(),
            variables: BTreeMap::new(),
            environment: environment.clone(),
            _build: None,
        };
        let trigger = HttpTrigger {
            route: Route::Public(Pattern::everything()),
            component: id.clone(),
        };
        Self {
            name: id.to_string(),
            variables: BTreeMap::new(),
            triggers: vec![trigger],
            components: BTreeMap::from([(id, component)]),
        }
    }

    /// Parses a manifest. `file` is the file name for errors.
    pub fn parse(text: &str, file: &str) -> Result<Self, ManifestError> {
        let document: Document = from_toml(text, file)?;
        if document.spin_manifest_version != 2 {
            return Err(ManifestError::Version(document.spin_manifest_version));
        }
        for (name, declaration) in &document.variables {
            check_variable_name(name)?;
            if declaration.default.is_none() && !declaration.required {
                return Err(ManifestError::Variable(name.clone()));
            }
        }
        let triggers = document
            .trigger
            .http
            .into_iter()
            .map(|trigger| {
                if !document.component.contains_key(&trigger.component) {
                    return Err(ManifestError::UnknownComponent(trigger.component));
                }
                let route = match trigger.route {
                    RouteKey::Pattern(text) => Route::parse(&text)?,
                    RouteKey::Private => Route::Private,
                };
                Ok(HttpTrigger {
                    route,
                    component: trigger.component,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (id, component) in &document.component {
            component
                .variables
                .keys()
                .try_for_each(|name| check_variable_name(name))?;
            if !triggers.iter().any(|trigger| trigger.component == *id) {
                return Err(ManifestError::Unreachable(id.clone()));
            }
        }
        Ok(Self {
            name: document.application.name,
            variables: document.variables,
            triggers,
            components: document.component,
        })
    }
}

/// Reads TOML. The error names line and key but never repeats the line: it may hold a token.
pub(crate) fn from_toml<T: for<'de> Deserialize<'de>>(
    text: &str,
    file: &str,
) -> Result<T, ManifestError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        ManifestError::Syntax {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            message: error.message().to_owned(),
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    spin_manifest_version: i64,
    application: Application,
    #[serde(default)]
    variables: BTreeMap<String, VariableDeclaration>,
    trigger: Triggers,
    component: BTreeMap<ComponentId, ComponentManifest>,
}

/// The description of the application. It has no effect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Application {
    name: String,
    #[serde(rename = "version")]
    _version: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "authors")]
    _authors: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Triggers {
    http: Vec<TriggerEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerEntry {
    route: RouteKey,
    component: ComponentId,
}

enum RouteKey {
    Pattern(String),
    Private,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    #[serde(rename = "command")]
    _command: toml::Value,
    #[serde(rename = "workdir")]
    _workdir: Option<String>,
    #[serde(rename = "watch")]
    _watch: Option<Vec<String>>,
    #[serde(rename = "environment")]
    _environment: Option<BTreeMap<String, String>>,
}

impl<'de> Deserialize<'de> for RouteKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refused = "`route` must be a path like \"/v1/...\" or { private = true }";
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(pattern) => Ok(Self::Pattern(pattern)),
            toml::Value::Table(table)
                if table.len() == 1
                    && table.get("private") == Some(&toml::Value::Boolean(true)) =>
            {
                Ok(Self::Private)
            }
            _ => Err(serde::de::Error::custom(refused)),
        }
    }
}

fn file_source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(path) => Ok(path.into()),
        _ => Err(serde::de::Error::custom(
            "`source` must be a file: sources from a URL or a registry aren't supported",
        )),
    }
}

fn check_variable_name(name: &str) -> Result<(), ManifestError> {
    let words = name.split('_').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    if words && name.starts_with(|first: char| first.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(ManifestError::VariableName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
