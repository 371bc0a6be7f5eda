//! The scheduled work: daily pulls, daily checks, maintenance of the audit, and unfinished work.
//!
//! The embedded host requests it twice a minute; elsewhere, a CronJob does. A call works for a limited time and says
//! whether there is more work. Any number of calls can run at once, because each claims its work.
//!
//! What waits for registries is done at the same time, each kind within a time of its own: registries that do not answer,
//! of whichever tenant, take it from no other kind.

use std::{cell::RefCell, collections::VecDeque, time::Duration};

use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, Expiring, HeldSync, Scheduled, Timestamp, Within};
use futures::join;
use http::StatusCode;
use serde::Serialize;

use super::{
    notices::Notices,
    scanning::Releases,
    service::{Random, Service},
    several::{in_turns, several},
};
use crate::{
    caller::{Caller, Permission},
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    response::{self, Response},
    schedule::Daily,
    sync::Progress,
};

/// The time that a call spends on reading policies and on notices.
const POLICIES: Duration = Duration::from_secs(2);
const NOTICES: Duration = Duration::from_secs(5);

/// The time in which a call begins further lookups of events and image streams, releases, checks and syncs. What it began
/// may take ten seconds more.
const EVENTS: Duration = Duration::from_secs(4);
const STREAMS: Duration = Duration::from_secs(10);
const RELEASES: Duration = Duration::from_secs(3);
const CHECKS: Duration = Duration::from_secs(10);
const SYNCS: Duration = Duration::from_secs(20);

/// The most checks and syncs at the same time.
const CHECKS_AT_ONCE: usize = 8;
const SYNCS_AT_ONCE: usize = 4;

/// The most waiting syncs among which each project has its turn.
const MOST_WAITING: u32 = 5000;

/// The time that a sync takes before the next one has its turn.
const TURN: Duration = Duration::from_secs(5);

/// The most schedules that are read at once.
const BATCH: u32 = 100;

/// The time before their end when credentials are reported: two weeks, in milliseconds.
const SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// The most expiring credentials that are reported.
const MOST_EXPIRING: u32 = 200;

/// The result of a call.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Due {
    syncs: Syncs,
    checks: Checks,
    scans: Scans,
    /// Releases of images that a registry withholds until they have passed.
    releases: Releases,
    events: Events,
    streams: Streams,
    /// Notices to projects that take webhooks.
    notices: Notices,
    /// Credentials of the caller's projects that end soon, in the order of their end.
    expiring: Vec<Expiring>,
    /// True if there was more to do than time.
    more: bool,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Syncs {
    /// Daily pulls that began.
    started: u32,
    /// Syncs that made a step and have more to do.
    continued: u32,
    finished: u32,
    failed: u32,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Checks {
    /// Checks that passed.
    passed: u32,
    failed: u32,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Scans {
    /// Scans that a scanner did not finish in time.
    requeued: usize,
    /// Scans that were tried too often.
    set_aside: usize,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Events {
    /// Events that waited for their registry.
    done: usize,
}

/// OpenShift's image streams.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Streams {
    /// The number of connections with image streams that were read.
    watched: usize,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Does the work that is due in the caller's projects or in all, for a bounded time.
    pub(super) async fn do_due(
        &self,
        context: &RequestContext,
        caller: &Caller,
    ) -> Result<Response, Problem> {
        let begun = self.clock.monotonic();
        let store = self.store(context).await?;
        let within = caller.within(Permission::Sync, Permission::SyncOfAll)?;
        let mut due = Due::default();
        let until = |share: Duration| begun.saturating_add(share);
        self.read_policies(context, within, until(POLICIES)).await?;
        self.plan_pulls(context, within).await?;
        due.syncs.started = self.begin_pulls(context, within).await?;
        let lapsed = store.requeue_lapsed(within, context.now).await?;
        due.scans.requeued = lapsed.requeued;
        due.scans.set_aside = lapsed.set_aside;
        if within == Within::All {
            store.forget_scans(context.now).await?;
            store.forget_notices(context.now).await?;
        }
        let begun = self.clock.monotonic();
        let until = |share: Duration| begun.saturating_add(share);
        let (events, watched, releases, checks, syncs) = join!(
            self.retry_pending_events(context, within, EVENTS),
            self.watch_streams(context, within, STREAMS),
            self.retry_releases(context, within, RELEASES),
            self.check_daily(context, within, until(CHECKS)),
            self.go_on(context, within, until(SYNCS)),
        );
        due.events.done = events?;
        due.streams.watched = watched?;
        due.releases = releases?;
        let ((checks, checks_left), (syncs, syncs_left)) = (checks?, syncs?);
        due.checks = checks;
        due.syncs.add(syncs);
        due.more = checks_left || syncs_left;
        due.more |= self.keep_audit(context, within).await?;
        // After all that may make some.
        due.notices = self.deliver_notices(context, within, NOTICES).await?;
        let by = Timestamp(context.now.saturating_add(SOON_MS));
        due.expiring = store.expiring(caller.projects(), by, MOST_EXPIRING).await?;
        response::json(StatusCode::OK, &due)
    }

    /// Reads policies that an older instance wrote.
    async fn read_policies(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        until: Duration,
    ) -> Result<(), Problem> {
        let store = self.store(context).await?;
        while self.clock.monotonic() < until {
            if store.read_policy(within, context.now).await?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Plans the daily pulls of policies that are new.
    async fn plan_pulls(
        &self,
        context: &RequestContext,
        within: Within<'_>,
    ) -> Result<(), Problem> {
        let store = self.store(context).await?;
        for scheduled in store.to_plan(within, BATCH).await? {
            let next = next_pull(&scheduled, scheduled.at.0);
            store.plan(&scheduled, next).await?;
        }
        Ok(())
    }

    /// Plans the daily pull of a connection that was just changed, so that its next beginning is known at once.
    pub(super) async fn plan_pull_of(
        &self,
        context: &RequestContext,
        id: ConnectionId,
    ) -> Result<(), Problem> {
        let store = self.store(context).await?;
        if let Some(scheduled) = store.to_plan_of(id).await? {
            let next = next_pull(&scheduled, scheduled.at.0);
            store.plan(&scheduled, next).await?;
        }
        Ok(())
    }

    /// Begins the daily pulls that are due, and says how many. One that is long overdue is made up for once.
    async fn begin_pulls(
        &self,
        context: &RequestContext,
        within: Within<'_>,
    ) -> Result<u32, Problem> {
        let store = self.store(context).await?;
        let mut begun = 0_u32;
        for scheduled in store.due(within, context.now, BATCH).await? {
            let next = next_pull(&scheduled, context.now);
            let is_ours = store.begin_due(&scheduled, next, context.now).await?;
            begun = begun.saturating_add(is_ours.into());
        }
        Ok(begun)
    }

    /// Checks connections whose daily check is due, and says whether some may be left at `until`.
    async fn check_daily(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        until: Duration,
    ) -> Result<(Checks, bool), Problem> {
        let store = self.store(context).await?;
        let checks = RefCell::<Checks>::default();
        let claim = async || {
            let now = self.clock.epoch_ms();
            Ok(store.claim_checks(within, now, 1).await?.pop())
        };
        let check = async |(project, id): (String, ConnectionId)| {
            context.facts.touch(&project);
            // One that cannot be made now, whyever, must not keep the others from theirs.
            let outcome = self.recheck(context, &project, id).await;
            if let Err(refusal) = &outcome {
                store.fail_check(id, &refusal.sentence()).await?;
            }
            let mut checks = checks.borrow_mut();
            let count = match outcome {
                Ok(true) => &mut checks.passed,
                Ok(false) | Err(_) => &mut checks.failed,
            };
            *count += 1;
            Ok(())
        };
        let is_over = || self.clock.monotonic() >= until;
        let is_left = several(CHECKS_AT_ONCE, is_over, claim, check).await?;
        Ok((checks.take(), is_left))
    }

    /// Goes on with syncs that nobody is at, each project in its turn, and says whether some may be left at `until`.
    async fn go_on(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        until: Duration,
    ) -> Result<(Syncs, bool), Problem> {
        let store = self.store(context).await?;
        let syncs = RefCell::<Syncs>::default();
        let mut waiting = VecDeque::new();
        let claim = async || {
            // What was read before may have been taken meanwhile, and some may have come.
            for _ in 0..2 {
                let now = self.clock.epoch_ms();
                while let Some((project, id)) = waiting.pop_front() {
                    if let Some(held) = store.take_up_sync(id, now).await? {
                        return Ok(Some((project, held)));
                    }
                }
                let found = store.waiting_syncs(within, MOST_WAITING, now).await?;
                waiting = in_turns(found).into();
            }
            Ok(None)
        };
        let go_on = async |(project, held): (String, HeldSync)| {
            context.facts.touch(&project);
            let turn = until.min(self.clock.monotonic().saturating_add(TURN));
            let progress = self.sync_step(context, &project, held, turn).await;
            let mut syncs = syncs.borrow_mut();
            // That of a connection that does not open is no reason to leave the others.
            let count = match progress {
                Ok(Progress::More | Progress::Paused) => &mut syncs.continued,
                Ok(Progress::Done) => &mut syncs.finished,
                Ok(Progress::Failed) | Err(_) => &mut syncs.failed,
                Ok(Progress::Lost) => return Ok(()),
            };
            *count += 1;
            Ok(())
        };
        let is_over = || self.clock.monotonic() >= until;
        let is_left = several(SYNCS_AT_ONCE, is_over, claim, go_on).await?;
        Ok((syncs.take(), is_left))
    }
}

impl Syncs {
    fn add(&mut self, other: Self) {
        self.continued = self.continued.saturating_add(other.continued);
        self.finished = self.finished.saturating_add(other.finished);
        self.failed = self.failed.saturating_add(other.failed);
    }
}

/// Returns the next start of a connection's daily pull after a time; `None` if it has none.
fn next_pull(scheduled: &Scheduled, after: i64) -> Option<i64> {
    Daily::of(scheduled.daily_pull.as_ref()?)?.after(after)
}
