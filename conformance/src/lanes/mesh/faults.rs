//! Faults for the lane `mesh`.

use harness::{Failure, Programs, Report};
use serde_json::json;

use crate::lanes::Options;
use crate::lanes::faults::{change, environment, expect};
use crate::lanes::mesh;

/// Objects that istioctl speaks against, and that it skips.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut rendered = environment()?;
    change(
        &mut rendered.objects,
        "VirtualService",
        &["spec", "gateways"],
        json!(["no-such-gateway"]),
    )?;
    let mut found = Report::default();
    let unused = mesh::Explained { code: "IST0199", kind: "Gateway", holds: |_, _| true };
    let lines: Vec<mesh::Explained> = mesh::EXPLAINED.iter().copied().chain([unused]).collect();
    let mut table = mesh::Table::new(&lines);
    mesh::environment(programs, &rendered, &mut table, &mut found)?;
    expect(
        report,
        "a route of a gateway that does not exist",
        &found.findings,
        &["IST0101", "no-such-gateway"],
    );
    mesh::unused(&table, std::slice::from_ref(&rendered), &mut found);
    expect(
        report,
        "an unused explanation",
        &found.findings,
        &["IST0199 about Gateway", "no longer says it"],
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
