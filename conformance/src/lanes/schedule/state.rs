//! How far a rollout is.

use harness::{Cluster, Failure};
use serde_json::Value;

use crate::rendered::Object;

/// The objects that a rollout changes.
#[derive(Default)]
pub struct State {
    /// Every `Pod`.
    pub pods: Vec<Value>,
    /// Every `PersistentVolumeClaim`.
    pub claims: Vec<Value>,
    /// Everything that makes pods.
    pub workloads: Vec<Value>,
}

impl State {
    /// Asks the API server.
    pub fn read(cluster: &mut Cluster) -> Result<Self, Failure> {
        let mut answer = cluster.get(&[
            "pods,persistentvolumeclaims,deployments,statefulsets,daemonsets,jobs",
            "--all-namespaces",
        ])?;
        let mut state = Self::default();
        if let Value::Array(items) = answer["items"].take() {
            for item in items {
                match item["kind"].as_str() {
                    Some("Pod") => state.pods.push(item),
                    Some("PersistentVolumeClaim") => state.claims.push(item),
                    _ => state.workloads.push(item),
                }
            }
        }
        Ok(state)
    }

    /// Whether the controllers have not yet begun.
    pub fn is_empty(&self) -> bool {
        self.pods.is_empty()
    }

    /// What changes while a rollout goes on.
    pub fn progress(&self) -> Vec<(String, String)> {
        let pods = self.pods.iter().map(|pod| {
            let state = format!("{} {}", pod["spec"]["nodeName"], is_ready(pod));
            (name(pod), state)
        });
        let claims = self.claims.iter().map(|claim| {
            let annotations = claim["metadata"]["annotations"].to_string();
            (name(claim), format!("{}{annotations}", claim["status"]["phase"]))
        });
        pods.chain(claims).collect()
    }

    /// Whether every workload has all its pods, each of them is ready, and every claim has its volume.
    pub fn is_ready(&self) -> bool {
        self.workloads.iter().all(has_all_pods)
            && self.pods.iter().all(is_ready)
            && self.claims.iter().all(is_bound)
    }

    /// How many pods are ready.
    pub fn ready_pods(&self) -> usize {
        self.pods.iter().filter(|pod| is_ready(pod)).count()
    }

    /// How many claims have a volume.
    pub fn bound_claims(&self) -> usize {
        self.claims.iter().filter(|claim| is_bound(claim)).count()
    }

    /// Whether everything that was applied to make pods has made some; without it, a cluster in which nothing happens looks
    /// finished.
    pub fn has_begun(&self, applied: &[Object]) -> bool {
        applied.iter().any(has_pod_template) && self.without_pods(applied).is_empty()
    }

    /// What was applied to make pods but has made none.
    pub fn without_pods<'a>(&'a self, applied: &'a [Object]) -> Vec<WithoutPods<'a>> {
        let mut without = Vec::new();
        for object in applied.iter().filter(|object| has_pod_template(object)) {
            let workload = self.workloads.iter().find(|workload| object.is(workload));
            let has_pods = workload.is_some_and(|workload| {
                workload["spec"]["replicas"] == 0
                    || self.pods.iter().any(|pod| is_made_by(pod, workload))
            });
            if !has_pods {
                without.push(WithoutPods { object, workload });
            }
        }
        without
    }
}

/// An object that was applied to make pods but has made none.
pub struct WithoutPods<'a> {
    /// As it was applied.
    pub object: &'a Object,
    /// As the cluster has it, if it does.
    pub workload: Option<&'a Value>,
}

/// Whether an object makes pods.
pub fn has_pod_template(object: &Object) -> bool {
    object.value["spec"]["template"]["spec"]["containers"].is_array()
}

/// Whether a pod belongs to a workload, directly or through a `ReplicaSet`.
fn is_made_by(pod: &Value, workload: &Value) -> bool {
    let owners = pod["metadata"]["ownerReferences"].as_array();
    pod["metadata"]["namespace"] == workload["metadata"]["namespace"]
        && owners.into_iter().flatten().any(|owner| {
            let name = owner["name"].as_str().unwrap_or_default();
            // Called as its Deployment, and a hash of the template.
            let (kind, name) = match (owner["kind"].as_str(), name.rsplit_once('-')) {
                (Some("ReplicaSet"), Some((name, _))) => (Some("Deployment"), name),
                (kind, _) => (kind, name),
            };
            workload["kind"].as_str() == kind && workload["metadata"]["name"] == name
        })
}

/// Namespace and name.
pub fn name(object: &Value) -> String {
    let metadata = &object["metadata"];
    format!(
        "{}/{}",
        metadata["namespace"].as_str().unwrap_or_default(),
        metadata["name"].as_str().unwrap_or_default()
    )
}

/// A condition of the status.
pub fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == name)
}

/// Whether a pod is ready, or done.
pub fn is_ready(pod: &Value) -> bool {
    // The pod of a job that is done.
    pod["status"]["phase"] == "Succeeded"
        || condition(pod, "Ready").is_some_and(|ready| ready["status"] == "True")
}

/// Whether a claim has its volume.
pub fn is_bound(claim: &Value) -> bool {
    claim["status"]["phase"] == "Bound"
}

/// Whether a workload has all its pods, and they are ready.
pub fn has_all_pods(workload: &Value) -> bool {
    let (spec, status) = (&workload["spec"], &workload["status"]);
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let seen = number(&status["observedGeneration"]) >= number(&workload["metadata"]["generation"]);
    match workload["kind"].as_str() {
        Some("DaemonSet") => {
            let desired = number(&status["desiredNumberScheduled"]);
            seen && desired > 0 && number(&status["numberReady"]) == desired
        }
        Some("Job") => condition(workload, "Complete").is_some(),
        _ => seen && number(&status["readyReplicas"]) == spec["replicas"].as_u64().unwrap_or(1),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// What `is_made_by` and `is` need of a Deployment.
    pub fn applied() -> Object {
        let mut object = crate::rendered::tests::service("web");
        object.identity.group = "apps";
        object.identity.kind = "Deployment";
        object.value = json!({"spec": {"template": {"spec": {"containers": []}}}});
        object
    }

    /// The same as the cluster has it, with two replicas, of which so many are ready.
    pub fn deployment(ready: u64) -> Value {
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "example", "generation": 1},
            "spec": {"replicas": 2},
            "status": {"observedGeneration": 1, "readyReplicas": ready, "conditions": [
                {"type": "ReplicaFailure", "message": "exceeded quota"},
            ]},
        })
    }

    /// A pod of a `ReplicaSet`.
    pub fn pod_of(replica_set: &str, conditions: Value) -> Value {
        json!({
            "kind": "Pod",
            "metadata": {
                "name": "web-7", "namespace": "example",
                "ownerReferences": [{"kind": "ReplicaSet", "name": replica_set}],
            },
            "status": {"phase": "Pending", "conditions": conditions},
        })
    }

    /// A claim of a class, or of none.
    pub fn claim(class: &str, phase: &str) -> Value {
        json!({
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "namespace": "example", "uid": "7"},
            "spec": {"storageClassName": class},
            "status": {"phase": phase},
        })
    }

    #[test]
    fn is_ready_with_all_pods_and_claims() {
        let mut state = State {
            pods: vec![pod_of("web-5d4f", json!([{"type": "Ready", "status": "True"}]))],
            claims: vec![claim("disk", "Bound")],
            workloads: vec![deployment(2)],
        };
        assert!(state.is_ready());
        state.workloads = vec![deployment(1)];
        assert!(!state.is_ready());
    }

    #[test]
    fn everything_that_makes_pods_has_some() {
        let mut state = State {
            pods: vec![pod_of("web-5d4f", json!([]))],
            workloads: vec![deployment(0)],
            ..State::default()
        };
        assert!(state.has_begun(&[applied()]));
        // Those of another Deployment.
        state.pods = vec![pod_of("web-api-5d4f", json!([]))];
        assert!(!state.has_begun(&[applied()]));
        state.workloads[0]["spec"]["replicas"] = json!(0);
        assert!(state.has_begun(&[applied()]));
    }

    #[test]
    fn an_empty_cluster_has_not_begun() {
        let state = State::default();
        assert!(!state.has_begun(&[applied()]));
        assert!(!state.has_begun(&[crate::rendered::tests::service("web")]));
    }
}
