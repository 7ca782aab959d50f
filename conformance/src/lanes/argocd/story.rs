//! What is committed, one after the other, and what has to come of it.

use std::time::{Duration, Instant};

use harness::{Failure, Report};
use serde_json::{Value, json};

use super::order;
use super::trial::{Trial, applications};
use crate::lanes::gitops::{Application, State};
use crate::rendered::Object;

/// How long nothing may happen once everything is deployed.
const QUIET: Duration = Duration::from_secs(90);

/// How long Argo CD may take with a change of a single Application.
const DEADLINE: Duration = Duration::from_mins(6);

/// What leaves Git, and comes back: a bundle that no other needs, one object, and a value of Argo CD's own.
const BUNDLE: &str = "httpbin";
const OBJECT: (&str, &str) = ("helloworld", "PodDisruptionBudget");
const VALUE: &str = "resource.customizations.health.batch_Job";

/// The chart that gets a value which its schema refuses.
const BROKEN: &str = "cert-manager";

/// Everything.
pub fn tell(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    if !tell_of_bootstrap(trial, report)? {
        // What comes of further commits then says nothing.
        return Ok(());
    }
    tell_of_quiet(trial, report)?;
    trial.deadline = DEADLINE;
    tell_of_removals(trial, report)?;
    tell_of_mending(trial, report)?;
    trial.check_memory(report);
    trial.check_requests(report);
    Ok(())
}

/// From bootstrap to everything Synced and Healthy, in the order that is derived; whether it came so far.
pub fn tell_of_bootstrap(trial: &mut Trial<'_>, report: &mut Report) -> Result<bool, Failure> {
    let name = trial.rendered.environment.clone();
    let objects = trial.objects()?;
    let started = Instant::now();
    let commit = trial.commit("everything", &objects)?;
    let all = |trial: &Trial<'_>, state: &State| trial.others(state, &objects, &commit);
    let (state, _) = trial.wait(|trial, state| all(trial, state).is_empty())?;
    let others = all(trial, &state);
    for other in &others {
        report.finding(format!("{name}: after bootstrap {other}"));
    }
    let done = applications(&objects).count() - others.len();
    report.compared(done, format!("Applications of {name} Synced and Healthy"));
    report.note(format!(
        "{name}: {} s from the root Application until everything was Synced and Healthy",
        started.elapsed().as_secs()
    ));
    order::check(trial.rendered, &state, report)?;
    Ok(others.is_empty())
}

/// Rendered once more, and watched for some time, nothing differs.
pub fn tell_of_quiet(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    trial.refresh("hard")?;
    trial.rest(QUIET)?;
    trial.check_differences(report);
    Ok(())
}

/// What leaves Git leaves the cluster, and a broken value stops its own chart alone.
pub fn tell_of_removals(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    let name = trial.rendered.environment.clone();
    let whole = trial.objects()?;
    let workload = find(&whole, BUNDLE, "Deployment")?.clone();
    let removed = find(&whole, OBJECT.0, OBJECT.1)?.clone();
    let mut changed = whole.clone();
    let left = format!("{BUNDLE}-application");
    let project = format!(".{BUNDLE}");
    changed.retain(|object| {
        let name = &object.identity.name;
        object.bundle != BUNDLE && *name != left && !name.ends_with(&project)
    });
    changed.retain(|object| object.identity != removed.identity);
    change(&mut changed, "argocd-application", |values| {
        if let Some(settings) = values["configs"]["cm"].as_object_mut() {
            settings.remove(VALUE);
        }
    })?;
    change(&mut changed, &format!("{BROKEN}-application"), |values| {
        values["noSuchValue"] = json!(true);
    })?;
    let commit =
        trial.commit("a bundle, an object and a value less, and a broken value", &changed)?;
    let broken = |state: &State| state.of(BROKEN).is_some_and(|it| it.complains_of("noSuchValue"));
    let beside: Vec<Object> = changed
        .iter()
        .filter(|object| object.identity.name != format!("{BROKEN}-application"))
        .cloned()
        .collect();
    let is_otherwise = |trial: &Trial<'_>, state: &State| {
        let mut otherwise = Vec::new();
        if state.of(BUNDLE).is_some() || state.has("Deployment", &workload.identity.name) {
            otherwise.push(format!("the bundle {BUNDLE}, which left Git, is there"));
        }
        if state.has("PodDisruptionBudget", &removed.identity.name) {
            otherwise.push(format!("{removed}, which left Git, stays"));
        }
        if has_value(state) {
            otherwise.push(format!("the value {VALUE} of Argo CD's own, which left Git, stays"));
        }
        if !broken(state) {
            let told = state.of(BROKEN).map(|it| it.to_string()).unwrap_or_default();
            otherwise
                .push(format!("a value that the schema of {BROKEN} refuses is not told: {told}"));
        }
        let others = trial.others(state, &beside, &commit);
        otherwise.extend(others.iter().map(|other| format!("beside a broken value {other}")));
        otherwise
    };
    let (state, _) = trial.wait(|trial, state| is_otherwise(trial, state).is_empty())?;
    let found = is_otherwise(trial, &state);
    if found.is_empty() {
        report
            .compared(1, format!("a bundle of {name} that left Git is gone with what it deployed"));
        report.compared(1, format!("an object of {name} that left Git is gone"));
        report.compared(1, format!("a value of {name}'s Argo CD that left Git is gone"));
        report.compared(
            1,
            format!("a broken value of {name} stops its own Application and no other"),
        );
    }
    for otherwise in found {
        report.finding(format!("{name}: {otherwise}"));
    }
    Ok(())
}

/// What had left comes back, and the value is mended.
fn tell_of_mending(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    let name = trial.rendered.environment.clone();
    let whole = trial.objects()?;
    let commit = trial.commit("everything again", &whole)?;
    let all = |trial: &Trial<'_>, state: &State| trial.others(state, &whole, &commit);
    let (state, _) = trial.wait(|trial, state| all(trial, state).is_empty() && has_value(state))?;
    let others = all(trial, &state);
    if others.is_empty() {
        report.compared(1, format!("{name} mended: everything goes on by itself"));
    }
    for other in others {
        report.finding(format!("{name}: mended, {other}"));
    }
    Ok(())
}

/// Whether Argo CD's ConfigMap has the value that leaves.
fn has_value(state: &State) -> bool {
    state.object("ConfigMap", "argocd-cm").is_some_and(|map| map["data"][VALUE].is_string())
}

fn find<'a>(objects: &'a [Object], bundle: &str, kind: &str) -> Result<&'a Object, Failure> {
    let found = objects.iter().find(|it| it.bundle == bundle && it.identity.kind == kind);
    found.ok_or_else(|| missing(&format!("{kind} of the bundle {bundle}")))
}

/// Changes the values of the first chart of an Application.
fn change(
    objects: &mut [Object],
    application: &str,
    change: impl FnOnce(&mut Value),
) -> Result<(), Failure> {
    let object = objects
        .iter_mut()
        .find(|it| it.identity.kind == "Application" && it.identity.name == application);
    let object = object.ok_or_else(|| missing(application))?;
    *object =
        object.with(|value| change(&mut value["spec"]["sources"][0]["helm"]["valuesObject"]))?;
    Ok(())
}

fn missing(what: &str) -> Failure {
    Failure::new(format!(
        "there is no {what}: choose something else in conformance/src/lanes/argocd/story.rs"
    ))
}

/// Whether there is nothing to do for an Application.
pub fn is_quiet(application: Application<'_>) -> bool {
    application.sync() == "Synced" && application.health() == "Healthy"
}
