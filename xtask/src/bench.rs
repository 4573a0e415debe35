//! `cargo xtask bench`: the steps page of one demo dossier against the same bytes from memory, on
//! loopback, five seconds each. Prints what README's figures come from.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell::{self, command, run};
use crate::{e2e, tools};

const SECONDS: &str = "5";
const CONNECTIONS: &str = "32";
/// The demo dossier with thirty lines.
const CLIENT: &str = "61000452";

pub(crate) fn start() -> Result<()> {
    let root = shell::root()?;
    let wrk = tools::program("wrk", &["wrk"])?;
    let binary = e2e::binary(&root)?;
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
    let page = folder.join("page.html");

    let address = free_address()?;
    let data = folder.join("data");
    let started = Instant::now();
    let product = Server::start(
        command(
            &root,
            &binary,
            &["demo", "--now", "2025-05-28T10:00:00+02:00"],
        )
        .args(["--listen", &address.to_string(), "--data"])
        .arg(data),
    )?;
    await_ok(address, "/health/ready")?;
    let ready = started.elapsed();
    let at_rest = product.memory()?;

    // A counsellor's browser session, taken over by wrk.
    let base = format!("http://{address}");
    let session =
        shell::output(e2e::node(&root, &binary, &["bench-page.js", &base, CLIENT])?.arg(&page))?;
    let (cookie, path) = session
        .trim()
        .split_once('\n')
        .context("bench-page.js said too little")?;
    let dossier = load(&wrk, &format!("{base}{path}"), Some(cookie))?;
    let after = product.memory()?;
    drop(product);

    let address = free_address()?;
    let memory = Server::start(
        command(
            &root,
            shell::target(&root).join("release/examples/static_page"),
            &[],
        )
        .arg(address.to_string())
        .arg(&page),
    )?;
    await_ok(address, "/")?;
    let bytes = load(&wrk, &format!("http://{address}/"), None)?;
    drop(memory);

    println!("\n                              requests/s       p50       p99");
    println!("steps page of {CLIENT}        {dossier}");
    println!("the same bytes from memory    {bytes}");
    println!(
        "ratio                         {:>10.3}",
        dossier.per_second / bytes.per_second
    );
    println!(
        "page                          {:>10} bytes",
        page.metadata()?.len()
    );
    println!(
        "from start to ready           {:>10.2} s",
        ready.as_secs_f64()
    );
    println!("memory at rest, after load    {at_rest}, {after}");
    println!("{CONNECTIONS} connections, {SECONDS} s a row, wrk on the same machine");
    Ok(())
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

fn load(wrk: &Path, url: &str, cookie: Option<&str>) -> Result<Row> {
    let header = cookie.map(|cookie| format!("Cookie: {cookie}"));
    let measure = |seconds| {
        let mut wrk = command(
            Path::new("."),
            wrk,
            &["-t2", "-c", CONNECTIONS, "--latency"],
        );
        if let Some(header) = &header {
            wrk.args(["-H", header]);
        }
        shell::output(wrk.args(["-d", seconds, url]))
    };
    measure("1")?;
    row(&measure(SECONDS)?)
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
    fn start(command: &mut std::process::Command) -> Result<Self> {
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
