//! 'Even geduld': the answer while the store cannot answer (it is busy, or another server is taking
//! over). A page comes back by itself; a form is kept in the answer and sent again with one button,
//! under the same submission key, so that it is stored once whatever became of the first time (T2).
//!
//! Stands round every route, because any of them may meet it. Knows no form's fields.

use askama::Template;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::fields::{Fields, MOST_BYTES};
use crate::page::Page;
use crate::{App, fail};

/// Seconds after which a page asks again by itself. A server takes over in ten to thirty.
const AGAIN: HeaderValue = HeaderValue::from_static("5");
/// Most bytes of a form that is sent back and forth.
const MOST_KEPT: usize = 256 * 1024;
/// Forms sent there may hold a password or a code, which no answer repeats.
const SECRETS: [&str; 2] = ["/aanmelden", "/account"];
/// Asked by programs, which want the status and no page.
const FOR_MACHINES: &str = "/health/";

#[derive(Template)]
#[template(path = "patience.html")]
struct PatiencePage {
    page: Page,
    /// Comes back by itself.
    returns: bool,
    address: String,
    /// The form as it was sent; none when there was none, or it cannot be repeated.
    form: Option<Vec<(String, String)>>,
}

/// Passes everything on, and gives 'Even geduld' its page.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(FOR_MACHINES) {
        return next.run(request).await;
    }
    let method = request.method().clone();
    let address = request
        .uri()
        .path_and_query()
        .map_or("/", |it| it.as_str())
        .to_owned();
    let is_form = method == Method::POST
        && !SECRETS
            .iter()
            .any(|it| request.uri().path().starts_with(it))
        && request.headers().get(CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
    if !is_form {
        let response = next.run(request).await;
        return match response.status() {
            StatusCode::SERVICE_UNAVAILABLE => {
                let returns = method == Method::GET || method == Method::HEAD;
                answer(&app, returns, address, None)
            }
            _ => response,
        };
    }
    let (parts, body) = request.into_parts();
    // One byte more than is read: the handler says itself that a form is too large.
    let Ok(bytes) = to_bytes(body, MOST_BYTES + 1).await else {
        return fail::unreadable(&app, crate::fields::Unreadable::TooLarge);
    };
    let kept = (bytes.len() <= MOST_KEPT).then(|| bytes.clone());
    let response = next
        .run(Request::from_parts(parts, Body::from(bytes)))
        .await;
    if response.status() != StatusCode::SERVICE_UNAVAILABLE {
        return response;
    }
    answer(&app, false, address, kept.as_ref().and_then(fields_of))
}

fn fields_of(bytes: &Bytes) -> Option<Vec<(String, String)>> {
    let fields = Fields::of_body(bytes).ok()?;
    Some(fields.without(&[]))
}

fn answer(
    app: &App,
    returns: bool,
    address: String,
    form: Option<Vec<(String, String)>>,
) -> Response {
    let page = PatiencePage {
        page: app.bare_page("Even geduld"),
        returns,
        address,
        form,
    };
    let mut response = fail::render(StatusCode::SERVICE_UNAVAILABLE, &page);
    response.headers_mut().insert(RETRY_AFTER, AGAIN);
    if returns {
        response
            .headers_mut()
            .insert(HeaderName::from_static("refresh"), AGAIN);
    }
    response
}
