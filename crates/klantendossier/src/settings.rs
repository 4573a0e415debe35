//! The settings: one typed struct, from a file and the environment, each with a default. The
//! environment goes before the file. Knows nothing of what is done with them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::{self, Display, Write as _};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use axum::http::Uri;
use casework::Limits;
use domain::login::SecondFactor;
use ipnet::IpNet;
use serde::Deserialize;

/// The settings are wrong, or the programme file is; says where and what.
#[derive(Debug)]
pub(crate) struct Misconfigured(pub(crate) String);

impl Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misconfigured {}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Default,
    File,
    Environment,
}

/// Every setting of `serve` and the operator's commands.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Address and port to listen on. Default 127.0.0.1:8080.
    pub(crate) listen: SocketAddr,
    /// Folder with the database and the secret. Default klantendossier-data.
    pub(crate) data: PathBuf,
    /// Address of a PostgreSQL database that replaces the file in `data`. Default none.
    pub(crate) database_url: Option<String>,
    /// Address of a replica of it, for lists. Default none.
    pub(crate) database_replica_url: Option<String>,
    /// PEM file with the authorities that vouch for its server. Default none.
    pub(crate) database_ca_file: Option<PathBuf>,
    /// Connections to it at most, half to read and half to write. Default 16.
    pub(crate) database_connections: u16,
    /// Address as people type it. Default http:// and `listen`.
    pub(crate) public_url: PublicUrl,
    /// File with the secret of this installation. Default secret.key in `data`.
    pub(crate) secret_file: PathBuf,
    /// Programme file that replaces the one compiled in. Default none.
    pub(crate) catalogue: Option<PathBuf>,
    /// What is logged: a level, or levels per part of the program. Default info.
    pub(crate) log: String,
    /// How the log is written. Default text.
    pub(crate) log_format: LogFormat,
    /// Whether everybody but the client needs a second factor. Default required.
    pub(crate) second_factor: SecondFactorSetting,
    /// Networks of proxies whose X-Forwarded-For is believed. Default none.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Minutes without use after which a session ends. Default 30.
    pub(crate) session_idle_minutes: u16,
    /// Minutes after which a session ends whatever happens. Default 600.
    pub(crate) session_minutes: u16,
    sources: BTreeMap<&'static str, Source>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// Lines to read.
    Text,
    /// One JSON object per line.
    Json,
}

/// Whether everybody but the client needs a second factor.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecondFactorSetting {
    /// Without one, a session reaches only the pages to set one up.
    Required,
    /// Who has one is asked for it.
    Optional,
}

/// The address of the product as people type it: https, or http on the own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl(String);

/// The name of a setting in the environment is this and its name in capitals.
const PREFIX: &str = "KLANTENDOSSIER_";

/// What one source gives.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    database_url: Option<String>,
    database_replica_url: Option<String>,
    database_ca_file: Option<PathBuf>,
    database_connections: Option<u16>,
    public_url: Option<String>,
    secret_file: Option<PathBuf>,
    catalogue: Option<PathBuf>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    second_factor: Option<SecondFactorSetting>,
    trusted_proxies: Option<String>,
    session_idle_minutes: Option<u16>,
    session_minutes: Option<u16>,
}

impl Settings {
    /// Reads the settings from a file, if there is one, and the environment.
    ///
    /// # Errors
    /// The first thing that is wrong: an unknown key or variable, a value that does not do.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Misconfigured> {
        let from_file = file.map(read_file).transpose()?.unwrap_or_default();
        let settings = Settings::merge(read_environment(environment)?, from_file)?;
        check_log(&settings.log)?;
        for (name, minutes) in [
            ("session_idle_minutes", settings.session_idle_minutes),
            ("session_minutes", settings.session_minutes),
        ] {
            if minutes == 0 {
                return Err(Misconfigured(format!("{name} must be at least 1")));
            }
        }
        if settings.database_connections < 2 {
            return Err(Misconfigured(
                "database_connections must be at least 2".to_owned(),
            ));
        }
        if settings.database_url.is_none() {
            for name in [
                "database_replica_url",
                "database_ca_file",
                "database_connections",
            ] {
                if settings.sources.get(name) != Some(&Source::Default) {
                    return Err(Misconfigured(format!(
                        "{name} is set, and database_url is not: it belongs to a PostgreSQL database"
                    )));
                }
            }
        }
        Ok(settings)
    }

    fn merge(env: Given, file: Given) -> Result<Self, Misconfigured> {
        let mut sources = BTreeMap::new();
        macro_rules! pick {
            ($name:ident) => {{
                let source = match (&env.$name, &file.$name) {
                    (Some(_), _) => Source::Environment,
                    (None, Some(_)) => Source::File,
                    (None, None) => Source::Default,
                };
                sources.insert(stringify!($name), source);
                env.$name.or(file.$name)
            }};
        }
        let listen = pick!(listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data = pick!(data).unwrap_or_else(|| PathBuf::from("klantendossier-data"));
        let public_url = pick!(public_url).unwrap_or_else(|| format!("http://{listen}"));
        let secret_file = pick!(secret_file).unwrap_or_else(|| data.join("secret.key"));
        Ok(Settings {
            listen,
            public_url: PublicUrl::parse(&public_url)?,
            secret_file,
            database_url: pick!(database_url),
            database_replica_url: pick!(database_replica_url),
            database_ca_file: pick!(database_ca_file),
            database_connections: pick!(database_connections).unwrap_or(16),
            catalogue: pick!(catalogue),
            log: pick!(log).unwrap_or_else(|| "info".to_owned()),
            log_format: pick!(log_format).unwrap_or(LogFormat::Text),
            second_factor: pick!(second_factor).unwrap_or(SecondFactorSetting::Required),
            trusted_proxies: networks(&pick!(trusted_proxies).unwrap_or_default())?,
            session_idle_minutes: pick!(session_idle_minutes).unwrap_or(30),
            session_minutes: pick!(session_minutes).unwrap_or(600),
            data,
            sources,
        })
    }

    /// The limits that follow from the settings.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            session_idle_seconds: i64::from(self.session_idle_minutes) * 60,
            session_seconds: i64::from(self.session_minutes) * 60,
            second_factor: match self.second_factor {
                SecondFactorSetting::Required => SecondFactor::Required,
                SecondFactorSetting::Optional => SecondFactor::Optional,
            },
            ..Limits::default()
        }
    }

    /// The settings in force, as a file that can be read back, with where each comes from.
    pub(crate) fn describe(&self) -> String {
        let path = |path: &Path| quoted(&path.display().to_string());
        let format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        let rows = [
            (
                "listen",
                "Address and port to listen on.",
                Some(quoted(&self.listen.to_string())),
            ),
            (
                "data",
                "Folder with the database and the secret.",
                Some(path(&self.data)),
            ),
            (
                "database_url",
                "Address of a PostgreSQL database that replaces the file in data; several hosts parted by commas.",
                self.database_url.as_deref().map(without_password),
            ),
            (
                "database_replica_url",
                "Address of a replica of it that may lag, for lists.",
                self.database_replica_url.as_deref().map(without_password),
            ),
            (
                "database_ca_file",
                "PEM file with the authorities that vouch for its server.",
                self.database_ca_file.as_deref().map(path),
            ),
            (
                "database_connections",
                "Connections to it at most, half to read and half to write.",
                self.database_url
                    .is_some()
                    .then(|| self.database_connections.to_string()),
            ),
            (
                "public_url",
                "Address as people type it: https, or http on the own machine.",
                Some(quoted(&self.public_url.0)),
            ),
            (
                "secret_file",
                "File with the secret of this installation. Keep a copy of it in another place than the backups.",
                Some(path(&self.secret_file)),
            ),
            (
                "catalogue",
                "Programme file that replaces the one compiled in.",
                self.catalogue.as_deref().map(path),
            ),
            (
                "log",
                "What is logged: off, error, warn, info, debug, trace, or levels per part.",
                Some(quoted(&self.log)),
            ),
            (
                "log_format",
                "How the log is written: text or json.",
                Some(quoted(format)),
            ),
            (
                "second_factor",
                "Whether everybody but the client needs a second factor: required or optional.",
                Some(quoted(match self.second_factor {
                    SecondFactorSetting::Required => "required",
                    SecondFactorSetting::Optional => "optional",
                })),
            ),
            (
                "trusted_proxies",
                "Addresses or networks of the proxies before it, parted by commas; only what comes through them is believed when it says where a request came from.",
                (!self.trusted_proxies.is_empty()).then(|| {
                    let all: Vec<_> = self.trusted_proxies.iter().map(IpNet::to_string).collect();
                    quoted(&all.join(", "))
                }),
            ),
            (
                "session_idle_minutes",
                "Minutes without use after which a session ends.",
                Some(self.session_idle_minutes.to_string()),
            ),
            (
                "session_minutes",
                "Minutes after which a session ends whatever happens.",
                Some(self.session_minutes.to_string()),
            ),
        ];
        let mut text = String::new();
        for (name, what, value) in rows {
            let source = match self.sources.get(name) {
                Some(Source::Environment) => "environment",
                Some(Source::File) => "file",
                Some(Source::Default) | None => "default",
            };
            // Writing to a text cannot fail.
            let _ = match value {
                Some(value) => writeln!(text, "# {what}\n{name} = {value}  # {source}"),
                None => writeln!(text, "# {what}\n# {name} is not set"),
            };
        }
        text
    }
}

/// Networks, or single addresses, parted by commas.
fn networks(text: &str) -> Result<Vec<IpNet>, Misconfigured> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let one = part.parse::<IpAddr>().map(IpNet::from);
            one.or_else(|_| part.parse()).map_err(|_| {
                Misconfigured(format!(
                    "trusted_proxies: {part:?} is no address and no network as 10.0.0.0/8"
                ))
            })
        })
        .collect()
}

/// A misspelt level would be taken for the name of a part, and silence everything else.
fn check_log(log: &str) -> Result<(), Misconfigured> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    for part in log.split(',') {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        if !LEVELS.contains(&level.trim()) {
            return Err(Misconfigured(format!(
                "log = {log:?}: {level:?} is no level; the levels are {}",
                LEVELS.join(", ")
            )));
        }
    }
    Ok(())
}

/// An address as it may be shown: the password stays where it was set.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return quoted("…");
    };
    // A password may hold an @ that was not encoded: the last one parts it from the hosts.
    let ends = rest.find(['/', '?']).unwrap_or(rest.len());
    let at = rest.get(..ends).and_then(|hosts| hosts.rfind('@'));
    let hidden = match at.and_then(|at| Some((rest.get(..at)?, rest.get(at..)?))) {
        Some((user, hosts)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:…{hosts}"),
            None => rest.to_owned(),
        },
        None => rest.to_owned(),
    };
    let (address, options) = hidden.split_once('?').unwrap_or((&hidden, ""));
    if options.contains("password") {
        return quoted(&format!("{scheme}://{address}?…"));
    }
    quoted(&format!("{scheme}://{hidden}"))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn read_file(file: &Path) -> Result<Given, Misconfigured> {
    let name = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Misconfigured(format!("cannot read the settings in {name}: {error}")))?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        Misconfigured(format!(
            "{name}, line {line}: {}",
            one_line(error.message())
        ))
    })
}

/// An error message of several lines as one, for a log and for a terminal.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read_environment(
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Given, Misconfigured> {
    let mut given = Given::default();
    for (variable, value) in environment {
        let Some(name) = variable.to_str().and_then(|it| it.strip_prefix(PREFIX)) else {
            continue;
        };
        let key = name.to_ascii_lowercase();
        match key.as_str() {
            // Names the file; the command line has read it.
            "config" => {}
            "listen" => given.listen = Some(parsed(name, &value)?),
            "data" => given.data = Some(PathBuf::from(value)),
            "database_url" => given.database_url = Some(parsed(name, &value)?),
            "database_replica_url" => given.database_replica_url = Some(parsed(name, &value)?),
            "database_ca_file" => given.database_ca_file = Some(PathBuf::from(value)),
            "database_connections" => given.database_connections = Some(parsed(name, &value)?),
            "public_url" => given.public_url = Some(parsed(name, &value)?),
            "secret_file" => given.secret_file = Some(PathBuf::from(value)),
            "catalogue" => given.catalogue = Some(PathBuf::from(value)),
            "log" => given.log = Some(parsed(name, &value)?),
            "log_format" => given.log_format = Some(parsed(name, &value)?),
            "second_factor" => given.second_factor = Some(parsed(name, &value)?),
            "trusted_proxies" => given.trusted_proxies = Some(parsed(name, &value)?),
            "session_idle_minutes" => given.session_idle_minutes = Some(parsed(name, &value)?),
            "session_minutes" => given.session_minutes = Some(parsed(name, &value)?),
            _ => {
                return Err(Misconfigured(format!(
                    "{PREFIX}{name} in the environment: there is no such setting; \
                     `klantendossier config` prints those there are"
                )));
            }
        }
    }
    Ok(given)
}

fn parsed<T: FromStr>(name: &str, value: &OsString) -> Result<T, Misconfigured>
where
    T::Err: Display,
{
    let text = value.to_str().unwrap_or_default();
    text.parse().map_err(|error| {
        Misconfigured(format!(
            "{PREFIX}{name} in the environment: {text:?}: {error}"
        ))
    })
}

impl FromStr for SecondFactorSetting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "required" => Ok(SecondFactorSetting::Required),
            "optional" => Ok(SecondFactorSetting::Optional),
            _ => Err("expected required or optional"),
        }
    }
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("expected text or json"),
        }
    }
}

impl PublicUrl {
    /// Reads an address without a path.
    ///
    /// # Errors
    /// When it is none, or plain http to another machine: passwords would travel in the open.
    fn parse(text: &str) -> Result<Self, Misconfigured> {
        let wrong = |why: &str| Misconfigured(format!("public_url = {text:?}: {why}"));
        let plain = text.trim_end_matches('/');
        let uri: Uri = plain
            .parse()
            .map_err(|_| wrong("expected an address as https://dossier.example.be"))?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("a path behind the host is not supported"));
        }
        let host = uri.host().unwrap_or_default();
        match uri.scheme_str() {
            Some("https") if !host.is_empty() => Ok(PublicUrl(plain.to_owned())),
            Some("http") if is_own_machine(host) => Ok(PublicUrl(plain.to_owned())),
            Some("http") => Err(wrong(
                "http is for the own machine only, because log-ins would travel in the open; set \
                 public_url to the https address under which it is reached",
            )),
            _ => Err(wrong("expected an address as https://dossier.example.be")),
        }
    }

    /// Whether cookies can be kept to encrypted connections.
    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_own_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use testkit::TestFolder;

    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, Misconfigured> {
        let folder = TestFolder::new();
        let path = folder.path().join("klantendossier.toml");
        fs::write(&path, file).unwrap();
        let environment = environment
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Settings::load(Some(&path), environment)
    }

    fn refused(file: &str, environment: &[(&str, &str)]) -> String {
        load(file, environment).unwrap_err().0
    }

    #[test]
    fn without_anything_set_everything_has_its_default() {
        let settings = Settings::load(None, std::iter::empty()).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.public_url.to_string(), "http://127.0.0.1:8080");
        assert!(!settings.public_url.is_https());
        assert_eq!(
            settings.secret_file,
            Path::new("klantendossier-data/secret.key")
        );
        assert_eq!(settings.limits().session_idle_seconds, 1_800);
        assert_eq!(settings.limits().session_seconds, 36_000);
        assert!(!settings.limits().demo_accounts);
        assert_eq!(settings.limits().second_factor, SecondFactor::Required);
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_print_says_so() {
        let settings = load(
            "listen = \"127.0.0.1:9000\"\nlog = \"warn\"\nsession_minutes = 60\n",
            &[
                ("KLANTENDOSSIER_LOG", "debug"),
                ("KLANTENDOSSIER_SESSION_IDLE_MINUTES", "5"),
                ("KLANTENDOSSIER_CONFIG", "elsewhere.toml"),
                ("PATH", "/bin"),
            ],
        )
        .unwrap();
        let print = settings.describe();
        for line in [
            "listen = \"127.0.0.1:9000\"  # file",
            "log = \"debug\"  # environment",
            "session_idle_minutes = 5  # environment",
            "session_minutes = 60  # file",
            "log_format = \"text\"  # default",
            "# catalogue is not set",
        ] {
            assert!(print.lines().any(|it| it == line), "{line}\n{print}");
        }
    }

    #[test]
    fn what_is_printed_can_be_read_back() {
        let settings = load("data = \"C:\\\\dossier \\\"een\\\"\"", &[]).unwrap();
        let again = load(&settings.describe(), &[]).unwrap();
        assert_eq!(again.data, settings.data);
        assert_eq!(again.secret_file, settings.secret_file);
    }

    #[test]
    fn an_unknown_key_is_refused_with_file_line_and_key() {
        let said = refused("log = \"info\"\n\nlissten = \"127.0.0.1:1\"\n", &[]);
        assert!(said.contains("klantendossier.toml, line 3"), "{said}");
        assert!(said.contains("`lissten`"), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }

    #[test]
    fn a_value_that_does_not_do_is_refused_with_its_line() {
        let said = refused("\nlisten = \"overal\"\n", &[]);
        assert!(said.contains("line 2"), "{said}");
        let said = refused("", &[("KLANTENDOSSIER_LISTEN", "overal")]);
        assert!(said.contains("KLANTENDOSSIER_LISTEN"), "{said}");
        let said = refused("session_minutes = 0", &[]);
        assert!(said.contains("session_minutes"), "{said}");
        for log in ["inof", "info,casework", "store=veel", ""] {
            let said = refused(&format!("log = {log:?}"), &[]);
            assert!(said.contains("is no level"), "{log}: {said}");
        }
        assert!(load("log = \"info,store=debug\"", &[]).is_ok());
    }

    #[test]
    fn a_second_factor_is_required_or_optional() {
        let settings = load("second_factor = \"optional\"", &[]).unwrap();
        assert_eq!(settings.limits().second_factor, SecondFactor::Optional);
        let said = refused("", &[("KLANTENDOSSIER_SECOND_FACTOR", "soms")]);
        assert!(said.contains("required or optional"), "{said}");
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let file = "trusted_proxies = \"192.0.2.1, 10.0.0.0/8,2001:db8::/32\"";
        let settings = load(file, &[]).unwrap();
        let print = settings.describe();
        let line = "trusted_proxies = \"192.0.2.1/32, 10.0.0.0/8, 2001:db8::/32\"  # file";
        assert!(print.lines().any(|it| it == line), "{print}");
        let said = refused(
            "",
            &[("KLANTENDOSSIER_TRUSTED_PROXIES", "10.0.0.0/8, overal")],
        );
        assert!(said.contains("\"overal\""), "{said}");
    }

    #[test]
    fn an_unknown_variable_is_refused() {
        let said = refused("", &[("KLANTENDOSSIER_DATABASE", "postgres://x")]);
        assert!(said.contains("KLANTENDOSSIER_DATABASE"), "{said}");
    }

    #[test]
    fn the_password_of_the_database_is_not_printed() {
        for (url, shown) in [
            (
                "postgres://kd:geheim@db1,db2/kd",
                "postgres://kd:…@db1,db2/kd",
            ),
            ("postgres://kd:ge@heim@db1/kd", "postgres://kd:…@db1/kd"),
            (
                "postgres://kd@db1/kd?password=geheim",
                "postgres://kd@db1/kd?…",
            ),
            (
                "postgres://db1/kd?sslmode=require",
                "postgres://db1/kd?sslmode=require",
            ),
            ("geheim", "…"),
        ] {
            let settings = load("", &[("KLANTENDOSSIER_DATABASE_URL", url)]).unwrap();
            let print = settings.describe();
            assert!(!print.contains("heim"), "{print}");
            let line = format!("database_url = \"{shown}\"  # environment");
            assert!(print.lines().any(|it| it == line), "{line}\n{print}");
        }
    }

    #[test]
    fn settings_of_a_server_need_its_address() {
        let said = refused("database_connections = 8", &[]);
        assert!(said.contains("database_url"), "{said}");
        let said = refused(
            "database_connections = 1\ndatabase_url = \"postgres://db/kd\"",
            &[],
        );
        assert!(said.contains("at least 2"), "{said}");
    }

    #[test]
    fn plain_http_is_for_the_own_machine_only() {
        for fine in [
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:8080/",
            "https://dossier.example.be",
            "https://dossier.example.be:8443/",
        ] {
            assert!(PublicUrl::parse(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "http://dossier.example.be",
            "http://192.168.1.4:8080",
            "dossier.example.be",
            "ftp://localhost",
            "https://dossier.example.be/pad",
            "https://",
            "",
        ] {
            assert!(PublicUrl::parse(wrong).is_err(), "{wrong}");
        }
        // Reachable from elsewhere without a public address: say it.
        let said = refused("listen = \"0.0.0.0:8080\"", &[]);
        assert!(said.contains("public_url"), "{said}");
    }
}
