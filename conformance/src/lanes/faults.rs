//! What the faults of all lanes need: something to put them into, and whether a lane has seen them.

use harness::{Failure, Report};
use serde_json::Value;

use crate::rendered::{self, Object, Rendered};

/// What the first container of a workload asks for.
pub const REQUESTED_CPU: &[&str] =
    &["spec", "template", "spec", "containers", "0", "resources", "requests", "cpu"];

/// A lane has to say this about a fault; that it does is what is counted.
pub fn expect(report: &mut Report, fault: &str, findings: &[String], expected: &[&str]) {
    let found = findings.iter().any(|finding| expected.iter().all(|part| finding.contains(part)));
    if found {
        report.compared(1, format!("fault found: {fault}"));
    } else {
        report.finding(format!(
            "a lane does not see {fault}: expected a finding with {expected:?}, but it said {findings:?}"
        ));
    }
}

/// The environment with the simplest cluster: the first.
pub fn environment() -> Result<Rendered, Failure> {
    rendered::environments()?.into_iter().next().ok_or_else(|| {
        Failure::new(
            "there is no environment to put a fault into: add one to environments/src/lib.rs",
        )
    })
}

/// The number of the first object of a kind.
pub fn first(objects: &[Object], kind: &str) -> Result<usize, Failure> {
    let index = objects.iter().position(|object| object.identity.kind == kind);
    index.ok_or_else(|| no_object(kind))
}

/// The number of the last object of a kind.
pub fn last(objects: &[Object], kind: &str) -> Result<usize, Failure> {
    let index = objects.iter().rposition(|object| object.identity.kind == kind);
    index.ok_or_else(|| no_object(kind))
}

pub fn no_object(kind: &str) -> Failure {
    Failure::new(format!(
        "the environment has no {kind} to put a fault into: choose another kind in the faults of the lane, below conformance/src/lanes"
    ))
}

/// Changes a field of the first object of a kind.
pub fn change(
    objects: &mut [Object],
    kind: &str,
    path: &[&str],
    new: Value,
) -> Result<(), Failure> {
    let index = first(objects, kind)?;
    objects[index] = objects[index].with_field(path, new)?;
    Ok(())
}
