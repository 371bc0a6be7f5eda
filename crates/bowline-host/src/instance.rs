//! Components and their instances. A component is compiled once. Instances are created on demand, shared by several
//! requests, and dropped after a second without requests.

use crate::{
    logs::LogFile,
    outbound::{Hooks, Outbound},
    spin_variables::{self, HasVariables},
    sqlite::{self, Databases, HasSqlite, SqliteView},
    variables::ComponentVariables,
};
use std::{
    collections::BTreeMap,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};
use tokio::time::Sleep;
use wasmtime::{
    Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store,
    StoreContextMut, StoreLimits, StoreLimitsBuilder,
    component::{Component, GuestTaskId, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    WasiHttpCtx, WasiHttpCtxView, WasiHttpView,
    handler::{
        HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
    },
    p2, p3,
};

/// Spin's limits: requests at once in one instance, and in all.
const REQUESTS_AT_ONCE: usize = 16;
const REQUESTS_IN_ALL: usize = 128;
/// The time that an instance lives without a request: in an application as long as on Spin. A component on its own
/// keeps counts in its memory, so it lives longer.
const IDLE: Duration = Duration::from_secs(1);
const IDLE_ALONE: Duration = Duration::from_secs(60);
/// The time until an answer has to begin, and the time that it may then go on.
const ANSWER_BEGINS: Duration = Duration::from_secs(60);
const ANSWER_ENDS: Duration = Duration::from_secs(600);
/// The memory of one instance.
const MEMORY: usize = 256 << 20;
/// The time after which a component that computes lets others run: short, so that a request beside many that compute
/// is not late at each of its steps.
const TICK: Duration = Duration::from_millis(1);

/// The runtime that a component expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A part of a Spin application, with Spin's interfaces, headers and paths.
    Application,
    /// A component of its own, with WASI's interfaces only.
    Component,
}

/// The compiler and the compiled code, shared by all components.
pub struct Runtime {
    kind: Kind,
    engine: Engine,
    linker: Linker<State>,
    shutdown: Shutdown,
}

/// A flag that is set when the host ends: instances that end with it are not failures.
#[derive(Clone, Default)]
pub struct Shutdown(Arc<AtomicBool>);

/// The template of one component's instances.
pub struct InstanceTemplate {
    /// Sends its requests.
    pub outbound: Arc<Outbound>,
    /// Its variables.
    pub variables: ComponentVariables,
    /// Its databases.
    pub databases: Databases,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// Its standard output.
    pub stdout: LogFile,
    /// Its standard error.
    pub stderr: LogFile,
}

/// Creates instances of one component on demand.
pub struct InstanceFactory {
    engine: Engine,
    component: ProxyPre<State>,
    template: InstanceTemplate,
    name: Arc<str>,
    idle: Duration,
    shutdown: Shutdown,
}

/// The state of one instance.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    table: ResourceTable,
    limits: StoreLimits,
    variables: ComponentVariables,
    databases: Databases,
}

/// Decides when an instance expires.
pub struct Expiration {
    end: Pin<Box<Sleep>>,
    idle: Duration,
}

/// Limits an instance's requests and reports how the instance ended.
pub struct Worker {
    name: Arc<str>,
    shutdown: Shutdown,
}

impl Runtime {
    /// Prepares Wasmtime. `cache`, an absolute path, stores compiled components.
    pub fn new(cache: &Path, kind: Kind) -> wasmtime::Result<Self> {
        let mut kept = CacheConfig::new();
        kept.with_directory(cache);
        let mut pool = PoolingAllocationConfig::default();
        pool.max_memory_size(MEMORY);
        let mut config = Config::new();
        config
            .wasm_component_model_async(true)
            .epoch_interruption(true)
            .cache(Some(Cache::new(kept)?))
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let engine = Engine::new(&config)?;
        tick(&engine);
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        p2::add_only_http_to_linker_async(&mut linker)?;
        p3::add_to_linker(&mut linker)?;
        if kind == Kind::Application {
            sqlite::add_to_linker::<_, HasSqlite>(&mut linker, State::sqlite)?;
            spin_variables::add_to_linker::<_, HasVariables>(&mut linker, |state: &mut State| {
                &mut state.variables
            })?;
        }
        Ok(Self {
            kind,
            engine,
            linker,
            shutdown: Shutdown::default(),
        })
    }

    /// Returns the flag to set when the host ends.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Compiles a component, or loads it from the cache, and links it. Fails if it imports an interface that is not
    /// provided.
    pub fn load(
        &self,
        name: &str,
        wasm: &[u8],
        template: InstanceTemplate,
    ) -> wasmtime::Result<InstanceFactory> {
        let component = Component::new(&self.engine, wasm)?;
        let linked = self.linker.instantiate_pre(&component)?;
        let component = match p3::bindings::ServicePre::new(linked.clone()) {
            Ok(service) => ProxyPre::P3(service),
            Err(_) => ProxyPre::P2(p2::bindings::ProxyPre::new(linked)?),
        };
        Ok(InstanceFactory {
            engine: self.engine.clone(),
            component,
            template,
            name: name.into(),
            idle: match self.kind {
                Kind::Application => IDLE,
                Kind::Component => IDLE_ALONE,
            },
            shutdown: self.shutdown.clone(),
        })
    }
}

impl Shutdown {
    /// Sets the flag.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl HandlerState for InstanceFactory {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let mut store = Store::new(&self.engine, State::new(&self.template));
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let proxy = self.component.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Expiration {
                end: Box::pin(tokio::time::sleep(self.idle)),
                idle: self.idle,
            },
            state: Worker {
                name: self.name.clone(),
                shutdown: self.shutdown.clone(),
            },
        })
    }
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let limit = match status {
            WorkerStatus::Idle => self.idle,
            WorkerStatus::Requests => ANSWER_BEGINS,
            WorkerStatus::PostReturn => ANSWER_ENDS,
        };
        let Some(deadline) = start.checked_add(limit).map(Into::into) else {
            return Poll::Pending;
        };
        if self.end.deadline() != deadline {
            self.end.as_mut().reset(deadline);
        }
        self.end.as_mut().poll(context)
    }
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, at_once: usize, in_all: usize) -> ShouldAccept {
        if in_all >= REQUESTS_IN_ALL {
            ShouldAccept::Never
        } else if at_once >= REQUESTS_AT_ONCE {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(tokio::time::sleep(ANSWER_BEGINS))
    }

    fn drop(&self, _: Store<State>, outcome: wasmtime::Result<()>) {
        if let Err(error) = outcome
            && !self.shutdown.0.load(Ordering::Relaxed)
        {
            eprintln!(
                "[{}] the instance failed with all its requests: {error:#}",
                self.name
            );
        }
    }
}

impl State {
    fn new(template: &InstanceTemplate) -> Self {
        let environment: Vec<_> = template.environment.iter().collect();
        let wasi = WasiCtxBuilder::new()
            .envs(&environment)
            .stdout(template.stdout.stream())
            .stderr(template.stderr.stream())
            .build();
        Self {
            wasi,
            http: WasiHttpCtx::new(),
            hooks: Hooks(template.outbound.clone()),
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(MEMORY).build(),
            variables: template.variables.clone(),
            databases: template.databases.clone(),
        }
    }

    fn sqlite(&mut self) -> SqliteView<'_> {
        SqliteView {
            databases: &self.databases,
            table: &mut self.table,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Counts the engine's epochs until the engine is gone.
fn tick(engine: &Engine) {
    let engine = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
}
