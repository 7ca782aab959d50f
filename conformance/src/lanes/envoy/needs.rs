//! What every pod of the mesh needs besides what it declares: names, the control plane, and where traces go. Nothing enforces
//! NetworkPolicies here, so they alone are asked.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::network_policy::{End, Labels, Pod, Port};
use super::pods::Role;
use super::world::World;

/// Asks the policies about every proxy; returns how many connections that are, and those that are refused.
pub fn judge(world: &World<'_>) -> (usize, Vec<String>) {
    let tcp = Port::tcp;
    let udp = Port { protocol: "UDP", number: 53 };
    let mut needs = vec![
        ("the DNS server", pod("kube-system", &[("k8s-app", "kube-dns")]), udp),
        ("istiod", world.control_plane.clone(), tcp(15012)),
    ];
    if world.policies.namespaces.contains_key("jaeger") {
        let labels =
            [("app.kubernetes.io/instance", "jaeger"), ("app.kubernetes.io/name", "jaeger")];
        needs.push(("Jaeger", pod("jaeger", &labels), tcp(4317)));
    }
    let (mut count, mut findings) = (0, Vec::new());
    let is_rendered = |role| matches!(role, Role::Workload | Role::Gateway);
    for caller in world.pods.iter().filter(|pod| is_rendered(pod.planned.role)) {
        for (what, end, port) in &needs {
            count += 1;
            if !world.policies.refusals(&caller.end(), end, *port).is_admitted() {
                findings.push(format!(
                    "NetworkPolicies keep {} from {what}, which its proxy needs",
                    caller.planned.name
                ));
            }
        }
    }
    (count, findings)
}

/// A pod that the lane does not run.
fn pod(namespace: &str, labels: &[(&str, &str)]) -> End {
    let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let pod = Pod {
        namespace: namespace.to_owned(),
        labels: labels.collect::<Labels>(),
        named_ports: BTreeMap::new(),
    };
    End { pod: Some(pod), address: IpAddr::V4(Ipv4Addr::new(10, 244, 0, 2)) }
}
