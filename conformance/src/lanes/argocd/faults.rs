//! Faults for the lane `argocd`.

use std::time::Duration;

use harness::{Failure, Programs, Report};
use serde_json::{Value, json};

use super::story;
use super::trial::Trial;
use crate::lanes::Options;
use crate::lanes::faults::expect;
use crate::rendered::{self, Object};

/// How long a commit may take where it is known what does not come.
const DEADLINE: Duration = Duration::from_mins(2);

/// An environment with one fault for each kind of finding; they do not touch each other, so one run shows all.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    for rendered in rendered::environments()?.into_iter().take(1) {
        let mut found = Report::default();
        super::environment(programs, options, &rendered, break_platform, &mut found, tell)?;
        for (fault, expected) in FAULTS {
            expect(report, fault, &found.findings, expected);
        }
    }
    Ok(())
}

/// Each fault, and what has to be said of it.
const FAULTS: [(&str, &[&str]); 4] = [
    ("a wave that is inverted", &["kiali-application came before jaeger-application"]),
    (
        "a field that istiod writes and that counts as a difference",
        &["out of sync again", "istio-base-application is OutOfSync"],
    ),
    ("a value of Argo CD's own that stays helm's", &["of Argo CD's own, which left Git, stays"]),
    ("an object that is never pruned", &["PodDisruptionBudget", "which left Git, stays"]),
];

fn tell(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    story::tell_of_bootstrap(trial, report)?;
    trial.deadline = DEADLINE;
    // Before, nothing would ever be Synced.
    trial.change = break_mesh;
    let objects = trial.objects()?;
    trial.commit("a difference that comes back", &objects)?;
    trial.wait(|_, state| state.of(BASE).is_some_and(|base| base.sync() == "OutOfSync"))?;
    trial.check_differences(report);
    story::tell_of_removals(trial, report)
}

/// The bundle of a chart that istiod completes.
const BASE: &str = "istio-base";

/// The other faults, and a field that istiod writes counts as a difference.
fn break_mesh(objects: &mut Vec<Object>) -> Result<(), Failure> {
    break_platform(objects)?;
    let name = format!("{BASE}-application");
    for object in objects.iter_mut().filter(|object| object.identity.name == name) {
        *object = object.with(|value| {
            if let Some(spec) = value["spec"].as_object_mut() {
                spec.remove("ignoreDifferences");
            }
        })?;
    }
    Ok(())
}

fn break_platform(objects: &mut Vec<Object>) -> Result<(), Failure> {
    for object in objects {
        let change: fn(&mut Value) = match (object.identity.kind, object.identity.name.as_str()) {
            // After kiali, which reads from it.
            ("Application", "jaeger-application") => |value| {
                value["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] = json!("9");
            },
            ("Application", "argocd-application") => |value| {
                if let Some(annotations) = value["metadata"]["annotations"].as_object_mut() {
                    annotations.retain(|key, _| !key.contains("apply-migration"));
                }
            },
            ("PodDisruptionBudget", _) => |value| {
                value["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] =
                    json!("Prune=false");
            },
            _ => continue,
        };
        *object = object.with(change)?;
    }
    Ok(())
}
