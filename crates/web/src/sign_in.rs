//! Logging in and out. A form that was sent after the session ended is kept: after logging in again
//! the person sends it once more, with what was typed.

use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Ahead, Answer, Challenge, ProofRefused, SignIn, SignInRefused};
use domain::policy::Operation;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::account::{forget_data, proof_sentence};
use crate::context::{self, Succeeded, Visit};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::routes::Routes;
use crate::{App, Web};

const SECOND_STEP: &str = "/aanmelden/bevestigen";
const WITH_PASSKEY: &str = "/aanmelden/passkey";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/aanmelden", Operation::Public, show)
        .post("/aanmelden", Operation::Public, sign_in)
        .post(SECOND_STEP, Operation::Public, second_step)
        .post(WITH_PASSKEY, Operation::Public, begin_passkey)
        .post(
            "/aanmelden/passkey/bevestigen",
            Operation::Public,
            finish_passkey,
        )
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
    /// Whether the browser does less than docs/security/browsers.md asks.
    is_old: bool,
    kept: KeptForm,
    ways: Ways,
}

/// Whether the browser is too old to keep the promises of the headers (K026). Over HTTPS every browser that keeps
/// them says where a request comes from; over plain HTTP none does.
fn is_old(app: &Web, headers: &HeaderMap) -> bool {
    app.settings.secure_cookies && !headers.contains_key("sec-fetch-site")
}

/// By which ways people may log in.
struct Ways {
    /// With a password.
    password: bool,
    /// With a passkey, without a name.
    passkey: bool,
    /// At a provider outside: its name; empty without one.
    provider: String,
}

impl Ways {
    fn of(app: &Web) -> Self {
        Ways {
            password: app.casework.has_local_login(),
            passkey: app.casework.has_local_login() && app.casework.has_passkeys(),
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
#[template(path = "second_step.html")]
struct SecondStepPage {
    page: Page,
    errors: Errors,
    to: String,
    kept: KeptForm,
    asks_code: bool,
    offers_passkey: bool,
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    page: Page,
    lead: &'static str,
    address: String,
    fields: Vec<(String, String)>,
}

/// The page on which the browser uses or makes a passkey.
#[derive(Template)]
#[template(path = "passkey.html")]
pub(crate) struct PasskeyPage {
    page: Page,
    makes: bool,
    action: String,
    options: String,
    attempt: String,
    to: String,
    kept: KeptForm,
    also: Vec<(String, String)>,
}

impl PasskeyPage {
    /// Asks for one that there is.
    pub(crate) fn asking(
        page: Page,
        action: &str,
        to: &str,
        kept: KeptForm,
        challenge: &Challenge,
    ) -> Response {
        let page = PasskeyPage {
            page,
            makes: false,
            action: action.to_owned(),
            options: challenge.options.clone(),
            attempt: context::to_hex(&challenge.attempt),
            to: to.to_owned(),
            kept,
            also: Vec::new(),
        };
        render(StatusCode::OK, &page)
    }

    /// Asks to make one; `also` goes with the answer.
    pub(crate) fn making(
        page: Page,
        action: &str,
        also: Vec<(String, String)>,
        challenge: &Challenge,
    ) -> Response {
        let page = PasskeyPage {
            page,
            makes: true,
            action: action.to_owned(),
            options: challenge.options.clone(),
            attempt: context::to_hex(&challenge.attempt),
            to: String::new(),
            kept: KeptForm::default(),
            also,
        };
        render(StatusCode::OK, &page)
    }
}

/// What the browser's device said; none when the form holds no answer.
pub(crate) fn answer_in(fields: &Fields) -> Option<Answer> {
    let attempt = context::from_hex(fields.get("poging"))?;
    let json = fields.get("antwoord").to_owned();
    (!json.is_empty()).then_some(Answer { attempt, json })
}

/// Before the names of fields that are carried through the log-in.
const KEPT: &str = "bewaard.";

/// Most bytes that are carried through the log-in.
const MOST_KEPT: usize = 256 * 1024;

/// A form that is carried through a log-in or a confirmation, to be sent again after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptForm {
    /// Where it was sent; empty without a form.
    pub(crate) address: String,
    /// Its fields.
    pub(crate) fields: Vec<(String, String)>,
}

impl KeptForm {
    /// A form that was sent to an address.
    pub(crate) fn of(address: &str, fields: Option<&Fields>) -> Self {
        let kept = fields.map(|fields| fields.without(&[])).unwrap_or_default();
        let size: usize = kept
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        KeptForm {
            address: address.to_owned(),
            fields: if size > MOST_KEPT { Vec::new() } else { kept },
        }
    }

    /// A form that was carried through a log-in elsewhere.
    fn ahead(ahead: &Ahead) -> Self {
        KeptForm {
            address: own_path(&ahead.kept_for).unwrap_or_default().to_owned(),
            fields: ahead.kept.clone(),
        }
    }

    /// A form that is carried by the one that was sent now.
    pub(crate) fn in_fields(fields: &Fields) -> Self {
        let kept = fields
            .without(&[])
            .into_iter()
            .filter_map(|(name, value)| {
                let name = name.strip_prefix(KEPT)?.to_owned();
                Some((name, value))
            })
            .collect();
        KeptForm {
            address: own_path(fields.get("bewaard_voor"))
                .unwrap_or_default()
                .to_owned(),
            fields: kept,
        }
    }

    /// The form, to be sent again; without one, where the person was going.
    pub(crate) fn go_on(self, app: &Web, to: &str, lead: &'static str) -> Response {
        if self.fields.is_empty() || self.address.is_empty() {
            return Redirect::to(to).into_response();
        }
        render(
            StatusCode::OK,
            &KeptPage {
                page: app.bare_page("Ga verder met wat je typte"),
                lead,
                address: self.address,
                fields: self.fields,
            },
        )
    }
}

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
pub(crate) fn own_path(to: &str) -> Option<&str> {
    let plain = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && to.chars().all(|it| it.is_ascii_graphic());
    let parsed = to.parse::<Uri>().ok()?;
    (plain && parsed.authority().is_none() && parsed.scheme().is_none()).then_some(to)
}

/// The log-in for a form that was sent without a session, with the form kept. What is sent about an account
/// may hold a password, which no answer repeats.
pub(crate) fn page_with_kept(app: &Web, address: &str, fields: Option<&Fields>) -> Response {
    let kept = if address.starts_with(crate::account::PAGE) {
        KeptForm::default()
    } else {
        KeptForm::of(address, fields)
    };
    render(
        StatusCode::UNAUTHORIZED,
        &SignInPage {
            page: app.bare_page("Aanmelden"),
            errors: Errors::new(),
            user_name: String::new(),
            to: "/".to_owned(),
            expired: true,
            is_old: false,
            kept,
            ways: Ways::of(app),
        },
    )
}

async fn show(
    State(app): State<App>,
    Succeeded(notice): Succeeded,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
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
            is_old: is_old(&app, &headers),
            kept: KeptForm::default(),
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
        address: visit.address.clone(),
        agent: visit.agent.clone(),
        device: visit.device.clone(),
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
        Ok(token) => arrive(&app, &ahead_of(&fields), &token, &visit.device).await,
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
            let wait = wait_text(seconds);
            errors.add(
                "gebruikersnaam",
                format!("Er is te vaak een fout wachtwoord gebruikt. Wacht {wait} en probeer het opnieuw."),
            );
            again(&app, &fields, errors, StatusCode::TOO_MANY_REQUESTS)
        }
        Err(SignInRefused::SecondFactor(half)) => {
            let mut response = step_page(&app, &fields, &half, errors, StatusCode::OK).await;
            context::set_half(&app, &mut response, Some(&half));
            response
        }
        Err(SignInRefused::Failed(failure)) => fail::plain(&app, failure),
    }
}

/// So many seconds as a person says it.
pub(crate) fn wait_text(seconds: i64) -> String {
    if seconds > 90 {
        format!("{} minuten", (seconds + 59) / 60)
    } else {
        format!("{} seconden", seconds.max(1))
    }
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
            is_old: false,
            kept: KeptForm::in_fields(fields),
            ways: Ways::of(app),
        },
    )
}

/// What a log-in form carries along.
pub(crate) fn ahead_of(fields: &Fields) -> Ahead {
    let kept = KeptForm::in_fields(fields);
    let size: usize = kept
        .fields
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    Ahead {
        to: own_path(fields.get("naar")).unwrap_or("/").to_owned(),
        kept_for: kept.address,
        kept: if size > MOST_KEPT {
            Vec::new()
        } else {
            kept.fields
        },
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
            is_old: false,
            kept: KeptForm::ahead(ahead),
            ways: Ways::of(app),
        },
    )
}

/// The second half of a log-in, or the log-in again when the first half is over.
async fn step_page(
    app: &Web,
    fields: &Fields,
    half: &[u8; 32],
    errors: Errors,
    status: StatusCode,
) -> Response {
    let step = match app.casework.second_step(half).await {
        Ok(Some(step)) => step,
        Ok(None) => return over(app, fields),
        Err(failure) => return fail::plain(app, failure),
    };
    let mut page = app.bare_page("Bevestig dat jij het bent");
    page.has_errors = !errors.is_empty();
    render(
        status,
        &SecondStepPage {
            page,
            errors,
            to: own_path(fields.get("naar")).unwrap_or("/").to_owned(),
            kept: KeptForm::in_fields(fields),
            asks_code: step.code,
            offers_passkey: step.passkey,
        },
    )
}

fn over(app: &Web, fields: &Fields) -> Response {
    let mut errors = Errors::new();
    errors.add(
        "gebruikersnaam",
        "Dit duurde te lang, of het was al gebruikt. Meld je opnieuw aan.",
    );
    again(app, fields, errors, StatusCode::UNPROCESSABLE_ENTITY)
}

async fn second_step(
    State(app): State<App>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = Visit::of(&app, address.as_deref(), &headers);
    let Some(half) = context::half(&app, &headers) else {
        return over(&app, &fields);
    };
    let mut errors = Errors::new();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if fields.has("met", "passkey") {
        return match app.casework.begin_passkey_of_half(&half).await {
            Ok(challenge) => {
                let page = app.bare_page("Gebruik je passkey");
                let to = own_path(fields.get("naar")).unwrap_or("/");
                let kept = KeptForm::in_fields(&fields);
                PasskeyPage::asking(page, SECOND_STEP, to, kept, &challenge)
            }
            Err(refused) => step_refused(&app, &fields, &half, refused, "").await,
        };
    }
    let from = SignIn {
        agent: visit.agent.clone(),
        ..SignIn::default()
    };
    let (done, wrong) = match answer_in(&fields) {
        Some(answer) => (
            app.casework
                .finish_half_with_passkey(&half, &answer, &from)
                .await,
            "De passkey werd niet aanvaard. Probeer het opnieuw.",
        ),
        None if fields.get("code").trim().is_empty() => {
            errors.add("code", "Vul de code van je app in, of een herstelcode.");
            return step_page(&app, &fields, &half, errors, status).await;
        }
        None => (
            app.casework
                .finish_sign_in(&half, fields.get("code"), &from)
                .await,
            "De code klopt niet, of is al gebruikt. Wacht op een nieuwe code en probeer het opnieuw.",
        ),
    };
    match done {
        Ok(token) => {
            let ahead = ahead_of(&fields);
            let mut response = arrive(&app, &ahead, &token, &visit.device).await;
            context::set_half(&app, &mut response, None);
            response
        }
        Err(refused) => step_refused(&app, &fields, &half, refused, wrong).await,
    }
}

async fn step_refused(
    app: &Web,
    fields: &Fields,
    half: &[u8; 32],
    refused: ProofRefused,
    wrong: &str,
) -> Response {
    let status = match refused {
        ProofRefused::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match proof_sentence(refused, wrong) {
        Ok(sentence) => {
            let mut errors = Errors::new();
            errors.add("code", sentence);
            step_page(app, fields, half, errors, status).await
        }
        Err(failure) => fail::plain(app, failure),
    }
}

/// 'Aanmelden met een passkey': the page on which the browser asks for it.
async fn begin_passkey(
    State(app): State<App>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = Visit::of(&app, address.as_deref(), &headers);
    let mut errors = Errors::new();
    let (sentence, status) = match app.casework.begin_passkey_sign_in(&visit.address).await {
        Ok(challenge) => {
            let page = app.bare_page("Gebruik je passkey");
            let to = own_path(fields.get("naar")).unwrap_or("/");
            let kept = KeptForm::in_fields(&fields);
            let action = "/aanmelden/passkey/bevestigen";
            return PasskeyPage::asking(page, action, to, kept, &challenge);
        }
        Err(SignInRefused::Wait(seconds)) => (
            format!(
                "Dat was te vaak na elkaar. Wacht {} en probeer het opnieuw.",
                wait_text(seconds)
            ),
            StatusCode::TOO_MANY_REQUESTS,
        ),
        Err(SignInRefused::Failed(failure)) => return fail::plain(&app, failure),
        Err(SignInRefused::Wrong | SignInRefused::NotHere | SignInRefused::SecondFactor(_)) => (
            "Met een passkey gaat het hier niet. Gebruik je wachtwoord.".to_owned(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    };
    errors.add("gebruikersnaam", sentence);
    again(&app, &fields, errors, status)
}

async fn finish_passkey(
    State(app): State<App>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = Visit::of(&app, address.as_deref(), &headers);
    let from = SignIn {
        agent: visit.agent.clone(),
        ..SignIn::default()
    };
    let Some(answer) = answer_in(&fields) else {
        return over(&app, &fields);
    };
    match app.casework.finish_passkey_sign_in(&answer, &from).await {
        Ok(token) => arrive(&app, &ahead_of(&fields), &token, &visit.device).await,
        Err(ProofRefused::Over) => over(&app, &fields),
        Err(refused) => {
            let wrong =
                "De passkey werd niet aanvaard. Probeer het opnieuw, of gebruik je wachtwoord.";
            match proof_sentence(refused, wrong) {
                Ok(sentence) => {
                    let mut errors = Errors::new();
                    errors.add("gebruikersnaam", sentence);
                    again(&app, &fields, errors, StatusCode::UNPROCESSABLE_ENTITY)
                }
                Err(failure) => fail::plain(&app, failure),
            }
        }
    }
}

/// What follows a log-in: the form that was kept, or where the person was going.
pub(crate) async fn arrive(
    app: &Web,
    ahead: &Ahead,
    token: &[u8; 32],
    known: &[[u8; 32]],
) -> Response {
    let to = own_path(&ahead.to).unwrap_or("/");
    // Who has several functions and never chose begins with choosing.
    let signed = app.casework.session(token).await.ok().flatten();
    let chooses = signed.is_some_and(|it| it.has_others && !it.was_chosen);
    let to = if chooses && to == "/" {
        crate::functions::HERE
    } else {
        to
    };
    let lead = "Je bent opnieuw aangemeld. Je formulier is nog niet bewaard.";
    let mut response = KeptForm::ahead(ahead).go_on(app, to, lead);
    context::set_cookie(app, &mut response, Some(token));
    // A browser that cannot be remembered now is remembered the next time.
    match app.casework.remember_device(token, known).await {
        Ok(Some(new)) => context::know_device(app, &mut response, &new, known),
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
    forget_data(response)
}
