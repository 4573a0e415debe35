//! The rules of the guidance line: what is allowed, and why not.
//!
//! Pure: no I/O, no async, no clock, no database, no HTML. It knows none of the other crates.
//! Every rule carries the number it has in the numbered rules; its test names that number.

pub mod account_events;
pub mod actions;
pub mod availability;
pub mod benefits;
pub mod career;
pub mod catalogue;
pub mod client_number;
pub mod closed;
pub mod conditions;
pub mod contact;
pub mod corrections;
pub mod day;
pub mod development;
pub mod disability;
pub mod documents;
pub mod eligibility;
pub mod feed;
pub mod grants;
pub mod ids;
pub mod insz;
pub mod integration;
pub mod journal;
pub mod kbo;
pub mod login;
pub mod mail;
pub mod mandates;
pub mod messages;
pub mod moment;
pub mod oidc;
pub mod past;
pub mod people;
pub mod policy;
pub mod preferences;
pub mod profile;
pub mod refusal;
pub mod reports;
pub mod retention;
pub mod sections;
pub mod steps;
pub mod studies;
pub mod text;
pub mod trajectory;
pub mod transmission;
pub mod uses;
pub mod vacancies;
pub mod verify;
pub mod vouchers;
pub mod work_situation;

pub use day::Day;
pub use ids::*;
pub use moment::Moment;
