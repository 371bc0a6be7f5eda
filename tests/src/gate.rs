//! A gate that one thread opens and others wait at: how the tests order what happens, instead of sleeping.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

/// Closed until somebody opens it; then open for good. Clones are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through, now and later.
    pub fn open(&self) {
        *self.0.0.lock().expect("nobody panics at a gate") = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open. Gives up after a minute, so that a broken test ends.
    pub fn pass(&self) {
        let open = self.0.0.lock().expect("nobody panics at a gate");
        let _ = self
            .0
            .1
            .wait_timeout_while(open, Duration::from_secs(60), |open| !*open)
            .expect("nobody panics");
    }

    /// Waits until it is open, and says whether it was in time.
    pub fn opened_within(&self, limit: Duration) -> bool {
        let open = self.0.0.lock().expect("nobody panics at a gate");
        *self
            .0
            .1
            .wait_timeout_while(open, limit, |open| !*open)
            .expect("nobody panics")
            .0
    }
}
