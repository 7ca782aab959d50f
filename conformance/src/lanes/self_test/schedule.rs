//! Faults for the lane `schedule`.

use serde_json::json;

use super::{REQUESTED_CPU, change, environment, expect};
use crate::failure::Failure;
use crate::lanes::{Options, schedule};
use crate::programs::Programs;
use crate::rendered::Rendered;
use crate::report::Report;

const CLASS_OF_CLAIM: &[&str] = &[
    "spec",
    "volumeClaimTemplates",
    "0",
    "spec",
    "storageClassName",
];

/// Clusters and workloads that do not fit each other.
pub fn faults(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut rendered = environment()?;
    let group = rendered
        .cluster
        .node_pools
        .iter()
        .find_map(|pool| pool.group.clone());
    rendered
        .cluster
        .node_pools
        .retain(|pool| pool.group != group);
    let findings = said_of(programs, options, &rendered)?;
    expect(
        report,
        "a missing node group",
        &findings,
        &["stays Pending", "didn't match Pod's node affinity/selector"],
    );

    // The two do not touch each other: one run shows both.
    let mut rendered = environment()?;
    let objects = &mut rendered.objects;
    change(objects, "Deployment", REQUESTED_CPU, json!("64"))?;
    change(objects, "StatefulSet", CLASS_OF_CLAIM, json!("unknown"))?;
    let findings = said_of(programs, options, &rendered)?;
    expect(
        report,
        "a request that no node has",
        &findings,
        &["stays Pending", "Insufficient cpu"],
    );
    expect(
        report,
        "an unknown storage class",
        &findings,
        &["stays Pending", "no storage class \"unknown\""],
    );
    expect(
        report,
        "a pod without its volume",
        &findings,
        &["pod ", "stays Pending", "PersistentVolumeClaim"],
    );
    Ok(())
}

fn said_of(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
) -> Result<Vec<String>, Failure> {
    let mut report = Report::default();
    schedule::environment(programs, options, rendered, &mut report)?;
    Ok(report.findings)
}
