//! The pods of the mesh: the API server refuses each without a proxy, and takes it with one. Those of namespaces without a mesh it takes
//! as they are.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Report, cannot_write};
use serde_json::{Value, json};

use crate::lanes::schedule::has_pod_template;
use crate::lanes::{runs, sidecar};
use crate::rendered::{Object, Rendered};

/// How long the API server may take until it enforces a policy that it has stored.
const ENFORCED: Duration = Duration::from_secs(15);

/// Asks the API server for every pod that workloads would make: of the mesh as its webhook would see it and as it would leave it, of
/// others as it is.
pub fn judge(
    cluster: &mut Cluster,
    rendered: &Rendered,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let meshed = sidecar::injected_namespaces(&rendered.objects);
    let mut bare = Vec::new();
    let mut injected = Vec::new();
    let mut others = Vec::new();
    let objects = runs::with_runs(&rendered.objects)?;
    for object in &objects {
        if let Some(with_proxy) = sidecar::inject(object, &meshed)? {
            bare.push((object, pod(object)));
            injected.push((object, pod(&with_proxy)));
        } else if has_pod_template(object) {
            others.push((object, pod(object)));
        }
    }
    if !others.is_empty() {
        let taken = taken(cluster, name, ("as-they-are", "as it is"), &others, report)?;
        report.compared(taken, format!("pods of {name} without a mesh taken as they are"));
    }
    if rendered.has_mesh {
        judge_mesh(cluster, name, &bare, &injected, report)?;
    } else {
        for (object, _) in bare {
            report.finding(format!(
                "{name}: {object} ({}): its pod would get a proxy of a mesh, and there is none",
                object.origin
            ));
        }
    }
    Ok(())
}

/// The pods of the mesh.
fn judge_mesh(
    cluster: &mut Cluster,
    name: &str,
    bare: &[(&Object, Value)],
    injected: &[(&Object, Value)],
    report: &mut Report,
) -> Result<(), Failure> {
    let started = Instant::now();
    let mut refusals = ask(cluster, "without-proxy", bare)?;
    while refusals.iter().any(Option::is_none) && started.elapsed() < ENFORCED {
        thread::sleep(Duration::from_millis(200));
        refusals = ask(cluster, "without-proxy", bare)?;
    }
    let mut refused = 0;
    for ((object, _), refusal) in bare.iter().zip(refusals) {
        match refusal {
            Some(reason) if reason.contains("istio-proxy") => refused += 1,
            Some(reason) => report.finding(format!(
                "{name}: {object} ({}): its pod is refused, but not for its missing proxy: {reason}",
                object.origin
            )),
            None => report.finding(format!(
                "{name}: {object} ({}): its pod is taken without istio-proxy: it would run outside the mesh",
                object.origin
            )),
        }
    }
    let taken = taken(cluster, name, ("with-proxy", "with istio-proxy"), injected, report)?;
    report.compared(refused, format!("pods of {name}'s mesh refused without istio-proxy"));
    report.compared(taken, format!("pods of {name}'s mesh taken with it"));
    Ok(())
}

/// How many of the pods the API server takes; those that it refuses are findings.
fn taken(
    cluster: &mut Cluster,
    name: &str,
    (file, how): (&str, &str),
    pods: &[(&Object, Value)],
    report: &mut Report,
) -> Result<usize, Failure> {
    let mut taken = 0;
    for ((object, _), refusal) in pods.iter().zip(ask(cluster, file, pods)?) {
        match refusal {
            None => taken += 1,
            Some(reason) => report.finding(format!(
                "{name}: {object} ({}): its pod is refused {how}: {reason}",
                object.origin
            )),
        }
    }
    Ok(taken)
}

/// The reason for which each pod is refused; nothing where it is taken.
fn ask(
    cluster: &mut Cluster,
    file: &str,
    pods: &[(&Object, Value)],
) -> Result<Vec<Option<String>>, Failure> {
    let file = cluster.folder("pods")?.join(format!("{file}.json"));
    let items: Vec<&Value> = pods.iter().map(|(_, pod)| pod).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
    let said = cluster.would_create(&file)?;
    let refusals = pods.iter().map(|(object, _)| {
        let pod = format!("{:?}", object.identity.name);
        said.errors.iter().find(|error| error.contains(&pod)).cloned()
    });
    Ok(refusals.collect())
}

/// The pod that a workload's controller would create, called as the workload.
fn pod(workload: &Object) -> Value {
    let spec = &workload.value["spec"];
    let mut pod = spec["template"].clone();
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["name"] = workload.identity.name.clone().into();
    pod["metadata"]["namespace"] = workload.identity.namespace.clone().into();
    // The controller of a StatefulSet adds a volume for each template.
    let templates = spec["volumeClaimTemplates"].as_array().into_iter().flatten();
    let claims = templates.map(|template| {
        let name = &template["metadata"]["name"];
        json!({"name": name, "persistentVolumeClaim": {"claimName": name}})
    });
    let volumes = pod["spec"]["volumes"].as_array().cloned().unwrap_or_default();
    let volumes: Vec<Value> = volumes.into_iter().chain(claims).collect();
    pod["spec"]["volumes"] = volumes.into();
    pod
}
