//! The product as somebody meets it who means harm: forged ids and fields, forms of other sites, hostile
//! text on every page, addresses and methods that were made up. Each test counts what it tried.
//!
//! What needs a socket is in `crates/klantendossier/tests/all/attacks.rs`, what needs a browser in
//! `e2e/tests/attacks.spec.js`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ids;
mod markup;
mod payloads;
mod requests;
mod texts;
