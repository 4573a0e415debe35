//! Pages and forms in Dutch: parse the form, call a use case, render. No rules, no SQL.
//!
//! One feature is one file here with its templates beside it. Every route names the operation of
//! the authorisation table that it needs; see `routes`.

mod account;
mod actions;
mod again;
mod assets;
mod assignments;
mod benefits;
mod career;
mod caseload;
mod contact;
mod context;
mod control;
mod corrections;
mod documents;
mod entries;
mod export;
mod fail;
mod fields;
mod find;
mod from_source;
mod functions;
mod grants;
mod headers;
mod home;
mod integration;
mod invitation;
mod journal;
mod kept;
mod letters;
mod log;
mod mail;
mod mandates;
mod messages;
mod notices;
mod oidc;
mod openings;
mod organisations;
mod own;
pub mod page;
mod past;
mod patience;
mod people;
mod personal;
mod profile;
mod public;
mod removal_queue;
mod reports;
mod retention;
mod routes;
mod search;
mod sections;
mod sentences;
mod sheet;
mod sign_in;
mod steps;
mod system;
mod timeline;
mod upload;
mod vouchers;

pub use kept::Kept;
pub use letters::{LetterText, letter_text, trial_text};
pub use routes::{Route, table};

use std::sync::Arc;

use axum::Router;
use casework::Casework;

/// What the pages work with.
#[derive(Clone)]
pub struct Web {
    /// The use cases.
    pub casework: Casework,
    /// How this program serves.
    pub settings: WebSettings,
    /// The networks of proxies before this program: only what comes through them is believed when it says
    /// where a request came from (`X-Forwarded-For`).
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// The pages that are kept as they were rendered.
    pub kept: Kept,
}

/// How this program serves.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// The address under which people reach it, without a slash at its end; empty where nobody set one, and
    /// a link then is only a path. Never what a request says.
    pub public_url: String,
    /// Shows that the data is made up.
    pub demo: bool,
    /// Cookies are only sent over HTTPS; off for plain HTTP on the own machine.
    pub secure_cookies: bool,
    /// The program's version, for the footer.
    pub version: &'static str,
}

/// What every handler gets.
pub(crate) type App = Arc<Web>;

/// All pages. Serve it with the address of the other side, for the limit on log-ins.
pub fn router(web: Web) -> Router {
    let app: App = Arc::new(web);
    let pages = headers::around(routes::router(app.clone()), &app);
    again::before(pages, app)
}
