//! Faults for the lane `delivery`.

use std::time::Duration;

use harness::{Failure, Programs, Report};
use serde_json::{Value, json};

use super::trial::Trial;
use crate::lanes::Options;
use crate::lanes::faults::expect;
use crate::rendered::Object;

/// Says of an Application what Argo CD says of it; without a word on its sync.
const WITHOUT_SYNC: &str =
    "return obj.status ~= nil and obj.status.health or { status = 'Progressing' }\n";

/// How long a commit may take where it is known what does not come.
const DEADLINE: Duration = Duration::from_secs(25);

const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

const COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";

const WAVE: &str = "argocd.argoproj.io/sync-wave";

/// A platform and settings with one fault for each kind of finding; they do not touch each other, so one run shows all.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut subjects = super::subjects()?;
    subjects.truncate(1);
    for mut subject in subjects {
        subject.settings.config_map.insert(
            "resource.customizations.health.argoproj.io_Application".to_owned(),
            WITHOUT_SYNC.to_owned(),
        );
        subject.change = break_platform;
        for rendered in &mut subject.environments {
            for object in &mut rendered.objects {
                if object.identity.kind == "AppProject" && object.identity.name.contains('.') {
                    *object = object.with(allow_priority_classes)?;
                }
            }
        }
        let mut found = Report::default();
        subject.deploy(programs, options, &mut found, tell)?;
        for (fault, expected) in FAULTS {
            expect(report, fault, &found.findings, expected);
        }
    }
    Ok(())
}

/// Each fault, and what has to be said of it.
const FAULTS: [(&str, &[&str]); 8] = [
    (
        "a health check that does not ask whether an Application was synced",
        &["app-parent waits for operator", "is deployed before it"],
    ),
    ("a wave that is inverted", &["certificates came before operator was deployed"]),
    ("fields that stay helm's", &["what helm wrote at bootstrap", "stays"]),
    ("a project with too many rights", &["a kind that no bundle has is not refused"]),
    ("a volume that Git no longer has and that may be pruned", &["stay", "PersistentVolumeClaim"]),
    (
        "a kept object that counts as a difference",
        &["without what it keeps", "account-application is OutOfSync"],
    ),
    (
        "a project that has only what its team still contains",
        &["an object of a kind that no other bundle has goes with its bundle", "it is there"],
    ),
    ("an object of others that is taken over", &["an object of another Application is refused"]),
];

fn tell(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    trial.tell_of_order(report)?;
    trial.deadline = DEADLINE;
    trial.tell_of_changes(report)
}

fn break_platform(objects: &mut Vec<Object>) -> Result<(), Failure> {
    project_of_what_left(objects)?;
    for object in objects {
        let (kind, name) = (object.identity.kind, object.identity.name.as_str());
        let change: fn(&mut Value) = match (object.bundle.as_str(), kind, name) {
            ("infra-parent", _, "operator-application") => |value| set(value, WAVE, "2"),
            ("root", _, "itself-application") => leave_to_helm,
            ("app-parent", _, "copy-application") => take_over,
            ("account", "PersistentVolume", _) => |value| set(value, COMPARE_OPTIONS, ""),
            ("customer", "PersistentVolumeClaim", _) => |value| set(value, SYNC_OPTIONS, ""),
            _ => continue,
        };
        *object = object.with(change)?;
    }
    Ok(())
}

fn set(value: &mut Value, annotation: &str, text: &str) {
    value["metadata"]["annotations"][annotation] = json!(text);
}

fn leave_to_helm(value: &mut Value) {
    if let Some(annotations) = value["metadata"]["annotations"].as_object_mut() {
        annotations.retain(|key, _| !key.contains("apply-migration"));
    }
}

/// Once customer has left, its project is like that of a bundle that stays.
fn project_of_what_left(objects: &mut Vec<Object>) -> Result<(), Failure> {
    let name = "app.customer";
    let project = |it: &&Object| it.bundle == "app-parent" && it.identity.name == "app.account";
    if objects.iter().any(|it| it.identity.name == name) {
        return Ok(());
    }
    if let Some(other) = objects.iter().find(project) {
        let mut own = other.with_field(&["metadata", "name"], json!(name))?;
        name.clone_into(&mut own.identity.name);
        objects.push(own);
    }
    Ok(())
}

fn take_over(value: &mut Value) {
    if let Some(options) = value["spec"]["syncPolicy"]["syncOptions"].as_array_mut() {
        options.retain(|option| option != "FailOnSharedResource=true");
    }
}

fn allow_priority_classes(value: &mut Value) {
    if let Some(kinds) = value["spec"]["clusterResourceWhitelist"].as_array_mut() {
        kinds.push(json!({"group": "scheduling.k8s.io", "kind": "PriorityClass"}));
    }
}
