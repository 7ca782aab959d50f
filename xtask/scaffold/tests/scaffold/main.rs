//! The program from the outside, run on a small workspace of its own.

mod refusals;
mod service;
mod support;
mod tool;
