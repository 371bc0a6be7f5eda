//! The certificate authorities that a component's TLS connections trust.

use crate::{component_id::ComponentId, runtime_config::ClientTls};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{path::PathBuf, sync::Arc};

/// The TLS settings of one component: Mozilla's authorities, unless `[[client_tls]]` says otherwise for a host.
#[derive(Clone)]
pub struct TlsRoots {
    public: Arc<ClientConfig>,
    special: Vec<(Vec<String>, Arc<ClientConfig>)>,
}

/// Why TLS settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A roots file cannot be read or contains no certificate.
    #[error("[[client_tls]] ca_roots_file = \"{path}\": {reason}")]
    Roots {
        /// The file.
        path: PathBuf,
        /// The error.
        reason: String,
    },
    /// The TLS library refused the settings.
    #[error("TLS: {0}")]
    Settings(#[from] rustls::Error),
}

impl TlsRoots {
    /// Builds the settings of `component` from all `[[client_tls]]` entries.
    pub fn new(component: &ComponentId, entries: &[ClientTls]) -> Result<Self, TlsError> {
        let mut special = Vec::new();
        for entry in entries {
            if entry
                .component_ids
                .iter()
                .any(|id| id == component.as_str())
            {
                special.push((entry.hosts.clone(), client_config(roots(entry)?)?));
            }
        }
        Ok(Self {
            public: client_config(public_roots())?,
            special,
        })
    }

    /// Returns the settings for a host: those of the first entry that lists it or lists no host.
    pub fn for_host(&self, host: &str) -> Arc<ClientConfig> {
        let named = |hosts: &[String]| {
            hosts.is_empty() || hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
        };
        let entry = self.special.iter().find(|(hosts, _)| named(hosts));
        entry.map_or_else(|| self.public.clone(), |(_, config)| config.clone())
    }
}

fn client_config(roots: RootCertStore) -> Result<Arc<ClientConfig>, TlsError> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn public_roots() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

fn roots(entry: &ClientTls) -> Result<RootCertStore, TlsError> {
    let Some(path) = &entry.ca_roots_file else {
        let public = entry.ca_use_webpki_roots.unwrap_or(true);
        return Ok(if public {
            public_roots()
        } else {
            RootCertStore::empty()
        });
    };
    let refused = |reason: String| TlsError::Roots {
        path: path.clone(),
        reason,
    };
    let mut store = match entry.ca_use_webpki_roots {
        Some(true) => public_roots(),
        _ => RootCertStore::empty(),
    };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| refused(error.to_string()))?;
    if certificates.is_empty() {
        return Err(refused("contains no PEM certificate".to_owned()));
    }
    for certificate in certificates {
        store
            .add(certificate)
            .map_err(|error| refused(error.to_string()))?;
    }
    Ok(store)
}
