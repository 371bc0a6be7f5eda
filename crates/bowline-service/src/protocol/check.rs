//! A check of a form.

use bowline_registry::Check;
use serde::{Deserialize, Serialize};

use super::{PrivateOperation, PrivateRequest};

/// Tries a connection.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRequest<F> {
    pub(crate) form: F,
    /// The image to pull, validated like the form's image; if it is missing or empty, the form's image or a random one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
}

impl<F> PrivateRequest for CheckRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Check;
    type Response = Check;
}
