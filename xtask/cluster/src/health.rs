//! Whether an object is ready: pure functions of the object, one for each kind that says it in its own way.

mod custom;
mod workload;

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use serde_json::Value;

use crate::kinds::Kinds;
use crate::server::{JSON, Server};
use crate::trouble::Trouble;

/// How an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does what it is for, or has nothing to do.
    Ready,
    /// It is on its way: what is missing.
    Progressing(String),
    /// It will not become ready by itself: why.
    Failed(String),
}

impl Health {
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }

    fn progressing(what: impl Into<String>) -> Self {
        Self::Progressing(what.into())
    }

    /// What is said of it.
    pub fn words(&self) -> &str {
        match self {
            Self::Ready => "ready",
            Self::Progressing(what) | Self::Failed(what) => what,
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words())
    }
}

/// What is known of the cluster, besides an object itself.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The storage classes whose volumes wait for the first pod.
    waiting_classes: HashSet<String>,
    default_waits: bool,
}

impl Known {
    /// Asks which storage classes wait for pods; where they cannot be seen, none does.
    pub async fn read(server: &Server, kinds: &Kinds) -> Result<Self, Trouble> {
        let mut known = Self::default();
        let Some(kind) = kinds.get("storage.k8s.io/v1", "StorageClass") else { return Ok(known) };
        match server.list(&kind.list_path(), "", JSON, |class| known.add(&class)).await {
            Ok(()) | Err(Trouble::Refused(_)) => Ok(known),
            Err(trouble) => Err(trouble),
        }
    }

    fn add(&mut self, class: &Value) {
        if class["volumeBindingMode"] != "WaitForFirstConsumer" {
            return;
        }
        let metadata = &class["metadata"];
        self.waiting_classes.extend(metadata["name"].as_str().map(str::to_owned));
        self.default_waits |=
            metadata["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true";
    }
}

/// Whether an object is ready.
pub fn judge(object: &Value, known: &Known) -> Health {
    if !object["metadata"]["deletionTimestamp"].is_null() {
        return Health::Failed(deletion(object));
    }
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let kind = object["kind"].as_str().unwrap_or_default();
    match (group, kind) {
        ("apps", "Deployment") => workload::deployment(object),
        ("apps", "StatefulSet") => workload::stateful_set(object),
        ("apps", "DaemonSet") => workload::daemon_set(object),
        ("batch", "Job") => workload::job(object),
        ("", "Pod") => workload::pod(object),
        ("", "Namespace") => match object["status"]["phase"].as_str() {
            Some("Terminating") => Health::Failed(deletion(object)),
            _ => Health::Ready,
        },
        ("", "PersistentVolumeClaim") => claim(object, known),
        ("", "Service") => service(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("apiregistration.k8s.io", "APIService") => conditioned(object, "Available"),
        _ => custom::judge(group, kind, object),
    }
}

/// What holds an object that is to go.
pub fn deletion(object: &Value) -> String {
    let held = |list: &Value| -> Vec<String> {
        let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let mut holders = held(&object["metadata"]["finalizers"]);
    holders
        .extend(held(&object["spec"]["finalizers"]).into_iter().filter(|own| own != "kubernetes"));
    let mut remaining: Vec<String> = Vec::new();
    for condition in object["status"]["conditions"].as_array().into_iter().flatten() {
        let is_reason = [
            "NamespaceContentRemaining",
            "NamespaceFinalizersRemaining",
            "NamespaceDeletionContentFailure",
            "NamespaceDeletionDiscoveryFailure",
        ];
        if condition["status"] == "True" && is_reason.iter().any(|kind| condition["type"] == *kind)
        {
            remaining.extend(condition["message"].as_str().map(str::to_owned));
        }
    }
    let since = object["metadata"]["deletionTimestamp"].as_str().unwrap_or("some time");
    let mut words = format!("being deleted since {since}");
    if !holders.is_empty() {
        let _ = write!(words, ", held by the finalizer {}", holders.join(", "));
    }
    if !remaining.is_empty() {
        let _ = write!(words, ": {}", remaining.join("; "));
    }
    words
}

/// A condition of an object.
fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = object["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == kind)
}

/// Whether the controller has seen the object as it is now.
fn is_observed(object: &Value) -> bool {
    match (&object["status"]["observedGeneration"], &object["metadata"]["generation"]) {
        (Value::Number(observed), Value::Number(own)) => observed.as_i64() >= own.as_i64(),
        _ => true,
    }
}

/// What a condition says: its message, or else its reason.
fn words_of(condition: &Value) -> String {
    let text = |key: &str| condition[key].as_str().filter(|text| !text.is_empty());
    let words = text("message").or_else(|| text("reason"));
    words.map_or_else(
        || {
            format!(
                "{} is {}",
                condition["type"].as_str().unwrap_or("a condition"),
                condition["status"].as_str().unwrap_or("unknown")
            )
        },
        str::to_owned,
    )
}

/// An object that is ready with a condition.
fn conditioned(object: &Value, kind: &str) -> Health {
    match condition(object, kind) {
        _ if !is_observed(object) => Health::progressing("its controller has not seen it yet"),
        Some(condition) if condition["status"] == "True" => Health::Ready,
        Some(condition) => Health::Progressing(words_of(condition)),
        None => Health::progressing("its controller has said nothing yet"),
    }
}

fn definition(object: &Value) -> Health {
    if let Some(condition) =
        condition(object, "NamesAccepted").filter(|names| names["status"] == "False")
    {
        return Health::Failed(format!("its names are taken: {}", words_of(condition)));
    }
    conditioned(object, "Established")
}

fn claim(object: &Value, known: &Known) -> Health {
    let class = object["spec"]["storageClassName"].as_str();
    let waits = class.map_or(known.default_waits, |class| known.waiting_classes.contains(class));
    match object["status"]["phase"].as_str() {
        Some("Bound") => Health::Ready,
        Some("Lost") => Health::Failed("its volume is gone".to_owned()),
        // It gets its volume with its first pod.
        _ if waits => Health::Ready,
        _ => match class.filter(|class| !class.is_empty()) {
            Some(class) => Health::progressing(format!("no volume of the class {class} yet")),
            None => Health::progressing("no volume yet"),
        },
    }
}

fn service(object: &Value) -> Health {
    let ingress = &object["status"]["loadBalancer"]["ingress"];
    if object["spec"]["type"] == "LoadBalancer" && ingress.as_array().is_none_or(Vec::is_empty) {
        return Health::progressing("no load balancer yet");
    }
    Health::Ready
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(version: &str, kind: &str, spec: Value, status: Value) -> Health {
        let object = json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": {"name": "x", "generation": 2},
            "spec": spec,
            "status": status,
        });
        judge(&object, &Known::default())
    }

    fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
        json!({"type": kind, "status": status, "reason": reason, "message": message})
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table of cases")]
    fn each_kind_says_in_its_own_way_whether_it_is_ready() {
        let deployment =
            |status: Value| of("apps/v1", "Deployment", json!({"replicas": 2}), status);
        let no_deadline = condition(
            "Progressing",
            "False",
            "ProgressDeadlineExceeded",
            "ReplicaSet has timed out",
        );
        let cases = [
            ("unseen", deployment(json!({"observedGeneration": 1}))),
            ("none", deployment(json!({"observedGeneration": 2}))),
            (
                "half",
                deployment(
                    json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 1}),
                ),
            ),
            (
                "old ones",
                deployment(
                    json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 3, "availableReplicas": 3}),
                ),
            ),
            (
                "all",
                deployment(
                    json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}),
                ),
            ),
            (
                "too late",
                deployment(
                    json!({"observedGeneration": 2, "updatedReplicas": 1, "conditions": [no_deadline]}),
                ),
            ),
            (
                "paused",
                of(
                    "apps/v1",
                    "Deployment",
                    json!({"replicas": 2, "paused": true}),
                    json!({"observedGeneration": 2}),
                ),
            ),
            (
                "set",
                of(
                    "apps/v1",
                    "StatefulSet",
                    json!({"replicas": 3}),
                    json!({"observedGeneration": 2, "readyReplicas": 1, "updatedReplicas": 3}),
                ),
            ),
            (
                "set with old ones",
                of(
                    "apps/v1",
                    "StatefulSet",
                    json!({"replicas": 1}),
                    json!({"observedGeneration": 2, "readyReplicas": 1, "updatedReplicas": 0, "currentRevision": "a", "updateRevision": "b"}),
                ),
            ),
            (
                "set by hand",
                of(
                    "apps/v1",
                    "StatefulSet",
                    json!({"replicas": 1, "updateStrategy": {"type": "OnDelete"}}),
                    json!({"observedGeneration": 2, "readyReplicas": 1, "currentRevision": "a", "updateRevision": "b"}),
                ),
            ),
            (
                "daemons",
                of(
                    "apps/v1",
                    "DaemonSet",
                    json!({}),
                    json!({"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 2}),
                ),
            ),
            (
                "daemons of no node",
                of(
                    "apps/v1",
                    "DaemonSet",
                    json!({}),
                    json!({"observedGeneration": 2, "desiredNumberScheduled": 0}),
                ),
            ),
            ("job", of("batch/v1", "Job", json!({"completions": 1}), json!({"active": 1}))),
            (
                "job done",
                of(
                    "batch/v1",
                    "Job",
                    json!({}),
                    json!({"conditions": [condition("Complete", "True", "", "")]}),
                ),
            ),
            (
                "job failed",
                of(
                    "batch/v1",
                    "Job",
                    json!({}),
                    json!({"conditions": [condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")]}),
                ),
            ),
            (
                "claim",
                of(
                    "v1",
                    "PersistentVolumeClaim",
                    json!({"storageClassName": "gp3"}),
                    json!({"phase": "Pending"}),
                ),
            ),
            (
                "claim bound",
                of("v1", "PersistentVolumeClaim", json!({}), json!({"phase": "Bound"})),
            ),
            (
                "load balancer",
                of("v1", "Service", json!({"type": "LoadBalancer"}), json!({"loadBalancer": {}})),
            ),
            (
                "service",
                of("v1", "Service", json!({"type": "ClusterIP"}), json!({"loadBalancer": {}})),
            ),
            (
                "definition",
                of("apiextensions.k8s.io/v1", "CustomResourceDefinition", json!({}), json!({})),
            ),
            (
                "names taken",
                of(
                    "apiextensions.k8s.io/v1",
                    "CustomResourceDefinition",
                    json!({}),
                    json!({"conditions": [condition("NamesAccepted", "False", "ListKindConflict", "\"CartList\" is already in use")]}),
                ),
            ),
            (
                "established",
                of(
                    "apiextensions.k8s.io/v1",
                    "CustomResourceDefinition",
                    json!({}),
                    json!({"conditions": [condition("Established", "True", "", "")]}),
                ),
            ),
            ("configuration", of("v1", "ConfigMap", json!(null), json!(null))),
            (
                "certificate",
                of(
                    "cert-manager.io/v1",
                    "Certificate",
                    json!({}),
                    json!({"conditions": [condition("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist")]}),
                ),
            ),
            (
                "certificate of before",
                of(
                    "cert-manager.io/v1",
                    "Certificate",
                    json!({}),
                    json!({"conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]}),
                ),
            ),
            (
                "external secret",
                of("external-secrets.io/v1", "ExternalSecret", json!({}), json!({})),
            ),
            (
                "gateway",
                of(
                    "gateway.networking.k8s.io/v1",
                    "Gateway",
                    json!({}),
                    json!({"conditions": [condition("Accepted", "True", "", ""), condition("Programmed", "False", "Pending", "Waiting for controller")]}),
                ),
            ),
            (
                "route",
                of(
                    "gateway.networking.k8s.io/v1",
                    "HTTPRoute",
                    json!({}),
                    json!({"parents": [{"conditions": [condition("Accepted", "True", "", ""), condition("ResolvedRefs", "False", "BackendNotFound", "Service shop/cart not found")]}]}),
                ),
            ),
            (
                "broker",
                of(
                    "rabbitmq.com/v1beta1",
                    "RabbitmqCluster",
                    json!({}),
                    json!({"conditions": [condition("AllReplicasReady", "False", "NotAllPodsReady", "1/3 Pods ready")]}),
                ),
            ),
            (
                "application",
                of(
                    "argoproj.io/v1alpha1",
                    "Application",
                    json!({}),
                    json!({"sync": {"status": "OutOfSync"}, "health": {"status": "Healthy"}, "operationState": {"phase": "Failed", "message": "one or more objects failed to apply"}}),
                ),
            ),
            (
                "application done",
                of(
                    "argoproj.io/v1alpha1",
                    "Application",
                    json!({}),
                    json!({"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}),
                ),
            ),
            (
                "another kind that is not ready",
                of(
                    "example.com/v1",
                    "Cart",
                    json!({}),
                    json!({"conditions": [condition("Ready", "False", "", "no wheels")]}),
                ),
            ),
            (
                "another kind that says nothing",
                of("example.com/v1", "Cart", json!({}), json!(null)),
            ),
        ];
        let lines: Vec<String> = cases
            .iter()
            .map(|(what, health)| {
                let state = match health {
                    Health::Ready => "ready".to_owned(),
                    Health::Progressing(words) => format!("progressing: {words}"),
                    Health::Failed(words) => format!("failed: {words}"),
                };
                format!("{what}: {state}")
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_claim_that_waits_for_its_pod_keeps_nobody_waiting() {
        let mut known = Known::default();
        known.add(
            &json!({"metadata": {"name": "local"}, "volumeBindingMode": "WaitForFirstConsumer"}),
        );
        let claim = |class: &str| json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {}, "spec": {"storageClassName": class}});
        assert_eq!(judge(&claim("local"), &known), Health::Ready);
        assert!(!judge(&claim("other"), &known).is_ready());
    }

    #[test]
    fn what_is_being_deleted_names_what_holds_it() {
        let namespace = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "shop", "deletionTimestamp": "2026-11-30T10:00:00Z"},
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Terminating", "conditions": [
                condition("NamespaceContentRemaining", "True", "", "carts.example.com has 1 resource instances"),
                condition("NamespaceFinalizersRemaining", "True", "", "example.com/hold in 1 resource instances"),
            ]},
        });
        insta::assert_snapshot!(judge(&namespace, &Known::default()), @"being deleted since 2026-11-30T10:00:00Z: carts.example.com has 1 resource instances; example.com/hold in 1 resource instances");
    }
}
