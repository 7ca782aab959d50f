//! What runs: which pods are replaced, and what does not answer meanwhile.

use super::{Context, Effect, Subject, counted};
use crate::graph::Relation;
use crate::objects::{Object, Pod, Value, count_of, text};

/// Tells what becomes of pods.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    if let Some((old, new)) = subject.both() {
        if Pod::is_made_by(&new.identity.group, &new.identity.kind) {
            account(subject);
        }
        templates(context, subject, old, new);
        replicas(context, subject, new);
        later(subject, new);
    }
    abandoned(context, subject);
}

/// The account of pods has two fields of the same meaning, of which the API server fills in the other.
///
/// Upstream: <https://github.com/kubernetes/kubernetes/issues/108208>
fn account(subject: &mut Subject<'_, '_>) {
    let positions = subject.matching(|difference| {
        difference.new.is_none()
            && difference
                .keys
                .last()
                .is_some_and(|key| ["serviceAccountName", "serviceAccount"].contains(&key.as_str()))
    });
    for position in positions {
        let cause = "the API server keeps the account in the other field of the same meaning, and takes it from there; write `default` to change it";
        subject.field(position, Effect::Ignored, cause);
    }
}

/// The template of pods: what happens to those that run.
fn templates(context: &Context<'_>, subject: &mut Subject<'_, '_>, old: &Object, new: &Object) {
    let spec = &new.json["spec"];
    let kind = (new.identity.group.as_str(), new.identity.kind.as_str());
    let positions = match kind {
        ("batch", "CronJob") => subject.below("spec.jobTemplate"),
        ("", "Pod") => {
            for field in ["spec.containers.image", "spec.initContainers.image"] {
                for position in subject.below(field) {
                    subject.field(
                        position,
                        Effect::Restart,
                        "the container is restarted in its pod",
                    );
                }
            }
            return;
        }
        _ if Pod::is_made_by(&new.identity.group, &new.identity.kind) => {
            subject.below("spec.template")
        }
        _ => return,
    };
    let positions: Vec<usize> =
        positions.into_iter().filter(|&position| !subject.is_judged(position)).collect();
    if positions.is_empty() {
        return;
    }
    let strategy = match kind.1 {
        "Deployment" | "Rollout" => &spec["strategy"],
        _ => &spec["updateStrategy"],
    };
    let pods = context.to.replicas(new);
    let many = pods.map_or_else(|| "one pod of each node".to_owned(), |pods| counted(pods, "pod"));
    let waits = match kind {
        ("batch", "CronJob") => {
            tell_all(subject, &positions, Effect::InPlace, "from the next run on");
            return;
        }
        ("batch", _) => return,
        ("apps", "ReplicaSet") | ("", "ReplicationController") => {
            Some("it replaces no pods that run; delete them")
        }
        ("apps", "DaemonSet" | "StatefulSet") if text(&strategy["type"]) == Some("OnDelete") => {
            Some("updateStrategy OnDelete waits until each pod is deleted")
        }
        ("apps", "Deployment") if spec["paused"].as_bool() == Some(true) => {
            Some("it is paused: nothing happens until it is resumed")
        }
        _ => None,
    };
    if let Some(cause) = waits {
        tell_all(subject, &positions, Effect::UntilRestart, cause);
        return;
    }
    if pods == Some(0) {
        tell_all(subject, &positions, Effect::InPlace, "it has no pods that would be restarted");
        return;
    }
    for &position in &positions {
        let difference = &subject.differences[position];
        let cause = if difference.order {
            format!("the template has another order, which counts as a change: {many} replaced")
        } else {
            format!("the template of its pods changes: {many} replaced")
        };
        subject.field(position, Effect::Restart, cause);
    }
    let partition = strategy["rollingUpdate"]["partition"].as_u64().unwrap_or(0);
    if partition > 0 {
        let cause =
            format!("only pods from number {partition} on are replaced, because of the partition");
        subject.whole(Effect::Restart, cause);
    }
    if let Some(cause) = interruption(kind, strategy, pods, old) {
        subject.whole(Effect::Outage, cause);
    }
}

fn tell_all(subject: &mut Subject<'_, '_>, positions: &[usize], effect: Effect, cause: &str) {
    for &position in positions {
        subject.field(position, effect, cause);
    }
}

/// Why no pod answers while pods are replaced.
fn interruption(
    kind: (&str, &str),
    strategy: &Value,
    pods: Option<u64>,
    old: &Object,
) -> Option<String> {
    let pods = pods?;
    let had_pods = old.json["spec"]["replicas"].as_u64() != Some(0);
    if !had_pods {
        return None;
    }
    match kind {
        ("apps", "Deployment") if text(&strategy["type"]) == Some("Recreate") => {
            Some("strategy Recreate: all pods stop before new ones start".to_owned())
        }
        ("apps", "Deployment") => {
            let unavailable = count_of(&strategy["rollingUpdate"]["maxUnavailable"], pods, false)
                .unwrap_or(pods / 4);
            (unavailable >= pods).then(|| {
                format!(
                    "maxUnavailable lets {} stop before new ones are ready",
                    if pods == 1 { "the only pod".to_owned() } else { format!("all {pods} pods") }
                )
            })
        }
        ("apps", "StatefulSet") if pods == 1 => {
            Some("its only pod stops before the new one starts".to_owned())
        }
        _ => None,
    }
}

/// How many pods there are, and who decides that.
fn replicas(context: &Context<'_>, subject: &mut Subject<'_, '_>, new: &Object) {
    if !Pod::is_made_by(&new.identity.group, &new.identity.kind) {
        return;
    }
    let scaler =
        context.naming(&new.identity).find(|reference| reference.relation == Relation::ScaleTarget);
    let scaler = scaler.map(|reference| reference.from.identity.to_string());
    for position in subject.below("spec.replicas") {
        let difference = &subject.differences[position];
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
        let (before, after) = (number(&difference.old), number(&difference.new));
        match (&scaler, after) {
            (Some(scaler), None) => {
                let cause = format!(
                    "without replicas the API server writes 1, and pods stop until {scaler} scales again"
                );
                let way = "let Argo CD ignore spec.replicas (ignoreDifferences with RespectIgnoreDifferences=true) before it is removed";
                if before.is_some_and(|before| before > 1) {
                    subject.field(position, Effect::Outage, cause).way_out(way);
                }
                subject.field(position, Effect::InPlace, format!("{scaler} decides from then on"));
            }
            (Some(scaler), Some(_)) => {
                subject.field(position, Effect::InPlace, format!("until {scaler} scales it again"));
            }
            (None, Some(0)) => {
                subject.field(position, Effect::Outage, "no pod runs any more");
                subject.field(position, Effect::InPlace, "all pods stop");
            }
            (None, after) => {
                let (before, after) = (before.unwrap_or(1), after.unwrap_or(1));
                let cause = if after >= before {
                    format!("{} more", counted(after - before, "pod"))
                } else {
                    format!("{} stop", counted(before - after, "pod"))
                };
                subject.field(position, Effect::InPlace, cause);
            }
        }
    }
}

/// What pods take over only when they start.
fn later(subject: &mut Subject<'_, '_>, new: &Object) {
    if new.is("", "ServiceAccount") {
        for field in ["imagePullSecrets", "automountServiceAccountToken", "secrets"] {
            for position in subject.below(field) {
                subject.field(position, Effect::UntilRestart, "pods get it when they are created");
            }
        }
    }
    if new.is("", "LimitRange") {
        for position in subject.below("spec") {
            subject.field(
                position,
                Effect::UntilRestart,
                "defaults and limits are for pods that are created from now on",
            );
        }
    }
    if new.is("networking.istio.io", "ProxyConfig") {
        for position in subject.below("spec") {
            subject.field(
                position,
                Effect::UntilRestart,
                "a sidecar reads its settings when its pod is created",
            );
        }
    }
    if new.is("", "Namespace") {
        let labels = ["istio-injection", "istio.io/rev", "istio.io/dataplane-mode"];
        let positions = subject.matching(|difference| {
            difference.is_below("metadata.labels")
                && difference.keys.last().is_some_and(|key| labels.contains(&key.as_str()))
        });
        for position in positions {
            let is_ambient = subject.differences[position]
                .keys
                .last()
                .is_some_and(|key| key.ends_with("dataplane-mode"));
            if is_ambient {
                subject.field(position, Effect::InPlace, "its pods join or leave the mesh at once");
            } else {
                subject.field(
                    position,
                    Effect::UntilRestart,
                    "pods get or lose their sidecar when they are created",
                );
            }
        }
    }
}

/// Services that lead to no pod any more, because these are gone or have other labels.
fn abandoned(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some(old) = subject.pair.old else { return };
    let Some(pod) = Pod::of(old) else { return };
    let has_other_labels = subject
        .pair
        .new
        .is_none_or(|new| Pod::of(new).is_none_or(|new| new.labels() != pod.labels()));
    if !has_other_labels || !context.sees_all_pods(old.namespace()) {
        return;
    }
    for service in context.to.services_in(old.namespace()) {
        let was_behind = context.from.objects().get(&service.identity).is_some_and(|before| {
            context.from.behind(before).any(|pod| pod.owner.identity == old.identity)
        });
        if was_behind && service.is_deployed() && context.to.behind(service).next().is_none() {
            let cause = format!("{} leads to no pod any more", service.identity);
            subject.whole(Effect::Outage, cause);
        }
    }
}
