//! `demo`: made-up organisations, people and dossiers, made through the use cases at instants before
//! the clock's start. The same start gives the same data.
//!
//! Nobody and nothing in here is real.

mod chance;
mod closed;
mod crowd;
mod guidance;
mod houses;
mod known;
mod names;
mod story;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use casework::{
    Casework, Clock, Database, DocumentPlace, Files, Limits, RunningClock, SystemClock,
};
use domain::documents::DocumentLimits;
use domain::mail::MailAddress;
use domain::moment::start_of_day;
use domain::{Day, Moment};

use crate::arguments::Demo;
use crate::mail::Postman;
use crate::parts::{self, Parts, Schema};
use crate::settings::{MailServer, MailSettings};
use crate::{VERSION, operator, secret, server};

/// The password of every account.
pub(crate) const PASSWORD: &str = "klantendossier-demo";

/// How long a database on a server is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The demo's dossiers hold a diploma of 30/06/2024: no clock starts before it was there.
const EARLIEST: (i16, i8, i8) = (2024, 7, 1);

/// Starts the demo and serves it.
///
/// # Errors
/// In one line, what stands in the way.
pub(crate) async fn start(options: &Demo) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = match options.now {
        Some(now) => Arc::new(RunningClock::from(now)),
        None => Arc::new(SystemClock),
    };
    check_start(clock.now())?;
    let listener = server::bind(options.listen).await?;
    let sends_mail = options.smtp_url.is_some();
    let (parts, _claim) = match &options.database {
        None => {
            let claim = parts::claim(&options.data)?;
            (open(&options.data, clock, sends_mail).await?, Some(claim))
        }
        Some(url) => (
            open_on_server(url, &options.data, clock, sends_mail).await?,
            None,
        ),
    };
    let address = listener.local_addr()?;
    let web = web::WebSettings {
        public_url: site(address),
        demo: true,
        secure_cookies: false,
        version: VERSION,
    };
    // Browsers make passkeys for names only.
    let parts = parts.at_site(&format!("http://localhost:{}", address.port()));
    let postman = options
        .smtp_url
        .clone()
        .map(|server| postman(server, address))
        .transpose()?;
    operator::say(&welcome(address, options))?;
    server::serve(parts, web, Vec::new(), listener, postman).await
}

/// The address in the links of the demo. It has no setting for it: from another machine it is reached
/// under a name that the program cannot know, and a link is then only a path.
fn site(address: SocketAddr) -> String {
    if address.ip().is_loopback() {
        return format!("http://{address}");
    }
    tracing::warn!(
        %address,
        "the demo listens on more than this machine: one-time links are shown without a host; put the \
         address that people type in front of them"
    );
    String::new()
}

/// Mail of the demo, to a server of this machine.
fn postman(server: MailServer, address: SocketAddr) -> anyhow::Result<Postman> {
    let mail = MailSettings {
        server,
        login: None,
        ca_file: None,
        from: MailAddress::parse("klantendossier@example.org")?,
    };
    Postman::new(&mail, &format!("http://{address}"), "demo.example.org")
}

fn check_start(now: Moment) -> anyhow::Result<()> {
    let (year, month, day) = EARLIEST;
    let earliest = Day::new(year, month, day).unwrap_or(Day::MAX);
    if now < start_of_day(earliest) {
        bail!(
            "the demo's clock cannot start before {earliest}: its dossiers hold a diploma of the \
             day before; give a later --now"
        );
    }
    Ok(())
}

/// Opens the demo's database. Where there is none it is made under another name first, so that a
/// demo that was stopped halfway is never taken for a whole one.
async fn open(data: &Path, clock: Arc<dyn Clock>, sends_mail: bool) -> anyhow::Result<Parts> {
    let file = parts::database_file(data);
    let secret = secret::load_or_make(&data.join("secret.key"), file.exists())?;
    let assemble = async |file: &Path| {
        let store = casework::Settings::Sqlite {
            file: file.to_owned(),
        };
        let database = parts::open_database(&store, Schema::Migrate).await?;
        assemble(database, data, &secret, &clock, sends_mail)
    };
    if !file.exists() {
        let unfinished = file.with_extension("new");
        remove_leftovers(&unfinished)?;
        let parts = assemble(&unfinished).await?;
        seed(&parts.casework).await?;
        // Closing folds the log into the file; only a file that stands alone can be renamed.
        drop(parts);
        if beside(&unfinished, "-wal").exists() {
            bail!("the demo's database could not be closed; start again");
        }
        fs::rename(&unfinished, &file)
            .and_then(|()| File::open(data)?.sync_all())
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    let parts = assemble(&file).await?;
    if !parts.casework.has_demo_accounts().await? {
        bail!(
            "{} is no demo; give another folder with --data",
            file.display()
        );
    }
    Ok(parts)
}

fn assemble(
    database: Database,
    data: &Path,
    secret: &[u8],
    clock: &Arc<dyn Clock>,
    sends_mail: bool,
) -> anyhow::Result<Parts> {
    let limits = Limits {
        demo_accounts: true,
        sends_mail,
        ..Limits::default()
    };
    let files = files_in(data, secret)?;
    let data = (parts::own_programme()?, parts::own_rules()?);
    Ok(Parts::assemble(
        database,
        data,
        secret,
        Arc::clone(clock),
        files,
        limits,
    ))
}

/// Where the demo keeps its documents.
pub(crate) fn files_in(data: &Path, secret: &[u8]) -> anyhow::Result<Files> {
    let place = DocumentPlace::Folder(data.join(parts::DOCUMENTS));
    let incoming = data.join(parts::INCOMING);
    let limits = DocumentLimits::default();
    Ok(Files::open(&place, &incoming, secret, None, limits)?)
}

/// Opens the demo on a server, and fills it when it is empty. That the installation knows its secret is
/// the last that is written: a demo that was stopped halfway is never taken for a whole one.
async fn open_on_server(
    url: &str,
    data: &Path,
    clock: Arc<dyn Clock>,
    sends_mail: bool,
) -> anyhow::Result<Parts> {
    let store = casework::Settings::Postgres(casework::PostgresSettings {
        url: url.to_owned(),
        replica_url: None,
        ca_file: None,
        connections: 16,
        patience: PATIENCE,
    });
    let database = parts::open_database(&store, Schema::Migrate).await?;
    let is_whole = casework::has_secret(&database).await?;
    // Nothing in it is real, and every demo on the database needs the same.
    let parts = assemble(database, data, &[0; 32], &clock, sends_mail)?;
    let again = "make the database anew and start again";
    if !is_whole {
        if parts.casework.has_demo_accounts().await? {
            bail!("a demo was begun in the database of --database and not finished; {again}");
        }
        seed(&parts.casework).await?;
    }
    parts.casework.agree_on_secret().await.with_context(|| {
        format!("the database of --database is not of a demo; {again}, or give another")
    })?;
    Ok(parts)
}

fn remove_leftovers(unfinished: &Path) -> anyhow::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let file = beside(unfinished, end);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Fills an empty database with the demo, as of the clock's present instant.
///
/// # Errors
/// When a use case refuses; the demo's own data is wrong then.
pub(crate) async fn seed(casework: &Casework) -> anyhow::Result<()> {
    let start = casework.now();
    let hash = casework::hash_password(PASSWORD).context("cannot hash the demo's password")?;
    let houses = houses::build(casework, start, &hash).await?;
    known::tell(&houses, &hash).await?;
    crowd::tell(&houses).await?;
    houses::give_mandate(&houses).await?;
    // What the program would have done on its days, and told of: the demo begins with what is new.
    let done = casework.keep_up_grants().await;
    done.map_err(|failure| anyhow::anyhow!("cannot look after the grants: {failure:?}"))?;
    let all = [&houses.vdab, &houses.kompaslijn, &houses.vlinderbos];
    let counsellors = all.iter().flat_map(|house| house.counsellors.iter());
    for actor in counsellors.chain(&houses.managers) {
        let read = casework.mark_notices_read(actor).await;
        read.map_err(|failure| anyhow::anyhow!("cannot mark notices: {failure:?}"))?;
    }
    Ok(())
}

/// What stands on the screen when the demo is ready.
fn welcome(address: SocketAddr, options: &Demo) -> String {
    let mut text = format!(
        "Klantendossier {VERSION}, demo. Nobody in it is real.\n\n  \
         http://{address}\n\n\
         Password of every account: {PASSWORD}\n\n"
    );
    for (user_name, role, unit) in houses::ACCOUNTS {
        text.push_str(&format!("  {user_name:<12} {role:<46} {unit}\n"));
    }
    text.push_str(&match &options.database {
        None => format!(
            "\nThe data is kept in {}; delete that folder to start afresh. Ctrl+C stops.\n",
            options.data.display()
        ),
        Some(_) => "\nThe data is kept in the database of --database. Ctrl+C stops.\n".to_owned(),
    });
    text
}
