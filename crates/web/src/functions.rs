//! 'Kies je functie': a person with several functions works in one of them at a time.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::ids::FunctionId;
use domain::policy::Operation;
use domain::refusal::Field;

use crate::App;
use crate::context::{self, Me};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, Errors, Page};
use crate::routes::Routes;

/// Its address.
pub(crate) const HERE: &str = "/functie";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(HERE, Operation::OwnAccount, show)
        .post(HERE, Operation::OwnAccount, choose)
}

#[derive(Template)]
#[template(path = "functions.html")]
struct FunctionsPage {
    page: Page,
    errors: Errors,
    functions: Vec<Choice>,
}

async fn view(
    app: &App,
    me: &Me,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Response> {
    let found = app.casework.own_functions(&me.actor).await;
    let found = found.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Kies je functie", HERE);
    page.has_errors = !errors.is_empty();
    let functions = found
        .into_iter()
        .map(|it| Choice::new(it.id.address(), it.line(), it.id == me.function))
        .collect();
    Ok(render(
        status,
        &FunctionsPage {
            page,
            errors,
            functions,
        },
    ))
}

async fn show(State(app): State<App>, me: Me) -> Result<Response, Response> {
    view(&app, &me, Errors::new(), StatusCode::OK).await
}

async fn choose(
    State(app): State<App>,
    me: Me,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let parse = FunctionId::from_address;
    let chosen = fields.choice("functie", Field::Role, parse, &mut errors);
    let (Some(chosen), Some(token)) = (chosen, context::token(&app, &headers)) else {
        return view(&app, &me, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let switched = app.casework.switch_function(&token, &me.actor, chosen);
    let token = switched
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut response = Redirect::to("/").into_response();
    context::set_cookie(&app, &mut response, Some(&token));
    Ok(response)
}
