//! Logging in at a provider outside, and back; linking it to the own account; hearing from it that somebody
//! logged out there. The way there goes over a page: a form may only lead to ourselves, and the policy of
//! the pages holds browsers to that, also when the answer leads on.

use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Ahead, Failure, OidcAnswer, OidcBegin, OidcDone, OidcRefused};
use domain::policy::Operation;

use crate::context::{self, Me, Succeeded, Visit};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::routes::Routes;
use crate::sign_in;
use crate::{App, Web};

/// Linking the own account to the provider.
pub(crate) const LINK: &str = "/oidc/koppelen";

/// Seconds for which a browser keeps what shows that it began a log-in.
const BROWSER_SECONDS: u32 = 600;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post("/oidc/aanmelden", Operation::Public, begin)
        .get("/oidc/terug", Operation::Public, back)
        .get("/oidc/afgemeld", Operation::Public, logged_out_there)
        .post("/oidc/afmelden", Operation::Public, log_out_from_there)
        .get(LINK, Operation::OwnAccount, link_page)
        .post(LINK, Operation::LinkOwnLogin, link)
        .post("/oidc/ontkoppelen", Operation::LinkOwnLogin, unlink)
}

/// On the way to the provider.
#[derive(Template)]
#[template(path = "oidc/away.html")]
struct AwayPage {
    page: Page,
    heading: String,
    line: String,
    address: String,
}

#[derive(Template)]
#[template(path = "oidc/link.html")]
struct LinkPage {
    page: Page,
    errors: Errors,
    provider: String,
    /// Since when it is linked; empty when it is not.
    since: String,
    can_unlink: bool,
}

fn cookie_name(app: &Web) -> &'static str {
    if app.settings.secure_cookies {
        "__Host-oidc"
    } else {
        "oidc"
    }
}

/// A page that leads to the provider by itself, also without script.
fn away(app: &Web, heading: String, line: String, address: String) -> Response {
    render(
        StatusCode::OK,
        &AwayPage {
            page: app.bare_page(&heading),
            heading,
            line,
            address,
        },
    )
}

/// The page after logging out here, on the way to logging out at the provider.
pub(crate) fn away_after_sign_out(app: &Web, address: String) -> Response {
    let name = app.casework.oidc_name().unwrap_or_default();
    away(
        app,
        "Je bent afgemeld".to_owned(),
        format!("We melden je ook af bij {name}."),
        address,
    )
}

async fn go(
    app: &App,
    headers: &HeaderMap,
    visit: Visit,
    ahead: Ahead,
    linking: Option<&Me>,
) -> Result<Response, OidcRefused> {
    // One browser may log in in several windows at once.
    let known = context::token_in(headers, cookie_name(app));
    let browser = known.unwrap_or_else(|| app.casework.new_token());
    let begin = OidcBegin {
        browser,
        address: visit.address,
        ahead,
        linking: linking.map(|me| me.actor.clone()),
    };
    let to = app.casework.oidc_begin(&begin).await?;
    let name = app.casework.oidc_name().unwrap_or_default();
    let mut response = away(
        app,
        format!("Je gaat verder bij {name}"),
        "Meld je daar aan. Daarna kom je hier terug.".to_owned(),
        to,
    );
    context::put_cookie(
        app,
        &mut response,
        cookie_name(app),
        &context::to_hex(&browser),
        Some(BROWSER_SECONDS),
    );
    Ok(response)
}

async fn begin(
    State(app): State<App>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let ahead = sign_in::ahead_of(&fields);
    let visit = Visit::of(&app, address.as_deref(), &headers);
    match go(&app, &headers, visit, ahead.clone(), None).await {
        Ok(response) => response,
        Err(refused) => refuse(&app, refused, &ahead),
    }
}

async fn back(
    State(app): State<App>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let visit = Visit::of(&app, address.as_deref(), &headers);
    let query = Fields::of_query(uri.query());
    let session = context::token(&app, &headers);
    let answer = OidcAnswer {
        browser: context::token_in(&headers, cookie_name(&app)),
        session,
        agent: visit.agent,
        state: query.get("state").to_owned(),
        code: query.get("code").to_owned(),
        error: query.get("error").to_owned(),
        iss: query
            .without(&[])
            .into_iter()
            .find_map(|(name, value)| (name == "iss").then_some(value)),
    };
    match app.casework.oidc_finish(&answer).await {
        Ok(OidcDone::SignedIn(token, ahead)) => {
            // Who was logged in in this browser is so no more.
            if let Some(before) = session
                && let Err(failure) = app.casework.sign_out(&before).await
            {
                return fail::plain(&app, failure);
            }
            sign_in::arrive(&app, &ahead, &token, &visit.device).await
        }
        Ok(OidcDone::Linked) => Redirect::to(&format!("{LINK}?gelukt=gekoppeld")).into_response(),
        Err((refused, ahead)) => match context::visitor(&app, &headers).await {
            // Who is logged in was linking, and stays.
            Some(me) if ahead == Ahead::default() => refuse_link(&app, &me, refused).await,
            _ => refuse(&app, refused, &ahead),
        },
    }
}

/// The status and the sentences of a refusal.
fn sentences(app: &Web, refused: &OidcRefused) -> (StatusCode, Vec<String>) {
    let name = app.casework.oidc_name().unwrap_or_default();
    let again = "Probeer het opnieuw.";
    let help = "Vraag hulp aan de beheerder van je organisatie.";
    match refused {
        OidcRefused::Expired => (
            StatusCode::BAD_REQUEST,
            vec![format!(
                "Je aanmelding duurde te lang, of is al gebruikt. {again}"
            )],
        ),
        OidcRefused::Unreachable => (
            StatusCode::BAD_GATEWAY,
            vec![format!(
                "We kunnen {name} nu niet bereiken. Probeer het over enkele minuten opnieuw."
            )],
        ),
        OidcRefused::Stopped => (
            StatusCode::FORBIDDEN,
            vec![format!("Je aanmelding bij {name} is gestopt. {again}")],
        ),
        OidcRefused::Untrusted => (
            StatusCode::BAD_REQUEST,
            vec![format!(
                "Het antwoord van {name} klopt niet, en is geweigerd. {again} Blijft het fout gaan, \
                 verwittig dan de beheerder."
            )],
        ),
        OidcRefused::TooWeak => (
            StatusCode::FORBIDDEN,
            vec![format!(
                "Je meldde je bij {name} aan op een manier die niet veilig genoeg is. Kies daar een \
                 sterkere manier, zoals je eID of itsme."
            )],
        ),
        OidcRefused::Unknown(subject) => (
            StatusCode::FORBIDDEN,
            vec![
                format!(
                    "Je bent aangemeld bij {name}, maar dat account is hier nog niet gekoppeld."
                ),
                "Heb je hier een gebruikersnaam en een wachtwoord? Meld je daarmee aan, en kies \
                 'Koppel' bij je account."
                    .to_owned(),
                format!("Heb je die niet? {help} Geef dit kenmerk door: {subject}"),
            ],
        ),
        OidcRefused::NotEnough => (
            StatusCode::FORBIDDEN,
            vec![format!(
                "{name} zegt niet dat je deze rol mag gebruiken. {help}"
            )],
        ),
        OidcRefused::Taken => (
            StatusCode::CONFLICT,
            vec![format!(
                "Dit account van {name} is al gekoppeld aan een andere gebruiker, of jij bent al \
                 gekoppeld. {help}"
            )],
        ),
        OidcRefused::Wait(seconds) => (
            StatusCode::TOO_MANY_REQUESTS,
            vec![format!(
                "Er zijn te veel aanmeldingen na elkaar. Wacht {} seconden en probeer het opnieuw.",
                seconds.max(&1)
            )],
        ),
        // Answered before it comes here.
        OidcRefused::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
    }
}

fn refuse(app: &Web, refused: OidcRefused, ahead: &Ahead) -> Response {
    if let OidcRefused::Failed(failure) = refused {
        return fail::plain(app, failure);
    }
    let (status, lines) = sentences(app, &refused);
    sign_in::page_with_refusal(app, status, &lines, ahead)
}

async fn refuse_link(app: &App, me: &Me, refused: OidcRefused) -> Response {
    if let OidcRefused::Failed(failure) = refused {
        return fail::answer(app, me, failure);
    }
    let (status, lines) = sentences(app, &refused);
    let mut errors = Errors::new();
    for line in lines {
        errors.add("", line);
    }
    show_link(app, me, status, errors, None).await
}

async fn show_link(
    app: &App,
    me: &Me,
    status: StatusCode,
    errors: Errors,
    notice: Option<String>,
) -> Response {
    let since = match app.casework.oidc_linked(&me.actor).await {
        Ok(since) => since,
        Err(failure) => return fail::answer(app, me, failure),
    };
    let provider = app.casework.oidc_name().unwrap_or_default().to_owned();
    let title = format!("Aanmelden met {provider}");
    let mut page = app.page(me, &title, crate::account::PAGE);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    render(
        status,
        &LinkPage {
            page,
            errors,
            provider,
            since: since.map_or_else(String::new, |since| since.brussels_day().to_string()),
            can_unlink: app.casework.has_local_login(),
        },
    )
}

async fn link_page(State(app): State<App>, me: Me, Succeeded(notice): Succeeded) -> Response {
    show_link(&app, &me, StatusCode::OK, Errors::new(), notice).await
}

async fn link(
    State(app): State<App>,
    me: Me,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let ahead = Ahead::default();
    let visit = Visit::of(&app, address.as_deref(), &headers);
    match go(&app, &headers, visit, ahead, Some(&me)).await {
        Ok(response) => response,
        Err(refused) => refuse_link(&app, &me, refused).await,
    }
}

async fn unlink(State(app): State<App>, me: Me) -> Response {
    match app.casework.oidc_unlink(&me.actor).await {
        Ok(()) => Redirect::to(&format!("{LINK}?gelukt=ontkoppeld")).into_response(),
        Err(failure) => fail::answer(&app, &me, failure),
    }
}

async fn logged_out_there() -> Response {
    Redirect::to("/aanmelden?gelukt=afgemeld").into_response()
}

/// Back-channel logout: the provider itself asks, no browser. The answers are those of the specification.
async fn log_out_from_there(State(app): State<App>, fields: Fields) -> Response {
    let refused = match app
        .casework
        .oidc_logged_out(fields.get("logout_token"))
        .await
    {
        Ok(()) => return StatusCode::OK.into_response(),
        Err(OidcRefused::Failed(Failure::NotFound)) => return fail::not_found(&app, None),
        Err(OidcRefused::Failed(failure)) => return fail::plain(&app, failure),
        Err(refused) => refused,
    };
    let (status, error) = match refused {
        OidcRefused::Unreachable => (StatusCode::BAD_GATEWAY, "temporarily_unavailable"),
        _ => (StatusCode::BAD_REQUEST, "invalid_request"),
    };
    let body = format!("{{\"error\":\"{error}\"}}");
    let kind = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, kind)], body).into_response()
}
