//! What workloads, claims and ways in name: Services, scaled workloads, storage classes.

use serde_json::Value;

use super::{Part, Reference, Relation};
use crate::objects::{Identity, Object, list, text};

/// What an object names by itself, apart from its pods.
pub(super) fn references<'a>(object: &'a Object, references: &mut Vec<Reference<'a>>) {
    let spec = &object.json["spec"];
    let mut push = |field: &'a Value, relation, target, part| {
        references.push(Reference { from: object, field, relation, target, part, optional: false });
    };
    let own = |kind: &str, name: &str| Identity::new("", kind, Some(object.namespace()), name);
    match (object.identity.group.as_str(), object.identity.kind.as_str()) {
        ("apps", "StatefulSet") => {
            if let Some(name) = named(&spec["serviceName"]) {
                let target = own("Service", name);
                push(&spec["serviceName"], Relation::GoverningService, target, None);
            }
        }
        ("", "PersistentVolumeClaim") => {
            if let Some(name) = named(&spec["storageClassName"]) {
                let target = Identity::new("storage.k8s.io", "StorageClass", None, name);
                push(&spec["storageClassName"], Relation::StorageClass, target, None);
            }
            if let Some(name) = named(&spec["volumeName"]) {
                let target = Identity::new("", "PersistentVolume", None, name);
                push(&spec["volumeName"], Relation::Volume, target, None);
            }
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
            let scaled = &spec["targetRef"];
            if let (Some(name), Some(kind)) = (named(&scaled["name"]), named(&scaled["kind"])) {
                let version = text(&scaled["apiVersion"]).unwrap_or("apps/v1");
                let group = version.split_once('/').map_or("", |(group, _)| group);
                let target = Identity::new(group, kind, Some(object.namespace()), name);
                push(&scaled["name"], Relation::ScaleTarget, target, None);
            }
        }
        (
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding",
        ) => {
            if let Some(name) = named(&spec["policyName"]) {
                let kind = object.identity.kind.trim_end_matches("Binding");
                let target = Identity::new("admissionregistration.k8s.io", kind, None, name);
                push(&spec["policyName"], Relation::AdmissionPolicy, target, None);
            }
        }
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            let scaled = &spec["scaleTargetRef"];
            if let Some(name) = named(&scaled["name"]) {
                let version = text(&scaled["apiVersion"]).unwrap_or("apps/v1");
                let group = version.split_once('/').map_or("", |(group, _)| group);
                let kind = text(&scaled["kind"]).unwrap_or("Deployment");
                let target = Identity::new(group, kind, Some(object.namespace()), name);
                push(&scaled["name"], Relation::ScaleTarget, target, None);
            }
        }
        ("networking.k8s.io", "Ingress") => {
            if let Some(name) = named(&spec["ingressClassName"]) {
                let target = Identity::new("networking.k8s.io", "IngressClass", None, name);
                push(&spec["ingressClassName"], Relation::GatewayClass, target, None);
            }
            for tls in list(&spec["tls"]) {
                if let Some(name) = named(&tls["secretName"]) {
                    let target = own("Secret", name);
                    push(&tls["secretName"], Relation::ServedCertificate, target, None);
                }
            }
            let paths = list(&spec["rules"]).iter().flat_map(|rule| list(&rule["http"]["paths"]));
            let backends = paths.map(|path| &path["backend"]).chain(Some(&spec["defaultBackend"]));
            for backend in backends {
                let service = &backend["service"];
                if let Some(name) = named(&service["name"]) {
                    let port = &service["port"];
                    let port = if port["name"].is_null() { &port["number"] } else { &port["name"] };
                    let target = own("Service", name);
                    push(&service["name"], Relation::Backend, target, Some(Part::Port(port)));
                }
            }
        }
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => {
            for webhook in list(&object.json["webhooks"]) {
                webhook_service(&webhook["clientConfig"]["service"], &mut push);
            }
        }
        ("apiregistration.k8s.io", "APIService") => webhook_service(&spec["service"], &mut push),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let webhook = &spec["conversion"]["webhook"]["clientConfig"];
            webhook_service(&webhook["service"], &mut push);
        }
        _ => {}
    }
}

fn webhook_service<'a>(
    service: &'a Value,
    push: &mut impl FnMut(&'a Value, Relation, Identity, Option<Part<'a>>),
) {
    if let (Some(name), Some(namespace)) = (named(&service["name"]), named(&service["namespace"])) {
        let target = Identity::new("", "Service", Some(namespace), name);
        let port = Some(&service["port"]).filter(|port| !port.is_null()).map(Part::Port);
        push(&service["name"], Relation::WebhookService, target, port);
    }
}

fn named(field: &Value) -> Option<&str> {
    text(field).filter(|name| !name.is_empty())
}
