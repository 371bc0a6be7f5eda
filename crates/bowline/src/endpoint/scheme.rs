//! The schemes of endpoints.

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// With TLS; what a missing scheme means.
    Https,
    /// Without; allowed only where the operator says so.
    Http,
}

impl Scheme {
    /// The port that need not be written.
    pub fn port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }

    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Https => "https://",
            Self::Http => "http://",
        }
    }
}
