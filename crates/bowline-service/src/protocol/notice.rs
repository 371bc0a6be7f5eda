//! A notice to a project, signed.

use serde::{Deserialize, Serialize};

use super::{PrivateOperation, PrivateRequest};

/// Sends a webhook to an address that a project named.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeRequest {
    pub(crate) url: String,
    /// The headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    /// JSON.
    pub(crate) body: String,
}

impl PrivateRequest for NoticeRequest {
    const OPERATION: PrivateOperation = PrivateOperation::Notice;
    type Response = NoticeResponse;
}

/// The receiver's status, or why there is none.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct NoticeResponse {
    pub(crate) status: Option<u16>,
    pub(crate) problem: Option<String>,
}
