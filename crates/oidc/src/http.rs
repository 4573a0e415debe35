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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that reads a request and gives one answer; its address.
    async fn answers(answer: &'static [u8], repeat: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut read = [0; 4096];
                let _ = stream.read(&mut read).await;
                for _ in 0..repeat {
                    if stream.write_all(answer).await.is_err() {
                        break;
                    }
                }
                if repeat == 0 {
                    // Says nothing and stays.
                    std::mem::forget(stream);
                }
            }
        });
        format!("http://{address}")
    }

    async fn get(address: &str) -> Result<HttpResponse, NoAnswer> {
        let http = Http::new(None).unwrap();
        let request = hyper::Request::get(format!("{address}/weg?a=b"));
        http.call(request.body(Vec::new()).unwrap()).await
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = other.local_addr().unwrap();
        let text =
            format!("HTTP/1.1 302 Found\r\nlocation: http://{to}/\r\ncontent-length: 0\r\n\r\n");
        let address = answers(Box::leak(text.into_boxed_str()).as_bytes(), 1).await;
        let answer = get(&address).await.unwrap();
        assert_eq!(answer.status(), 302);
        let asked = tokio::time::timeout(Duration::from_millis(200), other.accept()).await;
        assert!(asked.is_err(), "somebody came to the other server");
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut_off() {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
        let short = get(&answers(head, 1).await).await.unwrap();
        assert_eq!(short.status(), 200);
        let refused = get(&answers(head, 10_000).await).await.unwrap_err();
        assert!(refused.0.contains("limit"), "{refused}");
    }

    #[tokio::test]
    async fn who_says_nothing_is_waited_for_four_seconds() {
        let began = std::time::Instant::now();
        let refused = get(&answers(b"", 0).await).await.unwrap_err();
        assert!(refused.0.contains("four seconds"), "{refused}");
        assert!(began.elapsed() < Duration::from_secs(6));
    }

    #[tokio::test]
    async fn in_the_open_it_goes_to_the_own_machine_only() {
        for address in [
            "http://192.0.2.1",
            "http://op.example",
            "http://127.0.0.1.example",
        ] {
            let refused = get(address).await.unwrap_err();
            assert!(refused.0.contains("only https"), "{refused}");
        }
        // Who does not speak TLS is no provider.
        let plain = answers(b"HTTP/1.1 200 OK\r\n\r\n", 1).await;
        let asked = get(&plain.replace("http:", "https:")).await;
        assert!(asked.is_err());
    }
}
