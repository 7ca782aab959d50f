//! What names another object finds it, down to the key and the port.

pub(super) mod missing_config_map;
pub(super) mod missing_secret;

use super::{At, Findings, near};
use crate::environment::Presence;
use crate::graph::{Graph, Part, Reference, Relation};
use crate::objects::{Object, text};

/// Tells every field that names by one relation what is not there, or a key that it does not have.
fn missing(graph: &Graph<'_>, findings: &mut Findings<'_>, relation: Relation) {
    for reference in graph.named_by(relation) {
        if !reference.optional {
            missing_target(graph, findings, reference);
        }
    }
}

fn missing_target(graph: &Graph<'_>, findings: &mut Findings<'_>, reference: &Reference<'_>) {
    let Reference { from, field, target, .. } = reference;
    match graph.objects().get(target) {
        Some(object) => missing_key(findings, reference, object),
        None if graph.environment.presence(target) == Presence::Missing => {
            let others = graph.objects().of_kind(&target.group, &target.kind);
            let others = others.filter(|other| other.identity.namespace == target.namespace);
            let hint = near::hint(&target.name, others.map(Object::name));
            let elsewhere = graph
                .objects()
                .of_kind(&target.group, &target.kind)
                .find(|other| other.name() == target.name);
            let added =
                findings.add(from, At::Value(field), format!("{target} is not there{hint}"));
            if let Some(other) = elsewhere {
                added.side("one of this name is in another namespace", other, At::Object);
            }
        }
        None => {}
    }
}

/// A key that the object does not have; where its keys are not known, all are there.
fn missing_key(findings: &mut Findings<'_>, reference: &Reference<'_>, object: &Object) {
    let Some(Part::Key(key)) = reference.part else { return };
    let (Some(name), Some(keys)) = (text(key), keys(object)) else { return };
    if keys.contains(&name) {
        return;
    }
    let hint = near::hint(name, keys.iter().copied());
    findings
        .add(reference.from, At::Value(key), format!("{} has no key {name}{hint}", object.identity))
        .side("its keys are here", object, At::Object);
}

/// The keys of a Secret or ConfigMap, where they are known.
fn keys(object: &Object) -> Option<Vec<&str>> {
    let fields = ["data", "stringData", "binaryData"].map(|field| &object.json[field]);
    if !fields.iter().any(|field| field.is_object()) {
        return None;
    }
    let keys = fields.into_iter().filter_map(|field| field.as_object());
    Some(keys.flat_map(|fields| fields.keys().map(String::as_str)).collect())
}
