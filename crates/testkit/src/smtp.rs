//! A mail server for tests: it speaks SMTP over a real connection, keeps every byte of the mail it takes,
//! and misbehaves when it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::path::Path;
use std::pin::Pin;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufStream,
};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How the server treats one letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes it.
    Takes,
    /// Says that the recipient is to be tried later (450).
    Defers,
    /// Says that there is no such recipient (550).
    Refuses,
    /// Cuts the connection in the middle of the text.
    Cuts,
    /// Takes the text and says nothing any more.
    FallsSilent,
    /// Takes the text and cuts the connection before it says so.
    TakesAndCuts,
}

/// A mail as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Head and text, byte for byte.
    pub raw: String,
}

impl Received {
    /// The lines of the head.
    pub fn head(&self) -> Vec<&str> {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default();
        head.split("\r\n").collect()
    }

    /// The value of a line of the head; empty without one.
    pub fn header(&self, name: &str) -> &str {
        let found = self.head().into_iter().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        });
        found.unwrap_or_default()
    }
}

#[derive(Default)]
struct State {
    encrypts: Option<TlsAcceptor>,
    encrypted: usize,
    manners: VecDeque<Manner>,
    always: Option<Manner>,
    offers_encryption: bool,
    asks_for_login: bool,
    received: Vec<Received>,
    connections: usize,
    begun: usize,
}

/// The server. It stops when this is dropped.
pub struct MailSink {
    /// Its port on 127.0.0.1.
    pub port: u16,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailSink {
    /// A server on a free port, that takes everything.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let changed = Arc::new(Notify::new());
        let (shared, told) = (Arc::clone(&state), Arc::clone(&changed));
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                lock(&shared).connections += 1;
                let (state, changed) = (Arc::clone(&shared), Arc::clone(&told));
                tokio::spawn(async move {
                    // A client that goes away ends its own connection only.
                    let _ = talk(connection, &state, &changed).await;
                });
            }
        });
        MailSink {
            port,
            state,
            changed,
            task,
        }
    }

    /// How the next letters are treated; those after them are taken.
    pub fn next(&self, manners: &[Manner]) {
        lock(&self.state).manners.extend(manners);
    }

    /// How every letter is treated from now on.
    pub fn always(&self, manner: Manner) {
        lock(&self.state).always = Some(manner);
    }

    /// Encrypts, with a certificate and its key in PEM files.
    pub fn encrypt_with(&self, certificate: &Path, key: &Path) {
        let chain = CertificateDer::pem_file_iter(certificate).expect("a certificate");
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(key).expect("a key");
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they go together");
        let mut state = lock(&self.state);
        state.offers_encryption = true;
        state.encrypts = Some(TlsAcceptor::from(Arc::new(config)));
    }

    /// How many letters were begun on an encrypted connection.
    pub fn encrypted(&self) -> usize {
        lock(&self.state).encrypted
    }

    /// Says that it can encrypt, and then cannot.
    pub fn offer_encryption(&self) {
        lock(&self.state).offers_encryption = true;
    }

    /// Asks who comes, and refuses everybody.
    pub fn ask_for_login(&self) {
        lock(&self.state).asks_for_login = true;
    }

    /// What it took so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// How many letters were begun.
    pub fn begun(&self) -> usize {
        lock(&self.state).begun
    }

    /// Waits until so many mails were taken.
    pub async fn wait_for(&self, mails: usize) -> Vec<Received> {
        let waited = tokio::time::timeout(std::time::Duration::from_secs(60), async {
            loop {
                let changed = self.changed.notified();
                let received = self.received();
                if received.len() >= mails {
                    return received;
                }
                let _ = tokio::time::timeout(std::time::Duration::from_millis(50), changed).await;
            }
        });
        waited.await.expect("the mail comes within a minute")
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn talk(
    mut connection: tokio::net::TcpStream,
    state: &Mutex<State>,
    changed: &Notify,
) -> std::io::Result<()> {
    connection
        .write_all(b"220 sink.example.org ESMTP\r\n")
        .await?;
    serve(Box::new(connection), false, state, changed).await
}

/// A connection, encrypted or not.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

type Talk<'a> = Pin<Box<dyn Future<Output = std::io::Result<()>> + Send + 'a>>;

/// The same again once the connection is encrypted: then it begins anew.
fn again<'a>(connection: Box<dyn Wire>, state: &'a Mutex<State>, changed: &'a Notify) -> Talk<'a> {
    Box::pin(serve(connection, true, state, changed))
}

async fn serve(
    connection: Box<dyn Wire>,
    encrypted: bool,
    state: &Mutex<State>,
    changed: &Notify,
) -> std::io::Result<()> {
    let mut stream = BufStream::new(connection);
    let (mut from, mut to) = (String::new(), Vec::new());
    let mut manner = Manner::Takes;
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let word = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => {
                let (offers, asks) = {
                    let state = lock(state);
                    (state.offers_encryption, state.asks_for_login)
                };
                let mut answer = String::from("250-sink.example.org\r\n");
                if offers && !encrypted {
                    answer.push_str("250-STARTTLS\r\n");
                }
                if asks {
                    answer.push_str("250-AUTH PLAIN\r\n");
                }
                answer.push_str("250 8BITMIME\r\n");
                answer
            }
            "HELO" | "RSET" | "NOOP" => "250 OK\r\n".to_owned(),
            "STAR" => {
                let acceptor = lock(state).encrypts.clone();
                let Some(acceptor) = acceptor else {
                    say(&mut stream, "454 4.7.0 not now\r\n").await?;
                    continue;
                };
                say(&mut stream, "220 go on\r\n").await?;
                let encrypted = acceptor.accept(stream.into_inner()).await?;
                return again(Box::new(encrypted), state, changed).await;
            }
            "AUTH" => "535 5.7.8 no\r\n".to_owned(),
            "MAIL" => {
                let mut state = lock(state);
                state.begun += 1;
                state.encrypted += usize::from(encrypted);
                let next = state.manners.pop_front();
                manner = next.or(state.always).unwrap_or(Manner::Takes);
                (from, to) = (line.get(10..).unwrap_or_default().to_owned(), Vec::new());
                "250 OK\r\n".to_owned()
            }
            "RCPT" => match manner {
                Manner::Defers => "450 4.2.0 try later\r\n".to_owned(),
                Manner::Refuses => "550 5.1.1 nobody\r\n".to_owned(),
                _ => {
                    to.push(line.get(8..).unwrap_or_default().to_owned());
                    "250 OK\r\n".to_owned()
                }
            },
            "DATA" => {
                say(&mut stream, "354 go on\r\n").await?;
                let mut raw = Vec::new();
                while !raw.ends_with(b"\r\n.\r\n") {
                    if manner == Manner::Cuts && raw.len() > 20 {
                        return Ok(());
                    }
                    if stream.read_until(b'\n', &mut raw).await? == 0 {
                        return Ok(());
                    }
                }
                if manner == Manner::FallsSilent {
                    // Until the other side gives up.
                    stream.read_to_end(&mut Vec::new()).await?;
                    return Ok(());
                }
                raw.truncate(raw.len() - 3);
                lock(state).received.push(Received {
                    from: from.clone(),
                    to: to.clone(),
                    raw: String::from_utf8_lossy(&raw).into_owned(),
                });
                changed.notify_waiters();
                if manner == Manner::TakesAndCuts {
                    return Ok(());
                }
                "250 OK\r\n".to_owned()
            }
            "QUIT" => {
                say(&mut stream, "221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 no\r\n".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
}

async fn say(stream: &mut BufStream<Box<dyn Wire>>, answer: &str) -> std::io::Result<()> {
    stream.write_all(answer.as_bytes()).await?;
    stream.flush().await
}
