//! Why a rollout does not go on, and what went on although it should have waited.

use manifests_lib::cluster::{Cluster, VolumeBinding};
use serde_json::Value;

use super::state::{
    State, WithoutPods, condition, has_all_pods, has_pod_template, is_bound, is_ready, name,
};
use crate::rendered::Object;

/// What is not as it should be at the end, each once, with the reason that the cluster gives.
pub fn findings(state: &State, applied: &[Object], cluster: &Cluster) -> Vec<String> {
    let mut findings = Vec::new();
    if !applied.iter().any(has_pod_template) {
        findings.push("no pods: no object that was applied has a pod template".to_owned());
    }
    let without_pods = state.without_pods(applied);
    findings.extend(without_pods.iter().map(has_none));
    for claim in &state.claims {
        if !is_bound(claim) {
            findings.push(unbound(claim, cluster));
        } else if let Some(class) = bound_too_early(claim, cluster) {
            findings.push(format!(
                "claim {} has its volume before the scheduler has chosen a node for a pod with it, but storage class \
                 {class:?} waits for that: correct conformance/src/lanes/schedule/provisioner.rs",
                name(claim)
            ));
        }
    }
    let waiting: Vec<&Value> = state.pods.iter().filter(|pod| !is_ready(pod)).collect();
    findings.extend(waiting.iter().map(|pod| not_ready(pod, applied)));
    for workload in &state.workloads {
        let is_told = without_pods.iter().any(|without| without.object.is(workload));
        // Its pods say it better where it has them.
        let prefix = format!("{}-", name(workload));
        let pods_say_it = waiting.iter().any(|pod| name(pod).starts_with(&prefix));
        if !has_all_pods(workload) && !is_told && !pods_say_it {
            findings.push(incomplete(workload));
        }
    }
    findings
}

fn has_none(without: &WithoutPods) -> String {
    let WithoutPods { object, workload } = without;
    let origin = &object.origin;
    match workload {
        Some(workload) => format!("{object} ({origin}) has no pods: {}", controller_says(workload)),
        None => format!("{object} ({origin}) was applied, but the cluster does not have it"),
    }
}

/// The class of a claim that was given a volume of its own too early; the scheduler notes its choice in the claim.
fn bound_too_early<'a>(claim: &Value, cluster: &'a Cluster) -> Option<&'a str> {
    let metadata = &claim["metadata"];
    let own_volume = format!("pvc-{}", metadata["uid"].as_str()?);
    let class = cluster
        .storage_classes
        .iter()
        .find(|class| claim["spec"]["storageClassName"] == class.name.as_str())?;
    let is_too_early = class.binding == VolumeBinding::WaitForFirstConsumer
        && claim["spec"]["volumeName"] == own_volume
        && metadata["annotations"]["volume.kubernetes.io/selected-node"].is_null();
    is_too_early.then(|| class.name.as_str())
}

fn unbound(claim: &Value, cluster: &Cluster) -> String {
    let classes: Vec<&str> =
        cluster.storage_classes.iter().map(|class| class.name.as_str()).collect();
    let class = claim["spec"]["storageClassName"].as_str().unwrap_or_default();
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

fn not_ready(pod: &Value, applied: &[Object]) -> String {
    let pod_name = name(pod);
    let reason = match condition(pod, "PodScheduled") {
        Some(scheduled) if scheduled["status"] == "False" => {
            format!("the scheduler says: {}", scheduled["message"].as_str().unwrap_or("nothing"))
        }
        None => "the scheduler has not seen it".to_owned(),
        Some(_) => format!(
            "it runs on {} but does not become Ready",
            pod["spec"]["nodeName"].as_str().unwrap_or("no node")
        ),
    };
    let phase = pod["status"]["phase"].as_str().unwrap_or("Pending");
    // Names of pods begin with that of their workload.
    let origin = applied
        .iter()
        .filter(|object| has_pod_template(object))
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
    format!(
        "{} {} does not get all its pods: {}",
        workload["kind"].as_str().unwrap_or("workload"),
        name(workload),
        controller_says(workload)
    )
}

fn controller_says(workload: &Value) -> String {
    let messages: Vec<&str> = workload["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|condition| condition["message"].as_str())
        .collect();
    if messages.is_empty() {
        "its controller does not say why".to_owned()
    } else {
        messages.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests::{applied, claim, deployment, pod_of};
    use super::*;
    use manifests_lib::cluster::StorageClass;
    use manifests_lib::name;
    use serde_json::json;

    fn cluster() -> Cluster {
        Cluster {
            node_pools: Vec::new(),
            storage_classes: vec![StorageClass {
                name: name!("disk"),
                provisioner: "example.com/disk",
                binding: VolumeBinding::WaitForFirstConsumer,
            }],
        }
    }

    fn of(state: &State) -> Vec<String> {
        findings(state, &[applied()], &cluster())
    }

    fn ready() -> State {
        State {
            pods: vec![pod_of("web-5d4f", json!([{"type": "Ready", "status": "True"}]))],
            claims: Vec::new(),
            workloads: vec![deployment(2)],
        }
    }

    #[test]
    fn nothing_is_said_when_all_is_ready() {
        assert_eq!(of(&ready()), [""; 0]);
    }

    #[test]
    fn says_which_pod_and_why() {
        let state = State {
            pods: vec![pod_of(
                "web-5d4f",
                json!([{"type": "PodScheduled", "status": "False", "message": "0/5 nodes are available"}]),
            )],
            workloads: vec![deployment(1)],
            ..State::default()
        };
        assert_eq!(
            of(&state),
            [
                "pod example/web-7 (services/src/app/example.rs:7) stays Pending: the scheduler says: 0/5 nodes are available"
            ]
        );
    }

    #[test]
    fn says_which_claim_and_why() {
        let state =
            State { claims: vec![claim("tape", "Pending"), claim("disk", "Pending")], ..ready() };
        insta::assert_snapshot!(of(&state).join("\n"), @r#"
        claim example/data stays Pending: the cluster has no storage class "tape": name one of disk, or add it to the cluster's description
        claim example/data stays Pending: storage class "disk" makes no volume before a pod uses the claim, and none does
        "#);
    }

    #[test]
    fn a_volume_before_the_choice_of_the_scheduler_is_found() {
        let mut state = ready();
        state.claims = vec![claim("disk", "Bound")];
        state.claims[0]["spec"]["volumeName"] = json!("pvc-7");
        let findings = of(&state);
        assert!(
            findings.len() == 1 && findings[0].contains("before the scheduler has chosen"),
            "{findings:?}"
        );
        state.claims[0]["metadata"]["annotations"] =
            json!({"volume.kubernetes.io/selected-node": "front-1"});
        assert_eq!(of(&state), [""; 0]);
    }

    #[test]
    fn a_rendered_volume_may_be_bound_at_any_time() {
        let mut state = ready();
        state.claims = vec![claim("disk", "Bound")];
        state.claims[0]["spec"]["volumeName"] = json!("rendered");
        assert_eq!(of(&state), [""; 0]);
    }

    #[test]
    fn a_workload_with_too_few_pods_says_why() {
        let mut state = ready();
        state.workloads = vec![deployment(1)];
        assert_eq!(
            of(&state),
            ["Deployment example/web does not get all its pods: exceeded quota"]
        );
    }

    #[test]
    fn a_workload_without_pods_is_told_once_with_its_reason() {
        let state = State { workloads: vec![deployment(0)], ..State::default() };
        assert_eq!(
            of(&state),
            [
                "Deployment.apps example/web (services/src/app/example.rs:7) has no pods: exceeded quota"
            ]
        );
    }

    #[test]
    fn an_empty_cluster_is_a_finding() {
        let state = State::default();
        assert_eq!(
            of(&state),
            [
                "Deployment.apps example/web (services/src/app/example.rs:7) was applied, but the cluster does not have it"
            ]
        );
        let service = crate::rendered::tests::service("web");
        assert_eq!(
            findings(&state, &[service], &cluster()),
            ["no pods: no object that was applied has a pod template"]
        );
    }
}
