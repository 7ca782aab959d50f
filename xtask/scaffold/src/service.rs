//! `new service`: a microservice that others in the mesh can call.

use support::Result;

use crate::name::Name;
use crate::places::{Folder, Module};
use crate::plan::Plan;

/// The module, as [`Name::fill_in`] takes it.
const TEMPLATE: &str = include_str!("service.rs.txt");

/// Plans the module, its settings and its call, and returns the next step.
///
/// # Errors
/// If the name is taken, or a place is not found.
pub fn plan(plan: &mut Plan, name: &Name) -> Result<String> {
    Module {
        folder: Folder { name: "app", team: "&app" },
        name,
        text: name.fill_in(TEMPLATE),
        settings: true,
    }
    .plan(plan)?;
    let module = name.module();
    Ok(format!(
        "Next: `cargo check` names what only you know: first in services/src/app/{module}.rs, then `{module}` in the settings of each \
         environment. Then `cargo fmt`, `cargo xtask render`, `cargo test`.\n"
    ))
}
