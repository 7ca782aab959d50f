//! Lane `self-test`: every lane is seen to fail on a deliberate fault, and a fault of the machine is survived.
//!
//! What the lanes find in the environments is worth something only if they find what is wrong.

mod api;
mod broker;
mod logs;
mod mesh;
mod rules;
mod schedule;
mod server;
mod yaml;

use serde_json::Value;

use super::Options;
use crate::failure::Failure;
use crate::programs::Programs;
use crate::rendered::{self, Object, Rendered};
use crate::report::Report;

/// What the first container of a workload asks for.
const REQUESTED_CPU: &[&str] =
    &["spec", "template", "spec", "containers", "0", "resources", "requests", "cpu"];

/// Runs every fault.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    // A fault leaves nothing that would be worth keeping.
    let options = &Options {
        crds: options.crds.clone(),
        keep: false,
        seed: options.seed,
        charts: None,
        accept: false,
    };
    yaml::another_writer(programs, report)?;
    api::faults(programs, options, report)?;
    schedule::faults(programs, options, report)?;
    mesh::faults(programs, report)?;
    server::killed(programs, report)
}

/// The faults of the lane `rules`, which come with it.
pub fn rules(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    rules::faults(programs, report)
}

/// The faults of the lane `logs`, which come with it.
pub fn logs(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    logs::faults(programs, report)
}

/// The faults of the lane `broker`, which come with it.
pub fn broker(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    broker::faults(programs, report)
}

/// A lane has to say this about a fault; that it does is what is counted.
fn expect(report: &mut Report, fault: &str, findings: &[String], expected: &[&str]) {
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
fn environment() -> Result<Rendered, Failure> {
    rendered::environments()?.into_iter().next().ok_or_else(|| {
        Failure::new(
            "there is no environment to put a fault into: add one to conformance/src/rendered.rs",
        )
    })
}

/// The number of the first object of a kind.
fn first(objects: &[Object], kind: &str) -> Result<usize, Failure> {
    let index = objects.iter().position(|object| object.identity.kind == kind);
    index.ok_or_else(|| no_object(kind))
}

/// The number of the last object of a kind.
fn last(objects: &[Object], kind: &str) -> Result<usize, Failure> {
    let index = objects.iter().rposition(|object| object.identity.kind == kind);
    index.ok_or_else(|| no_object(kind))
}

fn no_object(kind: &str) -> Failure {
    Failure::new(format!(
        "the environment has no {kind} to put a fault into: choose another kind in conformance/src/lanes/self_test"
    ))
}

/// Changes a field of the first object of a kind.
fn change(objects: &mut [Object], kind: &str, path: &[&str], new: Value) -> Result<(), Failure> {
    let index = first(objects, kind)?;
    objects[index] = objects[index].with_field(path, new)?;
    Ok(())
}
