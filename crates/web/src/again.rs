//! Whole answers that are sent again before anything else is done: for the same session and the same
//! address, as long as nobody committed anything (`Stamp`), the look is on record (I3) and the session needs
//! not be noted. Anything else goes the long way, which decides; so nothing here can be out of date, and
//! nothing here decides who may see what.

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use casework::Stamp;
use domain::Moment;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tower::ServiceExt as _;

use crate::context::{self, Me};
use crate::{App, Web, fail};

/// Bytes of answers that are kept at most.
const MOST: u64 = 16 * 1024 * 1024;
/// A page of thirty lines, for a first estimate of how many that is.
const USUAL: usize = 16 * 1024;
/// The largest answer that is kept.
const LARGEST: usize = 1024 * 1024;
/// Only pages of a dossier are.
const WHERE: &str = "/dossier/";

/// Who asks what, in which form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asked {
    /// The digest of the session's token.
    session: [u8; 32],
    path: Box<str>,
    /// What the browser can unpack.
    coding: Box<str>,
}

/// An answer as it was sent.
#[derive(Clone)]
struct Sent {
    stamp: Stamp,
    until: Moment,
    headers: HeaderMap,
    body: Bytes,
}

/// Marks an answer that may be sent again until an instant, as long as nobody committed anything.
#[derive(Clone, Copy, Debug)]
struct Lasts(Moment);

/// The answers that are kept, the least used ones gone first.
pub(crate) struct Answers(Cache<Asked, Sent, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<Asked, Sent> for Weight {
    fn weight(&self, _: &Asked, sent: &Sent) -> u64 {
        // What stands beside the bytes: headers and address.
        sent.body.len() as u64 + 2_048
    }
}

impl Default for Answers {
    fn default() -> Self {
        let usually = usize::try_from(MOST).unwrap_or(usize::MAX) / USUAL;
        Answers(Cache::with_weighter(usually, MOST, Weight))
    }
}

impl Answers {
    fn find(&self, asked: &Asked, stamp: Stamp, now: Moment) -> Option<Response> {
        let sent = self.0.get(asked)?;
        if sent.stamp != stamp || now >= sent.until {
            return None;
        }
        let mut response = sent.body.into_response();
        *response.headers_mut() = sent.headers;
        Some(response)
    }

    /// Forgets every answer.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}

impl Asked {
    /// None for what is never sent again.
    fn of(app: &Web, request: &Request) -> Option<Self> {
        let uri = request.uri();
        let is_page = request.method() == Method::GET
            && uri.query().is_none()
            && uri.path().starts_with(WHERE);
        let token = is_page.then(|| context::token(app, request.headers()))??;
        let mut codings = request.headers().get_all(ACCEPT_ENCODING).iter();
        let coding = codings.next().map_or(Ok(""), |value| value.to_str());
        let (Ok(coding), None) = (coding, codings.next()) else {
            return None;
        };
        Some(Asked {
            session: casework::digest(&token),
            path: uri.path().into(),
            coding: coding.into(),
        })
    }
}

/// Marks the answer to a person that may be sent again until the look has to be recorded anew.
pub(crate) fn lasting(mut response: Response, me: &Me, recorded_until: Moment) -> Response {
    let until = recorded_until.min(me.until);
    response.extensions_mut().insert(Lasts(until));
    response
}

/// Puts this before everything else.
pub(crate) fn before(router: Router, app: App) -> Router {
    Router::new().fallback(move |request: Request| answer(router, app, request))
}

async fn answer(router: Router, app: App, request: Request) -> Response {
    let asked = Asked::of(&app, &request);
    // Taken before anything is read: what is committed meanwhile makes the answer one of the past.
    let asked = asked.and_then(|asked| Some((asked, app.casework.stamp()?)));
    let Some((asked, stamp)) = asked else {
        return through(router, request).await;
    };
    let answers = &app.kept.answers;
    if let Some(again) = answers.find(&asked, stamp, app.casework.now()) {
        return again;
    }
    let mut response = through(router, request).await;
    let lasts = response.extensions_mut().remove::<Lasts>();
    let Some(Lasts(until)) = lasts.filter(|_| response.status() == StatusCode::OK) else {
        return response;
    };
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        tracing::error!("a page was larger than any page may be");
        return fail::bare_error();
    };
    let sent = Sent {
        stamp,
        until,
        headers: parts.headers.clone(),
        body: body.clone(),
    };
    answers.0.insert(asked, sent);
    (parts, body).into_response()
}

async fn through(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
