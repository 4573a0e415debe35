//! One run: start, look, let people work, kill, and again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use fastrand::Rng;
use rusqlite::{Connection, OpenFlags};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::check::{self, Findings, Memory, Wrong};
use crate::client::{Client, Desk};
use crate::ledger::Ledger;
use crate::mount::Mounted;
use crate::plan::{Kills, Moment};
use crate::server::{self, Asked, Installation, Running};

/// People at work at the same time.
const CLIENTS: usize = 8;
/// Dossiers there are; half of them are the account's.
const DOSSIERS: u32 = 1_200;
/// How long they work before a kill, at least and at most (milliseconds).
const WORK: std::ops::Range<u64> = 10..300;
/// How long the others go on once a thread halted (milliseconds).
const HALTED: std::ops::Range<u64> = 0..30;
/// How long the program may take to stop before it is killed (milliseconds).
const CLOSING: std::ops::Range<u64> = 0..60;
/// How long a point is waited for.
const POINT: Duration = Duration::from_secs(5);

/// What every run begins with: a filled data folder, and a session.
pub(crate) struct Start {
    installation: Installation,
    folder: PathBuf,
    cookie: String,
    dossiers: Vec<String>,
}

impl Start {
    pub(crate) async fn make(binary: &Path, folder: &Path) -> Result<Self> {
        let installation = Installation {
            binary: binary.to_owned(),
            data: folder.join("start"),
        };
        installation.generate(DOSSIERS)?;
        let mut running = installation.start(&Asked::default())?;
        running.ready().await?;
        let cookie = server::session(running.port).await?;
        running.stop()?;
        let dossiers = own_dossiers(&installation.file())?;
        Ok(Start {
            installation,
            folder: folder.to_owned(),
            cookie,
            dossiers,
        })
    }
}

/// The dossiers of the account's organisation.
fn own_dossiers(file: &Path) -> Result<Vec<String>> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = database.prepare(
        "SELECT DISTINCT lower(hex(s.dossier_id)) FROM step s WHERE s.provider_org = (
             SELECT o.provider_org FROM step o JOIN person p ON p.id = o.provider_person
             WHERE p.user_name = ?1)",
    )?;
    let rows = statement.query_map([server::USER], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A run and what came of it.
pub(crate) struct Run {
    pub(crate) kills: Kills,
    pub(crate) restarts: Vec<Duration>,
    pub(crate) findings: Findings,
    pub(crate) ledger: Ledger,
    /// First starts killed when there was something of the schema, and not yet all.
    pub(crate) mid_migration: u32,
    pub(crate) took: Duration,
}

/// What goes at a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    /// The program. What it wrote is there.
    Program,
    /// The power: what was not flushed may be gone too.
    Power,
}

impl Run {
    /// Kills so many times, on a copy of the start's folder.
    pub(crate) async fn of(start: &Start, goes: Goes, kills: u32, seed: u64) -> Result<Self> {
        let mut torture = Torture::new(start, ("held", goes), None, seed)?;
        while torture.kills.all() < kills {
            let moment = Moment::next(&mut torture.rng);
            torture.once(moment).await?;
        }
        let run = torture.settled().await?;
        for (wrong, words) in run.findings.examples() {
            println!("{wrong:?}: {words}");
        }
        Ok(run)
    }

    /// The same with a guard taken away. Goes on until what is wrong then is found, four times as long at most:
    /// on a busy machine it takes longer.
    pub(crate) async fn control(
        start: &Start,
        goes: Goes,
        (guard, wrong): (&'static str, Wrong),
        kills: u32,
        seed: u64,
    ) -> Result<Self> {
        let mut torture = Torture::new(start, (guard, goes), Some(guard), seed)?;
        let goes_on = |it: &Torture| {
            let most = if it.findings.of(wrong) == 0 {
                4 * kills
            } else {
                kills
            };
            it.kills.all() < most
        };
        while goes_on(&torture) {
            let moment = Moment::next_of_control(&mut torture.rng);
            if let Err(error) = torture.once(moment).await {
                // What is damaged enough is not served from any more.
                torture.findings.add(Wrong::Integrity, format!("{error:#}"));
                return Ok(torture.broken_off());
            }
        }
        torture.settled().await
    }
}

struct Torture {
    began: Instant,
    installation: Installation,
    /// The disk, where the power goes.
    disk: Option<Mounted>,
    without: Option<&'static str>,
    rng: Rng,
    desk: Arc<Desk>,
    clients: Vec<Client>,
    memory: Memory,
    kills: Kills,
    restarts: Vec<Duration>,
    findings: Findings,
    mid_migration: u32,
}

impl Torture {
    async fn settled(mut self) -> Result<Run> {
        let ledger = self.settle().await?;
        Ok(self.with(ledger))
    }

    /// What came of it so far.
    fn broken_off(self) -> Run {
        let ledger = std::mem::take(&mut *self.desk.ledger());
        self.with(ledger)
    }

    fn with(self, ledger: Ledger) -> Run {
        Run {
            kills: self.kills,
            restarts: self.restarts,
            findings: self.findings,
            ledger,
            mid_migration: self.mid_migration,
            took: self.began.elapsed(),
        }
    }

    fn new(
        start: &Start,
        (name, goes): (&str, Goes),
        without: Option<&'static str>,
        seed: u64,
    ) -> Result<Self> {
        let folder = start.folder.join(name);
        fs::create_dir_all(&folder)?;
        let disk = match goes {
            Goes::Program => None,
            Goes::Power => Some(Mounted::at(&folder)?),
        };
        let installation = Installation {
            data: folder.join("data"),
            ..start.installation.clone()
        };
        server::copy(&start.installation.data, &installation.data)?;
        if let Some(disk) = &disk {
            disk.flush();
        }
        let desk = Desk::new(start.dossiers.clone(), start.cookie.clone());
        Ok(Torture {
            began: Instant::now(),
            installation,
            disk,
            without,
            rng: Rng::with_seed(seed),
            desk: Arc::new(desk),
            clients: (0..CLIENTS).map(|it| Client::new(it, seed)).collect(),
            memory: Memory::default(),
            kills: Kills::default(),
            restarts: Vec::new(),
            findings: Findings::default(),
            mid_migration: 0,
        })
    }

    /// One kill.
    async fn once(&mut self, moment: Moment) -> Result<()> {
        let asked = Asked {
            without: self.without,
            ..moment.asked()
        };
        match moment {
            Moment::Migrating(point) => return self.first_start(moment, &asked, point).await,
            Moment::Starting => {
                let running = self.installation.start(&asked)?;
                sleep(self.within_a_start()).await;
                return self.kill(moment, running);
            }
            _ => {}
        }
        let (mut running, is_ready) = self.serve(&asked).await?;
        if !is_ready {
            return self.kill(moment, running);
        }
        let working = self.work(running.port);
        match moment {
            Moment::Change(..) => {
                running.halted(POINT).await;
                self.pause(HALTED).await;
            }
            Moment::Closing(point) => {
                self.pause(WORK).await;
                running.terminate()?;
                match point {
                    Some(_) => {
                        running.halted(POINT).await;
                    }
                    None => self.pause(CLOSING).await,
                }
            }
            _ => self.pause(WORK).await,
        }
        self.kill(moment, running)?;
        self.clients = working.join_all().await;
        Ok(())
    }

    async fn pause(&mut self, milliseconds: std::ops::Range<u64>) {
        sleep(Duration::from_millis(self.rng.u64(milliseconds))).await;
    }

    /// Some while within the time that a start takes.
    fn within_a_start(&mut self) -> Duration {
        let usual = self.restarts.last().map_or(100, Duration::as_millis);
        let usual = u64::try_from(usual).unwrap_or(u64::MAX).max(1);
        Duration::from_millis(self.rng.u64(0..=usual))
    }

    fn kill(&mut self, moment: Moment, running: Running) -> Result<()> {
        let (was_alive, log) = running.kill()?;
        if was_alive {
            self.kills.count(moment);
        }
        self.read(log);
        match &mut self.disk {
            Some(disk) => disk.cut(&mut self.rng),
            None => Ok(()),
        }
    }

    /// Only errors are logged, and none is wanted.
    fn read(&mut self, log: Vec<String>) {
        for line in log {
            self.findings.add(Wrong::Fault, line);
        }
    }

    /// Starts it on what the last kill left, and looks; whether it serves or halted on its way.
    async fn serve(&mut self, asked: &Asked) -> Result<(Running, bool)> {
        let mut running = self.installation.start(asked)?;
        let ready = running.ready().await?;
        if let Some(took) = ready {
            self.restarts.push(took);
            self.look()?;
        }
        Ok((running, ready.is_some()))
    }

    fn look(&mut self) -> Result<()> {
        let file = self.installation.file();
        let mut ledger = self.desk.ledger();
        check::look(&file, &mut ledger, &mut self.memory, &mut self.findings)
    }

    fn work(&mut self, port: u16) -> JoinSet<Client> {
        let clients = std::mem::take(&mut self.clients).into_iter();
        let working = clients.map(|client| client.work(port, Arc::clone(&self.desk)));
        working.collect()
    }

    /// On an empty folder: a start that was broken off is as if it had not been, or as if it had been whole, and
    /// the next one serves.
    async fn first_start(
        &mut self,
        moment: Moment,
        asked: &Asked,
        point: Option<&'static str>,
    ) -> Result<()> {
        let empty = Installation {
            data: self.installation.data.with_extension("first"),
            ..self.installation.clone()
        };
        if empty.data.exists() {
            fs::remove_dir_all(&empty.data)?;
        }
        let mut running = empty.start(asked)?;
        match point {
            Some(_) => {
                running.halted(POINT).await;
            }
            None => sleep(self.within_a_start()).await,
        }
        self.kill(moment, running)?;
        let file = empty.file();
        let log = file.with_extension("db-wal");
        let has_log = fs::metadata(&log).is_ok_and(|it| it.len() > 0);
        let half = schema(&file)?;
        if has_log && half == 0 {
            self.mid_migration += 1;
        }
        let mut running = empty.start(&Asked::default())?;
        if let Err(error) = running.ready().await {
            self.findings
                .add(Wrong::Fault, format!("{moment:?}: {error:#}"));
            return Ok(());
        }
        let whole = schema(&file)?;
        if half != 0 && half != whole {
            let words = format!("{moment:?} left {half} migrations of {whole}");
            self.findings.add(Wrong::Integrity, words);
        }
        let (status, log) = running.stop()?;
        if !status.success() {
            self.findings
                .add(Wrong::Fault, format!("it stopped with {status}"));
        }
        self.read(log);
        Ok(())
    }

    /// Lets everybody hear what became of what they sent, and looks at everything from the beginning.
    async fn settle(&mut self) -> Result<Ledger> {
        let (running, _) = self
            .serve(&Asked {
                without: self.without,
                ..Asked::default()
            })
            .await?;
        self.desk.is_closing.store(true, Ordering::Relaxed);
        self.clients = self.work(running.port).join_all().await;
        if self.clients.iter().any(Client::is_in_doubt) {
            bail!("the program did not answer what was sent again");
        }
        self.memory.begin_again();
        self.look()?;
        let (status, log) = running.stop()?;
        if !status.success() {
            self.findings
                .add(Wrong::Fault, format!("it stopped with {status}"));
        }
        self.read(log);
        Ok(std::mem::take(&mut self.desk.ledger()))
    }
}

/// How many migrations a file has had; 0 without a schema, or a file. A file that is damaged is an error.
fn schema(file: &Path) -> Result<i64> {
    if !file.exists() {
        return Ok(0);
    }
    // Not read only: what a killed program left in the log is read by whoever comes first.
    let database = Connection::open(file)?;
    if let Some(damage) = check::damage(&database)?.first() {
        bail!("{}: {damage}", file.display());
    }
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0));
    let has = one("SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'")?;
    if has == 0 {
        return Ok(0);
    }
    one("SELECT count(*) FROM refinery_schema_history").context("the history of migrations")
}
