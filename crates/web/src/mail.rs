//! 'E-mail en meldingen': where the own notices are mailed to, and the link that confirms an address.
//! Opening the link changes nothing, since programs that look at mail open links too.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, MailPage as Found};
use domain::mail::MailAddress;
use domain::policy::Operation;
use domain::refusal::{Field, Refusal};

use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::submission;

/// 'E-mail en meldingen'.
pub(crate) const MAIL: &str = "/account/e-mail";
const CONFIRM: &str = "/account/e-mail/bevestigen";

pub(crate) fn routes(routes: Routes) -> Routes {
    let own = Operation::OwnAccount;
    routes
        .get(MAIL, own, show)
        .post(MAIL, own, save)
        .get(CONFIRM, own, confirm_form)
        .post(CONFIRM, own, confirm)
}

#[derive(Template)]
#[template(path = "account/mail.html")]
struct MailPage {
    page: Page,
    errors: Errors,
    sends: bool,
    key: String,
    address: String,
    shown_address: String,
    pending: String,
    until: String,
    typed: String,
    wanted: bool,
}

#[derive(Template)]
#[template(path = "account/confirm_mail.html")]
struct ConfirmPage {
    page: Page,
    key: String,
    code: String,
    address: String,
}

async fn load(app: &App, me: &Me) -> Result<Found, Response> {
    let found = app.casework.mail_page(&me.actor).await;
    found.map_err(|failure| fail::answer(app, me, failure))
}

fn page(
    app: &App,
    me: &Me,
    found: Found,
    typed: Option<&str>,
    errors: Errors,
    notice: Option<String>,
) -> Response {
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let mut page = app.page(me, "E-mail en meldingen", MAIL);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    let (pending, until) = match found.pending {
        Some((address, until)) => (address.to_string(), until.brussels_text()),
        None => (String::new(), String::new()),
    };
    let address = found.address.map(|it| it.to_string()).unwrap_or_default();
    render(
        status,
        &MailPage {
            page,
            errors,
            sends: found.sends,
            key: app.casework.submission_key().0.to_string(),
            typed: typed.unwrap_or_default().chars().take(300).collect(),
            shown_address: if address.is_empty() {
                "Nog geen bevestigd adres".to_owned()
            } else {
                address.clone()
            },
            address,
            pending,
            until,
            wanted: found.wanted,
        },
    )
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    let found = load(&app, &me).await?;
    Ok(page(&app, &me, found, None, Errors::new(), notice))
}

/// 'Stuur de link', 'Bewaar' and 'Verwijder mijn e-mailadres'.
async fn save(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let casework = &app.casework;
    let what = ["weg", "wens"].into_iter().find(|it| fields.has("doe", it));
    let done = match what {
        Some("wens") => {
            let leads_to = format!("{MAIL}?gelukt=mail-wens");
            match submission(&app, &fields, leads_to, &mut errors) {
                Some(it) => {
                    let wanted = fields.has("mail", "ja");
                    Some((casework.want_mail(&me.actor, wanted, &it).await, it))
                }
                None => None,
            }
        }
        Some(_) => {
            let leads_to = format!("{MAIL}?gelukt=mail-weg");
            match submission(&app, &fields, leads_to, &mut errors) {
                Some(it) => Some((casework.forget_mail_address(&me.actor, &it).await, it)),
                None => None,
            }
        }
        None => {
            let typed = fields.get("adres");
            let refusal = match MailAddress::parse(typed) {
                Ok(_) => None,
                Err(_) if typed.trim().is_empty() => Some(Refusal::Empty(Field::MailAddress)),
                Err(_) => Some(Refusal::NoMailAddress),
            };
            if let Some(refusal) = &refusal {
                errors.add("adres", sentences::refusal(refusal));
            }
            let leads_to = format!("{MAIL}?gelukt=mail-adres");
            let submission = submission(&app, &fields, leads_to, &mut errors);
            match (MailAddress::parse(typed), submission) {
                (Ok(address), Some(it)) => Some((
                    casework.set_mail_address(&me.actor, &address, &it).await,
                    it,
                )),
                _ => None,
            }
        }
    };
    match done {
        Some((Ok(()), submission)) => {
            return Ok(Redirect::to(&submission.leads_to).into_response());
        }
        Some((Err(Failure::Refused(refusals)), _)) => {
            for refusal in refusals.iter() {
                errors.add("adres", sentences::refusal(refusal));
            }
        }
        Some((Err(failure), _)) => return Err(fail::answer(&app, &me, failure)),
        None => {}
    }
    let found = load(&app, &me).await?;
    let typed = Some(fields.get("adres"));
    Ok(page(&app, &me, found, typed, errors, None))
}

async fn confirm_form(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let fields = Fields::of_query(uri.query());
    let code = fields.get("code").to_owned();
    match app.casework.address_to_confirm(&me.actor, &code).await {
        Ok(address) => Ok(render(
            StatusCode::OK,
            &ConfirmPage {
                page: app.page(&me, "Bevestig je e-mailadres", MAIL),
                key: app.casework.submission_key().0.to_string(),
                code,
                address: address.to_string(),
            },
        )),
        Err(Failure::Refused(refusals)) => {
            let found = load(&app, &me).await?;
            let mut errors = Errors::new();
            for refusal in refusals.iter() {
                errors.add("adres", sentences::refusal(refusal));
            }
            // The way to get another link stands on the same page. It is no form that was wrong.
            let mut shown = page(&app, &me, found, None, errors, None);
            *shown.status_mut() = StatusCode::OK;
            Ok(shown)
        }
        Err(failure) => Err(fail::answer(&app, &me, failure)),
    }
}

async fn confirm(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let leads_to = format!("{MAIL}?gelukt=mail-bevestigd");
    if let Some(submission) = submission(&app, &fields, leads_to, &mut errors) {
        let code = fields.get("code");
        let done = app
            .casework
            .confirm_mail_address(&me.actor, code, &submission)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                for refusal in refusals.iter() {
                    errors.add("adres", sentences::refusal(refusal));
                }
            }
            Err(failure) => return Err(fail::answer(&app, &me, failure)),
        }
    }
    let found = load(&app, &me).await?;
    Ok(page(&app, &me, found, None, errors, None))
}
