//! Scanners lease images and report results. An image that passed is released from its registry's quarantine.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, time::Duration};

use bowline_registry::Clock;
use bowline_store::{
    ConnectionId, Database, LeaseRequest, Leased, Outcome, Release, Scan, ScanId, ScanResult,
    ScanState, Within,
};
use futures::future::join_all;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    docker_config::{DockerConfig, HandedOut},
    problem_document::ProblemDocument,
    service::{Random, Service},
    several::several,
    uses::presentable,
};
use crate::{
    body,
    caller::{Caller, Permission},
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::{Problem, ProblemType},
    protocol::inventory::ReleaseRequest,
    response::{self, Response},
};

/// The most images that a scanner is given at once.
const MOST_LEASED: u32 = 10;

/// The most characters that a scanner says why.
const LONGEST_REASON: usize = 1000;

/// After how long no further release is tried at once with a result. Trying one takes 10 seconds at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most releases at the same time.
const RELEASES_AT_ONCE: usize = 4;

/// The body of `/v1/scans/lease`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeaseBody {
    scanner: String,
    /// The number of images; default: one.
    #[serde(default, deserialize_with = "body::whole_number")]
    limit: Option<u32>,
    /// The projects; default: all in the token.
    #[serde(default)]
    projects: Option<Vec<String>>,
}

/// The answer of `/v1/scans/lease`.
#[derive(Serialize)]
struct LeasedScans<'a> {
    scans: Vec<LeasedScan<'a>>,
}

/// A scan that a scanner has, with what it pulls the image with.
#[derive(Serialize)]
struct LeasedScan<'a> {
    #[serde(flatten)]
    scan: &'a Scan,
    lease: &'a str,
    dockerconfig: DockerConfig<'a>,
}

/// The body of `/v1/scans/{id}/result`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResultBody {
    lease: String,
    outcome: Outcome,
    #[serde(default)]
    reason: Option<String>,
}

/// What became of the releases that were tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Releases {
    pub(super) done: u32,
    pub(super) failed: u32,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Leases images to a scanner with their credentials. If a connection's credentials are not available, it pauses,
    /// and the others are served.
    pub(super) async fn lease_scans(
        &self,
        context: &RequestContext,
        caller: &Caller,
        request: LeaseBody,
    ) -> Result<Response, Problem> {
        let most = request.limit.unwrap_or(1);
        if !(1..=MOST_LEASED).contains(&most) {
            let detail = format!("limit must be 1 to {MOST_LEASED}.");
            return Err(Problem::from(ProblemType::BodyMalformed).detail(detail));
        }
        for project in request.projects.iter().flatten() {
            caller.require(Permission::Use, project)?;
        }
        let scanner = presentable("scanner", &request.scanner)?;
        let lease_request = LeaseRequest {
            scanner: &scanner,
            subject: caller.subject(),
            projects: request.projects.as_deref().unwrap_or(caller.projects()),
            most,
        };
        let store = self.store(context).await?;
        let leased = store.lease_scans(lease_request, context.now).await?;

        // One hand-out a connection, however many of its images there are.
        let connections: BTreeMap<_, _> = leased
            .iter()
            .map(|leased| (leased.scan.connection, leased))
            .collect();
        let outcomes = join_all(connections.iter().map(async |(id, leased)| {
            let project = &leased.scan.project;
            let handed_out = self.hand_out(context, caller, project, *id, Some(&scanner));
            (*id, handed_out.await)
        }));
        let (mut served, mut cause) = (BTreeMap::new(), None);
        for (id, outcome) in outcomes.await {
            let refusal = match outcome {
                Ok(ControlFlow::Continue(handed_out)) => {
                    served.insert(id, handed_out);
                    continue;
                }
                Ok(ControlFlow::Break(answer)) => ProblemDocument::answered(&answer),
                Err(problem) => ProblemDocument::ours(problem),
            };
            if let Some(Leased { lease, .. }) = connections.get(&id) {
                let reason = refusal.sentence();
                let given_back = store.give_scans_back(id, lease, &reason, context.now);
                given_back.await?;
            }
            cause = cause.or(refusal.cause);
        }
        let with_login = |leased| leased_scan(leased, &served);
        let scans = leased.iter().filter_map(with_login).collect();
        let mut answer = response::secret_json(StatusCode::OK, &LeasedScans { scans })?;
        if let Some(cause) = cause {
            answer.extensions_mut().insert(cause);
        }
        Ok(answer)
    }

    /// Stores a scanner's result, and releases an image that passed.
    pub(super) async fn finish_scan(
        &self,
        context: &RequestContext,
        caller: &Caller,
        id: &str,
        request: ResultBody,
    ) -> Result<Response, Problem> {
        let reason = request.reason.unwrap_or_default();
        if reason.chars().count() > LONGEST_REASON {
            let detail = format!("reason can have at most {LONGEST_REASON} characters.");
            return Err(Problem::from(ProblemType::BodyMalformed).detail(detail));
        }
        let id = ScanId::parse(id).ok_or(ProblemType::NotFound)?;
        let result = ScanResult {
            lease: &request.lease,
            outcome: request.outcome,
            reason: reason.trim(),
        };
        let store = self.store(context).await?;
        let finished = store.finish_scan(caller.projects(), id, result, context.now);
        let mut scan = finished.await?;
        if scan.state == ScanState::Passed {
            // Whatever fails here is tried again by the clock.
            _ = self
                .release_due(context, Within::All, Some(id), PATIENCE)
                .await;
            scan = store.scan(&scan.project, id).await?;
        }
        response::json(StatusCode::OK, &scan)
    }

    /// Tries again to release what passed and is not released yet, for as long as `budget`.
    pub(super) async fn retry_releases(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        budget: Duration,
    ) -> Result<Releases, Problem> {
        self.release_due(context, within, None, budget).await
    }

    async fn release_due(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        scan: Option<ScanId>,
        budget: Duration,
    ) -> Result<Releases, Problem> {
        let (store, began) = (self.store(context).await?, self.clock.monotonic());
        let releases = RefCell::<Releases>::default();
        let claim = async || Ok(store.take_release(within, scan, context.now).await?);
        let release = async |release: Release| {
            let failed = self.release(context, &release).await.err();
            {
                let mut releases = releases.borrow_mut();
                let count = match failed {
                    None => &mut releases.done,
                    Some(_) => &mut releases.failed,
                };
                *count += 1;
            }
            let problem = failed.map(|refusal| refusal.sentence());
            store.end_release(&release, problem.as_deref()).await?;
            Ok(())
        };
        let is_over = || self.clock.monotonic().saturating_sub(began) >= budget;
        several(RELEASES_AT_ONCE, is_over, claim, release).await?;
        Ok(releases.take())
    }

    /// Lifts the quarantine of an image. What the registry has no more needs none.
    async fn release(
        &self,
        context: &RequestContext,
        release: &Release,
    ) -> Result<(), ProblemDocument> {
        let refusal = match self.ask_release(context, release).await {
            Ok(answer) if answer.status() == StatusCode::OK => return Ok(()),
            Ok(answer) => ProblemDocument::answered(&answer),
            Err(problem) => ProblemDocument::ours(problem),
        };
        match refusal.code.as_str() {
            "image.unknown" => Ok(()),
            _ => Err(refusal),
        }
    }

    async fn ask_release(
        &self,
        context: &RequestContext,
        release: &Release,
    ) -> Result<Response, Problem> {
        let Release {
            project,
            connection,
            repository,
            digest,
        } = release;
        let store = self.store(context).await?;
        let form = store.open(project, *connection, context.now).await?.form();
        let request = ReleaseRequest {
            form: form.expose(),
            repository: repository.clone(),
            digest: digest.clone(),
        };
        self.relay(context, project, &form, &request, Form::Json)
            .await
    }
}

/// The scan with the credentials of its connection; `None` if they are not available.
fn leased_scan<'a>(
    Leased { scan, lease }: &'a Leased,
    served: &'a BTreeMap<ConnectionId, HandedOut>,
) -> Option<LeasedScan<'a>> {
    Some(LeasedScan {
        scan,
        lease,
        dockerconfig: served.get(&scan.connection)?.config(),
    })
}
