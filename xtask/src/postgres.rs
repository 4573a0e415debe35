//! A PostgreSQL server of our own for the tests: made new among the machine's temporary files, on a
//! loopback port that is free, stopped and removed when it is dropped. The machine's own server is left
//! alone.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, run};
use crate::tools;

/// Debian's package and where it puts the programs of the server.
const PACKAGE: &str = "postgresql-15";
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// Files that stay in memory, on Linux.
const MEMORY: &str = "/dev/shm";
/// Bytes that have to be free there.
const ROOM: u64 = 4 * 1024 * 1024 * 1024;

/// A running server.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<String>,
    port: u16,
    /// What it is started with, beside its address.
    settings: String,
}

impl Server {
    /// Makes and starts one. `settings` are lines for its configuration.
    pub(crate) fn start(root: &Path, name: &str, settings: &[&str]) -> Result<Self> {
        Self::start_in(&std::env::temp_dir(), root, name, settings)
    }

    /// The same in memory, where the machine has room for it there: a test makes a database of eight hundred
    /// files, which takes five times as long on a disk as the test itself.
    pub(crate) fn start_in_memory(root: &Path, name: &str, settings: &[&str]) -> Result<Self> {
        let memory = Path::new(MEMORY);
        let df = command(root, "df", &["-B1", "--output=avail", MEMORY]);
        let free = { df }.stderr(Stdio::null()).output().ok();
        let free = free.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
        let free = free.and_then(|said| said.lines().nth(1)?.trim().parse::<u64>().ok());
        if free.is_some_and(|free| free >= ROOM) {
            Self::start_in(memory, root, name, settings)
        } else {
            Self::start(root, name, settings)
        }
    }

    fn start_in(base: &Path, root: &Path, name: &str, settings: &[&str]) -> Result<Self> {
        let programs = programs()?;
        let folder = base.join(format!("klantendossier-{name}-{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let user = other_user(root)?;
        if let Some(user) = &user {
            run(command(root, "chown", &[user.as_str()]).arg(&folder))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self {
            programs,
            folder,
            user,
            port,
            settings: settings.iter().map(|it| format!(" -c {it}")).collect(),
        };
        let data = server.data();
        output(
            server
                .program("initdb")
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
                .args(["--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(&data),
        )?;
        let options = server.options(port);
        output(
            server
                .program("pg_ctl")
                .args(["start", "-w", "-s", "-o", &options, "-D"])
                .arg(&data)
                .arg("-l")
                .arg(server.folder.join("log")),
        )
        .with_context(|| format!("see {}", server.folder.join("log").display()))?;
        Ok(server)
    }

    /// A certificate for 127.0.0.1, of an authority whose file is answered; from now on the server also
    /// takes encrypted connections.
    pub(crate) fn encrypt(&self) -> Result<PathBuf> {
        tools::program("openssl", &["openssl"])?;
        let file = |name: &str| self.folder.join(name);
        let openssl = |words: &[&str]| -> Result<()> {
            output(command(&self.folder, "openssl", words).stderr(Stdio::null())).map(drop)
        };
        let key = [
            "-nodes",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ];
        openssl(
            &[
                &[
                    "req",
                    "-x509",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=authority of the tests",
                ],
                key.as_slice(),
                &["-keyout", "ca.key", "-out", "ca.pem"],
            ]
            .concat(),
        )?;
        openssl(
            &[
                &[
                    "req",
                    "-subj",
                    "/CN=127.0.0.1",
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                ],
                key.as_slice(),
                &["-keyout", "server.key", "-out", "server.csr"],
            ]
            .concat(),
        )?;
        openssl(&[
            "x509",
            "-req",
            "-days",
            "2",
            "-copy_extensions",
            "copy",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-out",
            "server.pem",
        ])?;
        fs::set_permissions(file("server.key"), fs::Permissions::from_mode(0o600))?;
        if let Some(user) = &self.user {
            run(&mut command(
                &self.folder,
                "chown",
                &[user.as_str(), "server.key", "server.pem"],
            ))?;
        }
        for (name, value) in [
            ("ssl_cert_file", file("server.pem").display().to_string()),
            ("ssl_key_file", file("server.key").display().to_string()),
            ("ssl", "on".to_owned()),
        ] {
            self.sql(&format!("ALTER SYSTEM SET {name} = '{value}'"))?;
        }
        self.sql("SELECT pg_reload_conf()")?;
        Ok(file("ca.pem"))
    }

    /// A replica that follows it; stopped and removed with it.
    pub(crate) fn replica(&self) -> Result<String> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data = self.folder.join("replica");
        output(
            self.program("pg_basebackup")
                .args([
                    "--write-recovery-conf",
                    "--checkpoint=fast",
                    "--no-sync",
                    "-D",
                ])
                .arg(&data)
                .arg("-d")
                .arg(self.url("postgres")),
        )?;
        let options = self.options(port);
        output(
            self.program("pg_ctl")
                .args(["start", "-w", "-s", "-o", &options, "-D"])
                .arg(&data)
                .arg("-l")
                .arg(self.folder.join("log-of-replica")),
        )?;
        Ok(format!("postgres://postgres@127.0.0.1:{port}/postgres"))
    }

    /// A copy of the whole server as it is now, to be brought to a later instant by [`Self::recovered`].
    pub(crate) fn base_backup(&self) -> Result<()> {
        output(
            self.program("pg_basebackup")
                .args(["--checkpoint=fast", "-D"])
                .arg(self.recovered_data())
                .arg("-d")
                .arg(self.url("postgres")),
        )
        .map(drop)
    }

    /// The address of a server made of the base backup and the log in `archive`, up to an instant; stopped
    /// and removed with this one.
    pub(crate) fn recovered(&self, archive: &Path, instant: &str) -> Result<String> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data = self.recovered_data();
        fs::write(data.join("recovery.signal"), "")?;
        let (folder, archive) = (self.folder.display(), archive.display());
        let options = format!(
            "-p {port} -k {folder} -h 127.0.0.1 -c restore_command='cp {archive}/%f %p' \
             -c recovery_target_time='{instant}' -c recovery_target_action=promote"
        );
        output(
            self.program("pg_ctl")
                .args(["start", "-w", "-s", "-o", &options, "-D"])
                .arg(&data)
                .arg("-l")
                .arg(self.folder.join("log-of-recovered")),
        )
        .with_context(|| format!("see {}", self.folder.join("log-of-recovered").display()))?;
        Ok(format!("postgres://postgres@127.0.0.1:{port}/postgres"))
    }

    fn recovered_data(&self) -> PathBuf {
        self.folder.join("recovered")
    }

    /// The first column of the rows of a question, as lines.
    pub(crate) fn ask(&self, url: &str, text: &str) -> Result<String> {
        let said = output(
            self.program("psql")
                .args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text])
                .arg(url),
        )?;
        Ok(said.trim().to_owned())
    }

    fn sql(&self, text: &str) -> Result<()> {
        self.ask(&self.url("postgres"), text).map(drop)
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn options(&self, port: u16) -> String {
        let folder = self.folder.display();
        format!("-p {port} -k {folder} -h 127.0.0.1{}", self.settings)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The server refuses to run as root, and so do the programs that start it.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        match &self.user {
            None => command(&self.folder, program, &[]),
            Some(user) => {
                let mut as_user = command(&self.folder, "runuser", &["-u", user, "--"]);
                as_user.arg(program);
                as_user
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What does not stop or go is untidy, not wrong.
        for data in [
            self.folder.join("replica"),
            self.recovered_data(),
            self.data(),
        ] {
            if data.exists() {
                let _ = self
                    .program("pg_ctl")
                    .args(["stop", "-s", "-m", "immediate", "-D"])
                    .arg(data)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the server's programs are; Debian's package is installed when they are missing.
pub(crate) fn programs() -> Result<PathBuf> {
    let programs = PathBuf::from(PROGRAMS);
    if !programs.join("initdb").is_file() {
        tools::install(PACKAGE, &[PACKAGE])?;
    }
    if !programs.join("initdb").is_file() {
        bail!("'{PACKAGE}' was installed, and {PROGRAMS}/initdb is still missing");
    }
    Ok(programs)
}

/// Who runs the server when we are root.
fn other_user(root: &Path) -> Result<Option<String>> {
    let id = output(&mut command(root, "id", &["-u"]))?;
    Ok((id.trim() == "0").then(|| "postgres".to_owned()))
}
