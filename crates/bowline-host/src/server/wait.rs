//! A wait for the client, which ends when the allowance of its connection is used up.

use super::stall::Stall;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::time::{Sleep, sleep_until};

/// What is read from a client, or written to it, waits with this.
pub(super) struct Wait {
    stall: Arc<Stall>,
    /// The end of the wait; there is one while nothing moves.
    end: Option<Pin<Box<Sleep>>>,
}

impl Wait {
    /// `stall` is the allowance of the connection.
    pub(super) fn new(stall: Arc<Stall>) -> Self {
        Self { stall, end: None }
    }

    /// Nothing moves: ready when the allowance is used up.
    pub(super) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.stall.waits();
        let end = self
            .end
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if end.deadline() != deadline {
            end.as_mut().reset(deadline);
        }
        end.as_mut().poll(context)
    }

    /// This many bytes have moved, which ends a wait if there was one.
    pub(super) fn moved(&mut self, bytes: usize) {
        if self.end.take().is_some() {
            self.stall.moved(bytes);
        }
    }
}
