//! Prints the page: `cargo run -p cookbook > docs/cookbook.md`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(cookbook::page::page().as_bytes())
}
