//! Lane `schedule`: a real scheduler finds a node for every pod, with nothing but what the environment's cluster has.

pub mod faults;
mod nodes;
mod provisioner;
mod reasons;
mod state;

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Programs, Report, cannot_write, progress};
use serde_json::Value;

use super::{Options, apply, in_cluster, runs, sidecar};
use crate::rendered::{self, Object, Rendered};

pub use provisioner::{Provisioner, volumes};
use state::State;
pub use state::{has_all_pods, has_pod_template, is_ready};

/// How often the cluster is looked at.
const POLL: Duration = Duration::from_secs(1);

/// After this long without any change, what is Pending stays Pending.
const QUIET: Duration = Duration::from_secs(15);

/// How long a rollout may take altogether.
const DEADLINE: Duration = Duration::from_mins(5);

/// Rolls out every environment, each in a cluster of its own.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    for rendered in rendered::environments()? {
        environment(programs, options, &rendered, volumes, report)?;
    }
    Ok(())
}

/// Everything that the lane does with one environment.
pub fn environment(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    provisioner: Provisioner,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    progress(format_args!("schedule: {name}: starting a cluster of simulated nodes"));
    in_cluster(programs, options, name, report, |cluster, report| {
        start_nodes(programs, rendered, cluster)?;
        judge(rendered, provisioner, cluster, report)
    })
}

/// Gives a cluster the environment's nodes, and what runs pods on them.
pub fn start_nodes(
    programs: &Programs,
    rendered: &Rendered,
    cluster: &mut Cluster,
) -> Result<(), Failure> {
    cluster.start_controllers(programs)?;
    let nodes = nodes::objects(&rendered.cluster, &rendered.objects);
    create(cluster, "cluster", &nodes)
}

fn judge(
    rendered: &Rendered,
    provisioner: Provisioner,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let objects = judged(cluster, rendered)?;
    apply::namespaces_before(cluster, rendered)?;
    let folder = cluster.folder("rendered")?;
    let files = rendered::write(&objects.objects, &folder)?;
    progress(format_args!("schedule: {name}: applying {} objects", files.len()));
    let applied = apply::apply(cluster, &objects.objects, &files)?;
    for error in &applied.errors {
        report.finding(format!("{name}: {error}"));
    }
    if applied.errors.is_empty() {
        let state = roll_out(cluster, rendered, provisioner, &objects.objects)?;
        report.compared(
            nodes::count(&rendered.cluster),
            format!("simulated nodes of {name} in {} pools", rendered.cluster.node_pools.len()),
        );
        report.compared(state.ready_pods(), format!("pods of {name} Ready"));
        if rendered.has_mesh {
            report.compared(
                objects.injected,
                format!("pod templates of {name} as the webhook of Istio leaves them"),
            );
        }
        report.compared(state.bound_claims(), format!("claims of {name} bound"));
        if objects.custom > 0 {
            report.note(format!(
                "{name}: {} custom resources are left out: nothing here acts on them",
                objects.custom
            ));
        }
        if objects.left_to_charts > 0 {
            report.note(format!(
                "{name}: {} claims are left to the lane charts: their pods are made by charts",
                objects.left_to_charts
            ));
        }
        for finding in reasons::findings(&state, &objects.objects, &rendered.cluster) {
            report.finding(format!("{name}: {finding}"));
        }
    }
    Ok(())
}

/// What is applied of an environment.
struct Judged {
    objects: Vec<Object>,
    injected: usize,
    custom: usize,
    left_to_charts: usize,
}

/// Whether a claim is for a pod that a chart of its bundle makes, which is not here: the lane `charts` has both.
fn waits_for_chart(object: &Object, rendered: &Rendered) -> bool {
    let claims = |workload: &Object| {
        let volumes = &workload.value["spec"]["template"]["spec"]["volumes"];
        volumes.as_array().is_some_and(|volumes| {
            volumes.iter().any(|volume| {
                volume["persistentVolumeClaim"]["claimName"] == object.identity.name.as_str()
            })
        })
    };
    object.identity.kind == "PersistentVolumeClaim"
        && rendered.sources.iter().any(|source| source.bundle == object.bundle)
        && !rendered.objects.iter().any(|workload| {
            workload.identity.namespace == object.identity.namespace && claims(workload)
        })
}

fn judged(cluster: &mut Cluster, rendered: &Rendered) -> Result<Judged, Failure> {
    let custom = apply::custom_kinds(cluster, &rendered.objects)?;
    let injected = sidecar::injected_namespaces(&rendered.objects);
    let mut judged = Judged { objects: Vec::new(), injected: 0, custom: 0, left_to_charts: 0 };
    for object in &runs::with_runs(&runs::with_most_pods(&rendered.objects)?)? {
        if custom.iter().any(|custom| {
            custom.kind == object.identity.kind && custom.group == object.identity.group
        }) {
            judged.custom += 1;
            continue;
        }
        if waits_for_chart(object, rendered) {
            judged.left_to_charts += 1;
            continue;
        }
        match sidecar::inject(object, &injected)? {
            Some(object) => {
                judged.injected += 1;
                judged.objects.push(object);
            }
            None => judged.objects.push(object.clone()),
        }
    }
    Ok(judged)
}

/// Plays the provisioner until everything is ready or nothing moves any more; returns the last state.
fn roll_out(
    cluster: &mut Cluster,
    rendered: &Rendered,
    provisioner: Provisioner,
    applied: &[Object],
) -> Result<State, Failure> {
    let has_pods = applied.iter().any(state::has_pod_template);
    let started = Instant::now();
    let mut changed = Instant::now();
    let mut last = State::default();
    // A claim may take a moment to notice its volume.
    let mut made = BTreeSet::new();
    let mut told = Instant::now();
    loop {
        cluster.check()?;
        let state = State::read(cluster)?;
        let mut new = provisioner(&rendered.cluster, &state.claims);
        new.retain(|volume| made.insert(volume["metadata"]["name"].to_string()));
        if !new.is_empty() {
            create(cluster, &format!("volumes-{}", made.len()), &new)?;
        }
        if state.progress() != last.progress() || (has_pods && state.is_empty()) {
            changed = Instant::now();
        }
        let finished = state.is_ready() && state.has_begun(applied) && new.is_empty();
        if finished || changed.elapsed() > QUIET || started.elapsed() > DEADLINE {
            return Ok(state);
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            progress(format_args!(
                "schedule: {}: {} pods Ready, {} claims bound, {} s",
                rendered.environment,
                state.ready_pods(),
                state.bound_claims(),
                started.elapsed().as_secs()
            ));
        }
        last = state;
        thread::sleep(POLL);
    }
}

/// Creates objects of the lane itself.
fn create(cluster: &mut Cluster, name: &str, objects: &[Value]) -> Result<(), Failure> {
    let file = cluster.folder("simulated")?.join(format!("{name}.json"));
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects});
    fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
    let file = file.display().to_string();
    cluster.run_kubectl(&["create", "--filename", &file]).map(|_| ())
}
