//! A PostgreSQL server of our own for the tests: made new among the machine's temporary files, on a
//! loopback port that is free, stopped and removed when it is dropped. The machine's own server is left
//! alone.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, run};
use crate::tools;

/// Debian's package and where it puts the programs of the server.
const PACKAGE: &str = "postgresql-15";
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// A running server.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<String>,
    port: u16,
}

impl Server {
    /// Makes and starts one. `settings` are lines for its configuration.
    pub(crate) fn start(root: &Path, name: &str, settings: &[&str]) -> Result<Self> {
        let programs = programs()?;
        let folder =
            std::env::temp_dir().join(format!("klantendossier-{name}-{}", std::process::id()));
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
        };
        let data = server.data();
        output(
            server
                .program("initdb")
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
                .args(["--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(&data),
        )?;
        let mut options = format!("-p {port} -k {} -h 127.0.0.1", server.folder.display());
        for setting in settings {
            options.push_str(&format!(" -c {setting}"));
        }
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

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
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
        let _ = self
            .program("pg_ctl")
            .args(["stop", "-s", "-m", "immediate", "-D"])
            .arg(self.data())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
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
