//! Logging in and out. A form that was sent after the session ended is kept: after logging in again
//! the person sends it once more, with what was typed.

use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Ahead, SignIn, SignInRefused};
use domain::policy::Operation;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::context::{self, Succeeded, Visit};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::routes::Routes;
use crate::{App, Web};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/aanmelden", Operation::Public, show)
        .post("/aanmelden", Operation::Public, sign_in)
        .post("/afmelden", Operation::Public, sign_out)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    errors: Errors,
    user_name: String,
    to: String,
    expired: bool,
    kept: Vec<(String, String)>,
    kept_for: String,
    ways: Ways,
}

/// By which ways people may log in.
struct Ways {
    /// With a password.
    password: bool,
    /// At a provider outside: its name; empty without one.
    provider: String,
}

impl Ways {
    fn of(app: &Web) -> Self {
        Ways {
            password: app.casework.has_local_login(),
            provider: app.casework.oidc_name().unwrap_or_default().to_owned(),
        }
    }

    fn provider_label(&self) -> String {
        format!("Aanmelden met {}", self.provider)
    }

    fn provider_kind(&self) -> &'static str {
        if self.password {
            "secondary"
        } else {
            "primary"
        }
    }
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    page: Page,
    address: String,
    fields: Vec<(String, String)>,
}

/// Before the names of fields that are carried through the log-in.
const KEPT: &str = "bewaard.";

/// Most bytes that are carried through the log-in.
const MOST_KEPT: usize = 256 * 1024;

/// Sends somebody who is not logged in to the log-in, and back to where they were going.
pub(crate) fn redirect_to(to: &str, expired: bool) -> Response {
    let mut address = String::from("/aanmelden");
    let mut sign = '?';
    if let Some(to) = own_path(to).filter(|to| *to != "/") {
        address.push_str(&format!(
            "?naar={}",
            utf8_percent_encode(to, NON_ALPHANUMERIC)
        ));
        sign = '&';
    }
    if expired {
        address.push_str(&format!("{sign}verlopen=1"));
    }
    Redirect::to(&address).into_response()
}

/// Only an address of our own: one slash, then no other slash or backslash, and nothing that a browser
/// would have sent encoded, such as a control character.
fn own_path(to: &str) -> Option<&str> {
    let plain = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && to.chars().all(|it| it.is_ascii_graphic());
    let parsed = to.parse::<Uri>().ok()?;
    (plain && parsed.authority().is_none() && parsed.scheme().is_none()).then_some(to)
}

/// The log-in for a form that was sent without a session, with the form kept.
pub(crate) fn page_with_kept(app: &Web, address: &str, fields: Option<&Fields>) -> Response {
    let kept = fields.map(|fields| fields.without(&[])).unwrap_or_default();
    let size: usize = kept
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let kept = if size > MOST_KEPT { Vec::new() } else { kept };
    render(
        StatusCode::UNAUTHORIZED,
        &SignInPage {
            page: app.bare_page("Aanmelden"),
            errors: Errors::new(),
            user_name: String::new(),
            to: "/".to_owned(),
            expired: true,
            kept,
            kept_for: address.to_owned(),
            ways: Ways::of(app),
        },
    )
}

async fn show(State(app): State<App>, Succeeded(notice): Succeeded, uri: Uri) -> Response {
    let query = Fields::of_query(uri.query());
    let mut page = app.bare_page("Aanmelden");
    page.notice = notice;
    render(
        StatusCode::OK,
        &SignInPage {
            page,
            errors: Errors::new(),
            user_name: String::new(),
            to: own_path(query.get("naar")).unwrap_or("/").to_owned(),
            expired: query.has("verlopen", "1"),
            kept: Vec::new(),
            kept_for: String::new(),
            ways: Ways::of(&app),
        },
    )
}

async fn sign_in(
    State(app): State<App>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = Visit::of(&app, address.as_deref(), &headers);
    let attempt = SignIn {
        user_name: fields.get("gebruikersnaam").to_owned(),
        password: fields.get("wachtwoord").to_owned(),
        address: visit.address,
        agent: visit.agent,
        device: visit.device,
    };
    let mut errors = Errors::new();
    if attempt.user_name.trim().is_empty() {
        errors.add("gebruikersnaam", "Vul je gebruikersnaam in.");
    }
    if attempt.password.is_empty() {
        errors.add("wachtwoord", "Vul je wachtwoord in.");
    }
    if !errors.is_empty() {
        return again(&app, &fields, errors, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match app.casework.sign_in(&attempt).await {
        Ok(token) => arrive(&app, &ahead_of(&fields), &token, visit.device.as_ref()).await,
        Err(SignInRefused::Wrong) => {
            errors.add(
                "gebruikersnaam",
                "De gebruikersnaam of het wachtwoord klopt niet. Probeer het opnieuw.",
            );
            again(&app, &fields, errors, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(SignInRefused::NotHere) => {
            errors.add("", "Hier kan je je niet aanmelden met een wachtwoord.");
            again(&app, &fields, errors, StatusCode::FORBIDDEN)
        }
        Err(SignInRefused::Wait(seconds)) => {
            let wait = if seconds > 90 {
                format!("{} minuten", (seconds + 59) / 60)
            } else {
                format!("{} seconden", seconds.max(1))
            };
            errors.add(
                "gebruikersnaam",
                format!("Er is te vaak een fout wachtwoord gebruikt. Wacht {wait} en probeer het opnieuw."),
            );
            again(&app, &fields, errors, StatusCode::TOO_MANY_REQUESTS)
        }
        Err(SignInRefused::Failed(failure)) => fail::plain(&app, failure),
    }
}

fn kept_of(fields: &Fields) -> Vec<(String, String)> {
    fields
        .without(&[])
        .into_iter()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix(KEPT)?.to_owned();
            Some((name, value))
        })
        .collect()
}

fn again(app: &Web, fields: &Fields, errors: Errors, status: StatusCode) -> Response {
    let mut page = app.bare_page("Aanmelden");
    page.has_errors = true;
    render(
        status,
        &SignInPage {
            page,
            errors,
            user_name: fields.get("gebruikersnaam").chars().take(200).collect(),
            to: own_path(fields.get("naar")).unwrap_or("/").to_owned(),
            expired: false,
            kept: kept_of(fields),
            kept_for: own_path(fields.get("bewaard_voor"))
                .unwrap_or_default()
                .to_owned(),
            ways: Ways::of(app),
        },
    )
}

/// What a log-in form carries along.
pub(crate) fn ahead_of(fields: &Fields) -> Ahead {
    let kept = kept_of(fields);
    let size: usize = kept
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let kept_for = own_path(fields.get("bewaard_voor")).unwrap_or_default();
    Ahead {
        to: own_path(fields.get("naar")).unwrap_or("/").to_owned(),
        kept_for: kept_for.to_owned(),
        kept: if size > MOST_KEPT { Vec::new() } else { kept },
    }
}

/// The log-in again after a log-in elsewhere was refused, with what it carried along.
pub(crate) fn page_with_refusal(
    app: &Web,
    status: StatusCode,
    lines: &[String],
    ahead: &Ahead,
) -> Response {
    let mut page = app.bare_page("Aanmelden");
    page.has_errors = true;
    let mut errors = Errors::new();
    for line in lines {
        errors.add("", line.as_str());
    }
    render(
        status,
        &SignInPage {
            page,
            errors,
            user_name: String::new(),
            to: own_path(&ahead.to).unwrap_or("/").to_owned(),
            expired: false,
            kept: ahead.kept.clone(),
            kept_for: own_path(&ahead.kept_for).unwrap_or_default().to_owned(),
            ways: Ways::of(app),
        },
    )
}

/// What follows a log-in: the form that was kept, or where the person was going.
pub(crate) async fn arrive(
    app: &Web,
    ahead: &Ahead,
    token: &[u8; 32],
    device: Option<&[u8; 32]>,
) -> Response {
    let mut response = match own_path(&ahead.kept_for) {
        Some(address) if !ahead.kept.is_empty() => render(
            StatusCode::OK,
            &KeptPage {
                page: app.bare_page("Ga verder met wat je typte"),
                address: address.to_owned(),
                fields: ahead.kept.clone(),
            },
        ),
        _ => Redirect::to(own_path(&ahead.to).unwrap_or("/")).into_response(),
    };
    context::set_cookie(app, &mut response, Some(token));
    // A browser that cannot be remembered now is remembered the next time.
    match app.casework.remember_device(token, device).await {
        Ok(Some(known)) => context::know_device(app, &mut response, &known),
        Ok(None) => {}
        Err(failure) => tracing::warn!(?failure, "a browser could not be remembered"),
    }
    response
}

async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Response {
    let mut elsewhere = None;
    if let Some(token) = context::token(&app, &headers) {
        elsewhere = match app.casework.oidc_log_out(&token).await {
            Ok(address) => address,
            Err(failure) => return fail::plain(&app, failure),
        };
        if let Err(failure) = app.casework.sign_out(&token).await {
            return fail::plain(&app, failure);
        }
    }
    let mut response = match elsewhere {
        Some(address) => crate::oidc::away_after_sign_out(&app, address),
        None => Redirect::to("/aanmelden?gelukt=afgemeld").into_response(),
    };
    context::set_cookie(&app, &mut response, None);
    response
}
