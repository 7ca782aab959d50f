//! Services: the address that clients use, and what is behind it.

use super::immutable::refuse_field;
use super::{Context, Effect, Subject};
use crate::objects::{Object, Value, list, text};

const NEW_ADDRESS: &str = "clients that keep the old address fail until they look it up again";

/// Tells what becomes of the address and the ports of a Service.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    if !subject.is("", "Service") {
        return;
    }
    let Some((old, new)) = subject.both() else { return };
    let kind =
        |object: &'_ Object| object.json["spec"]["type"].as_str().unwrap_or("ClusterIP").to_owned();
    let (before, after) = (kind(old), kind(new));
    let keeps_address = before != "ExternalName" && after != "ExternalName";
    addresses(subject, old, new, keeps_address);
    for position in subject.below("spec.ipFamilyPolicy") {
        if keeps_address && subject.differences[position].new.is_none() {
            let cause = "the API server keeps the families of addresses that the Service has";
            subject.field(position, Effect::Ignored, cause);
        }
    }
    for position in subject.below("spec.loadBalancerClass") {
        if before == "LoadBalancer" && after == "LoadBalancer" {
            refuse_field(
                subject,
                position,
                new,
                "the class of a load balancer cannot be changed",
                Some(NEW_ADDRESS),
            );
        }
    }
    let has_health_check = |object: &Object| {
        object.json["spec"]["type"] == "LoadBalancer"
            && object.json["spec"]["externalTrafficPolicy"] == "Local"
    };
    for position in subject.below("spec.healthCheckNodePort") {
        if !has_health_check(old) {
            continue;
        }
        if subject.differences[position].new.is_some() {
            refuse_field(
                subject,
                position,
                new,
                "the port of the health check cannot be changed",
                None,
            );
        } else {
            subject.field(
                position,
                Effect::Ignored,
                "the API server keeps the port that the Service has",
            );
        }
    }
    types(subject, &before, &after);
    ports(subject, &after);
    let positions = subject.below("spec.selector");
    if !positions.is_empty() {
        let is_lost = context.from.behind(old).next().is_some()
            && context.to.behind(new).next().is_none()
            && context.sees_all_pods(new.namespace());
        for position in positions {
            if is_lost {
                subject.field(
                    position,
                    Effect::Outage,
                    "it selects no pod any more: every connection is refused",
                );
            }
            subject.field(position, Effect::InPlace, "connections go to other pods at once");
        }
    }
}

fn addresses(subject: &mut Subject<'_, '_>, old: &Object, new: &Object, keeps_address: bool) {
    for field in ["spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies"] {
        for position in subject.below(field) {
            let difference = &subject.differences[position];
            let first =
                |value: &Option<Value>| value.as_ref().and_then(|value| value.get(0)).cloned();
            let is_second =
                field != "spec.clusterIP" && first(&difference.old) == first(&difference.new);
            if !keeps_address || is_second {
                continue;
            }
            // The other field of the same meaning has it already.
            let written = &old.json["spec"]["clusterIP"];
            if field == "spec.clusterIPs" && difference.old.is_none() && written.is_string() {
                let is_it = first(&difference.new).as_ref() == Some(written);
                if is_it && difference.new.as_ref().is_some_and(|new| list(new).len() == 1) {
                    subject.field(
                        position,
                        Effect::Ignored,
                        "the Service has this address already",
                    );
                    continue;
                }
            }
            let is_left_out = difference.new.as_ref().is_none_or(|new| text(new) == Some(""));
            if is_left_out {
                subject.field(
                    position,
                    Effect::Ignored,
                    "the API server keeps the address that the Service has",
                );
                continue;
            }
            let is_headless = difference.new.as_ref().and_then(text) == Some("None");
            let cause = match (field, is_headless) {
                ("spec.ipFamilies", _) => "the first family of addresses cannot be changed",
                (_, true) => "an address cannot be taken away from a Service",
                _ if difference.old.is_none() => {
                    "the address of a Service cannot be changed, unless it has this one already"
                }
                _ => "the address of a Service cannot be changed",
            };
            refuse_field(subject, position, new, cause, Some(NEW_ADDRESS));
            subject.field(
                position,
                Effect::Outage,
                "to recreate it gives it another address, and none in between",
            );
        }
    }
}

fn types(subject: &mut Subject<'_, '_>, before: &str, after: &str) {
    for position in subject.below("spec.type") {
        let cause = match (before, after) {
            (_, "ExternalName") => {
                "its address in the cluster is given up: clients are sent to another name"
            }
            ("LoadBalancer", _) => {
                "its load balancer is removed: nobody outside reaches it by that address"
            }
            ("NodePort", "ClusterIP") => {
                "its ports of nodes are closed: nobody outside reaches it by them"
            }
            _ => continue,
        };
        subject.field(position, Effect::Outage, cause);
    }
}

fn ports(subject: &mut Subject<'_, '_>, kind: &str) {
    for position in subject.below("spec.ports") {
        let difference = &subject.differences[position];
        let is_whole = difference.keys.len() == 2;
        if is_whole && difference.new.is_none() {
            let removed = difference.old.as_ref().map_or(&[][..], |old| match old {
                Value::Array(ports) => ports,
                port => std::slice::from_ref(port),
            });
            let numbers: Vec<String> =
                removed.iter().map(|port| port["port"].to_string()).collect();
            subject.field(
                position,
                Effect::Outage,
                format!("nobody is reached at port {} any more", numbers.join(", ")),
            );
        }
        if subject.differences[position].is_below("spec.ports.nodePort") {
            let is_removed = subject.differences[position].new.is_none();
            if is_removed && kind != "ClusterIP" {
                subject.field(
                    position,
                    Effect::Ignored,
                    "the API server keeps the port of the nodes that the Service has",
                );
            } else if subject.differences[position].old.is_some() {
                subject.field(
                    position,
                    Effect::Outage,
                    "clients outside reach it by the old port of the nodes",
                );
            }
        }
    }
}

/// The ports of a Service, as people read them.
pub(super) fn port_numbers(service: &Object) -> String {
    let ports = list(&service.json["spec"]["ports"]).iter();
    ports.map(|port| port["port"].to_string()).collect::<Vec<_>>().join(", ")
}
