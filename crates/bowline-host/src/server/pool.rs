//! A limit on concurrent connections or requests, in total and for each client.
//!
//! When the limit is reached, the member that has waited longest for its client can be evicted, so a client that does
//! not send or read loses its place to one that does.

use super::{client::Client, stall::Stall};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// A bounded set of connections or requests.
pub(super) struct Pool {
    max: usize,
    max_per_client: usize,
    members: Mutex<Members>,
    left: Notify,
}

/// Counts as a member until it is dropped.
pub(super) struct Membership {
    pool: Arc<Pool>,
    id: u64,
}

#[derive(Default)]
struct Members {
    next: u64,
    all: BTreeMap<u64, (Option<Client>, Arc<Stall>)>,
    per_client: HashMap<Client, usize>,
}

impl Pool {
    /// A set of at most `max` members, `max_per_client` of one client.
    pub(super) fn new(max: usize, max_per_client: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            max_per_client,
            members: Mutex::default(),
            left: Notify::new(),
        })
    }

    /// Takes a place. If there is none, evicts a member at once. Returns `None` if no member waits for its client.
    pub(super) fn enter_now(
        self: &Arc<Self>,
        client: Option<Client>,
        stall: &Arc<Stall>,
    ) -> Option<Membership> {
        loop {
            if let Some(entered) = self.try_enter(client, stall) {
                return Some(entered);
            }
            self.evict(client, Duration::ZERO).ok()?;
        }
    }

    /// Takes a place. If there is none, evicts a member that has waited for its client for `stalled`, and waits at most
    /// `patience` for a place.
    pub(super) async fn enter(
        self: &Arc<Self>,
        client: Option<Client>,
        stall: &Arc<Stall>,
        stalled: Duration,
        patience: Duration,
    ) -> Option<Membership> {
        let now = Instant::now();
        let end = now.checked_add(patience).unwrap_or(now);
        loop {
            // Listens before it looks, so that nobody leaves unnoticed in between.
            let left = self.left.notified();
            if let Some(entered) = self.try_enter(client, stall) {
                return Some(entered);
            }
            let Err(next) = self.evict(client, stalled) else {
                continue;
            };
            let now = Instant::now();
            if now >= end {
                return None;
            }
            // A member that begins to wait now can be evicted after `stalled` at the earliest.
            let again = now.checked_add(next.unwrap_or(stalled));
            let again = again.map_or(end, |again| again.min(end));
            tokio::select! {
                () = left => {}
                () = sleep_until(again) => {}
            }
        }
    }

    fn try_enter(
        self: &Arc<Self>,
        client: Option<Client>,
        stall: &Arc<Stall>,
    ) -> Option<Membership> {
        let mut members = self.members();
        if members.all.len() >= self.max || self.is_full_for(&members, client) {
            return None;
        }
        let id = members.next;
        members.next = id.wrapping_add(1);
        members.all.insert(id, (client, stall.clone()));
        if let Some(client) = client {
            let count = members.per_client.entry(client).or_default();
            *count += 1;
        }
        Some(Membership {
            pool: self.clone(),
            id,
        })
    }

    fn is_full_for(&self, members: &Members, client: Option<Client>) -> bool {
        let count = client.and_then(|client| members.per_client.get(&client));
        count.is_some_and(|count| *count >= self.max_per_client)
    }

    /// Evicts the member that has waited longest for its client, if it has waited for `stalled`. If the client has
    /// reached its limit, evicts one of its own members. Otherwise, returns the time until a member will have waited
    /// that long, if any waits.
    fn evict(&self, client: Option<Client>, stalled: Duration) -> Result<(), Option<Duration>> {
        let now = Instant::now();
        let mut members = self.members();
        let own = self.is_full_for(&members, client);
        let longest = members
            .all
            .iter()
            .filter(|(_, (of, _))| !own || *of == client)
            .filter_map(|(id, (_, stall))| Some((stall.waited(now)?, Reverse(*id))))
            .max();
        match longest {
            Some((waited, Reverse(id))) if waited >= stalled => {
                if let Some(stall) = members.remove(id) {
                    stall.cut_off();
                }
                Ok(())
            }
            longest => Err(longest.map(|(waited, _)| stalled.saturating_sub(waited))),
        }
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    fn remove(&mut self, id: u64) -> Option<Arc<Stall>> {
        let (client, stall) = self.all.remove(&id)?;
        if let Some(client) = client
            && let Some(count) = self.per_client.get_mut(&client)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.per_client.remove(&client);
            }
        }
        Some(stall)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.pool.members().remove(self.id);
        self.pool.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::{super::client::TrustedProxies, *};
    use futures::FutureExt as _;
    use tokio::time::{advance, sleep};

    const SECOND: Duration = Duration::from_secs(1);

    fn client(last: u8) -> Option<Client> {
        TrustedProxies::default().peer([192, 0, 2, last].into())
    }

    /// A connection on which a request is worked on.
    fn working() -> Arc<Stall> {
        let stall = Arc::new(Stall::new(Duration::from_secs(60)));
        stall.request_begins();
        stall
    }

    /// A connection that waits for its client.
    fn waiting() -> Arc<Stall> {
        Arc::new(Stall::new(Duration::from_secs(60)))
    }

    fn is_cut_off(stall: &Stall) -> bool {
        stall.is_cut_off().now_or_never().is_some()
    }

    #[tokio::test]
    async fn one_client_cannot_take_all_places() {
        let pool = Pool::new(4, 2);
        let enter = |last| pool.enter_now(client(last), &working());
        let first = [enter(1), enter(1), enter(1)];
        assert_eq!(first.each_ref().map(Option::is_some), [true, true, false]);
        let second = [enter(2), enter(2), enter(3)];
        assert_eq!(second.each_ref().map(Option::is_some), [true, true, false]);
        drop(first);
        assert!(enter(3).is_some());
    }

    #[tokio::test]
    async fn a_proxy_that_is_trusted_may_take_all_places() {
        let pool = Pool::new(3, 1);
        let entered = [(); 4].map(|()| pool.enter_now(None, &working()));
        let expected = [true, true, true, false];
        assert_eq!(entered.each_ref().map(Option::is_some), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_longest_for_its_client_is_evicted() {
        let pool = Pool::new(3, 3);
        let busy = working();
        let _busy = pool.enter_now(client(1), &busy).unwrap();
        let first = waiting();
        let entered = pool.enter_now(client(1), &first).unwrap();
        advance(SECOND).await;
        let second = waiting();
        let _second = pool.enter_now(client(2), &second).unwrap();
        let _third = pool.enter_now(client(3), &working()).unwrap();
        assert_eq!(
            [&busy, &first, &second].map(|it| is_cut_off(it)),
            [false, true, false]
        );
        // That it then leaves takes nobody else's place away.
        drop(entered);
        let _fourth = pool.enter_now(client(3), &working()).unwrap();
        assert!(is_cut_off(&second));
        assert!(pool.enter_now(client(4), &working()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_evicts_its_own_where_it_has_all_its_places() {
        let pool = Pool::new(8, 1);
        let other = waiting();
        let _other = pool.enter_now(client(1), &other).unwrap();
        advance(SECOND).await;
        let own = waiting();
        let _own = pool.enter_now(client(2), &own).unwrap();
        let _new = pool.enter_now(client(2), &working()).unwrap();
        assert_eq!([other, own].map(|it| is_cut_off(&it)), [false, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_member_loses_its_place_after_a_while() {
        let pool = Pool::new(1, 1);
        let slow = waiting();
        let _slow = pool.enter_now(client(1), &slow).unwrap();
        let start = Instant::now();
        let entered = pool
            .enter(client(2), &working(), SECOND, Duration::from_secs(2))
            .await;
        assert!(entered.is_some());
        assert_eq!(start.elapsed(), SECOND);
        assert!(is_cut_off(&slow));
    }

    #[tokio::test(start_paused = true)]
    async fn a_member_that_stalls_later_loses_its_place_too() {
        let pool = Pool::new(1, 1);
        let slow = working();
        let _slow = pool.enter_now(client(1), &slow).unwrap();
        let start = Instant::now();
        let stall = working();
        let enter = pool.enter(client(2), &stall, SECOND, Duration::from_secs(60));
        let stalls = async {
            sleep(Duration::from_millis(500)).await;
            slow.waits();
        };
        let (entered, ()) = tokio::join!(enter, stalls);
        assert!(entered.is_some());
        assert_eq!(start.elapsed(), Duration::from_millis(1500));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_a_place_and_not_for_ever() {
        let pool = Pool::new(1, 1);
        let busy = pool.enter_now(client(1), &working()).unwrap();
        let stall = working();
        let enter = || pool.enter(client(2), &stall, SECOND, Duration::from_secs(2));
        let start = Instant::now();
        assert!(enter().await.is_none());
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        let leave = async {
            tokio::task::yield_now().await;
            drop(busy);
        };
        let (entered, ()) = tokio::join!(enter(), leave);
        assert!(entered.is_some());
        assert_eq!(start.elapsed(), Duration::from_secs(2), "at once");
    }
}
