//! The program as its users meet it: run on small CRDs of its own.

mod alternatives;
mod committed;
mod documentation;
mod download;
mod example;
mod modules;
mod names;
mod output;
mod refusals;
mod structures;
mod support;
mod values;
