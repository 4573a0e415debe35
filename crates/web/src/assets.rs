//! Styles, script and icon: in the program, compressed, under an address that holds their hash.

// The code that memory-serve writes at build time names its own types in full.
#![allow(unused_qualifications)]

use std::sync::LazyLock;

use axum::Router;
use memory_serve::CacheControl;

use crate::page::AssetLinks;

/// Their routes and the addresses that pages link to.
static ASSETS: LazyLock<(Router, AssetLinks)> = LazyLock::new(|| {
    let serve = memory_serve::load!()
        .index_file(None)
        .enable_hashed_routes(true)
        .cache_control(CacheControl::Short);
    let manifest = serve.manifest();
    let link = |file: &str| {
        manifest
            .get(file)
            .map_or_else(|| file.to_owned(), ToString::to_string)
    };
    let links = AssetLinks {
        css: format!("/bestanden{}", link("/app.css")),
        js: format!("/bestanden{}", link("/app.js")),
        icon: format!("/bestanden{}", link("/favicon.svg")),
    };
    (serve.into_router(), links)
});

/// The routes, to be nested under `/bestanden`.
pub(crate) fn router() -> Router {
    ASSETS.0.clone()
}

/// The addresses that pages link to.
pub(crate) fn links() -> AssetLinks {
    ASSETS.1.clone()
}
