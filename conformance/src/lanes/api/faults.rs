//! Faults for the lane `api`.

use harness::{Failure, Programs, Report};
use serde_json::json;

use crate::lanes::faults::{REQUESTED_CPU, change, environment, expect, first};
use crate::lanes::{Options, api};
use crate::rendered::Rendered;

/// A node label that the API server warns of.
const OLD_LABEL: &[&str] = &["spec", "template", "spec", "nodeSelector", "beta.kubernetes.io/os"];

/// What Pod Security refuses of the pods, and warns of already where the workload is applied.
const MORE_PRIVILEGES: &[&str] =
    &["spec", "template", "spec", "containers", "0", "securityContext", "allowPrivilegeEscalation"];

/// What happens to an object that an admission policy does not admit.
const ACTIONS: &[&str] = &["spec", "validationActions"];

const ANNOTATION: &[&str] = &["metadata", "annotations", "example.com/changed"];

/// Objects that are refused, warned of, stored in another way or written without need.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    // Refused: the rest of the lane does not run.
    let mut rendered = environment()?;
    let objects = &mut rendered.objects;
    change(objects, "Deployment", &["spec", "replica"], json!(1))?;
    change(objects, "VirtualService", &["spec", "gateway"], json!("mesh"))?;
    let findings = said_of(programs, options, &rendered, None, api::ALLOWED)?;
    expect(report, "an unknown field", &findings, &["spec.replica: field not declared in schema"]);
    expect(report, "an unknown field of a custom resource", &findings, &["spec.gateway", "field"]);

    // Accepted, but with a warning; stored in another way than written; written twice, each time in another way; applied
    // with a change too many.
    let mut rendered = environment()?;
    let objects = &mut rendered.objects;
    change(objects, "Deployment", OLD_LABEL, json!("linux"))?;
    change(objects, "Deployment", REQUESTED_CPU, json!("1000m"))?;
    change(objects, "Deployment", MORE_PRIVILEGES, json!(true))?;
    change(objects, "ValidatingAdmissionPolicyBinding", ACTIONS, json!(["Audit"]))?;
    for kind in ["ServiceAccount", "PersistentVolumeClaim"] {
        let other = objects[first(objects, kind)?].with_field(ANNOTATION, json!("other"))?;
        objects.push(other);
    }
    // Nothing binds the policy that asks for sidecars.
    objects.retain(|object| object.identity.kind != "ValidatingAdmissionPolicyBinding");
    let mut changed = api::changes(objects)?;
    change(&mut changed.objects, "Service", ANNOTATION, json!("true"))?;
    // Nothing is left to get the new generation that is expected of it.
    if let Some(&last) = changed.expected.last() {
        changed.objects[last] = rendered.objects[last].clone();
    }
    let unused: api::Allowed = (&["Deployment"], "spec.never", "1");
    let lines: Vec<api::Allowed> = api::ALLOWED.iter().copied().chain([unused]).collect();
    let findings = said_of(programs, options, &rendered, Some(changed), &lines)?;
    for (fault, expected) in [
        ("a warning", &["the API server warns", "beta.kubernetes.io/os"] as &[_]),
        (
            "pods beyond the Pod Security of their namespace",
            &["the API server warns", "would violate PodSecurity"],
        ),
        (
            "a certificate for a server of another namespace",
            &["Certificate", "is taken in the namespace"],
        ),
        (
            "a field that is stored in another way",
            &["resources.requests.cpu", "\"1000m\"", "\"1\""],
        ),
        (
            "an object that is written without a change",
            &["Service", "although nothing about it has changed"],
        ),
        (
            "an object that every apply writes",
            &["ServiceAccount", "is written again by every apply"],
        ),
        (
            "a claim that more than the second apply writes",
            &["PersistentVolumeClaim", "although nothing about it has changed"],
        ),
        ("a change that gives no new generation", &["Deployment", "keeps its generation"]),
        ("a pod that misses its sidecar", &["its pod is taken without istio-proxy"]),
        ("an unused entry of the table", &["spec.never", "no object has it"]),
    ] {
        expect(report, fault, &findings, expected);
    }
    Ok(())
}

fn said_of(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    changed: Option<api::Changed>,
    lines: &[api::Allowed],
) -> Result<Vec<String>, Failure> {
    let mut report = Report::default();
    let mut table = api::Table::new(lines);
    let changed = match changed {
        Some(changed) => changed,
        None => api::changes(&rendered.objects)?,
    };
    let accepted =
        api::environment(programs, options, rendered, &changed, &mut table, &mut report)?;
    if accepted {
        api::unused(&table, &mut report);
    }
    Ok(report.findings)
}
