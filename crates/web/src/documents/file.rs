//! The bytes of a document: shown in the page, or handed over. Neither answer can ever be a page.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
};
use axum::response::Response;
use casework::OpenedFile;
use domain::documents::FileName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::document_in;
use crate::App;
use crate::context::Me;
use crate::fail;

/// Nothing in it runs, loads or leads anywhere; only our own pages show it.
const SHOWN: &str = "default-src 'none'; sandbox; frame-ancestors 'self'";
/// The same for what is handed over, which nobody shows.
const HANDED: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What may stand in a file's name as RFC 8187 writes it.
const IN_NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The name as RFC 6266 has it: plain letters for old programs, the whole name beside it.
fn disposition(how: &str, name: &FileName) -> String {
    let plain: String = name
        .as_str()
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') => c,
            _ => '_',
        })
        .collect();
    let whole = utf8_percent_encode(name.as_str(), IN_NAME);
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

/// A file as an answer: shown when it can be and that was asked, else handed over.
pub(crate) fn answer(file: OpenedFile, show: bool) -> Response {
    let OpenedFile { facts, stream } = file;
    let show = show && facts.kind.is_shown();
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(facts.kind.media_type());
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CONTENT_LENGTH, facts.bytes.into());
    let how = if show { "inline" } else { "attachment" };
    if let Ok(name) = HeaderValue::try_from(disposition(how, &facts.name)) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    let policy = HeaderValue::from_static(if show { SHOWN } else { HANDED });
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    let frame = HeaderValue::from_static(if show { "SAMEORIGIN" } else { "DENY" });
    headers.insert(HeaderName::from_static("x-frame-options"), frame);
    response
}

async fn open(app: &App, me: &Me, path: &(String, String)) -> Result<OpenedFile, Response> {
    let (dossier, document) = document_in(app, me, path)?;
    app.casework
        .document_file(&me.actor, dossier, document)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

pub(super) async fn inline(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let file = open(&app, &me, &path).await?;
    if !file.facts.kind.is_shown() {
        return Err(fail::not_found(&app, Some(&me)));
    }
    Ok(answer(file, true))
}

pub(super) async fn download(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let file = open(&app, &me, &path).await?;
    Ok(answer(file, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_along_in_two_ways_and_breaks_out_of_neither() {
        let name = FileName::clean("Zoë's \"cv\"; x=1\r\nSet-Cookie: a.pdf");
        let said = disposition("attachment", &name);
        assert_eq!(
            said,
            "attachment; filename=\"Zo__s cv_ x_1  Set-Cookie a.pdf\"; \
             filename*=UTF-8''Zo%C3%AB%27s%20cv%3B%20x%3D1%20%20Set-Cookie%20a.pdf"
        );
        assert!(HeaderValue::try_from(said).is_ok());
    }
}
