//! The YAML writer, as those who read its files and their errors see it.

#[path = "yaml/errors.rs"]
mod errors;
#[path = "yaml/hard_strings.rs"]
mod hard_strings;
#[path = "yaml/laws.rs"]
mod laws;
#[path = "yaml/shapes.rs"]
mod shapes;
#[path = "yaml/types.rs"]
mod types;
