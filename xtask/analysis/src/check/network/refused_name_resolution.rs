//! Pods that may not ask for names.

use std::collections::HashSet;

use super::{Needed, all_refused, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::network::{End, Port};
use crate::objects::{Value, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "refused-name-resolution",
    family: Family::Network,
    severity: Severity::Error,
    summary: "A pod calls others by name and may not ask the cluster's DNS",
    consequence: "no name resolves: each call fails, after seconds",
    explanation: "Policies for what goes out keep a pod from everything that they do not name, the DNS servers in \
                  `kube-system` included. Told is a pod that declares a call by name, or has a proxy of the mesh, and \
                  whose policies let it out at port 53 of UDP to nothing that can be a DNS server: neither in \
                  `kube-system` nor at addresses, nor at 5353 in `openshift-dns`.",
    remedy: "let it out to `k8s-app: kube-dns` in `kube-system` at port 53, by UDP and TCP",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    let needs = graph.needs();
    let named = needs.iter().map(|need| (need.pod, format!("{}, which it calls", need.host)));
    let proxies = graph.pods.iter().filter(|pod| graph.proxy(pod).is_sidecar());
    let proxies = proxies.map(|pod| (pod, "the control plane, which its proxy calls".to_owned()));
    let port = |number| Port { protocol: "UDP", number: Some(number) };
    let servers = |namespace| End::Unseen { namespace, labels: &Value::Null };
    let ends = [(servers("kube-system"), port(53)), (servers("openshift-dns"), port(5353))];
    for (pod, why) in named.chain(proxies) {
        let asks_others = ["None", "Default"].map(Some).contains(&text(&pod.spec["dnsPolicy"]));
        if asks_others || !seen.insert(&pod.owner.identity) {
            continue;
        }
        let Some((connection, to, port)) = all_refused(graph, &[End::Pod(pod)], &ends) else {
            continue;
        };
        let needed = Needed {
            from: pod.owner,
            at: At::Object,
            who: pod.owner.identity.to_string(),
            what: format!("the cluster's DNS for the name of {why}"),
            to,
            port,
        };
        tell(findings, &needed, &connection);
    }
}
