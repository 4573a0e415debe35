//! The store, on both engines. One program of tests: linked once.

mod engine;
mod grants;
mod months;
mod plans;
mod server;
