//! Vendor-neutral notifications of pushes and removals.
//!
//! A product's file parses its format into a [`Notification`]. Parsing never fails: whatever it does not understand is
//! counted. A notification is not trusted. It only says which tags to look up in the registry.

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
    /// The number of other entries: pulls, blobs, scans, and unknown ones.
    pub ignored: usize,
}

impl Notification {
    /// The maximum size of a notification in bytes. Distribution puts up to about a hundred events into one.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// Returns a notification with one unknown entry.
    pub fn unknown() -> Self {
        Self {
            events: Vec::new(),
            ignored: 1,
        }
    }
}

/// The entries of a body, in order: events of images, and others.
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
