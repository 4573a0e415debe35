//! The program as another program starts it. For the tests of this folder.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

pub(crate) mod session;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_klantendossier"));
    program.current_dir(folder).env_clear().stdin(Stdio::null());
    program
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    finished(program(folder).args(arguments))
}

/// What a program that ends by itself left behind; one that goes on serving is stopped.
pub(crate) fn finished(program: &mut Command) -> Output {
    let mut child = program
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn refused(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

pub(crate) fn free_port() -> u16 {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    taken.local_addr().unwrap().port()
}

pub(crate) fn get(port: u16, path: &str) -> Option<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    send(port, &request)
}

/// Sends a request as it stands; answers all that comes back.
pub(crate) fn send(port: u16, request: &str) -> Option<String> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
    connection
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    connection.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// A program that serves until it is told to stop.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) port: u16,
}

impl Serving {
    pub(crate) fn start(mut program: Command, port: u16) -> Self {
        let child = program
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let serving = Serving { child, port };
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if get(port, "/health/ready").is_some_and(|it| it.starts_with("HTTP/1.1 200")) {
                return serving;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("not ready within a minute");
    }

    pub(crate) fn stop(mut self) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
        let status = self.child.wait().unwrap();
        (status.code(), asked.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Only reached running when a test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
