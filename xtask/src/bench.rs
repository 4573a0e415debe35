//! `cargo xtask bench`: pages and confirmed changes a second on SQLite and on PostgreSQL, beside the same
//! bytes from memory, on loopback, five seconds each, all in one run. Prints what README's figures and
//! those of docs/scale.md come from.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell::{self, command, run};
use crate::{e2e, postgres, tools};

const SECONDS: &str = "5";
const CONNECTIONS: &str = "32";
/// The lines of one dossier, and so of one page.
const LINES: u32 = 30;
/// Dossiers that pages are asked of: few enough that all of them are kept.
const DOSSIERS: &str = "300";
/// Lines in the smallest data set.
const SMALL: u32 = 10_000;
/// The account that `generate` makes.
const USER: &str = "meting";
const PASSWORD: &str = "meting-op-de-eigen-machine";
/// The last day of what is generated: no line of it is over then.
const DAY: &str = "01 11 2026";

/// `--steps N` adds a data set of so many lines.
pub(crate) fn start(args: &[String]) -> Result<()> {
    let sizes = match args {
        [] => vec![SMALL],
        [option, steps] if option == "--steps" => {
            vec![SMALL, steps.parse().context("--steps takes a number")?]
        }
        _ => bail!("bench knows --steps N only"),
    };
    let root = shell::root()?;
    let wrk = tools::program("wrk", &["wrk"])?;
    tools::program("node", &["nodejs"])?;
    let binary = e2e::release(&root)?;
    let example = [
        "build",
        "--release",
        "--locked",
        "-p",
        "web",
        "--example",
        "static_page",
    ];
    run(&mut command(&root, "cargo", &example))?;
    let folder = shell::target(&root).join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let bench = Bench {
        root,
        wrk,
        binary,
        folder,
    };
    let memory = bench.bytes_from_memory()?;
    let mut table = vec![format!("{:<38}{memory}", "the page's bytes from memory")];
    for steps in sizes {
        table.extend(bench.sqlite(steps, &memory)?);
        table.extend(bench.postgres(steps, &memory)?);
    }
    println!("\n{:<38}  requests/s       p50       p99     ratio", "");
    println!("{}", table.join("\n"));
    println!(
        "{CONNECTIONS} connections, {SECONDS} s a row, wrk on the same machine; {LINES} lines a page, another \
         dossier at every request"
    );
    Ok(())
}

struct Bench {
    root: PathBuf,
    wrk: PathBuf,
    binary: PathBuf,
    folder: PathBuf,
}

impl Bench {
    /// A page of the smallest data set, kept in a file, out of memory.
    fn bytes_from_memory(&self) -> Result<Row> {
        let data = self.folder.join("first");
        self.generate(SMALL, &data, None)?;
        let (server, address) = self.serve(&data, None)?;
        self.session(address)?;
        drop(server);
        let address = free_address()?;
        let example = shell::target(&self.root).join("release/examples/static_page");
        let _memory = Server::start(
            command(&self.root, example, &[])
                .arg(address.to_string())
                .arg(self.folder.join("page.html")),
        )?;
        await_ok(address, "/")?;
        self.load(&[&format!("http://{address}/")], "", "")
    }

    fn sqlite(&self, steps: u32, memory: &Row) -> Result<Vec<String>> {
        let data = self.folder.join(format!("sqlite-{steps}"));
        let made = self.generate(steps, &data, None)?;
        let rows = self.rows("SQLite", steps, &made, &data, None, memory)?;
        // A large one is as large as the disk lets it be.
        fs::remove_dir_all(data)?;
        Ok(rows)
    }

    fn postgres(&self, steps: u32, memory: &Row) -> Result<Vec<String>> {
        let server = postgres::Server::start(
            &self.root,
            "bench",
            &[
                "shared_buffers=512MB",
                "max_wal_size=4GB",
                "wal_level=minimal",
                "max_wal_senders=0",
            ],
        )?;
        let url = server.url("postgres");
        let data = self.folder.join(format!("postgres-{steps}"));
        let made = self.generate(steps, &data, Some(&url))?;
        self.rows("PostgreSQL", steps, &made, &data, Some(&url), memory)
    }

    fn rows(
        &self,
        engine: &str,
        steps: u32,
        made: &str,
        data: &Path,
        url: Option<&str>,
        memory: &Row,
    ) -> Result<Vec<String>> {
        let started = Instant::now();
        let (server, address) = self.serve(data, url)?;
        let ready = started.elapsed();
        let cookie = self.session(address)?;
        let base = format!("http://{address}");
        let script = |name: &str| {
            self.root
                .join("xtask/bench")
                .join(name)
                .display()
                .to_string()
        };
        let lines = script("lines.lua");
        let anew = self.load(&["-s", &lines, &base], &cookie, "?toestand=")?;
        let unchanged = self.load(&["-s", &lines, &base], &cookie, "")?;
        let change = self.load(&["-s", &script("changes.lua"), &base], &cookie, "")?;
        let memory_use = server.memory()?;
        let ratio = |row: &Row| row.per_second / memory.per_second;
        let label = |what: &str| format!("{engine}, {steps} lines: {what}");
        Ok(vec![
            format!("{:<38}{anew}{:>10.3}", label("page"), ratio(&anew)),
            format!(
                "{:<38}{unchanged}{:>10.3}",
                label("unchanged page"),
                ratio(&unchanged)
            ),
            format!("{:<38}{change}{:>10.3}", label("change"), ratio(&change)),
            format!(
                "  ready in {:.2} s, {memory_use} resident after the load; {}",
                ready.as_secs_f64(),
                made.trim()
            ),
        ])
    }

    /// The product with this data set; `url` is of a PostgreSQL server.
    fn product(&self, data: &Path, url: Option<&str>, words: &[&str]) -> Command {
        let mut product = command(&self.folder, &self.binary, words);
        product.env("KLANTENDOSSIER_DATA", data);
        if let Some(url) = url {
            product.env("KLANTENDOSSIER_DATABASE_URL", url);
        }
        product
    }

    fn generate(&self, steps: u32, data: &Path, url: Option<&str>) -> Result<String> {
        let (dossiers, lines) = ((steps / LINES).max(1).to_string(), LINES.to_string());
        let words = [
            "generate",
            "--dossiers",
            &dossiers,
            "--steps-per-dossier",
            &lines,
            "--password-stdin",
        ];
        println!("generating {steps} lines");
        let mut child = self
            .product(data, url, &words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{PASSWORD}")?;
        }
        let done = child.wait_with_output()?;
        if !done.status.success() {
            bail!("generate ended with {}", done.status);
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    fn serve(&self, data: &Path, url: Option<&str>) -> Result<(Server, SocketAddr)> {
        let address = free_address()?;
        let mut serve = self.product(data, url, &["serve"]);
        serve
            .env("KLANTENDOSSIER_LISTEN", address.to_string())
            .env("KLANTENDOSSIER_SECOND_FACTOR", "optional")
            // One account does the work of hundreds.
            .env("KLANTENDOSSIER_OPENINGS_AN_HOUR", "4000000000")
            .env("KLANTENDOSSIER_OPENINGS_A_DAY", "4000000000")
            .env("KLANTENDOSSIER_SEARCHES_AN_HOUR", "4000000000")
            .env("KLANTENDOSSIER_SEARCHES_A_DAY", "4000000000")
            .env("KLANTENDOSSIER_LOG", "error");
        let server = Server::start(&mut serve)?;
        await_ok(address, "/health/ready")?;
        Ok((server, address))
    }

    /// Logs in, and writes the lines and one page beside the data; answers the cookie.
    fn session(&self, address: SocketAddr) -> Result<String> {
        let base = format!("http://{address}");
        let said = shell::output(
            command(
                &self.root,
                "node",
                &["e2e/bench-session.js", &base, USER, PASSWORD],
            )
            .arg(self.folder.join("lines"))
            .arg(self.folder.join("page.html")),
        )?;
        Ok(said.trim().to_owned())
    }

    /// Asks for `SECONDS`; `query` is added to the addresses of pages.
    fn load(&self, words: &[&str], cookie: &str, query: &str) -> Result<Row> {
        let measure = |seconds| {
            let mut wrk = command(
                Path::new("."),
                &self.wrk,
                &["-t2", "-c", CONNECTIONS, "--latency", "-d", seconds],
            );
            wrk.args(words)
                .env("BENCH_LINES", self.folder.join("lines"))
                .env("BENCH_COOKIE", cookie)
                .env("BENCH_QUERY", query)
                .env("BENCH_MOST", DOSSIERS)
                .env("BENCH_DAY", DAY);
            shell::output(&mut wrk)
        };
        measure("1")?;
        row(&measure(SECONDS)?)
    }
}

/// One row of the outcome.
struct Row {
    per_second: f64,
    half: String,
    most: String,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>10.0} {:>9} {:>9}",
            self.per_second, self.half, self.most
        )
    }
}

fn row(output: &str) -> Result<Row> {
    let value = |label: &str| {
        let line = output.lines().find(|line| line.trim().starts_with(label));
        line.and_then(|line| line.split_whitespace().last())
    };
    // A page that refuses is quick: it is no measurement.
    if value("Non-2xx").is_some() || value("Socket errors").is_some() {
        bail!("not every request was answered with the page:\n{output}");
    }
    Ok(Row {
        per_second: value("Requests/sec:")
            .and_then(|number| number.parse().ok())
            .with_context(|| format!("wrk gave no figure:\n{output}"))?,
        half: value("50%").unwrap_or("?").to_owned(),
        most: value("99%").unwrap_or("?").to_owned(),
    })
}

/// A program that is stopped when its measurement is over, also when that failed.
struct Server(Child);

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn();
        Ok(Self(child.context("cannot start the server")?))
    }

    /// Resident memory, as the kernel words it ("24064 kB").
    fn memory(&self) -> Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        Ok(line.context("no VmRSS: is this Linux?")?.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn await_ok(address: SocketAddr, path: &str) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if answers_ok(address, path).unwrap_or(false) {
            return Ok(());
        }
        sleep(Duration::from_millis(10));
    }
    bail!("{path} did not answer 200 within 30 s");
}

fn answers_ok(address: SocketAddr, path: &str) -> Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    Ok(start.ends_with(b" 200"))
}

#[cfg(test)]
mod tests {
    use super::row;

    const SAID: &str = "Running 5s test @ http://127.0.0.1:1/\n  2 threads and 32 connections\n  \
        Latency Distribution\n     50%    1.02ms\n     75%    1.50ms\n     99%    4.20ms\n  \
        10 requests in 5.00s, 1.00MB read\nRequests/sec:  12345.67\nTransfer/sec:     1.00MB\n";

    #[test]
    fn a_row_holds_the_rate_and_two_latencies() {
        let row = row(SAID).expect("a full report");
        assert_eq!(row.to_string(), "     12346    1.02ms    4.20ms");
    }

    #[test]
    fn answers_that_are_no_page_are_no_measurement() {
        let refused = format!("{SAID}  Non-2xx or 3xx responses: 10\n");
        assert!(row(&refused).is_err());
    }
}
