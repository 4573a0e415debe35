//! Somebody at work in a demo, over HTTP.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use super::{Serving, free_port, program, send};

/// A demo on a folder.
pub(crate) fn demo(folder: &Path) -> Serving {
    demo_in(folder, "demo")
}

/// The same on another data folder below it.
pub(crate) fn demo_in(folder: &Path, data: &str) -> Serving {
    let port = free_port();
    let mut demo = program(folder);
    let listen = format!("127.0.0.1:{port}");
    demo.args(["demo", "--data", data, "--listen", &listen]);
    Serving::start(demo, port)
}

/// Somebody who is logged in.
pub(crate) struct Session {
    pub(crate) port: u16,
    cookie: String,
}

impl Session {
    pub(crate) fn of(port: u16, user_name: &str) -> Self {
        let body = format!("gebruikersnaam={user_name}&wachtwoord=klantendossier-demo");
        let request = format!(
            "POST /aanmelden HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = send(port, &request).unwrap();
        let cookie = answer
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))
            .and_then(|cookie| cookie.split(';').next());
        Session {
            port,
            cookie: cookie.unwrap().to_owned(),
        }
    }

    /// A page, or a file as bytes.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        let mut connection = self.connection();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {}\r\n\r\n",
            self.cookie
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        answer
    }

    pub(crate) fn page(&self, path: &str) -> String {
        String::from_utf8_lossy(&self.bytes(path)).into_owned()
    }

    pub(crate) fn connection(&self) -> TcpStream {
        let connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let long = Some(Duration::from_secs(300));
        connection.set_read_timeout(long).unwrap();
        connection
    }

    /// The address of the documents of a client.
    pub(crate) fn documents(&self, number: &str) -> String {
        let found = self.page(&format!("/zoeken?q={number}"));
        let (_, rest) = found.split_once("href=\"/dossier/").unwrap();
        let dossier: String = rest.chars().take(32).collect();
        format!("/dossier/{dossier}/documenten")
    }

    /// The addresses of the documents in the list.
    pub(crate) fn listed(&self, list: &str) -> Vec<String> {
        let page = self.page(list);
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        page.split(&format!("href=\"{list}/"))
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|id| id.len() == 32)
            .map(|id| format!("{list}/{id}"))
            .collect()
    }

    /// A form with files, as a whole request.
    pub(crate) fn upload(&self, list: &str, files: &[Vec<u8>]) -> Vec<u8> {
        let page = self.page(&format!("{list}/nieuw"));
        let (_, rest) = page.split_once("name=\"sleutel\" value=\"").unwrap();
        let key: String = rest.chars().take_while(|c| *c != '"').collect();
        let mut body = Vec::new();
        for (name, value) in [
            ("sleutel", key.as_str()),
            ("soort_document", "attest"),
            ("dag_document_dag", "1"),
            ("dag_document_maand", "9"),
            ("dag_document_jaar", "2024"),
            ("wie", "eigen"),
        ] {
            let part = format!(
                "--grens\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.as_bytes());
        }
        for file in files {
            body.extend(
                b"--grens\r\nContent-Disposition: form-data; name=\"bestanden\"; filename=\"a.pdf\"\r\n\
                  Content-Type: application/pdf\r\n\r\n",
            );
            body.extend(file);
            body.extend(b"\r\n");
        }
        body.extend(b"--grens--\r\n");
        let head = format!(
            "POST {list}/nieuw HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {}\r\n\
             Content-Type: multipart/form-data; boundary=grens\r\nContent-Length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        [head.into_bytes(), body].concat()
    }
}
