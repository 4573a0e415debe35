//! Answers when something cannot be shown or done: a page in plain words with the right status. What
//! is denied because of a dossier looks exactly like what does not exist (I2).

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use casework::Failure;
use domain::policy::Denied;
use domain::refusal::Refusals;
use domain::uses::Use;

use crate::context::Me;
use crate::fields::{MOST_BYTES, Unreadable};
use crate::page::{Errors, Page};
use crate::sentences;
use crate::sign_in::wait_text;
use crate::{App, Web};

#[derive(Template)]
#[template(path = "fail.html")]
struct FailPage {
    page: Page,
    heading: &'static str,
    lines: Vec<String>,
    /// What was typed and could not be kept.
    typed: String,
}

/// Renders a template with a status.
pub(crate) fn render(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be rendered");
            bare_error()
        }
    }
}

pub(crate) fn bare_error() -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Er ging iets mis. Probeer het straks opnieuw.",
    )
        .into_response()
}

fn page(
    app: &Web,
    me: Option<&Me>,
    status: StatusCode,
    heading: &'static str,
    lines: &[&str],
) -> Response {
    let page = match me {
        Some(me) => app.page(me, heading, ""),
        None => app.bare_page(heading),
    };
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    render(
        status,
        &FailPage {
            page,
            heading,
            lines,
            typed: String::new(),
        },
    )
}

/// A form for something that takes no change any more: why, and what was typed (T1).
pub(crate) fn too_late(app: &Web, me: &Me, sentence: String, typed: &str) -> Response {
    let heading = "Dit kan niet meer";
    let mut page = app.page(me, heading, "");
    page.has_errors = true;
    render(
        StatusCode::CONFLICT,
        &FailPage {
            page,
            heading,
            lines: vec![sentence],
            typed: typed.to_owned(),
        },
    )
}

/// The refusals of a failure, for the fields of a form; any other failure has a page of its own.
pub(crate) fn refusals(app: &Web, me: &Me, failure: Failure) -> Result<Refusals, Response> {
    match failure {
        Failure::Refused(refusals) => Ok(refusals),
        other => Err(answer(app, me, other)),
    }
}

/// The answer to a failure of a use case that no form shows at its fields.
pub(crate) fn answer(app: &Web, me: &Me, failure: Failure) -> Response {
    match failure {
        Failure::Denied(Denied::Function) => function_denied(app, me),
        Failure::Denied(Denied::Unconfirmed) => page(
            app,
            Some(me),
            StatusCode::UNAUTHORIZED,
            "Bevestig dat jij het bent",
            &[
                "Dit duurde te lang. Ga terug en probeer het opnieuw: we vragen dan eerst wie je bent.",
            ],
        ),
        Failure::Denied(Denied::Dossier) | Failure::NotFound => not_found(app, Some(me)),
        Failure::TooMuch { used, seconds } => too_much(app, me, used, seconds),
        Failure::AlreadyDone(led_to) => axum::response::Redirect::to(&led_to).into_response(),
        Failure::Refused(refusals) => {
            let lines: Vec<String> = refusals.iter().map(sentences::refusal).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let is_conflict = refusals.iter().any(|it| {
                matches!(
                    it,
                    domain::refusal::Refusal::Final(_)
                        | domain::refusal::Refusal::ChangedMeanwhile
                        | domain::refusal::Refusal::RemovalAlreadyDecided
                )
            });
            let status = if is_conflict {
                StatusCode::CONFLICT
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            page(app, Some(me), status, "Dit kan niet", &lines)
        }
        Failure::Changed(_) => page(
            app,
            Some(me),
            StatusCode::CONFLICT,
            "Iemand anders was je voor",
            &[&sentences::refusal(
                &domain::refusal::Refusal::ChangedMeanwhile,
            )],
        ),
        other => plain(app, other),
    }
}

/// The answer when it is not known who asks, or it does not matter.
pub(crate) fn plain(app: &Web, failure: Failure) -> Response {
    match failure {
        Failure::Unavailable(detail) => {
            tracing::warn!(detail, "unavailable");
            // `patience` gives it its page.
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Failure::Broken(error) => broken(app, &format!("broken: {error}")),
        _ => not_found(app, None),
    }
}

/// So much at once that it has to wait a while.
fn too_much(app: &Web, me: &Me, used: Use, seconds: i64) -> Response {
    let what = match used {
        Use::Opening => "Je opende in korte tijd heel veel pagina's van dossiers.",
        Use::Search => "Je zocht in korte tijd heel vaak naar een klant.",
        Use::Export => "Je downloadde in korte tijd heel veel dossiers.",
        Use::Refused => "Je vroeg in korte tijd vaak naar dossiers zonder inzagerecht.",
    };
    let wait = format!(
        "Dit kan opnieuw over {}. Wat je al bewaarde, blijft staan.",
        wait_text(seconds)
    );
    let mut response = page(
        app,
        Some(me),
        StatusCode::TOO_MANY_REQUESTS,
        "Even wachten",
        &[
            what,
            &wait,
            "Heb je dit sneller nodig voor je werk? Vraag het aan de beheerder.",
        ],
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds.unsigned_abs()));
    response
}

/// The page for a fault of the program, with the number under which the log has it.
fn broken(app: &Web, what: &str) -> Response {
    // The end of an identifier that sorts by time is its random part.
    let id = app.casework.submission_key().0.simple().to_string();
    let number = id.get(24..).unwrap_or_default().to_uppercase();
    tracing::error!(reference = number, "{what}");
    let tell = format!(
        "Probeer het straks opnieuw. Blijft het fout gaan, geef de beheerder dan dit nummer: {number}."
    );
    page(
        app,
        None,
        StatusCode::INTERNAL_SERVER_ERROR,
        "Er ging iets mis",
        &[
            "Dit is een fout in het programma, niet van jou. Er is niets half bewaard.",
            &tell,
        ],
    )
}

/// A page, dossier or line that does not exist, or is not for this person.
pub(crate) fn not_found(app: &Web, me: Option<&Me>) -> Response {
    page(
        app,
        me,
        StatusCode::NOT_FOUND,
        "Niet gevonden",
        &[
            "Deze pagina bestaat niet, of je hebt er geen inzagerecht voor.",
            "Kijk het adres na, of zoek de klant opnieuw.",
        ],
    )
}

/// A function that the role does not have.
pub(crate) fn function_denied(app: &Web, me: &Me) -> Response {
    page(
        app,
        Some(me),
        StatusCode::FORBIDDEN,
        "Dit mag je niet",
        &[
            "Jouw rol heeft deze functie niet.",
            "Ga terug naar de startpagina. Heb je dit nodig voor je werk, vraag het dan aan de beheerder van je organisatie.",
        ],
    )
}

/// A form of somebody who has to set up a second factor first.
pub(crate) fn factor_missing(app: &Web, me: &Me) -> Response {
    page(
        app,
        Some(me),
        StatusCode::FORBIDDEN,
        "Stel eerst een tweede stap in",
        &["Pas daarna kan je met de rest verder werken. Klik op je naam bovenaan."],
    )
}

/// A route without a guard asked who is there: a fault of the program.
pub(crate) fn nobody() -> Response {
    tracing::error!("a handler asked for the person on a route without a guard");
    bare_error()
}

/// A form that could not be read.
pub(crate) fn unreadable(app: &Web, unreadable: Unreadable) -> Response {
    match unreadable {
        Unreadable::TooLarge => {
            let most = format!(
                "Wat je stuurde is te groot: meer dan {} MB. Maak je tekst korter.",
                MOST_BYTES / 1024 / 1024
            );
            page(
                app,
                None,
                StatusCode::PAYLOAD_TOO_LARGE,
                "Te groot",
                &[
                    &most,
                    "Ga terug in je browser: wat je typte staat daar nog.",
                ],
            )
        }
        Unreadable::NotAForm => page(
            app,
            None,
            StatusCode::BAD_REQUEST,
            "Dit formulier is onleesbaar",
            &["Ga terug, laad de pagina opnieuw en vul het formulier nog eens in."],
        ),
    }
}

/// A form with files that are too much together.
pub(crate) fn too_many_files(app: &Web, files: usize, mib: u64) -> Response {
    let most = format!(
        "Wat je stuurde is te groot. Kies hoogstens {files} bestanden, elk van hoogstens {mib} MB."
    );
    page(
        app,
        None,
        StatusCode::PAYLOAD_TOO_LARGE,
        "Te groot",
        &[
            &most,
            "Ga terug in je browser en kies minder of kleinere bestanden.",
        ],
    )
}

/// The fallback for paths that are no route.
pub(crate) async fn no_such_page(State(app): State<App>, headers: HeaderMap) -> Response {
    let me = crate::context::visitor(&app, &headers).await;
    not_found(&app, me.as_ref())
}

/// The fallback for methods that a route does not have.
pub(crate) async fn no_such_method(State(app): State<App>) -> Response {
    page(
        &app,
        None,
        StatusCode::METHOD_NOT_ALLOWED,
        "Dit kan hier niet",
        &["Deze pagina kan je niet op deze manier oproepen. Ga terug naar de startpagina."],
    )
}

/// The answer when a handler panicked: nothing was kept half, since a change is one transaction.
pub(crate) fn panicked(app: &Web) -> Response {
    broken(app, "a request was broken off")
}

/// The answer to a form from another site.
pub(crate) fn cross_site() -> axum::http::Response<Body> {
    let text = "Dit formulier komt van een andere website en is geweigerd. \
                Open de pagina opnieuw in het klantendossier.";
    let mut response = (StatusCode::FORBIDDEN, text).into_response();
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

impl Errors {
    /// The status of a form with these errors.
    pub(crate) fn status(&self) -> StatusCode {
        if self.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    /// Adds what was refused as a whole, where there is no field to go to.
    pub(crate) fn refused(&mut self, refusals: &Refusals) {
        for refusal in refusals.iter() {
            self.add("", sentences::refusal(refusal));
        }
    }
}
