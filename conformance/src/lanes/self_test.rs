//! Lane `self-test`: every lane is seen to fail on a deliberate fault, and a fault of the machine is survived.
//!
//! What the lanes find in the environments is worth something only if they find what is wrong.

use serde_json::{Value, json};

use super::{Options, api, mesh, schedule, yaml};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::programs::Programs;
use crate::rendered::{self, Object, Rendered};
use crate::report::Report;

/// Runs every fault.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    // A fault leaves nothing that would be worth keeping.
    let options = &Options {
        crds: options.crds.clone(),
        keep: false,
        seed: options.seed,
    };
    another_writer(programs, report)?;
    api(programs, options, report)?;
    scheduling(programs, options, report)?;
    analysis(programs, report)?;
    killed_server(programs, report)
}

/// A lane has to say this about a fault; that it does is what is counted.
fn expect(report: &mut Report, fault: &str, findings: &[String], expected: &[&str]) {
    let found = findings
        .iter()
        .any(|finding| expected.iter().all(|part| finding.contains(part)));
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

/// Changes the first object of a kind.
fn change(
    objects: &mut [Object],
    kind: &str,
    change: impl FnOnce(&mut Value),
) -> Result<(), Failure> {
    let object = objects
        .iter_mut()
        .find(|object| object.identity.kind == kind)
        .ok_or_else(|| {
            Failure::new(format!(
                "the environment has no {kind} to put a fault into: choose another kind in \
                 conformance/src/lanes/self_test.rs"
            ))
        })?;
    *object = object.with(change)?;
    Ok(())
}

fn container(workload: &mut Value) -> &mut Value {
    &mut workload["spec"]["template"]["spec"]["containers"][0]
}

/// The lane `yaml` judges the writer that everybody else uses; what it gets wrong is printed.
fn another_writer(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    let mut found = Report::default();
    yaml::judge(
        programs,
        |document| serde_yaml::to_string(document).map_err(|error| error.to_string()),
        0,
        10_000,
        &mut found,
    )?;
    for (fault, expected) in [
        (
            "a word that plain serde_yaml writes as a boolean",
            &[r#""yes" is written as "yes\n" and read as true"#] as &[_],
        ),
        (
            "a string that plain serde_yaml writes as a number",
            &[r#"_" is written as ""#, r#"_\n" and read as "#],
        ),
        (
            "a key that plain serde_yaml writes as something else",
            &[r#":null} is written as ""#, r#": null\n" and read as "#],
        ),
    ] {
        expect(report, fault, &found.findings, expected);
    }
    for finding in found.findings {
        report.note(format!("plain serde_yaml: {finding}"));
    }
    Ok(())
}

fn api(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    // Refused: the rest of the lane does not run.
    let mut rendered = environment()?;
    change(&mut rendered.objects, "Deployment", |value| {
        value["spec"]["replica"] = json!(1);
    })?;
    change(&mut rendered.objects, "VirtualService", |value| {
        value["spec"]["gateway"] = json!("mesh");
    })?;
    let findings = api_findings(programs, options, &rendered, None, api::ALLOWED)?;
    expect(
        report,
        "an unknown field",
        &findings,
        &["spec.replica: field not declared in schema"],
    );
    expect(
        report,
        "an unknown field of a custom resource",
        &findings,
        &["spec.gateway", "field"],
    );

    // Accepted, but with a warning; stored in another way than written; applied with a change too many.
    let mut rendered = environment()?;
    change(&mut rendered.objects, "Deployment", |value| {
        value["spec"]["template"]["spec"]["nodeSelector"]["beta.kubernetes.io/os"] = json!("linux");
        container(value)["resources"]["requests"]["cpu"] = json!("1000m");
    })?;
    let mut changed = api::changes(&rendered.objects)?;
    change(&mut changed.objects, "Service", |value| {
        value["metadata"]["annotations"] = json!({"example.com/changed": "true"});
    })?;
    // Nothing is left to get the new generation that is expected of it.
    if let Some(&last) = changed.expected.last() {
        changed.objects[last] = rendered.objects[last].clone();
    }
    let unused: api::Allowed = (&["Deployment"], "spec.never", "1");
    let lines: Vec<api::Allowed> = api::ALLOWED.iter().copied().chain([unused]).collect();
    let findings = api_findings(programs, options, &rendered, Some(changed), &lines)?;
    for (fault, expected) in [
        (
            "a warning",
            &["the API server warns", "beta.kubernetes.io/os"] as &[_],
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
            "a change that gives no new generation",
            &["Deployment", "keeps its generation"],
        ),
        (
            "an unused entry of the table",
            &["spec.never", "no object has it"],
        ),
    ] {
        expect(report, fault, &findings, expected);
    }
    Ok(())
}

fn api_findings(
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
    let accepted = api::environment(
        programs,
        options,
        rendered,
        &changed,
        &mut table,
        &mut report,
    )?;
    if accepted {
        api::unused(&table, &mut report);
    }
    Ok(report.findings)
}

fn scheduling(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
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
    let findings = schedule_findings(programs, options, &rendered)?;
    expect(
        report,
        "a missing node group",
        &findings,
        &["stays Pending", "didn't match Pod's node affinity/selector"],
    );

    // The two do not touch each other: one run shows both.
    let mut rendered = environment()?;
    change(&mut rendered.objects, "Deployment", |value| {
        container(value)["resources"]["requests"]["cpu"] = json!("64");
    })?;
    change(&mut rendered.objects, "StatefulSet", |value| {
        value["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = json!("unknown");
    })?;
    let findings = schedule_findings(programs, options, &rendered)?;
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

fn schedule_findings(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
) -> Result<Vec<String>, Failure> {
    let mut report = Report::default();
    schedule::environment(programs, options, rendered, &mut report)?;
    Ok(report.findings)
}

fn analysis(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    let mut rendered = environment()?;
    change(&mut rendered.objects, "VirtualService", |value| {
        value["spec"]["gateways"] = json!(["no-such-gateway"]);
    })?;
    let mut found = Report::default();
    let mut table = mesh::Table::new(mesh::EXPLAINED);
    mesh::environment(programs, &rendered, &mut table, &mut found)?;
    expect(
        report,
        "a route of a gateway that does not exist",
        &found.findings,
        &["IST0101", "no-such-gateway"],
    );

    let mut rendered = environment()?;
    change(&mut rendered.objects, "VirtualService", |value| {
        value["spec"]["hosts"] = json!("no-list");
    })?;
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

/// The API server is killed in the middle: the failure names it, and a new one starts.
fn killed_server(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    let mut cluster = Cluster::start(programs)?;
    cluster.kill_api_server();
    let failure = match cluster.get(&["namespaces"]) {
        Ok(_) => String::new(),
        Err(failure) => failure.to_string(),
    };
    drop(cluster);
    expect(
        report,
        "an API server that was killed in the middle",
        &[failure],
        &["kube-apiserver was ended (signal: 9 (SIGKILL))"],
    );
    let mut cluster = Cluster::start(programs)?;
    cluster.get(&["namespaces"])?;
    report.compared(1, "start after an API server was killed");
    Ok(())
}
