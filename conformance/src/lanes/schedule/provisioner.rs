//! The provisioners of the cluster: a claim of a known class gets a volume, when and where its class says.

use manifests_lib::cluster::{Cluster, StorageClass, VolumeBinding};
use serde_json::{Value, json};

/// What makes the volumes for claims.
pub type Provisioner = fn(&Cluster, &[Value]) -> Vec<Value>;

/// The volumes for the claims that are waiting for their provisioner.
pub fn volumes(cluster: &Cluster, claims: &[Value]) -> Vec<Value> {
    claims
        .iter()
        .filter_map(|claim| {
            let class = cluster
                .storage_classes
                .iter()
                .find(|class| claim["spec"]["storageClassName"] == class.name.as_str())?;
            volume(class, claim)
        })
        .collect()
}

/// What a provisioner makes of a claim that the controllers have handed to it.
fn volume(class: &StorageClass, claim: &Value) -> Option<Value> {
    let (metadata, spec) = (&claim["metadata"], &claim["spec"]);
    let annotations = &metadata["annotations"];
    let is_waiting = claim["status"]["phase"] == "Pending"
        && spec["volumeName"].is_null()
        && annotations["volume.kubernetes.io/storage-provisioner"] == class.provisioner;
    if !is_waiting {
        return None;
    }
    let node = &annotations["volume.kubernetes.io/selected-node"];
    let affinity = match class.binding {
        VolumeBinding::Immediate => Value::Null,
        // The scheduler has not chosen a node yet.
        VolumeBinding::WaitForFirstConsumer if node.is_null() => return None,
        VolumeBinding::WaitForFirstConsumer => json!({"required": {"nodeSelectorTerms": [{
            "matchExpressions": [{
                "key": "kubernetes.io/hostname",
                "operator": "In",
                "values": [node],
            }],
        }]}}),
    };
    let id = metadata["uid"].as_str()?;
    Some(json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": format!("pvc-{id}"),
            "annotations": {"pv.kubernetes.io/provisioned-by": class.provisioner},
        },
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": metadata["name"],
                "namespace": metadata["namespace"],
                "uid": id,
            },
            "hostPath": {"path": format!("/simulated/{id}")},
            "nodeAffinity": affinity,
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": class.name.as_str(),
            "volumeMode": spec["volumeMode"],
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use manifests_lib::name;

    fn cluster(binding: VolumeBinding) -> Cluster {
        Cluster {
            node_pools: Vec::new(),
            storage_classes: vec![StorageClass {
                name: name!("disk"),
                provisioner: "example.com/disk",
                binding,
            }],
        }
    }

    fn claim(class: &str, annotations: Value) -> Value {
        json!({
            "metadata": {"name": "data", "namespace": "example", "uid": "7", "annotations": annotations},
            "spec": {"storageClassName": class, "accessModes": ["ReadWriteOnce"]},
            "status": {"phase": "Pending"},
        })
    }

    fn handed_over() -> Value {
        json!({"volume.kubernetes.io/storage-provisioner": "example.com/disk"})
    }

    fn made(binding: VolumeBinding, claim: Value) -> Vec<Value> {
        volumes(&cluster(binding), &[claim])
    }

    #[test]
    fn serves_only_the_classes_of_the_cluster() {
        let immediate = VolumeBinding::Immediate;
        assert_eq!(made(immediate, claim("disk", handed_over())).len(), 1);
        assert_eq!(made(immediate, claim("tape", handed_over())), [Value::Null; 0]);
    }

    #[test]
    fn waits_until_the_controllers_hand_the_claim_over() {
        assert_eq!(made(VolumeBinding::Immediate, claim("disk", json!({}))), [Value::Null; 0]);
    }

    #[test]
    fn waits_for_the_first_consumer_and_follows_it() {
        let waiting = VolumeBinding::WaitForFirstConsumer;
        assert_eq!(made(waiting, claim("disk", handed_over())), [Value::Null; 0]);
        let mut annotations = handed_over();
        annotations["volume.kubernetes.io/selected-node"] = json!("front-2");
        let volumes = made(waiting, claim("disk", annotations));
        let terms = &volumes[0]["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"];
        assert_eq!(terms[0]["matchExpressions"][0]["values"], json!(["front-2"]));
    }
}
