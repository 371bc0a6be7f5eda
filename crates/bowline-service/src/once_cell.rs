//! A cell that is filled once, however many requests want it at the same time.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

/// How long a request waits until it looks again whether another has made it. A request cannot wake another: in a
/// component a task sleeps on the host's events only.
const PAUSE: Duration = Duration::from_millis(1);

/// Something that the first request makes and the others wait for.
pub struct OnceCell<T> {
    made: RefCell<Option<Rc<T>>>,
    is_making: Cell<bool>,
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self {
            made: RefCell::default(),
            is_making: Cell::default(),
        }
    }
}

impl<T> OnceCell<T> {
    /// It, made by `make` unless it is there; who has to wait sleeps with `sleep`. After a failure, and where the request
    /// that was making it is gone, the next one makes it.
    ///
    /// # Errors
    /// Those of `make`.
    pub async fn get<E>(
        &self,
        sleep: impl AsyncFn(Duration),
        make: impl Future<Output = Result<T, E>>,
    ) -> Result<Rc<T>, E> {
        loop {
            let made = self.made.borrow().clone();
            if let Some(made) = made {
                return Ok(made);
            }
            if !self.is_making.replace(true) {
                let _turn = Turn(&self.is_making);
                let made = Rc::new(make.await?);
                self.made.replace(Some(Rc::clone(&made)));
                return Ok(made);
            }
            sleep(PAUSE).await;
        }
    }
}

/// The making, until it is dropped.
struct Turn<'a>(&'a Cell<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

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
            assert_eq!(made, Ok(Rc::new(7)));
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
        assert_eq!(made, Ok(Rc::new(7)));
        let kept = once.get(still, ready(Err("not asked"))).await;
        assert_eq!(kept, Ok(Rc::new(7)));
    }
}
