//! `import crd` from the outside: run on small CRDs made for the tests.

mod alternatives;
mod committed;
mod documentation;
mod download;
mod example;
mod hostile;
mod interrupted;
mod modules;
mod names;
mod output;
mod reading;
mod refusals;
mod structures;
mod support;
mod touches;
mod upgrades;
mod values;
