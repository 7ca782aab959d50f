//! What is gone from the manifests: whether it goes from the cluster, and what goes with it.

use super::service::port_numbers;
use super::{Context, Effect, Subject};
use crate::check::{has_option, hook_phase};
use crate::graph::Relation;
use crate::objects::{Object, Pod, text};

/// Kinds whose objects hold data that goes with them.
static DATA: &[(&str, &str, &str)] = &[
    ("", "Namespace", "everything in it is deleted, its claims included"),
    (
        "",
        "PersistentVolumeClaim",
        "its volume is deleted with what it holds, where the reclaim policy is Delete",
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        "all objects of its kind are deleted with it",
    ),
    ("k8s.cnpg.io", "Cluster", "its operator deletes the databases and their claims"),
    ("kafka.strimzi.io", "KafkaTopic", "its operator deletes the topic with its messages"),
    ("mariadb.mmontes.io", "MariaDB", "its operator deletes the database"),
    ("rabbitmq.com", "Queue", "the queue is deleted with its messages"),
    ("rabbitmq.com", "RabbitmqCluster", "its claims are deleted, and all queues with them"),
    ("rabbitmq.com", "Vhost", "its queues are deleted with their messages"),
    (
        "snapshot.storage.k8s.io",
        "VolumeSnapshot",
        "the snapshot is deleted where its deletion policy is Delete",
    ),
    (
        "generators.external-secrets.io",
        "Password",
        "values that it has generated cannot be made again",
    ),
];

/// What is lost with an object when it is deleted; none where it holds no data.
#[must_use]
pub fn lost_with(object: &Object) -> Option<&'static str> {
    let of_kind = DATA.iter().find(|(group, kind, _)| object.is(group, kind));
    let of_kind = of_kind.map(|(_, _, cause)| *cause);
    of_kind.or_else(|| takes_claims(object).then_some(CLAIMS_OF_SET))
}

/// Tells what comes of a deletion.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some(old) = subject.deleted() else { return };
    let renamed = subject
        .pair
        .renamed
        .map_or_else(String::new, |new| format!("; {new} has nearly the same content"));
    if let Some(phase) = hook_phase(old) {
        let cause = format!(
            "it was a hook ({phase}): no sync makes it any more, and what the last one has left stays"
        );
        subject.whole(Effect::Ignored, cause);
        return;
    }
    if let Some(stays) = stays(context, old) {
        subject.whole(
            Effect::Ignored,
            format!("it leaves the manifests and stays in the cluster: {stays}{renamed}"),
        );
        return;
    }
    let by = match context.from.delivery().application_of_copy(old) {
        Some(application) if context.to.objects().get(&application.identity).is_none() => {
            format!("with {}", application.identity)
        }
        Some(application) => {
            format!("by {}, which prunes once everything else is in sync", application.identity)
        }
        None => "by whatever deploys these manifests, if it prunes".to_owned(),
    };
    subject.whole(Effect::Delete, format!("{by}{renamed}"));
    if let Some(cause) = lost_with(old) {
        subject.whole(Effect::DataLoss, cause).one_way();
    }
    service(context, subject, old);
    needed(context, subject, old);
    if old.is("policy", "PodDisruptionBudget") {
        subject.whole(Effect::Outage, "draining nodes may stop all of its pods at once");
    }
}

/// Why an object stays in the cluster although no manifest has it.
fn stays(context: &Context<'_>, old: &Object) -> Option<String> {
    let application = context.from.delivery().application_of_copy(old)?;
    let Some(after) = context.to.objects().get(&application.identity) else {
        if has_option(old, "Delete=false") || has_option(application, "Delete=false") {
            return Some("Delete=false".to_owned());
        }
        if old.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            return Some(format!("{} deletes no CRDs with itself", application.identity));
        }
        if old.annotation("helm.sh/resource-policy") == Some("keep") {
            return Some("helm.sh/resource-policy: keep".to_owned());
        }
        let finalizers = crate::objects::list(&application.json["metadata"]["finalizers"]);
        let cascades = finalizers
            .iter()
            .filter_map(text)
            .any(|own| own.starts_with("resources-finalizer.argocd.argoproj.io"));
        return (!cascades).then(|| {
            format!("{} goes without the finalizer that deletes its objects", application.identity)
        });
    };
    if has_option(old, "Prune=false") {
        return Some("Prune=false".to_owned());
    }
    let prunes = after.json["spec"]["syncPolicy"]["automated"]["prune"].as_bool() == Some(true);
    (!prunes).then(|| format!("{} does not prune by itself", after.identity))
}

const CLAIMS_OF_SET: &str = "whenDeleted: Delete deletes the claims of its pods";

/// Whether claims go with a set.
fn takes_claims(old: &Object) -> bool {
    let policy = &old.json["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"];
    old.is("apps", "StatefulSet") && text(policy) == Some("Delete")
}

/// A Service that somebody calls.
fn service(context: &Context<'_>, subject: &mut Subject<'_, '_>, old: &Object) {
    if !old.is("", "Service") {
        return;
    }
    let mut callers: Vec<String> = context
        .calls()
        .filter(|call| call.service == old.identity)
        .map(|call| call.from.identity.to_string())
        .collect();
    callers.sort_unstable();
    callers.dedup();
    if !callers.is_empty() {
        let cause = format!("still called: {} (port {})", callers.join(", "), port_numbers(old));
        subject.whole(Effect::Outage, cause);
    }
}

/// What is needed by something that stays.
fn needed(context: &Context<'_>, subject: &mut Subject<'_, '_>, old: &Object) {
    let mut needing: Vec<String> = Vec::new();
    for reference in context
        .naming(&old.identity)
        .filter(|reference| !reference.optional && reference.from.is_deployed())
    {
        // What only selects or scales it does without it.
        let is_needed = match reference.relation {
            Relation::ConfigMap | Relation::Secret | Relation::Claim | Relation::ServiceAccount => {
                Pod::of(reference.from).is_some()
            }
            Relation::Backend
            | Relation::RouteBackend
            | Relation::RouteParent
            | Relation::ServedCertificate => true,
            _ => false,
        };
        let name = reference.from.identity.to_string();
        if is_needed && !needing.contains(&name) {
            needing.push(name);
        }
    }
    if !needing.is_empty() && context.to.is_missing(&old.identity) {
        subject.whole(Effect::Outage, format!("still needed by {}", needing.join(", ")));
    }
}
