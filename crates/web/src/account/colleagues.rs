//! 'Tweede stap van medewerkers': the manager takes the second factor away of somebody who lost it. A
//! password is never set for somebody else.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::Submission;
use domain::ids::PersonId;
use domain::policy::Operation as O;

use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::routes::Routes;
use crate::{App, Web};

const PAGE: &str = "/medewerkers/tweede-stap";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, O::ViewOrganisation, show)
        .post(PAGE, O::ResetFactors, reset)
}

#[derive(Template)]
#[template(path = "account/colleagues.html")]
struct ColleaguesPage {
    page: Page,
    errors: Errors,
    people: Vec<Row>,
}

struct Row {
    person: String,
    name: String,
    user_name: String,
    factors: String,
    may_reset: bool,
    key: String,
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    page(&app, &me, Errors::new(), notice).await
}

async fn page(
    app: &Web,
    me: &Me,
    errors: Errors,
    notice: Option<String>,
) -> Result<Response, Response> {
    let found = app.casework.colleague_factors(&me.actor).await;
    let found = found.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Tweede stap van medewerkers", "/medewerkers");
    page.notice = notice;
    page.has_errors = !errors.is_empty();
    let people = found.into_iter().map(|it| {
        let mut factors = Vec::new();
        if it.enrolled.code {
            factors.push("authenticator-app".to_owned());
        }
        match it.enrolled.passkeys {
            0 => {}
            1 => factors.push("1 passkey".to_owned()),
            many => factors.push(format!("{many} passkeys")),
        }
        Row {
            may_reset: !factors.is_empty() && it.person != me.actor.person,
            factors: if factors.is_empty() {
                "Geen".to_owned()
            } else {
                factors.join(" en ")
            },
            person: it.person.address(),
            name: it.name,
            user_name: it.user_name,
            key: app.casework.submission_key().0.to_string(),
        }
    });
    let people = people.collect();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(render(
        status,
        &ColleaguesPage {
            page,
            errors,
            people,
        },
    ))
}

async fn reset(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let leads_to = format!("{PAGE}?gelukt=tweede-stap-weggenomen");
    let key = match fields.submission_key(&app) {
        Ok(key) => key,
        Err(sentence) => {
            let mut errors = Errors::new();
            errors.add("", sentence);
            return page(&app, &me, errors, None).await;
        }
    };
    let submission = Submission {
        key,
        leads_to: leads_to.clone(),
    };
    let person = PersonId::from_address(fields.get("persoon"));
    let person = person.ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    let done = app.casework.reset_factors(&me.actor, person, &submission);
    let done = done.await;
    done.map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(&leads_to).into_response())
}
