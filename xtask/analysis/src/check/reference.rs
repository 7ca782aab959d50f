//! What names another object finds it, down to the key and the port.

pub(super) mod idle_external;
pub(super) mod missing_admission_policy;
pub(super) mod missing_alertmanager;
pub(super) mod missing_backend;
pub(super) mod missing_bound_queue;
pub(super) mod missing_called_port;
pub(super) mod missing_called_service;
pub(super) mod missing_calling_namespace;
pub(super) mod missing_claim;
pub(super) mod missing_config_map;
pub(super) mod missing_credential;
pub(super) mod missing_delegate;
pub(super) mod missing_destination;
pub(super) mod missing_destination_namespace;
pub(super) mod missing_destination_port;
pub(super) mod missing_export_namespace;
pub(super) mod missing_gateway_class;
pub(super) mod missing_generator;
pub(super) mod missing_governing_service;
pub(super) mod missing_issuer;
pub(super) mod missing_mesh_gateway;
pub(super) mod missing_messaging_cluster;
pub(super) mod missing_messaging_user;
pub(super) mod missing_monitored_port;
pub(super) mod missing_pod_volume;
pub(super) mod missing_policy_target;
pub(super) mod missing_principal;
pub(super) mod missing_priority_class;
pub(super) mod missing_project;
pub(super) mod missing_provider;
pub(super) mod missing_pull_secret;
pub(super) mod missing_reference_grant;
pub(super) mod missing_role;
pub(super) mod missing_route_backend;
pub(super) mod missing_route_filter;
pub(super) mod missing_route_parent;
pub(super) mod missing_rule_host;
pub(super) mod missing_runtime_class;
pub(super) mod missing_scale_target;
pub(super) mod missing_secret;
pub(super) mod missing_secret_store;
pub(super) mod missing_served_certificate;
pub(super) mod missing_service_account;
pub(super) mod missing_sidecar_host;
pub(super) mod missing_storage_class;
pub(super) mod missing_subject;
pub(super) mod missing_subset;
pub(super) mod missing_virtual_host;
pub(super) mod missing_volume;
pub(super) mod missing_webhook_service;
pub(super) mod unadmitted_route;
pub(super) mod unexported_destination;
pub(super) mod unserved_host;

use super::{At, Findings, near};
use crate::environment::Presence;
use crate::graph::{Graph, Part, Reference, Relation};
use crate::objects::{Identity, Key, Object, Value, list, text};

/// Tells every field that names by one relation what is not there, or a key or port that it does not have.
fn missing(graph: &Graph<'_>, findings: &mut Findings<'_>, relation: Relation) {
    for reference in graph.named_by(relation) {
        if !reference.optional {
            missing_target(graph, findings, reference);
        }
    }
}

fn missing_target(graph: &Graph<'_>, findings: &mut Findings<'_>, reference: &Reference<'_>) {
    let Reference { from, field, target, .. } = reference;
    if let Some(object) = graph.objects().get(target) {
        missing_part(findings, reference, object);
    } else if graph.is_missing(target) || is_slip(graph, target) {
        let same_kind = || graph.objects().of_kind(&target.group, &target.kind);
        let others = same_kind().filter(|other| other.identity.namespace == target.namespace);
        let hint = near::hint(&target.name, others.map(Object::name));
        let elsewhere = same_kind().find(|other| other.name() == target.name);
        let added = findings.add(from, At::Value(field), format!("{target} is not there{hint}"));
        if let Some(other) = elsewhere {
            added.side("one of this name is in another namespace", other, At::Object);
        }
    }
}

/// Whether a name of something that every cluster has without being told is a slip of one that is here.
fn is_slip(graph: &Graph<'_>, target: &Identity) -> bool {
    let mut others = graph.objects().of_kind(&target.group, &target.kind);
    target.namespace.is_none()
        && graph.environment.presence(target) == Presence::Missing
        && others.any(|other| near::is_slip(&target.name, other.name()))
}

/// A part that the object does not have; where its parts are not known, all are there.
fn missing_part(findings: &mut Findings<'_>, reference: &Reference<'_>, object: &Object) {
    match reference.part {
        Some(Part::Key(key)) => missing_key(findings, reference, key, object),
        Some(Part::Port(port)) if object.is("", "Service") => {
            missing_port(findings, reference.from, port, object);
        }
        // A route may name a listener by its port.
        Some(Part::Port(port)) => {
            let mut listeners = list(&object.json["spec"]["listeners"]).iter();
            if !port.is_null()
                && listeners.len() > 0
                && !listeners.any(|listener| listener["port"] == *port)
            {
                let message = format!("{} has no listener on port {port}", object.identity);
                findings.add(reference.from, At::Value(port), message).side(
                    "its listeners are here",
                    object,
                    At::Value(&object.json["spec"]["listeners"]),
                );
            }
        }
        Some(Part::Listener(listener)) => missing_listener(findings, reference, listener, object),
        None if reference.relation == Relation::WebhookService => {
            no_https(findings, reference, object);
        }
        None => {}
    }
}

fn missing_key(
    findings: &mut Findings<'_>,
    reference: &Reference<'_>,
    key: &Value,
    object: &Object,
) {
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
    Some(keys.flat_map(|fields| fields.keys().map(Key::as_str)).collect())
}

/// A port, by name or number, that a Service does not have.
fn missing_port(findings: &mut Findings<'_>, from: &Object, port: &Value, service: &Object) {
    let ports = list(&service.json["spec"]["ports"]);
    let is_asked = |known: &Value| known["port"] == *port || known["name"] == *port;
    if port.is_null() || ports.is_empty() || ports.iter().any(is_asked) {
        return;
    }
    let hint = text(port).map_or_else(String::new, |name| {
        near::hint(name, ports.iter().filter_map(|known| text(&known["name"])))
    });
    let port_name = text(port).map_or_else(|| port.to_string(), str::to_owned);
    let message = format!(
        "{} has no port {port_name}, but {}{hint}",
        service.identity,
        ports_in_words(ports)
    );
    findings.add(from, At::Value(port), message).side(
        "its ports are here",
        service,
        At::Value(&service.json["spec"]["ports"]),
    );
}

/// `80 (http), 443`.
fn ports_in_words(ports: &[Value]) -> String {
    let words = ports.iter().map(|port| match text(&port["name"]) {
        Some(name) => format!("{} ({name})", port["port"]),
        None => port["port"].to_string(),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The API server calls port 443 where none is named.
fn no_https(findings: &mut Findings<'_>, reference: &Reference<'_>, service: &Object) {
    let ports = &service.json["spec"]["ports"];
    if !list(ports).is_empty() && !list(ports).iter().any(|port| port["port"] == 443) {
        let message = format!(
            "{} has no port 443, which is called where none is named, but {}",
            service.identity,
            ports_in_words(list(ports))
        );
        findings.add(reference.from, At::Value(reference.field), message).side(
            "its ports are here",
            service,
            At::Value(ports),
        );
    }
}

fn missing_listener(
    findings: &mut Findings<'_>,
    reference: &Reference<'_>,
    listener: &Value,
    gateway: &Object,
) {
    let listeners = &gateway.json["spec"]["listeners"];
    let names: Vec<&str> =
        list(listeners).iter().filter_map(|listener| text(&listener["name"])).collect();
    let Some(name) = text(listener) else { return };
    if names.is_empty() || names.contains(&name) {
        return;
    }
    let hint = near::hint(name, names);
    findings
        .add(
            reference.from,
            At::Value(listener),
            format!("{} has no listener {name}{hint}", gateway.identity),
        )
        .side("its listeners are here", gateway, At::Value(listeners));
}
