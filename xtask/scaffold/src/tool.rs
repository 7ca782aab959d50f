//! `new tool`: a tool of the infrastructure that a Helm chart installs.

use support::Result;

use crate::name::Name;
use crate::places::{Folder, Module};
use crate::plan::Plan;

/// The module, as [`Name::fill_in`] takes it.
const TEMPLATE: &str = include_str!("tool.rs.txt");

/// Plans the module and its call, and returns the next step.
///
/// # Errors
/// If the name is taken, or a place is not found.
pub fn plan(plan: &mut Plan, name: &Name) -> Result<String> {
    let module = name.module();
    Module {
        folder: Folder { name: "infra", team: "&infra" },
        name,
        text: name.fill_in(TEMPLATE),
        // What differs between environments is not known yet; many tools have nothing.
        settings: false,
    }
    .plan(plan)?;
    Ok(format!(
        "Next: add the chart to manifests-lib/helm-values/charts.toml, then `cargo run -p import -- chart` makes `helm_values::{module}`.\n\
         After that, `cargo check` names what only you know, in services/src/infra/{module}.rs. Then `cargo fmt`, `cargo xtask render`, `cargo test`.\n"
    ))
}
