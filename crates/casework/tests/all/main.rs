//! The use cases, on a real database. One program of tests: linked once.

mod access;
mod account_events;
mod closed;
mod control;
mod corrections;
mod documents;
mod export;
mod feed;
mod generated;
mod grant_life;
mod guards;
mod journal;
mod limits;
mod lines;
mod mail;
mod messages;
mod narrowing;
mod outside;
mod people;
mod retention;
mod second_factor;
mod sections;
mod signing_in;
mod two_at_once;
mod two_servers;
mod verify;
