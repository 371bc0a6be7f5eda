//! The private hop: requests of the public service to the private one, and the responses.
//!
//! Both sides use these types. A request's type defines its operation and its response. An operation is a POST of JSON
//! to its path. The response is 200 with JSON, or a problem. The response to a check can be an event stream.
//!
//! Requests are generic over the form's type. The public service writes an `ExposedForm`, directly from the secrets'
//! types. The private service reads a `ConnectionForm` and checks it into a `ConnectionSpec` before it contacts the
//! registry, so an invalid form has no effect, whoever sends it. The public service checks a form when it saves it.

pub(crate) mod check;
pub(crate) mod credentials;
pub(crate) mod endpoint;
pub(crate) mod images;
pub(crate) mod inventory;
pub(crate) mod listing;
pub(crate) mod notice;

use http::HeaderName;

/// The origin at which the runtime's service chaining answers.
macro_rules! origin {
    () => {
        "http://outbound.spin.internal"
    };
}

/// The header with the external id that the public service issued to the project that asks.
pub(crate) const EXTERNAL_ID: HeaderName = HeaderName::from_static("bowline-external-id");

/// A request, and what answers it.
pub(crate) trait PrivateRequest {
    /// The operation that it asks for.
    const OPERATION: PrivateOperation;

    /// The body of the answer with status 200.
    type Response;
}

/// Makes the table: one row is one operation with its path.
macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $path:literal,)+) => {
        /// An operation of the private service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum PrivateOperation {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl PrivateOperation {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the operation of a path, or `None` if there is none.
            pub(crate) fn of_path(path: &str) -> Option<Self> {
                match path {
                    $($path => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Its path.
            pub(crate) const fn path(self) -> &'static str {
                match self {
                    $(Self::$variant => $path,)+
                }
            }

            /// The address that it is asked for at.
            pub(crate) const fn address(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!(origin!(), $path),)+
                }
            }
        }
    };
}

operations! {
    /// A check.
    Check = "/check",
    /// The repositories that a form's connection reaches.
    Repositories = "/repositories",
    /// The tags of a repository.
    Tags = "/tags",
    /// The credentials that a job pulls with.
    Credentials = "/credentials",
    /// The registry's address.
    Endpoint = "/endpoint",
    /// The images that a policy chooses from.
    Images = "/images",
    /// A page of the repositories.
    RepositoriesPage = "/repositories/page",
    /// A page of a repository's tags, with what the listing knows of them.
    TagsPage = "/tags/page",
    /// The digests that tags point to.
    Digests = "/digests",
    /// When images were made.
    Details = "/details",
    /// The end of an image's quarantine.
    Release = "/release",
    /// The image streams that changed.
    Streams = "/streams",
    /// A notice to a project.
    Notice = "/notice",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_leads_to_its_operation_and_no_other_to_any() {
        for operation in PrivateOperation::ALL {
            let path = operation.address().strip_prefix(origin!()).unwrap();
            assert_eq!(PrivateOperation::of_path(path), Some(*operation));
        }
        for path in ["", "/", "/else", "/tags/", "/tags/else", "//tags", "/Tags"] {
            assert_eq!(PrivateOperation::of_path(path), None, "{path}");
        }
    }
}
