//! Image references (the distribution grammar).

/// An image reference, with familiar names filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `docker.io`, `registry.example.com:5000`.
    pub domain: String,
    /// The repository: `library/alpine`.
    pub path: String,
    /// The tag, where one was written.
    pub tag: Option<String>,
    /// The digest, where one was written.
    pub digest: Option<String>,
}
