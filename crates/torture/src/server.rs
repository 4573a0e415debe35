//! The program on a data folder: started, waited for, killed.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::http::Connection;

/// The account that `generate` makes.
pub(crate) const USER: &str = "meting";
pub(crate) const PASSWORD: &str = "meting-op-de-eigen-machine";
/// How long a start, or the way to a point, may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to say whether it is ready.
const ANSWER: Duration = Duration::from_millis(500);

/// What a start is asked for besides: see `store::engine::trial`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Halt at this point when it is passed for the nth time.
    pub(crate) point: Option<(&'static str, u32)>,
    /// Fold the log into the file after so many pages.
    pub(crate) log_pages: Option<u32>,
    /// Leave out this guard.
    pub(crate) without: Option<&'static str>,
}

/// A data folder, and the program that serves from it.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) binary: PathBuf,
    pub(crate) data: PathBuf,
}

impl Installation {
    pub(crate) fn file(&self) -> PathBuf {
        self.data.join("klantendossier.db")
    }

    fn command(&self, word: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg(word)
            .env_clear()
            .env("KLANTENDOSSIER_DATA", &self.data)
            .env("KLANTENDOSSIER_LOG", "error")
            .env("KLANTENDOSSIER_SECOND_FACTOR", "optional")
            // One account does the work of many.
            .env("KLANTENDOSSIER_OPENINGS_AN_HOUR", "4000000000")
            .env("KLANTENDOSSIER_OPENINGS_A_DAY", "4000000000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// Fills it with dossiers of one line each.
    pub(crate) fn generate(&self, dossiers: u32) -> Result<()> {
        let mut child = self
            .command("generate")
            .args(["--dossiers", &dossiers.to_string()])
            .args(["--steps-per-dossier", "1", "--password-stdin"])
            .stdin(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{PASSWORD}")?;
        }
        let done = child.wait_with_output()?;
        if !done.status.success() {
            bail!("generate: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(())
    }

    pub(crate) fn start(&self, asked: &Asked) -> Result<Running> {
        let port = free_port()?;
        let mut command = self.command("serve");
        command.env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"));
        if let Some((point, nth)) = asked.point {
            command.env("TORTURE_POINT", format!("{point}:{nth}"));
        }
        if let Some(pages) = asked.log_pages {
            command.env("TORTURE_LOG_PAGES", pages.to_string());
        }
        if let Some(without) = asked.without {
            command.env("TORTURE_WITHOUT", without);
        }
        let started = Instant::now();
        let mut child = command.spawn().context("cannot start the program")?;
        let errors = child.stderr.take().context("no error output")?;
        let (halted, halts) = unbounded_channel();
        let log = thread::spawn(move || {
            let mut kept = Vec::new();
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if line.starts_with("halted at ") {
                    // Nobody waits for it any more when the program was killed in between.
                    let _ = halted.send(());
                } else {
                    kept.push(line);
                }
            }
            kept
        });
        Ok(Running {
            child,
            port,
            started,
            halts,
            log: Some(log),
        })
    }
}

/// A port below those that the machine gives out by itself: our own clients cannot be on it.
fn free_port() -> Result<u16> {
    for _ in 0..100 {
        let port = fastrand::u16(20_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port from 20000 to 30000")
}

/// A program that was started.
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
    started: Instant,
    halts: UnboundedReceiver<()>,
    log: Option<JoinHandle<Vec<String>>>,
}

impl Running {
    /// Waits until it answers; how long that took since its start. None when it halted before: it tidies up
    /// when it starts, and that passes the points of a change too.
    pub(crate) async fn ready(&mut self) -> Result<Option<Duration>> {
        while self.started.elapsed() < PATIENCE {
            if self.halts.try_recv().is_ok() {
                return Ok(None);
            }
            if let Some(status) = self.child.try_wait()? {
                let said = self.log().join("; ");
                bail!("the program ended with {status} at its start: {said}");
            }
            let mut connection = Connection::new(self.port, "");
            let asked = connection.open("/health/ready");
            let ready = tokio::time::timeout(ANSWER, asked).await;
            if ready.is_ok_and(|it| it.is_ok_and(|it| it.status == 200)) {
                return Ok(Some(self.started.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        bail!("the program did not serve within {PATIENCE:?}")
    }

    /// Waits for a while until it halts where it was asked to; whether it did.
    pub(crate) async fn halted(&mut self, patience: Duration) -> bool {
        let halted = tokio::time::timeout(patience, self.halts.recv()).await;
        matches!(halted, Ok(Some(())))
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) -> Result<()> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status()?;
        if !told.success() {
            bail!("kill -TERM ended with {told}");
        }
        Ok(())
    }

    /// SIGKILL. Answers whether it was alive until then, and what it had written in its log.
    pub(crate) fn kill(mut self) -> Result<(bool, Vec<String>)> {
        let was_alive = self.child.try_wait()?.is_none();
        self.child.kill()?;
        self.child.wait()?;
        Ok((was_alive, self.log()))
    }

    /// Stops it as an operator does; how it ended, and its log.
    pub(crate) fn stop(mut self) -> Result<(ExitStatus, Vec<String>)> {
        self.terminate()?;
        let status = self.child.wait()?;
        Ok((status, self.log()))
    }

    fn log(&mut self) -> Vec<String> {
        let log = self.log.take().and_then(|log| log.join().ok());
        log.unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is gone already, unless the run was broken off.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Logs in; the cookie of the session.
pub(crate) async fn session(port: u16) -> Result<String> {
    let fields = [("gebruikersnaam", USER), ("wachtwoord", PASSWORD)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = Connection::new(port, "")
        .send("/aanmelden", &fields)
        .await?;
    let status = answer.status;
    let cookie = answer.cookie().filter(|_| status == 303);
    cookie.ok_or_else(|| anyhow!("logging in was answered with {status}"))
}

/// A copy of a data folder that nobody serves from.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
