//! What is done without anybody asking: daily pulls, daily checks, and what could not be finished at once.
//!
//! The embedded host asks for it twice a minute, a CronJob elsewhere. One call works for a bounded time and says whether
//! there is more; any number of calls may run at once, since each piece of work is claimed.

use std::time::Duration;

use bowline_registry::Clock;
use bowline_store::{Database, Expiring, Timestamp};
use http::StatusCode;
use serde::Serialize;

use super::{
    scanning::Releases,
    service::{Random, Service},
};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    response::{self, Response},
    schedule::Daily,
    sync::Progress,
};

/// How long a call works at events and at releases.
const EVENTS: Duration = Duration::from_secs(4);
const RELEASES: Duration = Duration::from_secs(3);

/// Until when, from its beginning, a call begins further checks and syncs. What it began may take ten seconds more.
const CHECKS: Duration = Duration::from_secs(10);
const SYNCS: Duration = Duration::from_secs(20);

/// How long a sync goes on before the next has its turn.
const TURN: Duration = Duration::from_secs(5);

/// How many schedules are read at once.
const BATCH: u32 = 100;

/// How long before their end credentials are reported: two weeks, in milliseconds.
const SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// How many of them are reported.
const MOST_EXPIRING: u32 = 200;

/// What a call did.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Due {
    syncs: Syncs,
    checks: Checks,
    scans: Scans,
    /// Of images that Azure withholds until they have passed.
    releases: Releases,
    events: Events,
    streams: Streams,
    /// Of the caller's projects, those that end first before.
    expiring: Vec<Expiring>,
    /// Whether there was more to do than time.
    more: bool,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Syncs {
    /// Daily pulls that began.
    started: u32,
    /// Steps after which there is more to do.
    continued: u32,
    finished: u32,
    failed: u32,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Checks {
    /// Those that found the connection well.
    passed: u32,
    failed: u32,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Scans {
    /// Those that a scanner did not finish in time.
    requeued: usize,
    /// Those that were tried too often.
    set_aside: usize,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Events {
    /// Those whose registry did not answer when they came.
    done: usize,
}

/// OpenShift's image streams.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Streams {
    /// How many connections' were looked at.
    watched: usize,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Does what is due, for a bounded time.
    pub(super) async fn do_due(
        &self,
        context: &RequestContext,
        caller: &Caller,
    ) -> Result<Response, Problem> {
        let begun = self.clock.monotonic();
        let store = self.store(context).await?;
        let mut due = Due::default();
        self.plan_pulls(context).await?;
        due.syncs.started = self.begin_pulls(context).await?;
        let lapsed = store.requeue_lapsed(context.now).await?;
        due.scans.requeued = lapsed.requeued;
        due.scans.set_aside = lapsed.set_aside;
        store.forget_scans(context.now).await?;
        due.events.done = self.work_pending(context, EVENTS).await?;
        due.streams.watched = self.watch_streams(context).await?;
        due.releases = self.retry_releases(context, RELEASES).await?;
        let until = |share: Duration| begun.saturating_add(share);
        let checks_left = self.check_daily(context, &mut due.checks, until(CHECKS));
        due.more |= checks_left.await?;
        let syncs_left = self.go_on(context, &mut due.syncs, until(SYNCS));
        due.more |= syncs_left.await?;
        let by = Timestamp(context.now.saturating_add(SOON_MS));
        due.expiring = store.expiring(caller.projects(), by, MOST_EXPIRING).await?;
        response::json(StatusCode::OK, &due)
    }

    /// Plans the daily pulls of policies that are new.
    async fn plan_pulls(&self, context: &RequestContext) -> Result<(), Problem> {
        let store = self.store(context).await?;
        for scheduled in store.to_plan(BATCH).await? {
            match Daily::of_kept(scheduled.policy.as_deref()) {
                Ok(daily) => {
                    let next = daily.and_then(|daily| daily.after(scheduled.at.0));
                    store.plan(&scheduled, next).await?;
                }
                Err(reason) => store.set_policy_aside(&scheduled, &reason).await?,
            }
        }
        Ok(())
    }

    /// Begins the daily pulls that are due, and says how many. One that is long overdue is made up for once.
    async fn begin_pulls(&self, context: &RequestContext) -> Result<u32, Problem> {
        let store = self.store(context).await?;
        let mut begun = 0_u32;
        for scheduled in store.due(context.now, BATCH).await? {
            let daily = match Daily::of_kept(scheduled.policy.as_deref()) {
                Ok(daily) => daily,
                Err(reason) => {
                    store.set_policy_aside(&scheduled, &reason).await?;
                    continue;
                }
            };
            let next = daily.and_then(|daily| daily.after(context.now));
            let is_ours = store.begin_due(&scheduled, next, context.now).await?;
            begun = begun.saturating_add(is_ours.into());
        }
        Ok(begun)
    }

    /// Checks connections whose daily check is due, and says whether some may be left at `until`.
    async fn check_daily(
        &self,
        context: &RequestContext,
        checks: &mut Checks,
        until: Duration,
    ) -> Result<bool, Problem> {
        let store = self.store(context).await?;
        while self.clock.monotonic() < until {
            let now = self.clock.epoch_ms();
            let Some((project, id)) = store.claim_checks(now, 1).await?.pop() else {
                return Ok(false);
            };
            // One that cannot be made now, whyever, must not keep the others from theirs.
            let outcome = self.recheck(context, &project, id).await;
            if let Err(refusal) = &outcome {
                store.fail_check(id, &refusal.sentence()).await?;
            }
            let count = match outcome {
                Ok(true) => &mut checks.passed,
                Ok(false) | Err(_) => &mut checks.failed,
            };
            *count = count.saturating_add(1);
        }
        Ok(true)
    }

    /// Goes on with syncs that nobody is at, each in its turn, and says whether some may be left at `until`.
    async fn go_on(
        &self,
        context: &RequestContext,
        syncs: &mut Syncs,
        until: Duration,
    ) -> Result<bool, Problem> {
        let store = self.store(context).await?;
        while self.clock.monotonic() < until {
            let now = self.clock.epoch_ms();
            let Some((project, id)) = store.waiting_syncs(1, now).await?.pop() else {
                return Ok(false);
            };
            let Some(held) = store.take_up_sync(id, now).await? else {
                continue;
            };
            let turn = until.min(self.clock.monotonic().saturating_add(TURN));
            // That of a connection that does not open is no reason to leave the others.
            let count = match self.sync_step(context, &project, held, turn).await {
                Ok(Progress::More | Progress::Paused) => &mut syncs.continued,
                Ok(Progress::Done) => &mut syncs.finished,
                Ok(Progress::Failed) | Err(_) => &mut syncs.failed,
                Ok(Progress::Lost) => continue,
            };
            *count = count.saturating_add(1);
        }
        Ok(true)
    }
}
