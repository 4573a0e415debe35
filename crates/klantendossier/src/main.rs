//! The binary: reads the command line and the settings, puts the parts together, and starts what was
//! asked for. No rule, no SQL and no page stands here.

mod arguments;
mod backup;
mod demo;
mod feed;
mod mail;
mod operator;
mod parts;
mod provider;
mod retention;
mod secret;
mod server;
mod settings;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::mail::Postman;
use crate::parts::Parts;
use crate::settings::{Misconfigured, Settings};

/// Workers hand what they allocated to each other all the time; the system's allocator takes a lock for
/// that, and a page of many small texts waits on it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The version this program was built as.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Exit code when the settings or the programme file are wrong; the same as for a wrong command line.
const MISCONFIGURED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("klantendossier: {error:#}");
            if error.is::<Misconfigured>() {
                ExitCode::from(MISCONFIGURED)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    domain::moment::load_time_zone();
    let config = arguments.config.as_deref();
    match arguments.command {
        Command::Demo(options) => {
            start_log("info", settings::LogFormat::Text)?;
            server::run_and_close(demo::start(&options))
        }
        Command::Config => {
            let settings = load(config)?;
            operator::say(&settings.describe())
        }
        Command::Serve => {
            let settings = load(config)?;
            start_log(&settings.log, settings.log_format)?;
            server::run_and_close(serve(&settings))
        }
        Command::Migrate => server::run_and_close(async {
            let settings = load(config)?;
            parts::migrate(&settings).await?;
            operator::say("the database is up to date\n")
        }),
        Command::Generate(wish) => server::run_and_close(async {
            let settings = load(config)?;
            start_log("warn", settings::LogFormat::Text)?;
            operator::generate(&settings, &wish).await
        }),
        Command::Retention(wish) => server::run_and_close(async {
            let settings = load(config)?;
            let parts = Parts::for_command(&settings).await?;
            retention::run(&parts.casework, &wish).await
        }),
        Command::Feed(wish) => server::run_and_close(async {
            let settings = load(config)?;
            let parts = Parts::for_command(&settings).await?;
            parts.refuse_demo().await?;
            feed::run(&parts.casework, &wish).await
        }),
        Command::Backup(wish) => server::run_and_close(async {
            let settings = load(config)?;
            start_log("warn", settings::LogFormat::Text)?;
            backup::back_up(&settings, &wish).await
        }),
        Command::Verify(wish) => server::run_and_close(async {
            let settings = load(config)?;
            backup::verify(&settings, &wish).await
        }),
        Command::Restore(wish) => server::run_and_close(async {
            let settings = load(config)?;
            backup::restore(&settings, &wish).await
        }),
        Command::Mail(what) => server::run_and_close(async {
            let settings = load(config)?;
            operator::mail(&settings, what).await
        }),
        Command::Set(change) => server::run_and_close(async {
            let settings = load(config)?;
            let parts = Parts::for_command(&settings).await?;
            parts.refuse_demo().await?;
            let issuer = settings.oidc.as_ref().map(|oidc| oidc.issuer.as_str());
            operator::set(&parts.casework, issuer, change).await
        }),
    }
}

async fn serve(settings: &Settings) -> anyhow::Result<()> {
    let listener = server::bind(settings.listen).await?;
    // A file is served by one program; a database of its own server by as many as there are.
    let _claim = match &settings.database_url {
        None => Some(parts::claim(&settings.data)?),
        Some(_) => None,
    };
    let outside = match &settings.oidc {
        Some(oidc) => Some(provider::provider(oidc, &settings.public_url)?),
        None => None,
    };
    let mut parts = Parts::to_serve(settings).await?;
    parts.refuse_demo().await?;
    parts.casework = parts.casework.at_site(&settings.public_url.to_string());
    if let Some(outside) = outside {
        parts.casework = parts.casework.with_oidc(outside);
    }
    let web = web::WebSettings {
        public_url: settings.public_url.as_str().to_owned(),
        demo: false,
        secure_cookies: settings.public_url.is_https(),
        version: VERSION,
    };
    let postman = match &settings.mail {
        Some(mail) => Some(Postman::new(
            mail,
            settings.public_url.as_str(),
            settings.public_url.host(),
        )?),
        None => {
            tracing::info!(
                "smtp_url is not set: no mail is sent, and notices are read under 'Meldingen' only"
            );
            None
        }
    };
    tracing::info!(listen = %settings.listen, public_url = %settings.public_url, "serving");
    let proxies = settings.trusted_proxies.clone();
    server::serve(parts, web, proxies, listener, postman).await
}

fn load(config: Option<&Path>) -> anyhow::Result<Settings> {
    Ok(Settings::load(config, std::env::vars_os())?)
}

fn start_log(filter: &str, format: settings::LogFormat) -> anyhow::Result<()> {
    let parsed = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| Misconfigured(format!("log = {filter:?}: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(parsed)
        .with_writer(std::io::stderr);
    let started = match format {
        settings::LogFormat::Text => log.try_init(),
        settings::LogFormat::Json => log.json().try_init(),
    };
    started
        .map_err(anyhow::Error::from_boxed)
        .context("cannot start the log")
}
