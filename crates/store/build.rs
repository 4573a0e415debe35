//! A new migration is a new program: cargo does not see files that a macro reads.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/sqlite");
}
