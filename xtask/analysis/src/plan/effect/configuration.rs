//! ConfigMaps and Secrets: whether who reads them notices a change.

use super::{Context, Effect, Subject};
use crate::check::is_restarted;
use crate::graph::{Part, Reference, Relation};
use crate::objects::{Identity, Object, Pod, secret_name, text};

/// How pods come to a changed value.
enum Reading {
    /// They are replaced by the same plan, or anew each time.
    Anew,
    /// A controller restarts them.
    Restarted,
    /// They have read it when they started.
    Once,
    /// Its file is brought up to date.
    File,
}

/// Tells who reads a changed value, and when.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some((old, new)) = subject.both() else { return };
    if new.is("", "Secret") {
        // What was written by `stringData` belongs to nobody who could take it away.
        for position in subject.below("data") {
            let difference = &subject.differences[position];
            let key = difference.keys.last().map_or("", String::as_str);
            if difference.new.is_none() && old.json["data"][key].is_null() {
                let cause = "the API server keeps what stringData has written once";
                subject.field(position, Effect::Ignored, cause);
            }
        }
    }
    if new.is("", "ConfigMap") && new.name().starts_with("istio-sidecar-injector") {
        for position in subject.below("data") {
            let cause =
                "sidecars are made of it when pods are created; those that run stay as they are";
            let way = "restart the workloads of the mesh, a namespace at a time: kubectl -n NAMESPACE rollout restart deployment";
            subject.field(position, Effect::UntilRestart, cause).way_out(way);
        }
    }
    if new.is("", "ConfigMap") || new.is("", "Secret") {
        for field in ["data", "binaryData"] {
            for position in subject.below(field) {
                let key = subject.differences[position].keys.get(1).cloned();
                values(context, subject, position, &new.identity, key.as_deref());
            }
        }
    } else if new.is("external-secrets.io", "ExternalSecret") {
        let secret = Identity::new("", "Secret", Some(new.namespace()), secret_name(new));
        for field in ["spec.data", "spec.dataFrom", "spec.target.template"] {
            for position in subject.below(field) {
                values(context, subject, position, &secret, None);
            }
        }
    }
}

fn values(
    context: &Context<'_>,
    subject: &mut Subject<'_, '_>,
    position: usize,
    identity: &Identity,
    key: Option<&str>,
) {
    if subject.is_judged(position) {
        return;
    }
    let mut by_reading: [Vec<String>; 4] = Default::default();
    for reference in context.naming(identity) {
        if !matches!(reference.relation, Relation::ConfigMap | Relation::Secret)
            || !is_about(reference, key)
        {
            continue;
        }
        let Some(pod) = Pod::of(reference.from) else { continue };
        let reader = reference.from.identity.to_string();
        let of = match reading(context, &pod, reference) {
            Reading::Anew => 0,
            Reading::Restarted => 1,
            Reading::Once => 2,
            Reading::File => 3,
        };
        if !by_reading[of].contains(&reader) {
            by_reading[of].push(reader);
        }
    }
    let [anew, restarted, once, file] = by_reading;
    if !once.is_empty() {
        let readers = once.join(", ");
        let restart: Vec<String> = context
            .naming(identity)
            .filter(|reference| once.contains(&reference.from.identity.to_string()))
            .map(|reference| restart_command(reference.from))
            .collect();
        let mut commands: Vec<String> = Vec::new();
        for command in restart {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        let cause = format!("read once, when pods start, and nothing restarts them: {readers}");
        subject.field(position, Effect::UntilRestart, cause).way_out(commands.join("; "));
    }
    if !restarted.is_empty() {
        let cause = format!("restarted by Reloader: {}", restarted.join(", "));
        subject.field(position, Effect::Restart, cause);
    }
    if !anew.is_empty() && once.is_empty() {
        let cause = format!(
            "read by pods that this plan replaces, or that start anew: {}",
            anew.join(", ")
        );
        subject.field(position, Effect::InPlace, cause);
    }
    if !file.is_empty() && once.is_empty() {
        let cause = format!("mounted files follow within about a minute: {}", file.join(", "));
        subject.field(position, Effect::InPlace, cause);
    }
}

/// Whether a key is among what is read.
fn is_about(reference: &Reference<'_>, key: Option<&str>) -> bool {
    match (reference.part, key) {
        (Some(Part::Key(read)), Some(key)) => text(read).is_none_or(|read| read == key),
        _ => true,
    }
}

fn reading(context: &Context<'_>, pod: &Pod<'_>, reference: &Reference<'_>) -> Reading {
    let owner = pod.owner;
    let before = context.from.objects().get(&owner.identity);
    let template = |object: &Object| object.json["spec"]["template"].clone();
    let is_replaced = before.is_none_or(|before| template(before) != template(owner));
    if owner.identity.group == "batch" || is_replaced {
        return Reading::Anew;
    }
    let annotations = crate::objects::texts(&owner.json["metadata"]["annotations"]);
    let is_reloaded =
        annotations.into_iter().any(|(key, _)| key.contains("reloader.stakater.com/"));
    if is_reloaded && is_restarted(pod) {
        return Reading::Restarted;
    }
    if context.read_once().at_all(reference.field) { Reading::Once } else { Reading::File }
}

fn restart_command(owner: &Object) -> String {
    let kind = owner.identity.kind.to_lowercase();
    format!("kubectl -n {} rollout restart {kind} {}", owner.namespace(), owner.name())
}
