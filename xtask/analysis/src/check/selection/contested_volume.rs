//! Volumes that more than one claim can take.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::Graph;
use crate::objects::{Object, Selector, Value, list, quantity, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contested-volume",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A PersistentVolume can be bound by more than one claim",
    consequence: "who asks first gets it: a workload may find the data of another one, or wait for ever",
    explanation: "Class, size, modes and labels decide. `volumeName` of a claim does not keep others away before it is \
                  bound; `claimRef` of the volume does. Claims that one StatefulSet makes are alike, and are passed \
                  over, as are claims without a class, which the default class is for.",
    remedy: "reserve the volume for its claim by `claimRef`, with namespace and name",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut claims: HashMap<&str, Vec<&Object>> = HashMap::new();
    for claim in graph.objects().of_kind("", "PersistentVolumeClaim") {
        if let Some(class) = text(&claim.json["spec"]["storageClassName"]) {
            claims.entry(class).or_default().push(claim);
        }
    }
    for volume in graph.objects().of_kind("", "PersistentVolume") {
        let spec = &volume.json["spec"];
        if spec["claimRef"].is_object() {
            continue;
        }
        let class = text(&spec["storageClassName"]).unwrap_or_default();
        let mut takers =
            claims.get(class).into_iter().flatten().filter(|claim| can_bind(volume, claim));
        let Some(first) = takers.next() else { continue };
        let Some(other) = takers.find(|other| !are_of_one_set(first, other)) else { continue };
        let message = format!("{} and {} can both bind it", first.identity, other.identity);
        findings.add(volume, At::Object, message).side("the one is here", first, At::Object).side(
            "the other is here",
            other,
            At::Object,
        );
    }
}

fn can_bind(volume: &Object, claim: &Object) -> bool {
    let (offered, asked) = (&volume.json["spec"], &claim.json["spec"]);
    let by_name = text(&asked["volumeName"]).filter(|name| !name.is_empty());
    if let Some(name) = by_name {
        return name == volume.name();
    }
    let mode = |spec: &Value| text(&spec["volumeMode"]).unwrap_or("Filesystem").to_owned();
    let size = quantity::ones;
    let is_large = match (
        size(&offered["capacity"]["storage"]),
        size(&asked["resources"]["requests"]["storage"]),
    ) {
        (Some(offered), Some(asked)) => offered >= asked,
        _ => false,
    };
    is_large
        && mode(offered) == mode(asked)
        && list(&asked["accessModes"])
            .iter()
            .all(|mode| list(&offered["accessModes"]).contains(mode))
        && Selector::of(&asked["selector"]).selects(&volume.json["metadata"]["labels"])
}

/// Whether claims differ by their ordinals alone, and are made by one StatefulSet.
fn are_of_one_set(one: &Object, other: &Object) -> bool {
    let stem = |claim: &Object| claim.name().rsplit_once('-').map(|(stem, _)| stem.to_owned());
    !one.is_written()
        && !other.is_written()
        && one.namespace() == other.namespace()
        && stem(one) == stem(other)
}
