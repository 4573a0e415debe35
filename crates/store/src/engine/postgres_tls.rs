//! The encrypted way to PostgreSQL: the server has to show a certificate of an authority that the
//! operator named, for the host that was asked for. There is no weaker setting in between.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;

/// What makes connections that trust the authorities in `ca` and no other.
pub(super) fn connector(ca: Option<&Path>) -> Result<MakeRustlsConnect, StoreError> {
    let Some(file) = ca else {
        return Err(StoreError::Open {
            place: "the database of database_url".into(),
            detail: "its host is another machine: name the authority of its certificate in \
                     database_ca_file, or say sslmode=disable in the address if nobody can listen in"
                .into(),
        });
    };
    let wrong = |detail: String| StoreError::Open {
        place: format!("the certificates of database_ca_file, {}", file.display()),
        detail,
    };
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    for certificate in found {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("it holds no certificate (PEM)".into()));
    }
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
