//! What goes round every answer: security headers, the check against forms of other sites, limits,
//! compression, and a page when something panics.

use std::time::Duration;

use crate::{App, fail, patience, upload};
use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{
    DefaultPredicate, NotForContentType, Predicate as _, SizeAbove,
};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::csrf::CsrfLayer;

/// Nothing but our own files: no inline script or style, no other host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same, for a page that shows one of our own files in a frame.
pub(crate) const WITH_FRAME: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'";

/// For an answer that is a file to keep: wherever it is opened, nothing in it runs or loads.
pub(crate) const KEPT_FILE: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What a page may do in a browser beside being read: nothing. Passkeys are left, which the log-in uses.
const PERMISSIONS: &str = "accelerometer=(), ambient-light-sensor=(), autoplay=(), battery=(), bluetooth=(), \
    browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), \
    geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), \
    local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), \
    picture-in-picture=(), screen-wake-lock=(), serial=(), speaker-selection=(), storage-access=(), \
    usb=(), web-share=(), window-management=(), xr-spatial-tracking=()";

/// How long a request may take.
const REQUEST: Duration = Duration::from_secs(10);
/// The same, with the time in which its form comes in.
const ENTIRE: Duration = Duration::from_secs(15);

const HEADERS: [(&str, &str); 8] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", PERMISSIONS),
    ("x-frame-options", "DENY"),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
];

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A file that is downloaded has a stricter policy of its own.
    let own_policy = headers.get(CONTENT_SECURITY_POLICY).cloned();
    for (name, value) in HEADERS {
        // A file of a document says stricter things of itself.
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    if let Some(policy) = own_policy {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    // Pages hold personal data; the files under /bestanden say for themselves how long they keep.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A request that takes too long is let go. Files over a slow phone take longer than a form.
async fn in_time(request: Request, next: Next) -> Response {
    let limit = if upload::is_upload(request.method(), request.headers()) {
        upload::WHOLE
    } else {
        REQUEST
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// `patience` reads a form before anything else looks at it: one that never comes to its end is let go here.
async fn to_its_end(request: Request, next: Next) -> Response {
    if upload::is_upload(request.method(), request.headers()) {
        return next.run(request).await;
    }
    match tokio::time::timeout(ENTIRE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Puts everything round the routes.
pub(crate) fn around(router: Router, app: &App) -> Router {
    let panic_app = app.clone();
    // Documents are small already, and say how large they are.
    let bytes = DefaultPredicate::new()
        .and(SizeAbove::new(1024))
        .and(NotForContentType::const_new("application/"));
    router
        .layer(CatchPanicLayer::custom(
            move |_: Box<dyn std::any::Any + Send>| fail::panicked(&panic_app),
        ))
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(app.clone(), patience::around))
        .layer(from_fn(to_its_end))
        .layer(CsrfLayer::new().with_rejection_response(|_| fail::cross_site()))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(bytes),
        )
        .layer(from_fn(with_headers))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use testkit::world;
    use tower::ServiceExt as _;

    use super::*;
    use crate::{Web, WebSettings};

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

    impl Log {
        fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
        }
    }

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// K118
    #[tokio::test]
    async fn a_panic_is_a_page_without_detail_and_the_next_request_is_served() {
        let world = world().await;
        let app: App = Arc::new(Web {
            casework: world.casework.clone(),
            settings: WebSettings {
                public_url: String::new(),
                demo: false,
                secure_cookies: true,
                version: "test",
            },
            trusted_proxies: Vec::new(),
            kept: crate::Kept::default(),
        });
        async fn breaks() {
            panic!("geheim uit het dossier");
        }
        let router = Router::new()
            .route("/breekt", get(breaks))
            .route("/werkt", get(async || "ja"));
        let router = around(router, &app);
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .finish();
        let _listens = tracing::subscriber::set_default(subscriber);
        let mut numbers = std::collections::BTreeSet::new();
        for _ in 0..3 {
            let request = Request::builder().uri("/breekt").body(Body::empty());
            let broken = router.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(broken.headers()["content-security-policy"], POLICY);
            assert_eq!(broken.headers()[CACHE_CONTROL], "no-store");
            let page = to_bytes(broken.into_body(), usize::MAX).await.unwrap();
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains("Er ging iets mis"), "{page}");
            let number = page.split("dit nummer: ").nth(1).unwrap();
            let number = number.split('.').next().unwrap();
            assert!(number.len() == 8 && numbers.insert(number.to_owned()));
            assert!(log.text().contains(number), "{}", log.text());
            assert!(!log.text().contains("geheim"), "{}", log.text());
            assert!(!page.contains("geheim") && !page.contains(".rs"), "{page}");
            let request = Request::builder().uri("/werkt").body(Body::empty());
            let works = router.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(works.status(), StatusCode::OK);
        }
    }
}
