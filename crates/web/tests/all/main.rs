//! The pages, asked as a browser asks them. One program of tests: linked once.

mod account;
mod assignments;
mod attacks;
mod authorisation;
mod authorisation_document;
mod bad_input;
mod closed;
mod control;
mod documents;
mod every_form;
mod headers;
mod html;
mod kept;
mod limits;
mod manual;
mod messages;
mod oidc;
mod past;
mod preferences;
mod profile;
mod sections;
mod support;
