//! Prints the page: `cargo run -p cookbook > docs/cookbook.md`.

fn main() {
    print!("{}", cookbook::page::page());
}
