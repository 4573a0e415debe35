//! One connection to the program, as a browser keeps it. Knows no page.

use std::time::Duration;

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// After which a request counts as not answered.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) html: String,
}

impl Answer {
    /// Where it leads; empty when nowhere.
    pub(crate) fn location(&self) -> &str {
        let place = self.headers.get(LOCATION);
        place
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The cookie that it sets, as it is sent back.
    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        Some(set.split(';').next()?.to_owned())
    }
}

/// A connection that is made when it is needed, and again when the server broke it off.
pub(crate) struct Connection {
    port: u16,
    cookie: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    pub(crate) fn new(port: u16, cookie: &str) -> Self {
        Connection {
            port,
            cookie: cookie.to_owned(),
            sender: None,
        }
    }

    pub(crate) async fn open(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, String::new()).await
    }

    pub(crate) async fn send(&mut self, path: &str, fields: &[(String, String)]) -> Result<Answer> {
        self.ask("POST", path, serde_html_form::to_string(fields)?)
            .await
    }

    /// # Errors
    /// When there was no whole answer: what was asked may have been done or not.
    async fn ask(&mut self, method: &str, path: &str, body: String) -> Result<Answer> {
        let answered = tokio::time::timeout(PATIENCE, self.exchange(method, path, body)).await;
        answered.context("no answer in time").flatten()
    }

    async fn exchange(&mut self, method: &str, path: &str, body: String) -> Result<Answer> {
        let mut kept = self.sender.take();
        if let Some(sender) = &mut kept
            && sender.ready().await.is_err()
        {
            kept = None;
        }
        let mut sender = match kept {
            Some(sender) => sender,
            None => {
                let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
                stream.set_nodelay(true)?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                // Ends with the connection; what went wrong is said to who waits for the answer.
                tokio::spawn(connection);
                sender
            }
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, format!("127.0.0.1:{}", self.port))
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        let html = body.collect().await?.to_bytes();
        self.sender = Some(sender);
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            html: String::from_utf8_lossy(&html).into_owned(),
        })
    }
}
