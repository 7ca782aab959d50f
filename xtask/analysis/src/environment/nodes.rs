//! The nodes of a cluster.

use crate::objects::{Objects, list, quantity, text, texts};

/// Nodes that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// What people call them: `app`, or the name of the one node.
    pub name: String,
    /// Labels of each node.
    pub labels: Vec<(String, String)>,
    /// Whether these are all labels that a node has, those of the cluster included.
    pub has_all_labels: bool,
    /// What keeps pods away that do not tolerate it.
    pub taints: Vec<Taint>,
    /// How many there are at most.
    pub count: u64,
    /// Millicores of processor that a node has for pods: its `allocatable`.
    pub millicores: u64,
    /// Bytes of memory that a node has for pods.
    pub memory: u64,
    /// How many pods a node takes.
    pub pods: u64,
}

/// What keeps pods away from a node that do not tolerate it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
    /// `NoSchedule` or `NoExecute`.
    pub effect: String,
}

/// The Nodes among the objects: what `kubectl get nodes --output yaml` prints. One that does not say what it has is passed over.
pub(super) fn among(objects: &Objects) -> Vec<Nodes> {
    let nodes = objects.of_kind("", "Node").filter_map(|node| {
        let allocatable = &node.json["status"]["allocatable"];
        let labels = texts(&node.json["metadata"]["labels"]);
        let taints = list(&node.json["spec"]["taints"]).iter().filter_map(|taint| {
            let field = |name: &str| text(&taint[name]).unwrap_or_default().to_owned();
            let taint = Taint { key: field("key"), value: field("value"), effect: field("effect") };
            // What the cluster itself puts there comes and goes, and nobody is kept away by a wish.
            let stays =
                !taint.key.starts_with("node.kubernetes.io/") && taint.effect != "PreferNoSchedule";
            stays.then_some(taint)
        });
        Some(Nodes {
            name: node.name().to_owned(),
            labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            has_all_labels: true,
            taints: taints.collect(),
            count: 1,
            millicores: quantity::thousandths(&allocatable["cpu"])?,
            memory: quantity::ones(&allocatable["memory"])?,
            pods: quantity::ones(&allocatable["pods"])?,
        })
    });
    nodes.collect()
}
