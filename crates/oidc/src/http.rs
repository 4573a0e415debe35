//! The way to the provider: one request on one connection, over TLS, or in the open to the own machine.
//! No redirect is followed, nothing waits for ever, and no answer is read without end. Knows nothing of
//! what is asked.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Misconfigured;

/// How long a connection may take to come about, and a whole request. A page waits ten seconds at most.
const CONNECT: Duration = Duration::from_secs(2);
const REQUEST: Duration = Duration::from_secs(4);
/// Most bytes of an answer. A discovery document is 5 KB, a set of keys not much more.
const MOST_BYTES: usize = 256 * 1024;

/// A request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(String);

/// Sends requests to the provider.
pub(crate) struct Http {
    tls: TlsConnector,
}

impl Http {
    /// Trusts the authorities in a file, or without one those of the machine.
    pub(crate) fn new(ca_file: Option<&Path>) -> Result<Self, Misconfigured> {
        let wrong = |detail: String| Misconfigured {
            setting: "oidc_ca_file",
            detail,
        };
        let mut roots = RootCertStore::empty();
        match ca_file {
            Some(file) => {
                let name = file.display();
                let found = CertificateDer::pem_file_iter(file)
                    .map_err(|error| wrong(format!("{name}: {error}")))?;
                for certificate in found {
                    let certificate =
                        certificate.map_err(|error| wrong(format!("{name}: {error}")))?;
                    roots
                        .add(certificate)
                        .map_err(|error| wrong(format!("{name}: {error}")))?;
                }
                if roots.is_empty() {
                    return Err(wrong(format!("{name} holds no certificate (PEM)")));
                }
            }
            // A machine without any is found out when its first connection is refused.
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Http {
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let uri = request.uri().clone();
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(NoAnswer(format!("{uri} is no address")));
        };
        let is_tls = scheme == "https";
        if !is_tls && !crate::is_own_machine(host) {
            return Err(NoAnswer(format!(
                "{uri}: only https, or http on the own machine"
            )));
        }
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let plain_host = host.trim_start_matches('[').trim_end_matches(']');
        let because = |error: &dyn std::fmt::Display| NoAnswer(format!("{host}:{port}: {error}"));
        let stream = tokio::time::timeout(CONNECT, TcpStream::connect((plain_host, port)))
            .await
            .map_err(|_| because(&"no connection in two seconds"))?
            .map_err(|error| because(&error))?;
        if !is_tls {
            return exchange(stream, request)
                .await
                .map_err(|error| because(&error));
        }
        let name = ServerName::try_from(plain_host.to_owned()).map_err(|error| because(&error))?;
        let stream = self
            .tls
            .connect(name, stream)
            .await
            .map_err(|error| because(&error))?;
        exchange(stream, request)
            .await
            .map_err(|error| because(&error))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let address = request.uri().clone();
            tokio::time::timeout(REQUEST, self.send(request))
                .await
                .map_err(|_| NoAnswer(format!("{address}: no answer in four seconds")))?
        })
    }
}

/// One request over a connection that is there; the connection is closed after it.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: HttpRequest,
) -> Result<HttpResponse, NoAnswer> {
    let failed = |error: hyper::Error| NoAnswer(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    // It ends with the sender, which this function drops; an error shows at the sender too.
    let running = tokio::spawn(async move { connection.await.is_ok() });
    let answer = async {
        let (mut parts, body) = request.into_parts();
        let host = parts.uri.authority().map_or("", |it| it.as_str());
        let host = HeaderValue::try_from(host).map_err(|error| NoAnswer(error.to_string()))?;
        parts.headers.insert(HOST, host);
        let path = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        parts.uri = path
            .parse()
            .map_err(|_| NoAnswer("an address without a path".to_owned()))?;
        let request = hyper::Request::from_parts(parts, Full::new(Bytes::from(body)));
        let (parts, body) = sender
            .send_request(request)
            .await
            .map_err(failed)?
            .into_parts();
        let body = Limited::new(body, MOST_BYTES)
            .collect()
            .await
            .map_err(|error| NoAnswer(error.to_string()))?;
        Ok(HttpResponse::from_parts(parts, body.to_bytes().to_vec()))
    }
    .await;
    running.abort();
    answer
}
