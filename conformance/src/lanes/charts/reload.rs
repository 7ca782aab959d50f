//! Whether a changed configuration reaches the pods: a value that changes a ConfigMap or Secret changes the template of the
//! pods that read it as well, or somebody takes the new contents without a restart.

use std::collections::{BTreeMap, BTreeSet};

use harness::Report;
use serde_json::Value;

use crate::rendered::Object;

/// Who takes the contents of an object without a restart: chart, how the object is called, and how it is taken. Names of Istio's
/// objects end with the revision.
const TAKEN: &[(&str, &str, &str)] = &[
    ("argo-cd", "ConfigMap argocd/argocd-rbac-cm", "argocd-server watches it"),
    ("istiod", "ConfigMap istio-system/istio-sidecar-injector-", "istiod watches it"),
    ("istiod", "ConfigMap istio-system/istio-", "istiod watches it"),
    (
        "istiod",
        "ConfigMap istio-system/values-",
        "no pod reads it: it tells people and istioctl the values",
    ),
    (
        "kube-prometheus-stack",
        "Secret prometheus/alertmanager-kube-prometheus-stack-alertmanager",
        "the operator passes it on, and a sidecar has Alertmanager read it again",
    ),
    (
        "kube-prometheus-stack",
        "ConfigMap prometheus/kube-prometheus-stack-grafana-datasource",
        "a sidecar watches it and has Grafana read it again",
    ),
];

/// What holds configuration.
const CONFIGURATION: [&str; 2] = ["ConfigMap", "Secret"];

/// What has a pod template.
const WORKLOADS: [&str; 3] = ["DaemonSet", "Deployment", "StatefulSet"];

/// The keys below which a pod template names a ConfigMap or Secret, each with the key of the name.
const REFERENCES: [(&str, &str); 6] = [
    ("configMap", "name"),
    ("configMapKeyRef", "name"),
    ("configMapRef", "name"),
    ("secret", "secretName"),
    ("secretKeyRef", "name"),
    ("secretRef", "name"),
];

/// Which entries of [`TAKEN`] were needed.
#[derive(Default)]
pub struct Reloads {
    needed: BTreeSet<usize>,
}

impl Reloads {
    /// The objects that differ without a restart of the pods that read them.
    pub fn unnoticed<'a>(
        &mut self,
        chart: &str,
        all: &BTreeMap<String, &'a Object>,
        other: &BTreeMap<String, &'a Object>,
    ) -> Vec<String> {
        let mut unnoticed = Vec::new();
        for (identity, object) in all {
            let Some(changed) = other.get(identity) else { continue };
            if !CONFIGURATION.contains(&object.identity.kind)
                || contents(object) == contents(changed)
                || restarts(object, all, other)
            {
                continue;
            }
            let taken = TAKEN
                .iter()
                .position(|(of, beginning, _)| *of == chart && identity.starts_with(beginning));
            match taken {
                Some(index) => {
                    self.needed.insert(index);
                }
                None => unnoticed.push(identity.clone()),
            }
        }
        unnoticed
    }

    /// Finds entries of the table that nothing needs.
    pub fn compare(&self, report: &mut Report) {
        for (index, (chart, object, how)) in TAKEN.iter().enumerate() {
            if !self.needed.contains(&index) {
                report.finding(format!(
                    "nothing needs that {object} of {chart} is taken without a restart ({how}): remove it from \
                     conformance/src/lanes/charts/reload.rs"
                ));
            }
        }
    }
}

/// Whether all pods that read an object restart; where none names it, whether any does.
fn restarts(
    object: &Object,
    all: &BTreeMap<String, &Object>,
    other: &BTreeMap<String, &Object>,
) -> bool {
    let workloads = all.iter().filter(|(_, workload)| is_workload(workload));
    let is_restarted = |(identity, workload): &(&String, &&Object)| {
        other.get(*identity).is_none_or(|changed| template(workload) != template(changed))
    };
    let (readers, others): (Vec<_>, Vec<_>) =
        workloads.partition(|(_, workload)| reads(template(workload), object));
    if readers.is_empty() {
        others.iter().any(is_restarted)
    } else {
        readers.iter().all(is_restarted)
    }
}

fn is_workload(object: &Object) -> bool {
    WORKLOADS.contains(&object.identity.kind)
}

fn template(workload: &Object) -> &Value {
    &workload.value["spec"]["template"]
}

fn contents(object: &Object) -> [&Value; 3] {
    ["data", "binaryData", "stringData"].map(|key| &object.value[key])
}

/// Whether a part of a pod template names a ConfigMap or Secret.
fn reads(part: &Value, object: &Object) -> bool {
    let name = object.identity.name.as_str();
    let prefix = if object.identity.kind == "Secret" { "secret" } else { "configMap" };
    match part {
        Value::Object(map) => map.iter().any(|(key, value)| {
            let names = REFERENCES.iter().any(|(reference, name_key)| {
                reference.starts_with(prefix)
                    && key == reference
                    // A projected Secret has its name where a ConfigMap has it.
                    && [name_key, &"name"].iter().any(|key| value[**key] == name)
            });
            names || reads(value, object)
        }),
        Value::Array(list) => list.iter().any(|value| reads(value, object)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendered::tests::service;
    use serde_json::json;

    fn object(kind: &'static str, name: &str, value: Value) -> Object {
        let mut object = service(name);
        object.identity.kind = kind;
        object.value = value;
        object
    }

    fn config(contents: &str) -> Object {
        object("ConfigMap", "settings", json!({ "data": { "a": contents } }))
    }

    fn workload(name: &str, digest: &str, volumes: &Value) -> Object {
        let template =
            json!({ "metadata": { "annotations": { "digest": digest } }, "spec": volumes });
        object("Deployment", name, json!({ "spec": { "template": template } }))
    }

    fn unnoticed(before: &[Object], after: &[Object]) -> usize {
        let by_identity = |objects: &'static [Object]| {
            objects.iter().map(|object| (object.identity.to_string(), object)).collect()
        };
        let kept = |objects: &[Object]| &*objects.to_vec().leak();
        let (before, after) = (kept(before), kept(after));
        Reloads::default().unnoticed("tool", &by_identity(before), &by_identity(after)).len()
    }

    #[test]
    fn a_configuration_that_no_pod_notices_is_found() {
        let mount = json!({ "volumes": [{ "configMap": { "name": "settings" } }] });
        let reader = |digest| workload("reader", digest, &mount);
        let stranger = |digest| workload("stranger", digest, &json!({}));
        // Nothing restarts.
        assert_eq!(unnoticed(&[config("1"), reader("1")], &[config("2"), reader("1")]), 1);
        // The reader does.
        assert_eq!(unnoticed(&[config("1"), reader("1")], &[config("2"), reader("2")]), 0);
        // Another one does.
        assert_eq!(
            unnoticed(
                &[config("1"), reader("1"), stranger("1")],
                &[config("2"), reader("1"), stranger("2")]
            ),
            1
        );
        // Nobody names it, and something restarts.
        assert_eq!(unnoticed(&[config("1"), stranger("1")], &[config("2"), stranger("2")]), 0);
        // The contents are the same.
        assert_eq!(unnoticed(&[config("1"), reader("1")], &[config("1"), reader("1")]), 0);
    }
}
