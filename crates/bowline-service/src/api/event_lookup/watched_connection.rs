//! A connection with a watched registry: Bowline receives its events or reads its image streams.

use bowline::{form::ConnectionForm, selection::Policy};
use bowline_store::Opened;

use crate::api::validation;

/// A connection with a policy that takes events or watches image streams.
pub(in crate::api) struct WatchedConnection<'a> {
    pub(in crate::api) opened: &'a Opened,
    pub(in crate::api) form: ConnectionForm,
    pub(super) policy: Policy,
}

impl<'a> WatchedConnection<'a> {
    /// The connection, if its policy takes events or watches image streams.
    pub(in crate::api) fn of(opened: &'a Opened) -> Option<Self> {
        let policy = validation::kept_policy(opened.connection.policy.as_ref());
        (policy.events || policy.image_streams).then(|| Self {
            opened,
            form: opened.form(),
            policy,
        })
    }
}
