//! Custom resources: by their conditions.

use serde_json::Value;

use super::{Health, condition, conditioned, is_observed, words_of};

/// Kinds whose controller always says so, and by which condition.
static SAYS: &[(&str, &str, &str)] = &[
    ("cert-manager.io", "Certificate", "Ready"),
    ("cert-manager.io", "ClusterIssuer", "Ready"),
    ("cert-manager.io", "Issuer", "Ready"),
    ("external-secrets.io", "ClusterSecretStore", "Ready"),
    ("external-secrets.io", "ExternalSecret", "Ready"),
    ("external-secrets.io", "SecretStore", "Ready"),
    ("gateway.networking.k8s.io", "Gateway", "Programmed"),
    ("gateway.networking.k8s.io", "GatewayClass", "Accepted"),
    ("rabbitmq.com", "Permission", "Ready"),
    ("rabbitmq.com", "Policy", "Ready"),
    ("rabbitmq.com", "Queue", "Ready"),
    ("rabbitmq.com", "RabbitmqCluster", "AllReplicasReady"),
    ("rabbitmq.com", "User", "Ready"),
    ("rabbitmq.com", "Vhost", "Ready"),
];

pub(super) fn judge(group: &str, kind: &str, object: &Value) -> Health {
    let says = SAYS.iter().find(|(own, name, _)| *own == group && *name == kind);
    match (group, kind) {
        ("argoproj.io", "Application") => application(object),
        ("gateway.networking.k8s.io", _) if kind.ends_with("Route") => route(object),
        _ => match (says, condition(object, "Ready")) {
            (Some((_, _, wanted)), _) => fresh(object, wanted),
            (None, Some(ready)) if ready["status"] == "False" => {
                Health::Progressing(words_of(ready))
            }
            (None, _) if !is_observed(object) => {
                Health::progressing("its controller has not seen it yet")
            }
            (None, _) => Health::Ready,
        },
    }
}

/// A condition that is about the object as it is now.
fn fresh(object: &Value, kind: &str) -> Health {
    let generation = object["metadata"]["generation"].as_i64();
    let is_old = condition(object, kind)
        .and_then(|condition| condition["observedGeneration"].as_i64())
        .is_some_and(|observed| generation.is_some_and(|own| observed < own));
    if is_old {
        return Health::progressing("its controller has not seen it yet");
    }
    conditioned(object, kind)
}

fn route(object: &Value) -> Health {
    let parents = object["status"]["parents"].as_array();
    let Some(parents) = parents.filter(|parents| !parents.is_empty()) else {
        return Health::progressing("no gateway has taken it yet");
    };
    for condition in
        parents.iter().flat_map(|parent| parent["conditions"].as_array().into_iter().flatten())
    {
        let counts = condition["type"] == "Accepted" || condition["type"] == "ResolvedRefs";
        if counts && condition["status"] == "False" {
            return Health::Progressing(words_of(condition));
        }
    }
    Health::Ready
}

fn application(object: &Value) -> Health {
    let status = &object["status"];
    let text = |value: &Value| value.as_str().unwrap_or("Unknown").to_owned();
    let (sync, health) = (text(&status["sync"]["status"]), text(&status["health"]["status"]));
    if sync == "Synced" && health == "Healthy" {
        return Health::Ready;
    }
    let message = status["operationState"]["message"].as_str().filter(|text| !text.is_empty());
    let of_conditions =
        status["conditions"].as_array().and_then(|all| all.last()?["message"].as_str());
    let message = message.filter(|_| sync != "Synced").or(of_conditions);
    let why = message.map_or_else(String::new, |message| format!(": {message}"));
    let words = format!("{sync}, {health}{why}");
    match status["operationState"]["phase"].as_str() {
        Some("Failed" | "Error") if sync != "Synced" => Health::Failed(words),
        _ => Health::Progressing(words),
    }
}
