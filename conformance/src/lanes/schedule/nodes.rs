//! The typed description of a cluster as objects: nodes and storage classes.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use manifests_lib::cluster::{Cluster, NodePool, StorageClass};
use serde_json::{Value, json};

use crate::rendered::Object;

/// Every node, and every storage class that the environment does not render itself.
pub fn objects(cluster: &Cluster, rendered: &[Object]) -> Vec<Value> {
    let mut objects = Vec::new();
    for pool in &cluster.node_pools {
        for number in 1..=pool.nodes {
            objects.push(node(pool, number));
        }
    }
    let classes = cluster.storage_classes.iter().filter(|class| {
        !rendered.iter().any(|object| {
            object.identity.kind == "StorageClass" && object.identity.name == class.name.as_str()
        })
    });
    objects.extend(classes.map(storage_class));
    objects
}

/// How many nodes there are.
pub fn count(cluster: &Cluster) -> usize {
    cluster.node_pools.iter().map(|pool| usize::from(pool.nodes)).sum()
}

fn node(pool: &NodePool, number: u16) -> Value {
    let group = pool.group.as_ref().map_or("control-plane", |group| group.value.as_str());
    let name = format!("{group}-{number}");
    let mut labels = json!({
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    });
    match &pool.group {
        Some(group) => labels[group.label.as_str()] = json!(group.value.as_str()),
        None => labels["node-role.kubernetes.io/control-plane"] = json!(""),
    }
    let resources = json!({
        "cpu": Quantity::from(pool.cpu),
        "memory": Quantity::from(pool.memory),
        "pods": pool.pods.to_string(),
        // The description says nothing of disks: never the reason.
        "ephemeral-storage": "1Ti",
    });
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"capacity": resources, "allocatable": resources},
    })
}

fn storage_class(class: &StorageClass) -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": class.name.as_str()},
        "provisioner": class.provisioner,
        "volumeBindingMode": class.binding.as_str(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use manifests_lib::values::{gibibytes, millicores};
    use manifests_lib::workload::NodeGroup;
    use manifests_lib::{label_key, name};

    #[test]
    fn a_pool_becomes_nodes_with_the_label_of_its_group() {
        let pool = NodePool {
            group: Some(NodeGroup {
                label: label_key!("example.com/group"),
                value: name!("front"),
            }),
            nodes: 2,
            cpu: millicores(1_500),
            memory: gibibytes(3),
            pods: 17,
        };
        let cluster = Cluster { node_pools: vec![pool], storage_classes: Vec::new() };
        assert_eq!(count(&cluster), 2);
        let nodes = objects(&cluster, &[]);
        assert_eq!(nodes[1]["metadata"]["name"], "front-2");
        assert_eq!(nodes[1]["metadata"]["labels"]["example.com/group"], "front");
        assert_eq!(
            nodes[1]["status"]["allocatable"],
            json!({"cpu": "1500m", "memory": "3Gi", "pods": "17", "ephemeral-storage": "1Ti"})
        );
    }
}
