//! The names of the statements that differ between the databases.

/// The statements by which a database decides about changes.
pub(crate) struct Statements {
    pub(crate) create: &'static str,
    pub(crate) update: &'static str,
    pub(crate) replace_credentials: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) reseal: &'static str,
    pub(crate) declare_use: &'static str,
    pub(crate) hand_out: &'static str,
    pub(crate) keep_pending: &'static str,
    pub(crate) queue_scans: &'static str,
    pub(crate) request_scans: &'static str,
    pub(crate) lease_scans: &'static str,
    pub(crate) record_refusal: &'static str,
    pub(crate) tell_expiring: &'static str,
    pub(crate) tell_old: &'static str,
}
