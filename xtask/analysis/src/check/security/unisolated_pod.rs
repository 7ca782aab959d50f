//! Pods of production that everybody reaches.

use std::collections::HashSet;

use crate::check::{At, Family, Rule, Severity};
use crate::environment::Presence;
use crate::graph::Graph;
use crate::objects::{Identity, Selector};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unisolated-pod",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "No NetworkPolicy is for a pod of a production environment",
    consequence: "every pod of the cluster reaches all its ports, and it reaches every address: who takes over any pod is next to it",
    explanation: "Pods in an environment, a namespace or with a label `env` that is called production (`prd`, `prod`, `production`), \
                  unless they are on the network of their node. Nothing is found where policies of Cilium or Calico or of the whole \
                  cluster are here, which may be for it, nor where a chart may bring one.",
    remedy: "write a NetworkPolicy for the namespace that refuses all traffic (podSelector: {}), and one for what is needed",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check: |graph, findings| {
        if has_other_policies(graph) {
            return;
        }
        let mut isolated = HashSet::new();
        for policy in graph.objects().of_kind("networking.k8s.io", "NetworkPolicy") {
            let selector = Selector::of(&policy.json["spec"]["podSelector"]);
            let pods = graph.selected(policy.namespace(), selector);
            isolated.extend(pods.map(|pod| &pod.owner.identity));
        }
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            let namespace = Some(pod.namespace());
            let any = Identity::new("networking.k8s.io", "NetworkPolicy", namespace, "");
            if graph.environment.is_production(pod.owner)
                && pod.spec["hostNetwork"].as_bool() != Some(true)
                && !isolated.contains(&pod.owner.identity)
                && graph.environment.presence(&any) == Presence::Missing
            {
                findings.add(pod.owner, At::Object, "no NetworkPolicy selects its pods");
            }
        }
    },
};

/// Whether policies are here that are not read, and may be for any pod.
fn has_other_policies(graph: &Graph<'_>) -> bool {
    [
        ("cilium.io", "CiliumNetworkPolicy"),
        ("cilium.io", "CiliumClusterwideNetworkPolicy"),
        ("crd.projectcalico.org", "GlobalNetworkPolicy"),
        ("crd.projectcalico.org", "NetworkPolicy"),
        ("projectcalico.org", "GlobalNetworkPolicy"),
        ("projectcalico.org", "NetworkPolicy"),
        ("policy.networking.k8s.io", "AdminNetworkPolicy"),
        ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ]
    .iter()
    .any(|(group, kind)| graph.objects().of_kind(group, kind).next().is_some())
}
