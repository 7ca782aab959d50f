//! What is allowed more, or protected less, than before.

mod access;
mod mesh;
mod pods;

use super::{Context, Effect, Subject};
use crate::objects::{Object, Value, list, text};

/// Kinds that protect by being there.
static PROTECTS: &[(&str, &str, &str)] = &[
    ("networking.k8s.io", "NetworkPolicy", "pods that only it selects are open to everybody"),
    ("cilium.io", "CiliumNetworkPolicy", "pods that only it selects are open to everybody"),
    (
        "security.istio.io",
        "AuthorizationPolicy",
        "what it refused may be admitted, and where it was the last one that admits, everybody is",
    ),
    (
        "security.istio.io",
        "PeerAuthentication",
        "the mode of mutual TLS comes from elsewhere, PERMISSIVE where nobody says another",
    ),
    ("security.istio.io", "RequestAuthentication", "tokens are no longer verified"),
    (
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        "objects are no longer judged by it",
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        "objects are no longer judged by it",
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        "its policy judges nothing any more",
    ),
    (
        "gateway.networking.k8s.io",
        "BackendTLSPolicy",
        "the gateway no longer speaks TLS to what it leads to",
    ),
];

/// Kinds that open a way from outside.
static EXPOSES: &[(&str, &str)] = &[
    ("networking.k8s.io", "Ingress"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.networking.k8s.io", "TCPRoute"),
    ("networking.istio.io", "Gateway"),
    ("route.openshift.io", "Route"),
];

/// Levels of Pod Security, the weakest first.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// Tells what is allowed more, or protected less.
pub(super) fn tell(_context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    if let Some(old) = subject.deleted() {
        for (group, kind, cause) in PROTECTS {
            if old.is(group, kind) {
                subject.whole(Effect::Security, *cause);
            }
        }
        return;
    }
    exposure(subject);
    access::tell(subject);
    pods::tell(subject);
    mesh::tell(subject);
    let Some((_, new)) = subject.both() else { return };
    match (new.identity.group.as_str(), new.identity.kind.as_str()) {
        ("networking.k8s.io", "NetworkPolicy") => network_policy(subject),
        ("", "Namespace") => namespace(subject),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration") => {
            for position in subject.below("webhooks") {
                let difference = &subject.differences[position];
                let is_removed = difference.new.is_none() && difference.keys.len() == 1;
                let ignores = difference.is_below("webhooks.failurePolicy")
                    && difference.new.as_ref().and_then(text) == Some("Ignore");
                if is_removed {
                    subject.field(position, Effect::Security, "objects are no longer judged by it");
                } else if ignores {
                    subject.field(
                        position,
                        Effect::Security,
                        "objects pass unjudged where the webhook does not answer",
                    );
                }
            }
        }
        ("external-secrets.io", "ClusterSecretStore") => {
            for position in gained(subject, "spec.conditions") {
                subject.field(position, Effect::Security, "more namespaces read secrets by it");
            }
        }
        _ => {}
    }
}

/// The positions of what is added or changed below a field.
fn gained(subject: &Subject<'_, '_>, path: &str) -> Vec<usize> {
    subject.matching(|difference| difference.is_below(path) && difference.new.is_some())
}

/// The elements of a list that another one lacks.
fn added<'v>(old: &Value, new: &'v Value) -> Vec<&'v Value> {
    list(new).iter().filter(|element| !list(old).contains(element)).collect()
}

/// Ways from outside.
fn exposure(subject: &mut Subject<'_, '_>) {
    let Some(new) = subject.pair.new else { return };
    let is_exposing = |object: &Object| {
        object.json["spec"]["type"]
            .as_str()
            .is_some_and(|kind| ["LoadBalancer", "NodePort"].contains(&kind))
    };
    if new.is("", "Service") && is_exposing(new) {
        let kind = new.json["spec"]["type"].as_str().unwrap_or_default();
        let cause = format!("it can be reached from outside: {kind}");
        if subject.created().is_some() {
            subject.whole(Effect::Security, cause);
        } else {
            for position in subject.below("spec.type") {
                subject.field(position, Effect::Security, cause.clone());
            }
        }
    }
    if new.is("", "Service") {
        for position in gained(subject, "spec.externalIPs") {
            subject.field(
                position,
                Effect::Security,
                "it can be reached from outside by these addresses",
            );
        }
        for position in subject.below("spec.loadBalancerSourceRanges") {
            subject.field(position, Effect::Security, "others reach its load balancer");
        }
    }
    let is_way = EXPOSES.iter().any(|(group, kind)| new.is(group, kind));
    if is_way && subject.created().is_some() {
        subject.whole(Effect::Security, "it opens a way from outside");
    } else if is_way {
        for field in [
            "spec.rules",
            "spec.hostnames",
            "spec.listeners",
            "spec.servers",
            "spec.tls",
            "spec.host",
        ] {
            let positions = subject.matching(|difference| {
                let is_new = difference.old.is_none() && difference.new.is_some();
                let is_host = difference
                    .keys
                    .iter()
                    .any(|key| ["host", "hosts", "hostname", "hostnames"].contains(&key.as_str()));
                difference.is_below(field) && (is_new || is_host && difference.new.is_some())
            });
            for position in positions {
                subject.field(position, Effect::Security, "it opens a way from outside");
            }
        }
        let positions = subject.matching(|difference| {
            difference.keys.iter().any(|key| key == "tls") && difference.new.is_none()
        });
        for position in positions {
            subject.field(position, Effect::Security, "what comes this way is no longer encrypted");
        }
    }
}

fn network_policy(subject: &mut Subject<'_, '_>) {
    for position in subject.below("spec.podSelector") {
        subject.field(
            position,
            Effect::Security,
            "pods that it selected before are open, where no other policy selects them",
        );
    }
    for position in subject.below("spec.policyTypes") {
        let difference = &subject.differences[position];
        let lost = |kind: &str| {
            let has = |value: &Option<Value>| {
                value.as_ref().is_some_and(|value| list(value).iter().any(|own| own == kind))
            };
            has(&difference.old) && !has(&difference.new)
        };
        if lost("Ingress") || lost("Egress") {
            subject.field(
                position,
                Effect::Security,
                "nothing is refused any more in this direction",
            );
        }
    }
    for position in subject.matching(|difference| {
        difference.is_below("spec.ingress") || difference.is_below("spec.egress")
    }) {
        let difference = &subject.differences[position];
        let narrows = ["from", "to", "ports", "except"];
        let is_condition =
            difference.keys.last().is_some_and(|key| narrows.contains(&key.as_str()));
        let is_whole = difference.old.is_none() || difference.new.is_none();
        // A list of peers or ports that is gone admits all; one that is new admits fewer.
        let is_element = difference.shown.ends_with(']');
        let widens = match (is_condition && is_whole && !is_element, difference.new.is_some()) {
            (true, is_new) => !is_new,
            (false, is_new) => is_new,
        };
        if widens {
            subject.field(position, Effect::Security, "it admits others, or more, than before");
        }
    }
}

fn namespace(subject: &mut Subject<'_, '_>) {
    let enforce = "pod-security.kubernetes.io/enforce";
    let level = |value: &Option<Value>| {
        value
            .as_ref()
            .and_then(text)
            .and_then(|level| LEVELS.iter().position(|known| *known == level))
            .unwrap_or(0)
    };
    let of_mesh = ["istio-injection", "istio.io/rev", "istio.io/dataplane-mode"];
    for position in subject.below("metadata.labels") {
        let difference = &subject.differences[position];
        let key = difference.keys.last().map_or("", String::as_str);
        if key == enforce && level(&difference.new) < level(&difference.old) {
            subject.field(
                position,
                Effect::Security,
                "pods with more rights than before are admitted",
            );
        } else if key == enforce {
            let cause = "pods that run stay; those that are created from now on are judged by it";
            subject.field(position, Effect::InPlace, cause);
        } else if of_mesh.contains(&key)
            && (difference.new.is_none()
                || difference.new.as_ref().and_then(text) == Some("disabled"))
        {
            subject.field(
                position,
                Effect::Security,
                "pods leave the mesh: no mutual TLS, no policies of it",
            );
        }
    }
}
