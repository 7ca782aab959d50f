//! Faults for the lane `mesh`.

use serde_json::json;

use super::{change, environment, expect};
use crate::failure::Failure;
use crate::lanes::mesh;
use crate::programs::Programs;
use crate::report::Report;

/// Objects that istioctl speaks against, and that it skips.
pub fn faults(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    let mut rendered = environment()?;
    change(
        &mut rendered.objects,
        "VirtualService",
        &["spec", "gateways"],
        json!(["no-such-gateway"]),
    )?;
    let mut found = Report::default();
    let unused: mesh::Explained = ("IST0199", &["Gateway example/unused"], "never said");
    let lines: Vec<mesh::Explained> = mesh::EXPLAINED.iter().copied().chain([unused]).collect();
    let mut table = mesh::Table::new(&lines);
    mesh::environment(programs, &rendered, &mut table, &mut found)?;
    expect(
        report,
        "a route of a gateway that does not exist",
        &found.findings,
        &["IST0101", "no-such-gateway"],
    );
    mesh::unused(&table, &mut found);
    expect(
        report,
        "an unused explanation",
        &found.findings,
        &["IST0199 about Gateway example/unused", "no longer says it"],
    );

    let mut rendered = environment()?;
    change(&mut rendered.objects, "VirtualService", &["spec", "hosts"], json!("no-list"))?;
    let mut found = Report::default();
    mesh::environment(programs, &rendered, &mut table, &mut found)?;
    expect(
        report,
        "an object that istioctl skips",
        &found.findings,
        &["did not analyze everything", "VirtualService"],
    );
    Ok(())
}
