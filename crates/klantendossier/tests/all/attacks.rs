//! Over a socket, as no browser would: requests in two minds about their length, slow ones, and what of
//! all that gets into the log.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use testkit::TestFolder;

use crate::program::{free_port, get, program};

/// A program that serves an empty database and writes its log to a file.
struct Target {
    child: std::process::Child,
    port: u16,
    folder: TestFolder,
}

impl Target {
    fn start() -> Self {
        let folder = TestFolder::new();
        let port = free_port();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = program(folder.path());
        command
            .arg("serve")
            .env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"))
            .env("KLANTENDOSSIER_DATA", folder.path().join("data"))
            .env("KLANTENDOSSIER_LOG", "debug")
            .stdout(Stdio::null())
            .stderr(log);
        let child = command.spawn().unwrap();
        let target = Target {
            child,
            port,
            folder,
        };
        let until = Instant::now() + Duration::from_secs(60);
        while !get(port, "/health/ready").is_some_and(|it| it.starts_with("HTTP/1.1 200")) {
            assert!(Instant::now() < until, "{}", target.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        target
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Sends bytes as they stand; answers what came back until the other side closed or fell silent.
    fn raw(&self, bytes: &[u8], patience: Duration) -> String {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(patience)).unwrap();
        // Who is cut off while still sending has been answered.
        let _ = connection.write_all(bytes);
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        while let Ok(read) = connection.read(&mut part) {
            if read == 0 {
                break;
            }
            answer.extend_from_slice(&part[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// K045: of two requests in one, the second is never answered.
#[test]
fn a_request_in_two_minds_about_its_length_hides_no_other() {
    let target = Target::start();
    let hidden = "GET /verstopt HTTP/1.1\r\nHost: x\r\n\r\n";
    let chunk = format!("{:x}\r\n", hidden.len());
    let vectors: Vec<String> = [
        // CL.TE and TE.CL
        format!(
            "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
            hidden.len() + 5
        ),
        format!(
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{chunk}{hidden}\r\n0\r\n\r\n"
        ),
        // Two lengths, and lengths that are none
        format!(
            "Content-Length: 0\r\nContent-Length: {}\r\n\r\n{hidden}",
            hidden.len()
        ),
        format!(
            "Content-Length: {}\r\nContent-Length: 0\r\n\r\n{hidden}",
            hidden.len()
        ),
        format!("Content-Length: 0, {}\r\n\r\n{hidden}", hidden.len()),
        format!("Content-Length: +0\r\n\r\n{hidden}"),
        format!("Content-Length: -1\r\n\r\n{hidden}"),
        format!("Content-Length: 0x10\r\n\r\n{hidden}"),
        format!("Content-Length: 1e1\r\n\r\n{hidden}"),
        format!("Content-Length: 99999999999999999999999\r\n\r\n{hidden}"),
        format!("Content-Length: \r\n\r\n{hidden}"),
        // TE.TE
        format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!(" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        // Chunks that are none
        format!("Transfer-Encoding: chunked\r\n\r\n-1\r\n{hidden}"),
        format!("Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{hidden}"),
        format!("Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n{hidden}"),
        // Names that are none
        format!("Content-Length\0: 0\r\n\r\n{hidden}"),
        format!("X\rContent-Length: 0\r\n\r\n{hidden}"),
        format!("X: y\0z\r\n\r\n{hidden}"),
    ]
    .into_iter()
    .map(|rest| format!("POST /aanmelden HTTP/1.1\r\nHost: x\r\n{rest}"))
    .collect();
    assert_eq!(vectors.len(), 25);
    let mut outcomes = std::collections::BTreeMap::<String, u32>::new();
    for vector in &vectors {
        let answer = target.raw(vector.as_bytes(), Duration::from_secs(2));
        let status = answer.split(' ').nth(1).unwrap_or("closed").to_owned();
        // An answer to what was hidden would be the page that does not exist.
        assert!(!answer.contains(" 404 "), "{vector:?}: {answer}");
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{vector:?}: {answer}");
        *outcomes.entry(status).or_default() += 1;
    }
    eprintln!("25 vectors: {outcomes:?}");
    // What is no request at all, and heads without end.
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    let many = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X: y\r\n".repeat(2_000)
    );
    let wide = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "y".repeat(1_000_000)
    );
    for odd in [
        "\r\n\r\nonzin\r\n\r\n",
        "GET\r\n\r\n",
        "\u{16}\u{3}\u{1}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &long,
        &many,
        &wide,
    ] {
        let answer = target.raw(odd.as_bytes(), Duration::from_secs(2));
        let status = answer.split(' ').nth(1).unwrap_or("closed");
        let start: String = odd.chars().take(40).collect();
        assert!(
            ["closed", "400", "413", "414", "431"].contains(&status),
            "{start:?}: {answer}"
        );
    }
    assert!(
        get(target.port, "/health/live")
            .unwrap()
            .starts_with("HTTP/1.1 200")
    );
}

/// K046: a head of which a byte comes now and then is cut off by the program itself, and others are served.
#[test]
fn k046_a_head_that_comes_slowly_is_cut_off() {
    let target = Target::start();
    let began = Instant::now();
    let mut slow = TcpStream::connect(("127.0.0.1", target.port)).unwrap();
    slow.set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    slow.write_all(b"GET /aanmelden HTTP/1.1\r\nHost: x\r\nX: ")
        .unwrap();
    let mut silent = TcpStream::connect(("127.0.0.1", target.port)).unwrap();
    let ended = loop {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "a slow head is waited for without end"
        );
        // Closed shows as an end, or as an answer that it took too long and then an end.
        let mut byte = [0; 1];
        match slow.read(&mut byte) {
            Ok(0) => break began.elapsed(),
            Ok(_) => continue,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break began.elapsed(),
        }
        if slow.write_all(b"a").is_err() {
            break began.elapsed();
        }
        let page = get(target.port, "/health/live").unwrap();
        assert!(page.starts_with("HTTP/1.1 200"));
    };
    assert!(ended > Duration::from_secs(5), "{ended:?}");
    // So is who says nothing at all.
    silent
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut answer = Vec::new();
    silent.read_to_end(&mut answer).unwrap();
    assert!(began.elapsed() < Duration::from_secs(45));
}

/// A form that never comes to its end does not keep anybody waiting, and others are served meanwhile.
#[test]
fn a_slow_form_is_cut_off_and_others_are_served() {
    let target = Target::start();
    let began = Instant::now();
    let mut slow: Vec<TcpStream> = ["/aanmelden", "/meldingen/gelezen", "/bestaat-niet"]
        .iter()
        .cycle()
        .take(48)
        .map(|path| {
            let mut one = TcpStream::connect(("127.0.0.1", target.port)).unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 100\r\n\r\na"
            );
            one.write_all(head.as_bytes()).unwrap();
            one
        })
        .collect();
    let asked = Instant::now();
    let page = get(target.port, "/aanmelden").unwrap();
    assert!(page.starts_with("HTTP/1.1 200"));
    assert!(asked.elapsed() < Duration::from_secs(5));
    for one in slow.iter_mut().take(3) {
        one.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut start = [0; 12];
        one.read_exact(&mut start).unwrap();
        assert!(start.starts_with(b"HTTP/1.1 "), "{start:?}");
    }
    assert!(
        began.elapsed() < Duration::from_secs(25),
        "{:?}",
        began.elapsed()
    );
}

/// K116, K119: the log holds no secret and one event a line, whatever is sent.
#[test]
fn the_log_holds_no_secret_and_one_event_a_line() {
    let target = Target::start();
    let canaries = [
        "kanarie-wachtwoord-41",
        "kanarie-gebruiker-42",
        "85073003328",
        "kanarie-samenvatting-43",
        "feedfacefeedfacefeedfacefeedface",
        "kanarie-zoekvraag-44",
        "kanarie-kop-45",
    ];
    let token = canaries[4].repeat(2);
    let bodies = [
        format!("gebruikersnaam={}&wachtwoord={}", canaries[1], canaries[0]),
        format!(
            "gebruikersnaam=a%0d%0a2026-01-01T00:00:00Z%20ERROR%20vals&wachtwoord={}",
            canaries[0]
        ),
        format!(
            "gebruikersnaam=%1b%5b31m%E2%80%A8x&wachtwoord={}",
            canaries[0]
        ),
        format!("insz={}&samenvatting={}", canaries[2], canaries[3]),
        format!("samenvatting=%FF{}", canaries[3]),
    ];
    for body in bodies {
        for path in [
            "/aanmelden",
            "/meldingen/gelezen",
            "/dossier/x/stappen/nieuw",
        ] {
            let request = format!(
                "POST {path}?q={}%0d%0aINFO%20vals HTTP/1.1\r\nHost: x\r\nCookie: sessie={token}\r\nX-Kop: {}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                canaries[5],
                canaries[6],
                body.len()
            );
            let answer = target.raw(request.as_bytes(), Duration::from_secs(15));
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        }
    }
    let log = target.log();
    assert!(log.contains("serving"), "{log}");
    for canary in canaries {
        assert!(!log.contains(canary), "{canary} in {log}");
    }
    for line in log.lines() {
        // Every line begins with its own time.
        let plain: String = line.chars().filter(|it| *it != '\u{1b}').collect();
        let has_time = plain.contains("T") && plain.contains("Z") && plain.contains("20");
        assert!(has_time && !line.contains("vals"), "{line}");
    }
}
