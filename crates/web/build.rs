//! Puts the compiled styles and scripts into the program.
fn main() {
    memory_serve::load_directory("../../assets/dist");
}
