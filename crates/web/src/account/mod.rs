//! 'Mijn account': the own password, second factors and sessions. What changes how one logs in asks for a
//! fresh proof of being there; see `confirm`.

mod colleagues;
pub(crate) mod confirm;
mod factors;

use askama::Template;
use axum::extract::State;
use axum::http::header::HeaderMap;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{
    Enrolled, Failure, PasskeyView, PasswordNotChanged, PasswordRefused, ProofRefused, SessionView,
    Submission,
};
use domain::policy::Operation as O;
use uuid::Uuid;

use crate::context::{self, Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::mail::MAIL;
use crate::oidc::LINK;
use crate::page::{Errors, Page};
use crate::routes::Routes;
use crate::{App, Web};

/// The page itself.
pub(crate) const PAGE: &str = "/account";

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get(PAGE, O::OwnLogin, show)
        .get("/account/bevestigen", O::OwnLogin, confirm::show)
        .post("/account/bevestigen", O::OwnLogin, confirm::send)
        .get("/account/wachtwoord", O::OwnLogin, password_form)
        .post("/account/wachtwoord", O::OwnLogin, change_password)
        .post("/account/sessies/afmelden", O::OwnLogin, end_session)
        .post("/account/overal-afmelden", O::OwnLogin, end_all)
        .post("/account/app", O::ChangeOwnLogin, factors::begin_app)
        .get("/account/app", O::OwnLogin, factors::show_app)
        .get("/account/app/beeld", O::OwnLogin, factors::picture)
        .post(
            "/account/app/bevestigen",
            O::ChangeOwnLogin,
            factors::confirm_app,
        )
        .post(
            "/account/app/verwijderen",
            O::ChangeOwnLogin,
            factors::remove_app,
        )
        .post(
            "/account/herstelcodes",
            O::ChangeOwnLogin,
            factors::renew_recovery,
        )
        .post(
            "/account/passkeys/nieuw",
            O::ChangeOwnLogin,
            factors::begin_passkey,
        )
        .post("/account/passkeys", O::ChangeOwnLogin, factors::add_passkey)
        .post(
            "/account/passkeys/verwijderen",
            O::ChangeOwnLogin,
            factors::remove_passkey,
        );
    colleagues::routes(routes)
}

#[derive(Template)]
#[template(path = "account/show.html")]
struct AccountPage {
    page: Page,
    errors: Errors,
    /// Sent here because a second factor has to come first.
    must_enrol: bool,
    name: String,
    user_name: String,
    role: String,
    organisation: String,
    /// 'E-mail en meldingen'
    mail: &'static str,
    /// A provider outside: its name; empty without one.
    provider: String,
    /// Where the own account is linked to it.
    link: &'static str,
    has_app: bool,
    may_remove_app: bool,
    has_factor: bool,
    recovery: u32,
    recovery_is_low: bool,
    passkeys: Vec<PasskeyRow>,
    may_remove_passkey: bool,
    offers_passkeys: bool,
    passkey_name: String,
    sessions: Vec<SessionRow>,
    key: String,
}

struct PasskeyRow {
    id: String,
    name: String,
    made: String,
    used: String,
}

struct SessionRow {
    id: String,
    device: String,
    method: &'static str,
    started: String,
    seen: String,
    is_this: bool,
}

/// The session of a request whose guard let it through.
fn session_of(app: &Web, headers: &HeaderMap) -> Result<[u8; 32], Response> {
    context::token(app, headers).ok_or_else(fail::nobody)
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    headers: HeaderMap,
) -> Result<Response, Response> {
    page(&app, &me, &headers, Errors::new(), String::new(), notice).await
}

/// 'Mijn account' with what is wrong with a form on it.
async fn page(
    app: &Web,
    me: &Me,
    headers: &HeaderMap,
    errors: Errors,
    passkey_name: String,
    notice: Option<String>,
) -> Result<Response, Response> {
    let session = session_of(app, headers)?;
    let found = app.casework.account(&me.actor, &session).await;
    let found = found.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Mijn account", PAGE);
    page.notice = notice;
    page.has_errors = !errors.is_empty();
    let Enrolled {
        code,
        passkeys,
        recovery,
    } = found.enrolled;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(render(
        status,
        &AccountPage {
            page,
            errors,
            must_enrol: me.must_enrol,
            name: me.actor.name.clone(),
            user_name: found.user_name,
            role: me.actor.role.label().to_owned(),
            organisation: me
                .actor
                .unit
                .as_ref()
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            mail: MAIL,
            provider: app.casework.oidc_name().unwrap_or_default().to_owned(),
            link: LINK,
            has_app: code,
            may_remove_app: passkeys > 0 || !found.needs_factor,
            has_factor: code || passkeys > 0,
            recovery,
            recovery_is_low: recovery < 4,
            may_remove_passkey: code || passkeys > 1 || !found.needs_factor,
            passkeys: found.passkeys.into_iter().map(passkey_row).collect(),
            offers_passkeys: app.casework.has_passkeys(),
            passkey_name,
            sessions: found.sessions.iter().map(session_row).collect(),
            key: app.casework.submission_key().0.to_string(),
        },
    ))
}

fn passkey_row(passkey: PasskeyView) -> PasskeyRow {
    PasskeyRow {
        id: passkey.id.simple().to_string(),
        name: passkey.name,
        made: passkey.made.brussels_text(),
        used: passkey
            .used
            .map_or_else(|| "Nog niet".to_owned(), |at| at.brussels_text()),
    }
}

fn session_row(session: &SessionView) -> SessionRow {
    SessionRow {
        id: session
            .id
            .map(|id| id.simple().to_string())
            .unwrap_or_default(),
        device: device(&session.device),
        method: session.method.label(),
        started: session.started.brussels_text(),
        seen: session.seen.brussels_text(),
        is_this: session.is_this,
    }
}

/// What a browser says it is, in two words.
fn device(agent: &str) -> String {
    let found = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    // Most browsers also name those before them: the last born first.
    let browser = found(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("FxiOS", "Firefox"),
        ("Safari", "Safari"),
    ]);
    let system = found(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} op {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Onbekend toestel".to_owned(),
    }
}

/// The submission of a form of this page, or the page with what is wrong with it.
async fn submission(
    app: &Web,
    me: &Me,
    headers: &HeaderMap,
    fields: &Fields,
    leads_to: &str,
) -> Result<Submission, Response> {
    match fields.submission_key(app) {
        Ok(key) => Ok(Submission {
            key,
            leads_to: leads_to.to_owned(),
        }),
        Err(sentence) => {
            let mut errors = Errors::new();
            errors.add("", sentence);
            Err(
                match page(app, me, headers, errors, String::new(), None).await {
                    Ok(response) | Err(response) => response,
                },
            )
        }
    }
}

/// An identifier that a form of this page carries.
fn id_in(fields: &Fields, name: &str) -> Option<Uuid> {
    Uuid::try_parse(fields.get(name)).ok()
}

/// The sentence of a proof that was not taken; a failure has a page of its own.
pub(crate) fn proof_sentence(refused: ProofRefused, wrong: &str) -> Result<String, Failure> {
    match refused {
        ProofRefused::Wrong => Ok(wrong.to_owned()),
        ProofRefused::Wait(seconds) => Ok(format!(
            "Er is te vaak iets fouts ingevuld. Wacht {} en probeer het opnieuw.",
            crate::sign_in::wait_text(seconds)
        )),
        ProofRefused::Over => {
            Ok("Dit duurde te lang of was al gebruikt. Begin opnieuw.".to_owned())
        }
        ProofRefused::Failed(failure) => Err(failure),
    }
}

/// The sentence of a password that does not do.
pub(crate) fn password_sentence(refused: PasswordRefused) -> &'static str {
    match refused {
        PasswordRefused::Short => {
            "Je nieuwe wachtwoord is te kort. Neem minstens 15 tekens, bijvoorbeeld een zin van enkele woorden."
        }
        PasswordRefused::Long => "Je nieuwe wachtwoord is te lang. Neem hoogstens 128 tekens.",
        PasswordRefused::Common => {
            "Dit wachtwoord is makkelijk te raden: het staat op een lijst of volgt een patroon. Neem enkele woorden die niets met elkaar te maken hebben."
        }
        PasswordRefused::AboutThePerson => {
            "Dit wachtwoord is bijna niets meer dan je naam, je organisatie of je werk. Neem iets dat niemand met jou verbindt."
        }
    }
}

#[derive(Template)]
#[template(path = "account/password.html")]
struct PasswordPage {
    page: Page,
    errors: Errors,
    user_name: String,
    key: String,
}

async fn password_form(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
) -> Result<Response, Response> {
    password_page(&app, &me, &headers, Errors::new()).await
}

async fn password_page(
    app: &Web,
    me: &Me,
    headers: &HeaderMap,
    errors: Errors,
) -> Result<Response, Response> {
    let session = session_of(app, headers)?;
    let found = app.casework.account(&me.actor, &session).await;
    let found = found.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Wachtwoord wijzigen", PAGE);
    page.has_errors = !errors.is_empty();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(render(
        status,
        &PasswordPage {
            page,
            errors,
            user_name: found.user_name,
            key: app.casework.submission_key().0.to_string(),
        },
    ))
}

async fn change_password(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let (current, new) = (fields.get("huidig"), fields.get("nieuw"));
    if current.is_empty() {
        errors.add("huidig", "Vul je huidige wachtwoord in.");
    }
    if new.is_empty() {
        errors.add("nieuw", "Vul een nieuw wachtwoord in.");
    }
    let key = fields.submission_key(&app);
    if let Err(sentence) = key {
        errors.add("", sentence);
    }
    let (Ok(key), true) = (key, errors.is_empty()) else {
        return password_page(&app, &me, &headers, errors).await;
    };
    let submission = Submission {
        key,
        leads_to: format!("{PAGE}?gelukt=wachtwoord"),
    };
    let session = session_of(&app, &headers)?;
    let changed = app
        .casework
        .change_password(&me.actor, &session, current, new, &submission)
        .await;
    match changed {
        Ok(token) => {
            let mut response = Redirect::to(&submission.leads_to).into_response();
            context::set_cookie(&app, &mut response, Some(&token));
            return Ok(response);
        }
        Err(PasswordNotChanged::New(refused)) => errors.add("nieuw", password_sentence(refused)),
        Err(PasswordNotChanged::Proof(refused)) => {
            let wrong = "Je huidige wachtwoord klopt niet. Probeer het opnieuw.";
            let sentence = proof_sentence(refused, wrong);
            let sentence = sentence.map_err(|failure| fail::answer(&app, &me, failure))?;
            errors.add("huidig", sentence);
        }
    }
    password_page(&app, &me, &headers, errors).await
}

async fn end_session(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let leads_to = format!("{PAGE}?gelukt=sessie-afgemeld");
    let submission = submission(&app, &me, &headers, &fields, &leads_to).await?;
    let id = id_in(&fields, "sessie").ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    let ended = app.casework.end_session(&me.actor, id, &submission).await;
    ended.map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(&leads_to).into_response())
}

async fn end_all(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let leads_to = "/aanmelden?gelukt=overal-afgemeld";
    let submission = submission(&app, &me, &headers, &fields, leads_to).await?;
    let ended = app.casework.end_all_sessions(&me.actor, &submission).await;
    ended.map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut response = Redirect::to(leads_to).into_response();
    context::set_cookie(&app, &mut response, None);
    Ok(forget_data(response))
}

/// Asks the browser to forget the pages and what they stored. Cookies stay: the one by which the browser
/// is known is no secret of a session.
pub(crate) fn forget_data(mut response: Response) -> Response {
    response.headers_mut().insert(
        "clear-site-data",
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    response
}

/// Where somebody is led who has to set up a second factor first.
pub(crate) fn enrol_first(app: &Web, me: &Me, is_get: bool) -> Response {
    if is_get {
        return Redirect::to(PAGE).into_response();
    }
    fail::factor_missing(app, me)
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_browser_is_told_in_two_words() {
        for (agent, told) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0",
                "Edge op Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Mobile Safari/604.1",
                "Safari op iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                "Firefox op Linux",
            ),
            ("<script>", "Onbekend toestel"),
            ("", "Onbekend toestel"),
        ] {
            assert_eq!(device(agent), told);
        }
    }
}
