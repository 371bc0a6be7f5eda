//! Records the steps of a check and reports each as it ends.

use std::{future::Future, time::Duration};

use crate::{
    check::{Status, Step, StepName},
    problem::Failure,
    world::Clock,
};

/// The steps so far, in order, and the callback that gets them.
pub(super) struct Steps<'w, C, F> {
    clock: &'w C,
    on_step: F,
    done: Vec<Step>,
}

/// How a step ended that did not fail.
pub(super) struct Done<T> {
    value: T,
    status: Status,
    detail: String,
}

impl<T> Done<T> {
    /// It was tried, and worked.
    pub(super) fn passed(value: T, detail: impl Into<String>) -> Self {
        Self {
            value,
            status: Status::Passed,
            detail: detail.into(),
        }
    }

    /// It was tried, and the registry does not offer it.
    pub(super) fn skipped(value: T, detail: impl Into<String>) -> Self {
        Self {
            value,
            status: Status::Skipped,
            detail: detail.into(),
        }
    }
}

impl<'w, C: Clock, F: FnMut(&Step)> Steps<'w, C, F> {
    pub(super) fn new(clock: &'w C, on_step: F) -> Self {
        Self {
            clock,
            on_step,
            done: Vec::with_capacity(StepName::ALL.len()),
        }
    }

    /// Runs a step, and reports it.
    pub(super) async fn run<T>(
        &mut self,
        name: StepName,
        step: impl Future<Output = Result<Done<T>, Failure>>,
    ) -> Result<T, Failure> {
        self.skip_to(Some(name));
        let start = self.clock.monotonic();
        match step.await {
            Ok(done) => {
                self.end(name, start, done.status, done.detail);
                Ok(done.value)
            }
            Err(failure) => {
                self.fail(name, start, &failure);
                Err(failure)
            }
        }
    }

    /// Reports a step that began at `start` of the clock as failed.
    pub(super) fn fail(&mut self, name: StepName, start: Duration, failure: &Failure) {
        self.end(name, start, Status::Failed, failure.detail.clone());
    }

    fn end(&mut self, name: StepName, start: Duration, status: Status, detail: String) {
        self.skip_to(Some(name));
        let elapsed = self.clock.monotonic().saturating_sub(start);
        self.report(Step {
            step: name,
            status,
            elapsed_ms: Some(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)),
            detail: Some(detail),
        });
    }

    /// All six steps; those that are left are skipped.
    pub(super) fn finish(mut self) -> Vec<Step> {
        self.skip_to(None);
        self.done
    }

    /// Reports the steps before `name`, or all that are left, as skipped.
    fn skip_to(&mut self, name: Option<StepName>) {
        while let Some(step) = StepName::ALL
            .get(self.done.len())
            .copied()
            .filter(|step| Some(*step) != name)
        {
            self.report(Step {
                step,
                status: Status::Skipped,
                elapsed_ms: None,
                detail: None,
            });
        }
    }

    fn report(&mut self, step: Step) {
        (self.on_step)(&step);
        self.done.push(step);
    }
}
