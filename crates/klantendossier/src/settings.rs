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
use casework::{DocumentPlace, Limits, Scanner};
use domain::documents::{DocumentLimits, MIB};
use domain::login::SecondFactor;
use domain::mail::MailAddress;
use domain::oidc::WantedClaim;
use domain::uses::Most;
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
    /// File with what is kept until when, in place of the one compiled in.
    pub(crate) retention: Option<PathBuf>,
    /// Numbers below this are hidden in a report.
    pub(crate) report_smallest_number: u16,
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
    /// Sessions of one person at once; with one more the oldest ends. Default 5.
    pub(crate) sessions_a_person: u32,
    /// Pages of dossiers that one person opens in an hour. Default 600.
    pub(crate) openings_an_hour: u32,
    /// The same in a day. Default 3000.
    pub(crate) openings_a_day: u32,
    /// Searches for a client by one person in an hour. Default 200.
    pub(crate) searches_an_hour: u32,
    /// The same in a day. Default 1000.
    pub(crate) searches_a_day: u32,
    /// Copies of whole dossiers that one person downloads in a day. Default 10.
    pub(crate) exports_a_day: u32,
    /// Whether people may log in with a password. Default true.
    pub(crate) local_login: bool,
    /// A provider outside where people may log in (OpenID Connect). Default none.
    pub(crate) oidc: Option<OidcSettings>,
    /// Folder for documents, or s3://bucket/prefix. Default documents in `data`.
    pub(crate) documents: String,
    /// Most mebibytes of one file. Default 10.
    pub(crate) document_mib: u16,
    /// Most files at once. Default 10.
    pub(crate) document_files: u16,
    /// Most mebibytes of all documents in one dossier. Default 200.
    pub(crate) dossier_mib: u32,
    /// Most documents of one person in a day. Default 50.
    pub(crate) documents_a_day: u32,
    /// Socket or host:port of clamd, that looks at every file. Default none.
    pub(crate) clamd: Option<Scanner>,
    /// The mail server and what goes with it; none when no mail is sent.
    pub(crate) mail: Option<MailSettings>,
    sources: BTreeMap<&'static str, Source>,
}

/// The provider outside where people may log in.
#[derive(Clone, Debug)]
pub(crate) struct OidcSettings {
    /// Address under which the provider is known.
    pub(crate) issuer: String,
    /// Name of this installation there.
    pub(crate) client_id: String,
    /// File with the secret of this installation there.
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Name on the button. Default the host of `issuer`.
    pub(crate) name: String,
    /// What is asked beside `openid`, parted by spaces. Default nothing.
    pub(crate) scopes: String,
    /// Ways of logging in there that are accepted, parted by spaces. Default any.
    pub(crate) acr_values: String,
    /// Ways of logging in there that count as two factors, parted by spaces. Default none.
    pub(crate) second_factor: String,
    /// Claim that has to be there for roles that reach beyond one organisation. Default none.
    pub(crate) privileged_claim: Option<WantedClaim>,
    /// Claim with the national number by which a young person is found. Default none.
    pub(crate) client_insz_claim: Option<String>,
    /// Minutes since somebody logged in there, at most. Default any.
    pub(crate) max_age_minutes: Option<u16>,
    /// PEM file with the authorities that vouch for its server. Default those of the machine.
    pub(crate) ca_file: Option<PathBuf>,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub(crate) struct MailSettings {
    /// The server.
    pub(crate) server: MailServer,
    /// User and password file, where the server asks for them.
    pub(crate) login: Option<(String, PathBuf)>,
    /// PEM file with the authority that vouches for the server. Default those of the machine.
    pub(crate) ca_file: Option<PathBuf>,
    /// Who the mail comes from.
    pub(crate) from: MailAddress,
}

/// A mail server: its connection is encrypted, but on the own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MailServer {
    /// Its name.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// Encrypted from the first byte on (smtps); else it becomes so with STARTTLS.
    pub(crate) wrapped: bool,
    /// On the own machine, where smtp:// goes as it is.
    pub(crate) own_machine: bool,
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
    retention: Option<PathBuf>,
    report_smallest_number: Option<u16>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    second_factor: Option<SecondFactorSetting>,
    trusted_proxies: Option<String>,
    session_idle_minutes: Option<u16>,
    session_minutes: Option<u16>,
    sessions_a_person: Option<u32>,
    openings_an_hour: Option<u32>,
    openings_a_day: Option<u32>,
    searches_an_hour: Option<u32>,
    searches_a_day: Option<u32>,
    exports_a_day: Option<u32>,
    local_login: Option<bool>,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    oidc_client_secret_file: Option<PathBuf>,
    oidc_name: Option<String>,
    oidc_scopes: Option<String>,
    oidc_acr_values: Option<String>,
    oidc_second_factor: Option<String>,
    oidc_privileged_claim: Option<String>,
    oidc_client_insz_claim: Option<String>,
    oidc_max_age_minutes: Option<u16>,
    oidc_ca_file: Option<PathBuf>,
    documents: Option<String>,
    document_mib: Option<u16>,
    document_files: Option<u16>,
    dossier_mib: Option<u32>,
    documents_a_day: Option<u32>,
    clamd: Option<String>,
    smtp_url: Option<String>,
    smtp_user: Option<String>,
    smtp_password_file: Option<PathBuf>,
    smtp_ca_file: Option<PathBuf>,
    mail_from: Option<String>,
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
        for (name, number) in [
            ("session_idle_minutes", settings.session_idle_minutes.into()),
            ("session_minutes", settings.session_minutes.into()),
            ("sessions_a_person", settings.sessions_a_person),
            ("openings_an_hour", settings.openings_an_hour),
            ("openings_a_day", settings.openings_a_day),
            ("searches_an_hour", settings.searches_an_hour),
            ("searches_a_day", settings.searches_a_day),
            ("exports_a_day", settings.exports_a_day),
            ("document_mib", settings.document_mib.into()),
            ("document_files", settings.document_files.into()),
        ] {
            if number == 0 {
                return Err(Misconfigured(format!("{name} must be at least 1")));
            }
        }
        if u32::from(settings.report_smallest_number) < domain::reports::LEAST_SMALLEST {
            return Err(Misconfigured(format!(
                "report_smallest_number must be at least {}",
                domain::reports::LEAST_SMALLEST
            )));
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
        if settings.oidc.is_none() {
            for name in OIDC {
                if settings.sources.get(name) != Some(&Source::Default) {
                    return Err(Misconfigured(format!(
                        "{name} is set, and oidc_issuer is not: it belongs to a provider"
                    )));
                }
            }
            if !settings.local_login {
                return Err(Misconfigured(
                    "local_login = false, and oidc_issuer is not set: nobody could log in"
                        .to_owned(),
                ));
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
        let secret_file = pick!(secret_file).unwrap_or_else(|| data.join(casework::SECRET));
        let oidc = match pick!(oidc_issuer) {
            None => {
                // Noted where they come from, so that a stray one is refused.
                pick!(oidc_client_id);
                pick!(oidc_client_secret_file);
                pick!(oidc_name);
                pick!(oidc_scopes);
                pick!(oidc_acr_values);
                pick!(oidc_second_factor);
                pick!(oidc_privileged_claim);
                pick!(oidc_client_insz_claim);
                pick!(oidc_max_age_minutes);
                pick!(oidc_ca_file);
                None
            }
            Some(issuer) => Some(OidcSettings {
                client_id: pick!(oidc_client_id).ok_or_else(|| {
                    Misconfigured("oidc_issuer is set, and oidc_client_id is not".to_owned())
                })?,
                client_secret_file: pick!(oidc_client_secret_file),
                name: pick!(oidc_name).unwrap_or_else(|| host_of(&issuer)),
                scopes: pick!(oidc_scopes).unwrap_or_default(),
                acr_values: pick!(oidc_acr_values).unwrap_or_default(),
                second_factor: pick!(oidc_second_factor).unwrap_or_default(),
                privileged_claim: pick!(oidc_privileged_claim)
                    .map(|text| wanted_claim(&text))
                    .transpose()?,
                client_insz_claim: pick!(oidc_client_insz_claim),
                max_age_minutes: pick!(oidc_max_age_minutes),
                ca_file: pick!(oidc_ca_file),
                issuer,
            }),
        };
        let usual = Limits::default();
        Ok(Settings {
            listen,
            public_url: PublicUrl::parse(&public_url)?,
            secret_file,
            database_url: pick!(database_url),
            database_replica_url: pick!(database_replica_url),
            database_ca_file: pick!(database_ca_file),
            database_connections: pick!(database_connections).unwrap_or(16),
            catalogue: pick!(catalogue),
            retention: pick!(retention),
            report_smallest_number: pick!(report_smallest_number).unwrap_or(10),
            log: pick!(log).unwrap_or_else(|| "info".to_owned()),
            log_format: pick!(log_format).unwrap_or(LogFormat::Text),
            second_factor: pick!(second_factor).unwrap_or(SecondFactorSetting::Required),
            trusted_proxies: networks(&pick!(trusted_proxies).unwrap_or_default())?,
            session_idle_minutes: pick!(session_idle_minutes).unwrap_or(30),
            session_minutes: pick!(session_minutes).unwrap_or(600),
            sessions_a_person: pick!(sessions_a_person).unwrap_or(usual.sessions_a_person),
            openings_an_hour: pick!(openings_an_hour).unwrap_or(usual.openings.an_hour),
            openings_a_day: pick!(openings_a_day).unwrap_or(usual.openings.a_day),
            searches_an_hour: pick!(searches_an_hour).unwrap_or(usual.searches.an_hour),
            searches_a_day: pick!(searches_a_day).unwrap_or(usual.searches.a_day),
            exports_a_day: pick!(exports_a_day).unwrap_or(usual.exports.a_day),
            local_login: pick!(local_login).unwrap_or(true),
            oidc,
            documents: pick!(documents)
                .unwrap_or_else(|| data.join(crate::parts::DOCUMENTS).display().to_string()),
            document_mib: pick!(document_mib).unwrap_or(10),
            document_files: pick!(document_files).unwrap_or(10),
            dossier_mib: pick!(dossier_mib).unwrap_or(200),
            documents_a_day: pick!(documents_a_day).unwrap_or(50),
            clamd: pick!(clamd)
                .map(|text| {
                    text.parse()
                        .map_err(|error| Misconfigured(format!("clamd = {text:?}: {error}")))
                })
                .transpose()?,
            mail: mail_settings(
                pick!(smtp_url),
                (pick!(smtp_user), pick!(smtp_password_file)),
                pick!(smtp_ca_file),
                pick!(mail_from),
            )?,
            data,
            sources,
        })
    }

    /// The limits that follow from the settings.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            session_idle_seconds: i64::from(self.session_idle_minutes) * 60,
            session_seconds: i64::from(self.session_minutes) * 60,
            smallest_number: u32::from(self.report_smallest_number),
            second_factor: match self.second_factor {
                SecondFactorSetting::Required => SecondFactor::Required,
                SecondFactorSetting::Optional => SecondFactor::Optional,
            },
            sessions_a_person: self.sessions_a_person,
            openings: Most {
                an_hour: self.openings_an_hour,
                a_day: self.openings_a_day,
            },
            searches: Most {
                an_hour: self.searches_an_hour,
                a_day: self.searches_a_day,
            },
            exports: Most {
                an_hour: self.exports_a_day,
                a_day: self.exports_a_day,
            },
            local_login: self.local_login,
            sends_mail: self.mail.is_some(),
            ..Limits::default()
        }
    }

    /// Where documents are kept.
    pub(crate) fn documents_place(&self) -> DocumentPlace {
        match self.documents.strip_prefix("s3://") {
            None => DocumentPlace::Folder(PathBuf::from(&self.documents)),
            Some(rest) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                DocumentPlace::Bucket {
                    bucket: bucket.to_owned(),
                    prefix: prefix.trim_matches('/').to_owned(),
                }
            }
        }
    }

    /// The same for a data folder that holds all there is: database, secret and documents.
    pub(crate) fn at(&self, data: &Path) -> Self {
        Settings {
            data: data.to_owned(),
            secret_file: data.join(casework::SECRET),
            documents: data.join(crate::parts::DOCUMENTS).display().to_string(),
            database_url: None,
            ..self.clone()
        }
    }

    /// How much fits.
    pub(crate) fn document_limits(&self) -> DocumentLimits {
        DocumentLimits {
            file_bytes: u64::from(self.document_mib) * MIB,
            files: usize::from(self.document_files),
            dossier_bytes: u64::from(self.dossier_mib) * MIB,
            a_day: self.documents_a_day,
        }
    }

    /// The settings in force, as a file that can be read back, with where each comes from.
    pub(crate) fn describe(&self) -> String {
        let path = |path: &Path| quoted(&path.display().to_string());
        let format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        let mail = self.mail.as_ref();
        let login = mail.and_then(|mail| mail.login.as_ref());
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
                "retention",
                "File with what is kept until when, that replaces the one compiled in.",
                self.retention.as_deref().map(path),
            ),
            (
                "report_smallest_number",
                "Numbers below this are hidden in a report; at least 3.",
                Some(self.report_smallest_number.to_string()),
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
            (
                "sessions_a_person",
                "Sessions of one person at once; with one more the oldest ends.",
                Some(self.sessions_a_person.to_string()),
            ),
            (
                "openings_an_hour",
                "Pages of dossiers that one person opens in an hour.",
                Some(self.openings_an_hour.to_string()),
            ),
            (
                "openings_a_day",
                "The same in a day.",
                Some(self.openings_a_day.to_string()),
            ),
            (
                "searches_an_hour",
                "Searches for a client by one person in an hour.",
                Some(self.searches_an_hour.to_string()),
            ),
            (
                "searches_a_day",
                "The same in a day.",
                Some(self.searches_a_day.to_string()),
            ),
            (
                "exports_a_day",
                "Copies of whole dossiers that one person downloads in a day.",
                Some(self.exports_a_day.to_string()),
            ),
            (
                "local_login",
                "Whether people may log in with a password; false only with a provider.",
                Some(self.local_login.to_string()),
            ),
            (
                "documents",
                "Folder for documents, or s3://bucket/prefix (a build with S3; the rest from AWS_ variables).",
                Some(quoted(&self.documents)),
            ),
            (
                "document_mib",
                "Most mebibytes of one file.",
                Some(self.document_mib.to_string()),
            ),
            (
                "document_files",
                "Most files at once.",
                Some(self.document_files.to_string()),
            ),
            (
                "dossier_mib",
                "Most mebibytes of all documents in one dossier.",
                Some(self.dossier_mib.to_string()),
            ),
            (
                "documents_a_day",
                "Most documents of one person in a day.",
                Some(self.documents_a_day.to_string()),
            ),
            (
                "clamd",
                "Socket or host:port of clamd, a virus scanner; without its answer no file is accepted.",
                self.clamd.as_ref().map(|it| quoted(&it.to_string())),
            ),
            (
                "smtp_url",
                "Mail server, as smtp://host:587 (STARTTLS) or smtps://host:465; without it no mail is sent.",
                mail.map(|mail| quoted(&mail.server.to_string())),
            ),
            (
                "smtp_user",
                "User at the mail server, where it asks for one.",
                login.map(|(user, _)| quoted(user)),
            ),
            (
                "smtp_password_file",
                "File with the password of that user.",
                login.map(|(_, file)| path(file)),
            ),
            (
                "smtp_ca_file",
                "PEM file with the authority that vouches for the mail server, in place of the machine's.",
                mail.and_then(|mail| mail.ca_file.as_deref()).map(path),
            ),
            (
                "mail_from",
                "Address the mail comes from.",
                mail.map(|mail| quoted(mail.from.as_str())),
            ),
        ];
        let mut text = String::new();
        for (name, what, value) in rows.into_iter().chain(self.oidc_rows()) {
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

impl Settings {
    /// The settings of the provider, as `describe` shows them. The secret stays in its file.
    fn oidc_rows(&self) -> [(&'static str, &'static str, Option<String>); 11] {
        let of = |pick: &dyn Fn(&OidcSettings) -> Option<String>| {
            self.oidc.as_ref().and_then(pick).map(|text| quoted(&text))
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        [
            (
                "oidc_issuer",
                "Provider where people may log in besides (OpenID Connect): its address, https.",
                of(&|it| Some(it.issuer.clone())),
            ),
            (
                "oidc_client_id",
                "Name of this installation at the provider.",
                of(&|it| Some(it.client_id.clone())),
            ),
            (
                "oidc_client_secret_file",
                "File with its secret there, readable by its owner only.",
                of(&|it| path(&it.client_secret_file)),
            ),
            (
                "oidc_name",
                "Name of the provider on the button 'Aanmelden met …'.",
                of(&|it| Some(it.name.clone())),
            ),
            (
                "oidc_scopes",
                "Scopes that are asked beside openid, parted by spaces.",
                of(&|it| given(&it.scopes)),
            ),
            (
                "oidc_acr_values",
                "Ways of logging in there (acr) of which one has to be in the answer, parted by spaces.",
                of(&|it| given(&it.acr_values)),
            ),
            (
                "oidc_second_factor",
                "Ways of logging in there (acr or amr) that count as two factors, parted by spaces.",
                of(&|it| given(&it.second_factor)),
            ),
            (
                "oidc_privileged_claim",
                "Claim, as name=value, without which roles that reach beyond one organisation are refused.",
                of(&|it| {
                    let claim = it.privileged_claim.as_ref()?;
                    Some(format!("{}={}", claim.name, claim.value))
                }),
            ),
            (
                "oidc_client_insz_claim",
                "Claim with the national number by which a young person's account is found.",
                of(&|it| it.client_insz_claim.clone()),
            ),
            (
                "oidc_max_age_minutes",
                "Minutes since somebody logged in there, at most.",
                self.oidc
                    .as_ref()
                    .and_then(|it| it.max_age_minutes)
                    .map(|minutes| minutes.to_string()),
            ),
            (
                "oidc_ca_file",
                "PEM file with the authorities that vouch for the provider; those of the machine without it.",
                of(&|it| path(&it.ca_file)),
            ),
        ]
    }
}

/// The settings that make no sense without `oidc_issuer`.
const OIDC: [&str; 10] = [
    "oidc_client_id",
    "oidc_client_secret_file",
    "oidc_name",
    "oidc_scopes",
    "oidc_acr_values",
    "oidc_second_factor",
    "oidc_privileged_claim",
    "oidc_client_insz_claim",
    "oidc_max_age_minutes",
    "oidc_ca_file",
];

fn wanted_claim(text: &str) -> Result<WantedClaim, Misconfigured> {
    WantedClaim::parse(text).ok_or_else(|| {
        Misconfigured(format!(
            "oidc_privileged_claim = {text:?}: expected a claim and its value, as vo_doelgroepcode=GID"
        ))
    })
}

/// The host of an address, to name a provider by; the address itself when it has none.
fn host_of(address: &str) -> String {
    let host = address.parse::<Uri>().ok();
    let host = host.as_ref().and_then(Uri::host);
    host.unwrap_or(address).to_owned()
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

/// All settings of mail, or none.
fn mail_settings(
    url: Option<String>,
    (user, password): (Option<String>, Option<PathBuf>),
    ca_file: Option<PathBuf>,
    from: Option<String>,
) -> Result<Option<MailSettings>, Misconfigured> {
    let Some(url) = url else {
        for (name, is_set) in [
            ("smtp_user", user.is_some()),
            ("smtp_password_file", password.is_some()),
            ("smtp_ca_file", ca_file.is_some()),
            ("mail_from", from.is_some()),
        ] {
            if is_set {
                return Err(Misconfigured(format!(
                    "{name} is set, and smtp_url is not: it belongs to a mail server"
                )));
            }
        }
        return Ok(None);
    };
    let server = MailServer::parse(&url)?;
    let login = match (user, password) {
        (Some(user), Some(file)) => Some((user, file)),
        (None, None) => None,
        _ => {
            return Err(Misconfigured(
                "smtp_user and smtp_password_file go together: one of them is not set".to_owned(),
            ));
        }
    };
    let Some(from) = from else {
        return Err(Misconfigured(
            "smtp_url is set, and mail_from is not: set the address the mail comes from".to_owned(),
        ));
    };
    let from = MailAddress::parse(&from)
        .map_err(|error| Misconfigured(format!("mail_from = {from:?}: {error}")))?;
    Ok(Some(MailSettings {
        server,
        login,
        ca_file,
        from,
    }))
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
            "retention" => given.retention = Some(PathBuf::from(value)),
            "report_smallest_number" => given.report_smallest_number = Some(parsed(name, &value)?),
            "log" => given.log = Some(parsed(name, &value)?),
            "log_format" => given.log_format = Some(parsed(name, &value)?),
            "second_factor" => given.second_factor = Some(parsed(name, &value)?),
            "trusted_proxies" => given.trusted_proxies = Some(parsed(name, &value)?),
            "session_idle_minutes" => given.session_idle_minutes = Some(parsed(name, &value)?),
            "session_minutes" => given.session_minutes = Some(parsed(name, &value)?),
            "sessions_a_person" => given.sessions_a_person = Some(parsed(name, &value)?),
            "openings_an_hour" => given.openings_an_hour = Some(parsed(name, &value)?),
            "openings_a_day" => given.openings_a_day = Some(parsed(name, &value)?),
            "searches_an_hour" => given.searches_an_hour = Some(parsed(name, &value)?),
            "searches_a_day" => given.searches_a_day = Some(parsed(name, &value)?),
            "exports_a_day" => given.exports_a_day = Some(parsed(name, &value)?),
            "local_login" => given.local_login = Some(parsed(name, &value)?),
            "oidc_issuer" => given.oidc_issuer = Some(parsed(name, &value)?),
            "oidc_client_id" => given.oidc_client_id = Some(parsed(name, &value)?),
            "oidc_client_secret_file" => given.oidc_client_secret_file = Some(PathBuf::from(value)),
            "oidc_name" => given.oidc_name = Some(parsed(name, &value)?),
            "oidc_scopes" => given.oidc_scopes = Some(parsed(name, &value)?),
            "oidc_acr_values" => given.oidc_acr_values = Some(parsed(name, &value)?),
            "oidc_second_factor" => given.oidc_second_factor = Some(parsed(name, &value)?),
            "oidc_privileged_claim" => given.oidc_privileged_claim = Some(parsed(name, &value)?),
            "oidc_client_insz_claim" => given.oidc_client_insz_claim = Some(parsed(name, &value)?),
            "oidc_max_age_minutes" => given.oidc_max_age_minutes = Some(parsed(name, &value)?),
            "oidc_ca_file" => given.oidc_ca_file = Some(PathBuf::from(value)),
            "documents" => given.documents = Some(parsed(name, &value)?),
            "document_mib" => given.document_mib = Some(parsed(name, &value)?),
            "document_files" => given.document_files = Some(parsed(name, &value)?),
            "dossier_mib" => given.dossier_mib = Some(parsed(name, &value)?),
            "documents_a_day" => given.documents_a_day = Some(parsed(name, &value)?),
            "clamd" => given.clamd = Some(parsed(name, &value)?),
            "smtp_url" => given.smtp_url = Some(parsed(name, &value)?),
            "smtp_user" => given.smtp_user = Some(parsed(name, &value)?),
            "smtp_password_file" => given.smtp_password_file = Some(PathBuf::from(value)),
            "smtp_ca_file" => given.smtp_ca_file = Some(PathBuf::from(value)),
            "mail_from" => given.mail_from = Some(parsed(name, &value)?),
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

impl MailServer {
    /// Reads an address as smtp://host:587 or smtps://host.
    ///
    /// # Errors
    /// When it is none, or holds a user, a password or a path.
    pub(crate) fn parse(text: &str) -> Result<Self, Misconfigured> {
        // What is wrong may hold a password: it is not repeated.
        let wrong = |why: &str| Misconfigured(format!("smtp_url: {why}"));
        if text.contains('@') {
            return Err(wrong(
                "no user or password stands in it; set smtp_user and smtp_password_file",
            ));
        }
        let uri: Uri = text
            .trim_end_matches('/')
            .parse()
            .map_err(|_| wrong("expected an address as smtp://mail.example.be:587"))?;
        let wrapped = match uri.scheme_str() {
            Some("smtp") => false,
            Some("smtps") => true,
            _ => return Err(wrong("expected an address as smtp://mail.example.be:587")),
        };
        let host = uri.host().unwrap_or_default();
        if host.is_empty() || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("expected a host and at most a port"));
        }
        Ok(MailServer {
            host: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port: uri.port_u16().unwrap_or(if wrapped { 465 } else { 587 }),
            wrapped,
            own_machine: is_own_machine(host),
        })
    }
}

impl Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.wrapped { "smtps" } else { "smtp" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl PublicUrl {
    /// The address, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Its host, without a port.
    pub(crate) fn host(&self) -> &str {
        let after = self.0.split_once("://").map_or("", |(_, rest)| rest);
        match after.strip_prefix('[') {
            Some(inside) => inside.split(']').next().unwrap_or_default(),
            None => after.split(':').next().unwrap_or_default(),
        }
    }

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
    fn settings_of_a_provider_need_its_address_and_the_other_way_round() {
        for name in OIDC {
            let value = if name == "oidc_max_age_minutes" {
                "60"
            } else {
                "\"a=b\""
            };
            let said = refused(&format!("{name} = {value}"), &[]);
            assert!(
                said.contains(name) && said.contains("oidc_issuer"),
                "{said}"
            );
        }
        let said = refused("oidc_issuer = \"https://op.example\"", &[]);
        assert!(said.contains("oidc_client_id"), "{said}");
        let said = refused("local_login = false", &[]);
        assert!(said.contains("nobody could log in"), "{said}");
        let said = refused(
            "oidc_issuer = \"https://op.example\"\noidc_client_id = \"kd\"\n\
             oidc_privileged_claim = \"GID\"",
            &[],
        );
        assert!(said.contains("oidc_privileged_claim"), "{said}");
    }

    #[test]
    fn a_provider_is_named_by_its_host_and_its_settings_are_printed() {
        let settings = load(
            "oidc_issuer = \"https://authenticatie.vlaanderen.be/op\"\noidc_client_id = \"kd\"\n",
            &[
                (
                    "KLANTENDOSSIER_OIDC_PRIVILEGED_CLAIM",
                    "vo_doelgroepcode=GID",
                ),
                ("KLANTENDOSSIER_LOCAL_LOGIN", "false"),
            ],
        )
        .unwrap();
        assert!(!settings.limits().local_login);
        let print = settings.describe();
        for line in [
            "oidc_issuer = \"https://authenticatie.vlaanderen.be/op\"  # file",
            "oidc_name = \"authenticatie.vlaanderen.be\"  # default",
            "oidc_privileged_claim = \"vo_doelgroepcode=GID\"  # environment",
            "local_login = false  # environment",
            "# oidc_scopes is not set",
        ] {
            assert!(print.lines().any(|it| it == line), "{line}\n{print}");
        }
        let again = load(&print, &[]).unwrap();
        assert_eq!(
            again
                .describe()
                .replace("# file", "# default")
                .replace("# environment", "# default"),
            print
                .replace("# file", "# default")
                .replace("# environment", "# default")
        );
    }

    #[test]
    fn mail_goes_encrypted_but_on_the_own_machine_and_its_settings_go_together() {
        let mail = |file: &str| load(file, &[]).unwrap().mail;
        assert!(mail("").is_none());
        let set = mail("smtp_url = \"smtp://mail.example.org\"\nmail_from = \"kd@example.org\"");
        let server = set.unwrap().server;
        assert_eq!(server.to_string(), "smtp://mail.example.org:587");
        assert!(!server.own_machine && !server.wrapped);
        let server = MailServer::parse("smtps://mail.example.org/").unwrap();
        assert!(server.wrapped && server.port == 465);
        let server = MailServer::parse("smtp://[::1]:2525").unwrap();
        assert!(server.own_machine);
        assert_eq!(server.to_string(), "smtp://[::1]:2525");
        for (file, named) in [
            ("mail_from = \"kd@example.org\"", "smtp_url"),
            ("smtp_user = \"kd\"", "smtp_url"),
            ("smtp_url = \"smtp://localhost\"", "mail_from"),
            (
                "smtp_url = \"smtp://localhost\"\nmail_from = \"niemand\"",
                "mail_from",
            ),
            (
                "smtp_url = \"smtp://localhost\"\nmail_from = \"a@b.be\"\nsmtp_user = \"kd\"",
                "smtp_password_file",
            ),
            ("smtp_url = \"mail.example.org\"", "smtp_url"),
            ("smtp_url = \"http://mail.example.org\"", "smtp_url"),
            ("smtp_url = \"smtp://mail.example.org/pad\"", "smtp_url"),
        ] {
            let said = refused(file, &[]);
            assert!(said.contains(named), "{file}: {said}");
        }
        let said = refused("smtp_url = \"smtp://kd:geheim@mail.example.org\"", &[]);
        assert!(
            said.contains("smtp_user") && !said.contains("geheim"),
            "{said}"
        );
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
