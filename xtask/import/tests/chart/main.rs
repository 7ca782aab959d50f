//! `import chart` as its users meet it: run on small charts of its own.

mod committed;
mod hostile;
mod refusals;
mod support;
mod upgrades;
mod values;
