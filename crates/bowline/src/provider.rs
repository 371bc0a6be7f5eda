//! The provider table: what each registry product asks for and can do. One file a provider.

use serde::Serialize;

/// A registry product, enough to render its form.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// `docker-hub`.
    pub id: &'static str,
    /// `Docker Hub`.
    pub title: &'static str,
    /// The vendor's page about its credentials.
    pub docs_url: &'static str,
}

/// Every provider, in the order in which a page shows them.
pub fn providers() -> &'static [&'static Provider] {
    &[]
}
