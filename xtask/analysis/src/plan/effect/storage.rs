//! What holds data: claims, volumes, classes, and operators that make them.

use super::immutable::refuse_field;
use super::{Context, Effect, Subject, counted};
use crate::objects::{Object, Value, text};
use crate::plan::compare::billionths;

const CLAIM: &str = "what the claim holds is lost where the volume's reclaim policy is Delete: copy it to a claim of another name instead";

/// Tells what becomes of volumes.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some((old, new)) = subject.both() else { return };
    match (new.identity.group.as_str(), new.identity.kind.as_str()) {
        ("", "PersistentVolumeClaim") => claim(context, subject, old, new),
        ("", "PersistentVolume") => volume(subject),
        ("storage.k8s.io", "StorageClass") => class(subject),
        ("apps", "StatefulSet") => scaled(subject, old, new),
        ("rabbitmq.com", "RabbitmqCluster") => rabbitmq(subject),
        _ => {}
    }
}

fn claim(context: &Context<'_>, subject: &mut Subject<'_, '_>, old: &Object, new: &Object) {
    for position in subject.below("spec") {
        let difference = &subject.differences[position];
        if difference.is_below("spec.volumeAttributesClassName") {
            subject.field(
                position,
                Effect::InPlace,
                "its driver changes the volume while it is used",
            );
        } else if difference.is_below("spec.resources.requests.storage") {
            size(context, subject, position, old, new);
        } else {
            let cause =
                "of a claim only a larger size and volumeAttributesClassName can be changed";
            refuse_field(subject, position, new, cause, Some(CLAIM));
        }
    }
}

fn size(
    context: &Context<'_>,
    subject: &mut Subject<'_, '_>,
    position: usize,
    old: &Object,
    new: &Object,
) {
    let bytes =
        |object: &Object| billionths(&object.json["spec"]["resources"]["requests"]["storage"]);
    if bytes(new) < bytes(old) {
        let way = "keep the old size, or copy the data to a smaller claim of another name";
        subject.field(position, Effect::Refused, "a claim cannot be made smaller").way_out(way);
        return;
    }
    let name = text(&new.json["spec"]["storageClassName"]);
    let class = name
        .and_then(|name| context.to.objects().find("storage.k8s.io", "StorageClass", None, name));
    let allows = class
        .filter(|class| class.is_deployed())
        .map(|class| class.json["allowVolumeExpansion"].as_bool() == Some(true));
    match (name, allows) {
        (Some(""), _) => {
            let way = "keep the old size, or create a larger volume and a claim of another name, and copy the data";
            subject
                .field(position, Effect::Refused, "only claims of a class can grow")
                .way_out(way);
        }
        (Some(name), Some(false)) => {
            let way = format!(
                "set allowVolumeExpansion: true in StorageClass {name} first, where its driver can do that"
            );
            subject
                .field(
                    position,
                    Effect::Refused,
                    format!("StorageClass {name} does not allow claims to grow"),
                )
                .way_out(way);
        }
        (_, Some(true)) => {
            subject
                .field(
                    position,
                    Effect::InPlace,
                    "the volume grows, and cannot be made smaller again",
                )
                .one_way();
        }
        _ => {
            let cause = "the volume grows where its class allows it (refused if not), and cannot be made smaller again";
            subject.field(position, Effect::InPlace, cause).one_way();
        }
    }
}

fn volume(subject: &mut Subject<'_, '_>) {
    for position in subject.below("spec.persistentVolumeReclaimPolicy") {
        let becomes = subject.differences[position].new.as_ref().and_then(text).map(str::to_owned);
        if becomes.as_deref() == Some("Delete") {
            subject.field(
                position,
                Effect::InPlace,
                "from now on its data is deleted with its claim",
            );
        }
    }
}

fn class(subject: &mut Subject<'_, '_>) {
    for field in ["allowVolumeExpansion", "mountOptions", "allowedTopologies"] {
        for position in subject.below(field) {
            let cause = if field == "allowVolumeExpansion" {
                "for claims that are changed from now on"
            } else {
                "for volumes that are made from now on"
            };
            subject.field(position, Effect::InPlace, cause);
        }
    }
}

/// A set whose claims go with the pods that are scaled away.
fn scaled(subject: &mut Subject<'_, '_>, old: &Object, new: &Object) {
    let replicas = |object: &Object| object.json["spec"]["replicas"].as_u64().unwrap_or(1);
    let deletes = new.json["spec"]["persistentVolumeClaimRetentionPolicy"]["whenScaled"].as_str()
        == Some("Delete");
    let (before, after) = (replicas(old), replicas(new));
    for position in subject.below("spec.replicas") {
        if deletes && after < before {
            let cause = format!(
                "whenScaled: Delete deletes the claims of {}",
                counted(before - after, "pod")
            );
            subject.field(position, Effect::DataLoss, cause).one_way();
        }
    }
    for position in subject.below("spec.volumeClaimTemplates") {
        let cause = "claims that exist keep what they have: change each of them as well";
        if subject.differences[position]
            .is_below("spec.volumeClaimTemplates.spec.resources.requests.storage")
        {
            subject.field(position, Effect::NoEffect, cause);
        }
    }
}

fn rabbitmq(subject: &mut Subject<'_, '_>) {
    for position in subject.below("spec.replicas") {
        let difference = &subject.differences[position];
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64).unwrap_or(1);
        if number(&difference.new) < number(&difference.old) {
            let cause = "RabbitMQ's operator does not make a cluster smaller";
            subject.field(position, Effect::NoEffect, cause);
        }
    }
}
