//! A cell that one request initializes while others wait.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long a request waits before it looks again whether the value is there. A request cannot wake another one: in a
/// component, a task sleeps on events of the host only. So the cells of async libraries do not serve here.
const PAUSE: Duration = Duration::from_millis(1);

/// A cell that is initialized once, asynchronously.
pub struct OnceCell<T> {
    value: Mutex<Option<Arc<T>>>,
    is_initializing: AtomicBool,
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self {
            value: Mutex::default(),
            is_initializing: AtomicBool::default(),
        }
    }
}

impl<T> OnceCell<T> {
    /// Returns the value. If the cell is empty, `init` creates it. A request that has to wait sleeps with `sleep`. If
    /// `init` fails, or if the request that ran it is gone, the next request initializes the cell.
    ///
    /// # Errors
    /// The errors of `init`.
    pub async fn get<E, S: Future<Output = ()>>(
        &self,
        sleep: impl Fn(Duration) -> S,
        init: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        loop {
            if let Some(value) = self.value() {
                return Ok(value);
            }
            if !self.is_initializing.swap(true, Ordering::AcqRel) {
                let _initializing = Initializing(&self.is_initializing);
                let value = Arc::new(init.await?);
                self.set(Arc::clone(&value));
                return Ok(value);
            }
            sleep(PAUSE).await;
        }
    }

    fn value(&self) -> Option<Arc<T>> {
        let value = self.value.lock();
        value.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, value: Arc<T>) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }
}

/// The right to initialize a cell, until it is dropped.
struct Initializing<'a>(&'a AtomicBool);

impl Drop for Initializing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
    };

    use super::*;

    async fn still(_: Duration) {
        tokio::task::yield_now().await;
    }

    #[tokio::test]
    async fn it_is_made_once_for_all_who_want_it() {
        let (once, count) = (OnceCell::default(), Cell::new(0));
        let make = || async {
            tokio::task::yield_now().await;
            count.set(count.get() + 1);
            Ok::<_, ()>(7)
        };
        let wanted = || once.get(still, make());
        let (first, second, third) = tokio::join!(wanted(), wanted(), wanted());
        for made in [first, second, third] {
            assert_eq!(made, Ok(Arc::new(7)));
        }
        assert_eq!(count.get(), 1);
    }

    #[tokio::test]
    async fn who_fails_or_goes_leaves_it_to_the_next() {
        let once = OnceCell::default();
        let failed = once.get(still, ready(Err::<u8, _>("no"))).await;
        assert_eq!(failed, Err("no"));
        tokio::select! {
            biased;
            _ = once.get(still, pending::<Result<u8, &str>>()) => panic!("it is never made"),
            () = ready(()) => {}
        }
        let made = once.get(still, ready(Ok::<_, &str>(7))).await;
        assert_eq!(made, Ok(Arc::new(7)));
        let kept = once.get(still, ready(Err("not asked"))).await;
        assert_eq!(kept, Ok(Arc::new(7)));
    }
}
