//! How far a rollout is, and why it does not go on.

use serde_json::Value;

use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::rendered::{Object, Rendered};

/// The objects that a rollout changes.
#[derive(Default)]
pub struct State {
    pods: Vec<Value>,
    /// Every `PersistentVolumeClaim`.
    pub claims: Vec<Value>,
    workloads: Vec<Value>,
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
            (
                name(claim),
                format!("{}{annotations}", claim["status"]["phase"]),
            )
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

    /// What was applied to make pods but has made none; without it, a cluster in which nothing happens looks finished.
    pub fn missing(&self, applied: &[Object]) -> Vec<String> {
        let mut makers = applied
            .iter()
            .filter(|object| has_pod_template(object))
            .peekable();
        if makers.peek().is_none() {
            return vec!["no pods: no object that was applied has a pod template".to_owned()];
        }
        let mut missing = Vec::new();
        for object in makers {
            let Some(workload) = self.workloads.iter().find(|workload| object.is(workload)) else {
                missing.push(format!(
                    "{object} ({}) was applied, but the cluster does not have it",
                    object.origin
                ));
                continue;
            };
            let has_pods = self.pods.iter().any(|pod| is_made_by(pod, workload));
            if !has_pods && workload["spec"]["replicas"] != 0 {
                missing.push(format!("{object} ({}) has no pods", object.origin));
            }
        }
        missing
    }

    /// What is not as it should be at the end, with the reason that the cluster gives.
    pub fn findings(&self, rendered: &Rendered) -> Vec<String> {
        let mut findings = Vec::new();
        for claim in self.claims.iter().filter(|claim| !is_bound(claim)) {
            findings.push(unbound(claim, rendered));
        }
        for pod in self.pods.iter().filter(|pod| !is_ready(pod)) {
            findings.push(not_ready(pod, rendered));
        }
        for workload in self
            .workloads
            .iter()
            .filter(|workload| !has_all_pods(workload))
        {
            // Its pods say it better where it has them.
            let prefix = format!("{}-", name(workload));
            if !self
                .pods
                .iter()
                .any(|pod| name(pod).starts_with(&prefix) && !is_ready(pod))
            {
                findings.push(incomplete(workload));
            }
        }
        findings
    }
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

fn name(object: &Value) -> String {
    let metadata = &object["metadata"];
    format!(
        "{}/{}",
        metadata["namespace"].as_str().unwrap_or_default(),
        metadata["name"].as_str().unwrap_or_default()
    )
}

fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|condition| condition["type"] == name)
}

fn is_ready(pod: &Value) -> bool {
    // The pod of a job that is done.
    pod["status"]["phase"] == "Succeeded"
        || condition(pod, "Ready").is_some_and(|ready| ready["status"] == "True")
}

fn is_bound(claim: &Value) -> bool {
    claim["status"]["phase"] == "Bound"
}

fn has_all_pods(workload: &Value) -> bool {
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

fn unbound(claim: &Value, rendered: &Rendered) -> String {
    let classes: Vec<&str> = rendered
        .cluster
        .storage_classes
        .iter()
        .map(|class| class.name.as_str())
        .collect();
    let class = claim["spec"]["storageClassName"]
        .as_str()
        .unwrap_or_default();
    let reason = if class.is_empty() {
        "no PersistentVolume fits it and it names no storage class: add the volume".to_owned()
    } else if classes.contains(&class) {
        format!(
            "storage class {class:?} makes no volume before a pod uses the claim, and none does"
        )
    } else {
        format!(
            "the cluster has no storage class {class:?}: name one of {}, or add it to the cluster's description",
            classes.join(", ")
        )
    };
    format!("claim {} stays Pending: {reason}", name(claim))
}

fn not_ready(pod: &Value, rendered: &Rendered) -> String {
    let pod_name = name(pod);
    let reason = match condition(pod, "PodScheduled") {
        Some(scheduled) if scheduled["status"] == "False" => format!(
            "the scheduler says: {}",
            scheduled["message"].as_str().unwrap_or("nothing")
        ),
        None => "the scheduler has not seen it".to_owned(),
        Some(_) => format!(
            "it runs on {} but does not become Ready",
            pod["spec"]["nodeName"].as_str().unwrap_or("no node")
        ),
    };
    let phase = pod["status"]["phase"].as_str().unwrap_or("Pending");
    // Names of pods begin with that of their workload.
    let origin = rendered
        .objects
        .iter()
        .filter(|object| object.value["spec"]["template"].is_object())
        .filter(|object| {
            let namespace = object.identity.namespace.as_deref().unwrap_or_default();
            pod_name.starts_with(&format!("{namespace}/{}-", object.identity.name))
        })
        .max_by_key(|object| object.identity.name.len())
        .map(|object| format!(" ({})", object.origin))
        .unwrap_or_default();
    format!("pod {pod_name}{origin} stays {phase}: {reason}")
}

fn incomplete(workload: &Value) -> String {
    let messages: Vec<&str> = workload["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|condition| condition["message"].as_str())
        .collect();
    let reason = if messages.is_empty() {
        "its controller does not say why".to_owned()
    } else {
        messages.join("; ")
    };
    format!(
        "{} {} does not get all its pods: {reason}",
        workload["kind"].as_str().unwrap_or("workload"),
        name(workload)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use manifests_lib::{StorageClass, VolumeBinding, name};
    use serde_json::json;

    fn rendered() -> Rendered {
        let mut object = crate::rendered::tests::service("web");
        object.value = json!({"spec": {"template": {}}});
        Rendered {
            environment: "example".to_owned(),
            cluster: manifests_lib::Cluster {
                node_pools: Vec::new(),
                storage_classes: vec![StorageClass {
                    name: name!("disk"),
                    provisioner: "example.com/disk",
                    binding: VolumeBinding::WaitForFirstConsumer,
                }],
            },
            objects: vec![object],
        }
    }

    fn pod(conditions: Value) -> Value {
        json!({
            "kind": "Pod",
            "metadata": {"name": "web-7", "namespace": "example"},
            "status": {"phase": "Pending", "conditions": conditions},
        })
    }

    fn claim(class: &str, phase: &str) -> Value {
        json!({
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "namespace": "example"},
            "spec": {"storageClassName": class},
            "status": {"phase": phase},
        })
    }

    fn deployment(ready: u64) -> Value {
        json!({
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "example", "generation": 1},
            "spec": {"replicas": 2},
            "status": {"observedGeneration": 1, "readyReplicas": ready, "conditions": [
                {"type": "ReplicaFailure", "message": "exceeded quota"},
            ]},
        })
    }

    #[test]
    fn is_ready_with_all_pods_and_claims() {
        let mut state = State {
            pods: vec![pod(json!([{"type": "Ready", "status": "True"}]))],
            claims: vec![claim("disk", "Bound")],
            workloads: vec![deployment(2)],
        };
        assert!(state.is_ready());
        assert_eq!(state.findings(&rendered()), [""; 0]);
        state.workloads = vec![deployment(1)];
        assert!(!state.is_ready());
    }

    #[test]
    fn says_which_pod_and_why() {
        let state = State {
            pods: vec![pod(json!([
                {"type": "PodScheduled", "status": "False", "message": "0/5 nodes are available"},
            ]))],
            claims: Vec::new(),
            workloads: vec![deployment(1)],
        };
        assert_eq!(
            state.findings(&rendered()),
            [
                "pod example/web-7 (services/src/app/example.rs:7) stays Pending: the scheduler says: 0/5 nodes are available"
            ]
        );
    }

    #[test]
    fn says_which_claim_and_why() {
        let state = State {
            claims: vec![claim("tape", "Pending"), claim("disk", "Pending")],
            ..State::default()
        };
        insta::assert_snapshot!(state.findings(&rendered()).join("\n"), @r#"
        claim example/data stays Pending: the cluster has no storage class "tape": name one of disk, or add it to the cluster's description
        claim example/data stays Pending: storage class "disk" makes no volume before a pod uses the claim, and none does
        "#);
    }

    #[test]
    fn a_workload_without_pods_says_why() {
        let state = State {
            workloads: vec![deployment(0)],
            ..State::default()
        };
        assert_eq!(
            state.findings(&rendered()),
            ["Deployment example/web does not get all its pods: exceeded quota"]
        );
    }

    fn applied() -> Object {
        let mut object = crate::rendered::tests::service("web");
        object.identity.group = "apps";
        object.identity.kind = "Deployment";
        object.value = json!({"spec": {"template": {"spec": {"containers": []}}}});
        object
    }

    fn stored_deployment(replicas: u64) -> Value {
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "example"},
            "spec": {"replicas": replicas},
        })
    }

    fn pod_of(replica_set: &str) -> Value {
        json!({"kind": "Pod", "metadata": {
            "name": "any", "namespace": "example",
            "ownerReferences": [{"kind": "ReplicaSet", "name": replica_set}],
        }})
    }

    #[test]
    fn everything_that_makes_pods_has_some() {
        let mut state = State {
            pods: vec![pod_of("web-5d4f")],
            workloads: vec![stored_deployment(1)],
            ..State::default()
        };
        assert_eq!(state.missing(&[applied()]), [""; 0]);
        // Those of another Deployment.
        state.pods = vec![pod_of("web-api-5d4f")];
        assert_eq!(
            state.missing(&[applied()]),
            ["Deployment.apps example/web (services/src/app/example.rs:7) has no pods"]
        );
        state.workloads = vec![stored_deployment(0)];
        assert_eq!(state.missing(&[applied()]), [""; 0]);
    }

    #[test]
    fn an_empty_cluster_is_not_finished() {
        let state = State::default();
        assert_eq!(
            state.missing(&[applied()]),
            [
                "Deployment.apps example/web (services/src/app/example.rs:7) was applied, but the cluster does not have it"
            ]
        );
        assert_eq!(
            state.missing(&[crate::rendered::tests::service("web")]),
            ["no pods: no object that was applied has a pod template"]
        );
    }
}
