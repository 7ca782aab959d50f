//! Providers of the mesh.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-provider",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A Telemetry or an AuthorizationPolicy names a provider that the mesh is not configured with",
    consequence: "nothing is traced, counted or logged; and what an authorisation asks of a provider that is not there, is refused",
    explanation: "`meshConfig.extensionProviders` are read of the ConfigMap `istio` in `istio-system`, or of the \
                  values of the chart istiod; where neither is here, or values come from other files, nothing is told.",
    remedy: "add the provider to `meshConfig.extensionProviders`, or correct its name",
    upstream: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let Some(known) = graph.providers() else { return };
    let mut look = |object: &Object, field: &Value| {
        if let Some(name) = text(field).filter(|name| !known.iter().any(|known| known == name)) {
            let hint = hint(name, known.iter().map(String::as_str));
            let message = format!("the mesh has no provider {name}{hint}");
            findings.add(object, At::Value(field), message);
        }
    };
    for telemetry in graph.objects().of_kind(mesh::TELEMETRY, "Telemetry") {
        for subject in ["tracing", "metrics", "accessLogging"] {
            let entries = list(&telemetry.json["spec"][subject]).iter();
            for provider in entries.flat_map(|entry| list(&entry["providers"])) {
                look(telemetry, &provider["name"]);
            }
        }
    }
    for policy in graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy") {
        look(policy, &policy.json["spec"]["provider"]["name"]);
    }
}
