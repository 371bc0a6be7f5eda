//! Starts a program: reads, checks, compiles, and links everything, so that errors appear before the first request.

use crate::{
    allowed_hosts::{AllowedHostError, AllowedHosts},
    app::App,
    client::Client,
    component_id::ComponentId,
    dial::{Connector, Override, System},
    instance::{InstanceFactory, InstanceTemplate, Kind, Runtime},
    logs::LogFile,
    manifest::{ComponentManifest, Manifest, ManifestError},
    networks::Exemptions,
    outbound::{Components, Outbound},
    owner_only,
    route::{Pattern, Route, RouteError, RouteTable},
    runtime_config::{RuntimeConfig, RuntimeConfigError},
    server::{Handler, TrustedProxies},
    sqlite::Databases,
    tls::{TlsError, TlsRoots},
    variables::{VariableError, Variables},
};
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Collected, Empty};
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, Weak},
};
use wasmtime_wasi_http::WasiBody;

/// The variable that exempts authorities from `block_networks`, and its name in the environment of a single component.
const PRIVATE_HOSTS: &str = "private_hosts";
const PRIVATE_HOSTS_ENVIRONMENT: &str = "BOWLINE_PRIVATE_HOSTS";
/// The variable that lists the operator's proxies, and its name in the environment of a single component.
const TRUSTED_PROXIES: &str = "trusted_proxies";
const TRUSTED_PROXIES_ENVIRONMENT: &str = "BOWLINE_TRUSTED_PROXIES";
/// A program to run.
pub enum Program {
    /// The application of a manifest, as `spin up` runs it.
    Application {
        /// The manifest.
        manifest: PathBuf,
        /// Values of variables from the command line.
        variables: BTreeMap<String, String>,
    },
    /// A single component without a manifest, as `wasmtime serve` runs it. It handles every path, has WASI's interfaces
    /// but none of Spin's, and reads its settings from the environment.
    Component {
        /// Its file.
        source: PathBuf,
        /// Its environment.
        environment: BTreeMap<String, String>,
    },
}

/// The settings for starting a program.
pub struct Settings {
    /// The program.
    pub program: Program,
    /// The runtime configuration; without it, no network is blocked.
    pub runtime_config: Option<PathBuf>,
    /// The folder of databases and logs.
    pub state: PathBuf,
    /// The folder of compiled components.
    pub cache: PathBuf,
    /// Replacement addresses of servers, for tests.
    pub overrides: Vec<Override>,
}

/// Why a program does not start. Contains no values of variables.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The manifest is invalid.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The routes conflict.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The runtime configuration is invalid.
    #[error(transparent)]
    RuntimeConfig(#[from] RuntimeConfigError),
    /// A variable has no value, or a template is invalid.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// An outbound host is invalid.
    #[error(transparent)]
    AllowedHost(#[from] AllowedHostError),
    /// The TLS settings are invalid.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A component lists a database that is not configured.
    #[error("component `{component}`: no [sqlite_database.{label}] in the runtime configuration")]
    Database {
        /// The component.
        component: ComponentId,
        /// The database.
        label: String,
    },
    /// A component's file cannot be read.
    #[error("component `{component}`: cannot read {path}: {error} (is it built?)")]
    Source {
        /// The component.
        component: ComponentId,
        /// Its file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// A component cannot be compiled, or imports an interface that this host does not provide.
    #[error("component `{component}`: {error:#}")]
    Component {
        /// The component.
        component: ComponentId,
        /// Wasmtime's error.
        error: wasmtime::Error,
    },
    /// Wasmtime cannot be prepared.
    #[error("Wasmtime: {0:#}")]
    Runtime(wasmtime::Error),
    /// The program reports that it cannot work, for example because a variable is missing or invalid.
    #[error("the program is not ready: {0}")]
    NotReady(String),
    /// A folder or a file of the state directory cannot be created.
    #[error("cannot create {path}: {error}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
}

/// Starts a program.
pub fn load(settings: &Settings) -> Result<Arc<App>, StartError> {
    let (kind, manifest, folder, variables, environment) = match &settings.program {
        Program::Application {
            manifest: file,
            variables,
        } => {
            let folder = file.parent().unwrap_or(Path::new(""));
            let manifest = Manifest::load(file)?;
            let environment = |name: &str| std::env::var(name).ok();
            let variables = Variables::resolve(&manifest.variables, variables, environment)?;
            (Kind::Application, manifest, folder, variables, None)
        }
        Program::Component {
            source,
            environment,
        } => {
            let manifest = Manifest::of_component(source, environment);
            let (folder, variables) = (Path::new(""), Variables::default());
            let environment = Some(environment);
            (Kind::Component, manifest, folder, variables, environment)
        }
    };
    // Two variables of the program concern the host, too.
    let value = |variable, in_environment| match environment {
        Some(environment) => environment.get(in_environment).map_or("", String::as_str),
        None => variables.get(variable),
    };
    let private_hosts = value(PRIVATE_HOSTS, PRIVATE_HOSTS_ENVIRONMENT);
    let proxies = value(TRUSTED_PROXIES, TRUSTED_PROXIES_ENVIRONMENT);
    let config = match &settings.runtime_config {
        Some(path) => RuntimeConfig::load(path)?,
        None => RuntimeConfig::default(),
    };
    let routes = RouteTable::new(public_routes(&manifest))?;
    let logs = settings.state.join("logs");
    let cache = std::path::absolute(&settings.cache).map_err(folder_error(&settings.cache))?;
    owner_only::make_folder(&logs).map_err(folder_error(&logs))?;
    owner_only::restrict(&logs).map_err(folder_error(&logs))?;
    owner_only::make_folder(&cache).map_err(folder_error(&cache))?;
    let runtime = Runtime::new(&cache, kind).map_err(StartError::Runtime)?;
    let loader = Loader {
        folder,
        state: &settings.state,
        logs: &logs,
        connector: Connector {
            blocked: Arc::new(config.blocked.clone()),
            exemptions: Arc::new(Exemptions::parse(private_hosts)),
            overrides: Arc::new(settings.overrides.clone()),
            resolver: Arc::new(System),
            dialer: Arc::new(System),
        },
        config: &config,
        variables: &variables,
        runtime: &runtime,
        components: Arc::default(),
    };
    let components = manifest
        .components
        .iter()
        .map(|(id, component)| Ok((id.clone(), loader.load(id, component)?)))
        .collect::<Result<_, StartError>>()?;
    let proxies = TrustedProxies::parse(proxies);
    let app = Arc::new(App::new(
        kind,
        routes,
        components,
        proxies,
        runtime.shutdown(),
    ));
    // The cell was made above and is filled once.
    let components: Weak<dyn Components> = Arc::downgrade(&app) as _;
    let _ = loader.components.set(components);
    Ok(app)
}

/// Requests `path` from the program before the first caller does: through its routes, and then from each component
/// without a route, as other components would. Fails if one answers with a server error.
pub async fn probe(app: &App, path: &str) -> Result<(), StartError> {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 0));
    ready(app.handle(probe_request("localhost", path)?, nobody).await).await?;
    let has_route = |id: &ComponentId| app.routes().iter().any(|(_, of)| of == id);
    for id in app.component_ids().filter(|id| !has_route(id)) {
        let request = probe_request(&format!("{id}.spin.internal"), path)?;
        let answer = app.send(id.as_str(), request).await;
        ready(answer.map_err(|error| StartError::NotReady(error.to_string()))?).await?;
    }
    Ok(())
}

/// Loads components.
struct Loader<'a> {
    folder: &'a Path,
    state: &'a Path,
    logs: &'a Path,
    connector: Connector,
    config: &'a RuntimeConfig,
    variables: &'a Variables,
    runtime: &'a Runtime,
    components: Arc<OnceLock<Weak<dyn Components>>>,
}

impl Loader<'_> {
    fn load(
        &self,
        id: &ComponentId,
        component: &ComponentManifest,
    ) -> Result<InstanceFactory, StartError> {
        let path = self.folder.join(&component.source);
        let wasm = std::fs::read(&path).map_err(|error| StartError::Source {
            component: id.clone(),
            path,
            error,
        })?;
        let log = |stream| LogFile::open(self.logs, id, stream).map_err(folder_error(self.logs));
        let template = InstanceTemplate {
            outbound: Arc::new(self.outbound(id, component)?),
            variables: self.variables.of_component(component)?,
            databases: self.databases(id, component)?,
            environment: component.environment.clone(),
            stdout: log("stdout")?,
            stderr: log("stderr")?,
        };
        self.runtime
            .load(id.as_str(), &wasm, template)
            .map_err(|error| StartError::Component {
                component: id.clone(),
                error,
            })
    }

    fn outbound(
        &self,
        id: &ComponentId,
        component: &ComponentManifest,
    ) -> Result<Outbound, StartError> {
        let filled = component
            .allowed_outbound_hosts
            .iter()
            .map(|entry| self.variables.fill(entry, "allowed_outbound_hosts"))
            .collect::<Result<Vec<_>, _>>()?;
        let tls = TlsRoots::new(id, &self.config.client_tls)?;
        Ok(Outbound {
            allowed: AllowedHosts::parse(filled.iter().map(String::as_str))?,
            client: Client::new(self.connector.clone(), tls),
            components: self.components.clone(),
        })
    }

    /// The `default` database is there without configuration, as on Spin.
    fn databases(
        &self,
        id: &ComponentId,
        component: &ComponentManifest,
    ) -> Result<Databases, StartError> {
        let file = |label: &String| {
            let configured = self.config.databases.get(label);
            let name = match configured.cloned().flatten() {
                Some(path) => path,
                None if label == "default" => "sqlite_db.db".into(),
                None if configured.is_some() => format!("{label}.db").into(),
                None => {
                    return Err(StartError::Database {
                        component: id.clone(),
                        label: label.clone(),
                    });
                }
            };
            let path = self.state.join(name);
            owner_only::make_database(&path).map_err(folder_error(&path))?;
            Ok((label.clone(), path))
        };
        let databases = component
            .sqlite_databases
            .iter()
            .map(file)
            .collect::<Result<_, _>>()?;
        Ok(Arc::new(databases))
    }
}

/// A request for `path` that probes a program before its first caller.
fn probe_request(host: &str, path: &str) -> Result<Request<WasiBody>, StartError> {
    Request::get(format!("http://{host}{path}"))
        .header(header::HOST, host)
        .body(Empty::new().map_err(|never| match never {}).boxed_unsync())
        .map_err(|error| StartError::NotReady(error.to_string()))
}

/// The error of a program that reports that it cannot work, with the detail of its response.
async fn ready(answer: Response<WasiBody>) -> Result<(), StartError> {
    let status = answer.status();
    if !status.is_server_error() {
        return Ok(());
    }
    let body = answer.into_body().collect().await.map(Collected::to_bytes);
    let problem: serde_json::Value =
        serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
    let detail = problem.get("detail").and_then(serde_json::Value::as_str);
    Err(StartError::NotReady(
        detail.map_or_else(|| format!("HTTP {status}"), str::to_owned),
    ))
}

fn public_routes(manifest: &Manifest) -> impl Iterator<Item = (Pattern, ComponentId)> {
    manifest
        .triggers
        .iter()
        .filter_map(|trigger| match &trigger.route {
            Route::Public(pattern) => Some((pattern.clone(), trigger.component.clone())),
            Route::Private => None,
        })
}

fn folder_error(path: &Path) -> impl Fn(io::Error) -> StartError {
    let path = path.to_owned();
    move |error| StartError::Folder {
        path: path.clone(),
        error,
    }
}

#[cfg(test)]
mod tests;
