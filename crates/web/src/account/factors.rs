//! Setting up and taking away a second factor: an authenticator app, recovery codes, passkeys.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, ProofRefused, Submission};
use domain::text::Line;

use super::{PAGE, id_in, page as account_page, proof_sentence, session_of, submission};
use crate::context::{self, Me};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::sign_in::{PasskeyPage, answer_in};
use crate::{App, Web};

const APP: &str = "/account/app";
const ADD_PASSKEY: &str = "/account/passkeys";

#[derive(Template)]
#[template(path = "account/app.html")]
struct AppPage {
    page: Page,
    errors: Errors,
    secret: String,
    key: String,
}

#[derive(Template)]
#[template(path = "account/codes.html")]
struct CodesPage {
    page: Page,
    codes: Vec<String>,
    user_name: String,
    made: String,
}

/// Begins; the secret stands on the next page.
pub(super) async fn begin_app(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let submission = submission(&app, &me, &headers, &fields, APP).await?;
    let begun = app.casework.begin_app(&me.actor, &submission).await;
    begun.map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(APP).into_response())
}

pub(super) async fn show_app(State(app): State<App>, me: Me) -> Result<Response, Response> {
    app_page(&app, &me, Errors::new()).await
}

async fn app_page(app: &Web, me: &Me, errors: Errors) -> Result<Response, Response> {
    let pending = app.casework.pending_app(&me.actor).await;
    let pending = pending.map_err(|failure| fail::answer(app, me, failure))?;
    let Some(pending) = pending else {
        return Ok(Redirect::to(PAGE).into_response());
    };
    let mut page = app.page(me, "Authenticator-app instellen", PAGE);
    page.has_errors = !errors.is_empty();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(render(
        status,
        &AppPage {
            page,
            errors,
            secret: pending.secret,
            key: app.casework.submission_key().0.to_string(),
        },
    ))
}

/// The picture to scan. No page keeps it, and no cache.
pub(super) async fn picture(State(app): State<App>, me: Me) -> Result<Response, Response> {
    let pending = app.casework.pending_app(&me.actor).await;
    let pending = pending.map_err(|failure| fail::answer(&app, &me, failure))?;
    let Some(pending) = pending else {
        return Ok(Redirect::to(PAGE).into_response());
    };
    let mut response = pending.picture.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    Ok(response)
}

pub(super) async fn confirm_app(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let key = match fields.submission_key(&app) {
        Ok(key) => Some(key),
        Err(sentence) => {
            errors.add("", sentence);
            None
        }
    };
    if fields.get("code").trim().is_empty() {
        errors.add("code", "Vul de code van 6 cijfers in die je app toont.");
    }
    let (Some(key), true) = (key, errors.is_empty()) else {
        return wrong_code(&app, &me, &headers, errors).await;
    };
    let submission = Submission {
        key,
        leads_to: format!("{PAGE}?gelukt=tweede-stap"),
    };
    let session = session_of(&app, &headers)?;
    let done = app
        .casework
        .confirm_app(&me.actor, &session, fields.get("code"), &submission)
        .await;
    match done {
        Ok((token, codes)) => added(&app, &me, &headers, &token, codes, &submission).await,
        Err(refused) => {
            let wrong = "De code klopt niet. Kijk of de klok van je toestel juist staat, en vul de code in die je app nu toont.";
            let sentence = proof_sentence(refused, wrong);
            let sentence = sentence.map_err(|failure| fail::answer(&app, &me, failure))?;
            errors.add("code", sentence);
            wrong_code(&app, &me, &headers, errors).await
        }
    }
}

/// The page of the app when one was begun; else 'Mijn account' says what is wrong.
async fn wrong_code(
    app: &Web,
    me: &Me,
    headers: &HeaderMap,
    errors: Errors,
) -> Result<Response, Response> {
    let pending = app.casework.pending_app(&me.actor).await;
    match pending.map_err(|failure| fail::answer(app, me, failure))? {
        Some(_) => app_page(app, me, errors).await,
        None => account_page(app, me, headers, errors, String::new(), None).await,
    }
}

/// After a new factor: the recovery codes when they are new, with the new token of the session.
async fn added(
    app: &Web,
    me: &Me,
    headers: &HeaderMap,
    token: &[u8; 32],
    codes: Vec<String>,
    submission: &Submission,
) -> Result<Response, Response> {
    let mut response = if codes.is_empty() {
        Redirect::to(&submission.leads_to).into_response()
    } else {
        codes_page(app, me, headers, token, codes).await?
    };
    context::set_cookie(app, &mut response, Some(token));
    Ok(response)
}

async fn codes_page(
    app: &Web,
    me: &Me,
    _headers: &HeaderMap,
    session: &[u8; 32],
    codes: Vec<String>,
) -> Result<Response, Response> {
    let found = app.casework.account(&me.actor, session).await;
    let found = found.map_err(|failure| fail::answer(app, me, failure))?;
    Ok(render(
        StatusCode::OK,
        &CodesPage {
            page: app.page(me, "Je herstelcodes", PAGE),
            codes,
            user_name: found.user_name,
            made: app.casework.now().brussels_text(),
        },
    ))
}

pub(super) async fn renew_recovery(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let submission = submission(&app, &me, &headers, &fields, PAGE).await?;
    let made = app.casework.renew_recovery(&me.actor, &submission).await;
    let codes = made.map_err(|failure| fail::answer(&app, &me, failure))?;
    let session = session_of(&app, &headers)?;
    codes_page(&app, &me, &headers, &session, codes).await
}

pub(super) async fn remove_app(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let leads_to = format!("{PAGE}?gelukt=tweede-stap-weg");
    let submission = submission(&app, &me, &headers, &fields, &leads_to).await?;
    let done = app.casework.remove_app(&me.actor, &submission).await;
    removed(&app, &me, &headers, done, &leads_to).await
}

pub(super) async fn remove_passkey(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let leads_to = format!("{PAGE}?gelukt=tweede-stap-weg");
    let submission = submission(&app, &me, &headers, &fields, &leads_to).await?;
    let id = id_in(&fields, "passkey").ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    let done = app
        .casework
        .remove_passkey(&me.actor, id, &submission)
        .await;
    removed(&app, &me, &headers, done, &leads_to).await
}

async fn removed(
    app: &Web,
    me: &Me,
    headers: &HeaderMap,
    done: Result<(), ProofRefused>,
    leads_to: &str,
) -> Result<Response, Response> {
    let refused = match done {
        Ok(()) => return Ok(Redirect::to(leads_to).into_response()),
        Err(refused) => refused,
    };
    let wrong = "Je hebt een tweede stap nodig. Stel eerst een andere in, en verwijder dan deze.";
    let sentence = proof_sentence(refused, wrong);
    let sentence = sentence.map_err(|failure| fail::answer(app, me, failure))?;
    let mut errors = Errors::new();
    errors.add("tweede-stap", sentence);
    account_page(app, me, headers, errors, String::new(), None).await
}

/// What a passkey is called.
fn passkey_name(fields: &Fields, errors: &mut Errors) -> Option<Line<60>> {
    let name = Line::parse(fields.get("naam")).ok();
    if name.is_none() {
        errors.add(
            "naam",
            "Geef de passkey een naam van hoogstens 60 tekens, zoals 'laptop op kantoor'.",
        );
    }
    name
}

/// Asks the browser to make a passkey under a name.
pub(super) async fn begin_passkey(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let name = passkey_name(&fields, &mut errors);
    if let (Err(sentence), true) = (fields.submission_key(&app), errors.is_empty()) {
        errors.add("", sentence);
    }
    let typed = || fields.get("naam").chars().take(200).collect();
    let (Some(name), true) = (name, errors.is_empty()) else {
        return account_page(&app, &me, &headers, errors, typed(), None).await;
    };
    match app.casework.begin_new_passkey(&me.actor).await {
        Ok(challenge) => {
            let frame = app.page(&me, "Maak je passkey", PAGE);
            let key = fields.get("sleutel");
            let also = vec![
                ("naam".to_owned(), name.as_str().to_owned()),
                ("sleutel".to_owned(), key.to_owned()),
            ];
            Ok(PasskeyPage::making(frame, ADD_PASSKEY, also, &challenge))
        }
        Err(refused) => {
            let wrong = "Je hebt al 10 passkeys. Verwijder er eerst een die je niet meer gebruikt.";
            let sentence = proof_sentence(refused, wrong);
            let sentence = sentence.map_err(|failure| fail::answer(&app, &me, failure))?;
            errors.add("naam", sentence);
            account_page(&app, &me, &headers, errors, typed(), None).await
        }
    }
}

pub(super) async fn add_passkey(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let name = passkey_name(&fields, &mut errors);
    let answer = answer_in(&fields);
    let leads_to = format!("{PAGE}?gelukt=tweede-stap");
    let (Some(name), Some(answer)) = (name, answer) else {
        if errors.is_empty() {
            errors.add(
                "naam",
                "De browser maakte geen passkey. Probeer het opnieuw.",
            );
        }
        return account_page(&app, &me, &headers, errors, String::new(), None).await;
    };
    let submission = submission(&app, &me, &headers, &fields, &leads_to).await?;
    let session = session_of(&app, &headers)?;
    let done = app
        .casework
        .add_passkey(&me.actor, &session, name.as_str(), &answer, &submission)
        .await;
    match done {
        Ok((token, codes)) => added(&app, &me, &headers, &token, codes, &submission).await,
        Err(ProofRefused::Failed(failure @ Failure::AlreadyDone(_))) => {
            Err(fail::answer(&app, &me, failure))
        }
        Err(refused) => {
            let wrong = "De passkey werd niet aanvaard. Probeer het opnieuw.";
            let sentence = proof_sentence(refused, wrong);
            let sentence = sentence.map_err(|failure| fail::answer(&app, &me, failure))?;
            errors.add("naam", sentence);
            let typed = name.as_str().to_owned();
            account_page(&app, &me, &headers, errors, typed, None).await
        }
    }
}
