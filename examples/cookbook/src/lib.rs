//! What teams ask for most, a recipe each: `docs/cookbook.md` is made of the files in `recipes`, which all compile, and of the
//! objects that they become.

pub mod environments;
mod kitchen;
pub mod page;
mod platform;
mod recipes;
