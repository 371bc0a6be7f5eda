//! Notifications of pushes and removals, independent of the vendor.
//!
//! A product's file reads its own format into a [`Notification`]; whatever a body holds, reading it never fails: what is
//! not understood is counted. Nothing that is read here is believed. It says which tags are worth a question to the
//! registry.

pub(crate) mod distribution;
mod event;
#[cfg(test)]
mod tests;

pub(crate) use self::event::Origin;
pub use self::event::{Event, EventKind};

/// The content of a notification.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Notification {
    /// The events of images.
    pub events: Vec<Event>,
    /// The number of other things that it tells: pulls, blobs, scans, and what is not understood.
    pub ignored: usize,
}

impl Notification {
    /// The most bytes that a notification may have. Distribution puts up to some hundred events into one.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// One that tells nothing but something that is not understood.
    pub fn unknown() -> Self {
        Self {
            events: Vec::new(),
            ignored: 1,
        }
    }
}

/// The things that a body tells, in order: events of images, and others.
impl FromIterator<Option<Event>> for Notification {
    fn from_iter<I: IntoIterator<Item = Option<Event>>>(told: I) -> Self {
        let mut notification = Self::default();
        for event in told {
            match event {
                Some(event) => notification.events.push(event),
                None => notification.ignored = notification.ignored.saturating_add(1),
            }
        }
        notification
    }
}
