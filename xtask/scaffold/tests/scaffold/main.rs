//! The program from the outside, run on a small workspace of its own.

mod environment;
mod image;
mod refusals;
mod service;
mod support;
mod this_repository;
mod tool;
