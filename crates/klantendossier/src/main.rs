//! Klantendossier.
fn main() {}
