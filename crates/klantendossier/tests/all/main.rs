//! The program itself, as a process of its own. One program of tests: linked once.

mod attacks;
mod backup;
mod commands;
mod documents;
mod mail;
mod program;
mod server_database;
