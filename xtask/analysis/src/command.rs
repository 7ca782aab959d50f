//! The command line, a file a subcommand: of the program here, and what `cargo xtask` shares with it.

pub mod check;
pub mod plan;
pub mod trace;
