//! What workloads, claims and ways in name: Services, scaled workloads, storage classes.

use super::reference::Names;
use super::{Part, Relation};
use crate::objects::{Value, list, text};

const ADMISSION: &str = "admissionregistration.k8s.io";

/// The port of pods that a port of a Service leads to: a name or a number.
#[must_use]
pub fn target_port(port: &Value) -> &Value {
    let target = &port["targetPort"];
    if target.is_null() || *target == 0 { &port["port"] } else { target }
}

/// What an object names by itself, apart from its pods.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    let spec = &object.json["spec"];
    let own = |kind| ("", kind, Some(object.namespace()));
    match (object.identity.group.as_str(), object.identity.kind.as_str()) {
        ("apps", "StatefulSet") => {
            names.name(&spec["serviceName"], Relation::GoverningService, own("Service"));
        }
        ("", "PersistentVolumeClaim") => {
            let class = ("storage.k8s.io", "StorageClass", None);
            names.name(&spec["storageClassName"], Relation::StorageClass, class);
            let volume = ("", "PersistentVolume", None);
            names.name(&spec["volumeName"], Relation::Volume, volume);
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
            scaled(names, &spec["targetRef"], text(&spec["targetRef"]["kind"]));
        }
        (ADMISSION, "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding") => {
            let kind = object.identity.kind.trim_end_matches("Binding");
            names.name(&spec["policyName"], Relation::AdmissionPolicy, (ADMISSION, kind, None));
        }
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            let target = &spec["scaleTargetRef"];
            scaled(names, target, text(&target["kind"]).or(Some("Deployment")));
        }
        ("networking.k8s.io", "Ingress") => {
            let class = ("networking.k8s.io", "IngressClass", None);
            names.name(&spec["ingressClassName"], Relation::GatewayClass, class);
            for tls in list(&spec["tls"]) {
                names.name(&tls["secretName"], Relation::ServedCertificate, own("Secret"));
            }
            let paths = list(&spec["rules"]).iter().flat_map(|rule| list(&rule["http"]["paths"]));
            let backends = paths.map(|path| &path["backend"]).chain(Some(&spec["defaultBackend"]));
            for service in backends.map(|backend| &backend["service"]) {
                let port = &service["port"];
                let port = if port["name"].is_null() { &port["number"] } else { &port["name"] };
                let target = &service["name"];
                names.part(target, Relation::Backend, own("Service"), Some(Part::Port(port)));
            }
        }
        (ADMISSION, "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
            for webhook in list(&object.json["webhooks"]) {
                webhook_service(names, &webhook["clientConfig"]["service"]);
            }
        }
        ("apiregistration.k8s.io", "APIService") => webhook_service(names, &spec["service"]),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let webhook = &spec["conversion"]["webhook"]["clientConfig"];
            webhook_service(names, &webhook["service"]);
        }
        _ => {}
    }
}

/// The workload that an autoscaler names, if its kind is known.
fn scaled<'a>(names: &mut Names<'_, 'a>, target: &'a Value, kind: Option<&str>) {
    let Some(kind) = kind.filter(|kind| !kind.is_empty()) else { return };
    let version = text(&target["apiVersion"]).unwrap_or("apps/v1");
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let what = (group, kind, Some(names.from.namespace()));
    names.name(&target["name"], Relation::ScaleTarget, what);
}

fn webhook_service<'a>(names: &mut Names<'_, 'a>, service: &'a Value) {
    let namespace = text(&service["namespace"]).filter(|namespace| !namespace.is_empty());
    if namespace.is_some() {
        let port = Some(&service["port"]).filter(|port| !port.is_null()).map(Part::Port);
        let what = ("", "Service", namespace);
        names.part(&service["name"], Relation::WebhookService, what, port);
    }
}
