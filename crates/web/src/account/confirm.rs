//! 'Bevestig dat jij het bent': asked before what needs a fresh proof. The form that was sent is kept, so
//! that nothing typed is lost.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::HeaderMap;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Answer, Confirmation};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{PAGE, proof_sentence, session_of};
use crate::context::{self, Me};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::sign_in::{KeptForm, PasskeyPage, answer_in, own_path};
use crate::{App, Web};

const CONFIRM: &str = "/account/bevestigen";

#[derive(Template)]
#[template(path = "account/confirm.html")]
struct ConfirmPage {
    page: Page,
    errors: Errors,
    to: String,
    kept: KeptForm,
    asks_code: bool,
    offers_passkey: bool,
}

/// Asks for a proof before a request goes on; what it sent is kept.
pub(crate) async fn ask(app: &App, me: &Me, request: Request) -> Response {
    let is_form = request.method() == Method::POST;
    let address = request
        .uri()
        .path_and_query()
        .map_or("/", |it| it.as_str())
        .to_owned();
    if !is_form {
        let to = utf8_percent_encode(&address, NON_ALPHANUMERIC);
        return Redirect::to(&format!("{CONFIRM}?naar={to}")).into_response();
    }
    let fields = Fields::read(request).await.ok();
    let kept = KeptForm::of(&address, fields.as_ref());
    let shown = page(app, me, StatusCode::UNAUTHORIZED, Errors::new(), "/", kept).await;
    shown.unwrap_or_else(|response| response)
}

async fn page(
    app: &Web,
    me: &Me,
    status: StatusCode,
    errors: Errors,
    to: &str,
    kept: KeptForm,
) -> Result<Response, Response> {
    let enrolled = app.casework.factors_of(&me.actor).await;
    let enrolled = enrolled.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Bevestig dat jij het bent", PAGE);
    page.has_errors = !errors.is_empty();
    Ok(render(
        status,
        &ConfirmPage {
            page,
            errors,
            to: to.to_owned(),
            kept,
            asks_code: enrolled.code || enrolled.passkeys > 0,
            offers_passkey: enrolled.passkeys > 0 && app.casework.has_passkeys(),
        },
    ))
}

pub(crate) async fn show(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let to = own_path(query.get("naar")).unwrap_or(PAGE);
    let kept = KeptForm::default();
    page(&app, &me, StatusCode::OK, Errors::new(), to, kept).await
}

pub(crate) async fn send(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let to = own_path(fields.get("naar")).unwrap_or(PAGE);
    let kept = KeptForm::in_fields(&fields);
    let mut errors = Errors::new();
    let again = StatusCode::UNPROCESSABLE_ENTITY;
    if fields.has("met", "passkey") {
        return match app.casework.begin_passkey_of(&me.actor).await {
            Ok(challenge) => {
                let frame = app.page(&me, "Gebruik je passkey", PAGE);
                Ok(PasskeyPage::asking(frame, CONFIRM, to, kept, &challenge))
            }
            Err(refused) => {
                let sentence = proof_sentence(refused, "Met een passkey gaat het hier niet.");
                let sentence = sentence.map_err(|failure| fail::answer(&app, &me, failure))?;
                errors.add("wachtwoord", sentence);
                page(&app, &me, again, errors, to, kept).await
            }
        };
    }
    let proof = match answer_in(&fields) {
        Some(Answer { attempt, json }) => Confirmation::Passkey(Answer { attempt, json }),
        None => {
            if fields.get("wachtwoord").is_empty() {
                errors.add("wachtwoord", "Vul je wachtwoord in.");
                return page(&app, &me, again, errors, to, kept).await;
            }
            Confirmation::Password {
                password: fields.get("wachtwoord").to_owned(),
                code: fields.get("code").to_owned(),
            }
        }
    };
    let session = session_of(&app, &headers)?;
    match app.casework.confirm(&me.actor, &session, &proof).await {
        Ok(token) => {
            let mut response = kept.go_on(
                &app,
                to,
                "Je bent bevestigd. Je formulier is nog niet verstuurd.",
            );
            context::set_cookie(&app, &mut response, Some(&token));
            Ok(response)
        }
        Err(refused) => {
            let wrong = match proof {
                Confirmation::Passkey(_) => "De passkey werd niet aanvaard. Probeer het opnieuw.",
                Confirmation::Password { .. } => {
                    "Het wachtwoord of de code klopt niet. Probeer het opnieuw."
                }
            };
            let sentence = proof_sentence(refused, wrong);
            let sentence = sentence.map_err(|failure| fail::answer(&app, &me, failure))?;
            errors.add("wachtwoord", sentence);
            page(&app, &me, again, errors, to, kept).await
        }
    }
}
