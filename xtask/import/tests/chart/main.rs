//! `import chart` from the outside: run on small charts made for the tests.

mod committed;
mod fill;
mod hostile;
mod meaning;
mod open;
mod refusals;
mod support;
mod upgrades;
mod values;
