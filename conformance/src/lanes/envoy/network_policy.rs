//! What NetworkPolicies admit, by the semantics of <https://kubernetes.io/docs/concepts/services-networking/network-policies/>:
//! a pure function of the policies, the namespaces' labels and the two ends of a connection.

use std::collections::BTreeMap;
use std::net::IpAddr;

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Labels of a pod or a namespace.
pub type Labels = BTreeMap<String, String>;

/// Every policy of a cluster, with the labels of its namespaces.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// In any order: policies only ever add to each other.
    pub policies: Vec<NetworkPolicy>,
    /// Labels by namespace, `kubernetes.io/metadata.name` among them.
    pub namespaces: BTreeMap<String, Labels>,
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The pod; none for an address outside the cluster.
    pub pod: Option<Pod>,
    /// Its address.
    pub address: IpAddr,
}

/// What policies see of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: Labels,
    /// The ports that have a name, by it.
    pub named_ports: BTreeMap<String, u16>,
}

/// Which policies refuse a connection; none where it is admitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// Those of the pod that it leaves.
    pub egress: bool,
    /// Those of the pod that it reaches.
    pub ingress: bool,
}

impl Refusals {
    /// Whether nothing refuses it.
    pub fn is_admitted(self) -> bool {
        !self.egress && !self.ingress
    }
}

/// A port of what is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// `TCP` or `UDP`.
    pub protocol: &'static str,
    /// Its number.
    pub number: u16,
}

impl Port {
    /// A port of TCP.
    pub fn tcp(number: u16) -> Self {
        Self { protocol: "TCP", number }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ingress,
    Egress,
}

impl Policies {
    /// Who refuses a connection to a port.
    pub fn refusals(&self, from: &End, to: &End, port: Port) -> Refusals {
        if from == to {
            // A pod cannot be kept from itself.
            return Refusals::default();
        }
        Refusals {
            egress: from
                .pod
                .as_ref()
                .is_some_and(|pod| self.refuses(Direction::Egress, pod, to, to, port)),
            ingress: to
                .pod
                .as_ref()
                .is_some_and(|pod| self.refuses(Direction::Ingress, pod, from, to, port)),
        }
    }

    /// Whether policies of that direction select a pod and none of them has a rule for the other end.
    fn refuses(&self, direction: Direction, pod: &Pod, other: &End, to: &End, port: Port) -> bool {
        let mut selecting = self
            .policies
            .iter()
            .filter(|policy| namespace(policy) == pod.namespace)
            .filter_map(|policy| policy.spec.as_ref().map(|spec| (namespace(policy), spec)))
            .filter(|(_, spec)| selects(spec.pod_selector.as_ref(), &pod.labels))
            .filter(|(_, spec)| has_direction(spec, direction))
            .peekable();
        if selecting.peek().is_none() {
            return false;
        }
        !selecting.any(|(namespace, spec)| match direction {
            Direction::Ingress => spec.ingress.iter().flatten().any(|rule| {
                self.any_peer(rule.from.as_deref(), namespace, other)
                    && any_port(rule.ports.as_deref(), to, port)
            }),
            Direction::Egress => spec.egress.iter().flatten().any(|rule| {
                self.any_peer(rule.to.as_deref(), namespace, other)
                    && any_port(rule.ports.as_deref(), to, port)
            }),
        })
    }

    /// No list, or an empty one, is everybody.
    fn any_peer(&self, peers: Option<&[NetworkPolicyPeer]>, own: &str, end: &End) -> bool {
        let peers = peers.unwrap_or_default();
        peers.is_empty() || peers.iter().any(|peer| self.is_peer(peer, own, end))
    }

    fn is_peer(&self, peer: &NetworkPolicyPeer, own: &str, end: &End) -> bool {
        if let Some(block) = &peer.ip_block {
            return is_in_block(block, end.address);
        }
        let Some(pod) = &end.pod else {
            return false;
        };
        let is_namespace = match &peer.namespace_selector {
            None => pod.namespace == own,
            Some(selector) => self
                .namespaces
                .get(&pod.namespace)
                .is_some_and(|labels| selects(Some(selector), labels)),
        };
        is_namespace && selects(peer.pod_selector.as_ref(), &pod.labels)
    }
}

fn namespace(policy: &NetworkPolicy) -> &str {
    policy.metadata.namespace.as_deref().unwrap_or("default")
}

/// Without types, a policy is for what comes in, and where it has rules for it, for what goes out.
fn has_direction(spec: &NetworkPolicySpec, direction: Direction) -> bool {
    let named = |name: &str| {
        spec.policy_types.as_ref().map(|types| types.iter().any(|declared| declared == name))
    };
    match direction {
        Direction::Ingress => named("Ingress").unwrap_or(true),
        Direction::Egress => {
            let has_rules = spec.egress.as_ref().is_some_and(|rules| !rules.is_empty());
            named("Egress").unwrap_or(has_rules)
        }
    }
}

/// An empty or missing selector selects everything.
pub fn selects(selector: Option<&LabelSelector>, labels: &Labels) -> bool {
    let Some(selector) = selector else {
        return true;
    };
    let has_labels =
        selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    has_labels
        && selector.match_expressions.iter().flatten().all(|expression| {
            let value = labels.get(&expression.key);
            let is_listed =
                value.is_some_and(|value| expression.values.iter().flatten().any(|v| v == value));
            match expression.operator.as_str() {
                "In" => is_listed,
                "NotIn" => !is_listed,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                // The API server takes no other.
                _ => false,
            }
        })
}

/// No list, or an empty one, is every port.
fn any_port(ports: Option<&[NetworkPolicyPort]>, to: &End, port: Port) -> bool {
    let ports = ports.unwrap_or_default();
    ports.is_empty() || ports.iter().any(|declared| is_port(declared, to, port))
}

fn is_port(declared: &NetworkPolicyPort, to: &End, port: Port) -> bool {
    if declared.protocol.as_deref().unwrap_or("TCP") != port.protocol {
        return false;
    }
    match &declared.port {
        None => true,
        Some(IntOrString::Int(first)) => {
            let last = declared.end_port.unwrap_or(*first);
            (*first..=last).contains(&i32::from(port.number))
        }
        // The name is one of the pod that is reached, in both directions.
        Some(IntOrString::String(name)) => {
            to.pod.as_ref().and_then(|pod| pod.named_ports.get(name)) == Some(&port.number)
        }
    }
}

fn is_in_block(block: &IPBlock, address: IpAddr) -> bool {
    is_in_range(&block.cidr, address)
        && !block.except.iter().flatten().any(|range| is_in_range(range, address))
}

/// Whether a range such as `10.0.0.0/8` has an address; what is no range has none.
fn is_in_range(range: &str, address: IpAddr) -> bool {
    let parsed = range.split_once('/').and_then(|(first, length)| {
        Some((first.parse::<IpAddr>().ok()?, length.parse::<u32>().ok()?))
    });
    let (bits, first, address, length) = match (parsed, address) {
        (Some((IpAddr::V4(first), length)), IpAddr::V4(address)) => {
            (32, u128::from(u32::from(first)), u128::from(u32::from(address)), length)
        }
        (Some((IpAddr::V6(first), length)), IpAddr::V6(address)) => {
            (128, u128::from(first), u128::from(address), length)
        }
        _ => return false,
    };
    match bits - length.min(bits) {
        128 => true,
        shift => first >> shift == address >> shift,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn labels(value: &Value) -> Labels {
        serde_json::from_value(value.clone()).unwrap()
    }

    /// Policies, each a namespace and a spec, in a cluster with the namespaces `shop`, `tools` and `other`.
    fn policies(policies: &[(&str, Value)]) -> Policies {
        let policy = |(namespace, spec): &(&str, Value)| {
            let policy =
                json!({"metadata": {"name": "example", "namespace": namespace}, "spec": spec});
            serde_json::from_value(policy).unwrap()
        };
        let namespaces = ["shop", "tools", "other"].map(|name| {
            let labels = json!({"kubernetes.io/metadata.name": name, "team": name});
            (name.to_owned(), self::labels(&labels))
        });
        Policies {
            policies: policies.iter().map(policy).collect(),
            namespaces: BTreeMap::from(namespaces),
        }
    }

    fn pod(namespace: &str, app: &str, address: &str) -> End {
        End {
            pod: Some(Pod {
                namespace: namespace.to_owned(),
                labels: labels(&json!({"app": app})),
                named_ports: BTreeMap::from([("http".to_owned(), 8080)]),
            }),
            address: address.parse().unwrap(),
        }
    }

    fn outside(address: &str) -> End {
        End { pod: None, address: address.parse().unwrap() }
    }

    fn web() -> End {
        pod("shop", "web", "10.0.0.1")
    }

    fn database() -> End {
        pod("shop", "database", "10.0.0.2")
    }

    const ADMITTED: Refusals = Refusals { egress: false, ingress: false };
    const INGRESS: Refusals = Refusals { egress: false, ingress: true };
    const EGRESS: Refusals = Refusals { egress: true, ingress: false };

    #[test]
    fn without_policies_everything_is_admitted() {
        assert_eq!(policies(&[]).refusals(&web(), &database(), Port::tcp(3306)), ADMITTED);
        assert_eq!(policies(&[]).refusals(&outside("1.2.3.4"), &web(), Port::tcp(80)), ADMITTED);
    }

    #[test]
    fn a_selected_pod_is_closed_in_the_directions_that_are_named() {
        let both = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
        let deny = policies(&[("shop", both)]);
        let stranger = pod("other", "web", "10.0.0.3");
        assert_eq!(deny.refusals(&stranger, &database(), Port::tcp(3306)), INGRESS);
        assert_eq!(deny.refusals(&web(), &stranger, Port::tcp(80)), EGRESS);
        assert_eq!(
            deny.refusals(&web(), &database(), Port::tcp(3306)),
            Refusals { egress: true, ingress: true }
        );
        let only_web =
            json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]});
        let only_web = policies(&[("shop", only_web)]);
        assert_eq!(only_web.refusals(&web(), &database(), Port::tcp(3306)), ADMITTED);
        assert_eq!(only_web.refusals(&database(), &web(), Port::tcp(80)), INGRESS);
    }

    #[test]
    fn without_types_it_is_ingress_and_egress_where_there_are_rules_for_it() {
        let none = policies(&[("shop", json!({"podSelector": {}}))]);
        assert_eq!(none.refusals(&web(), &outside("1.2.3.4"), Port::tcp(443)), ADMITTED);
        assert_eq!(none.refusals(&outside("1.2.3.4"), &web(), Port::tcp(443)), INGRESS);
        let rules = json!({"podSelector": {}, "egress": [{"ports": [{"port": 443}]}]});
        let rules = policies(&[("shop", rules)]);
        assert_eq!(rules.refusals(&web(), &outside("1.2.3.4"), Port::tcp(443)), ADMITTED);
        assert_eq!(rules.refusals(&web(), &outside("1.2.3.4"), Port::tcp(80)), EGRESS);
    }

    #[test]
    fn policies_add_to_each_other() {
        let deny = json!({"podSelector": {}, "policyTypes": ["Ingress"]});
        let allow = json!({
            "podSelector": {"matchLabels": {"app": "database"}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}],
        });
        let both = policies(&[("shop", deny), ("shop", allow)]);
        assert_eq!(both.refusals(&web(), &database(), Port::tcp(3306)), ADMITTED);
        assert_eq!(both.refusals(&database(), &web(), Port::tcp(80)), INGRESS);
    }

    fn admits(rule: Value, from: &End) -> bool {
        let spec = json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [rule]});
        policies(&[("shop", spec)]).refusals(from, &database(), Port::tcp(3306)).is_admitted()
    }

    #[test]
    fn a_pod_selector_alone_is_for_the_own_namespace() {
        let rule = json!({"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]});
        assert!(admits(rule.clone(), &web()));
        assert!(!admits(rule.clone(), &pod("other", "web", "10.0.0.3")));
        assert!(!admits(rule, &outside("10.0.0.1")));
    }

    #[test]
    fn both_selectors_in_one_peer_have_to_match() {
        let one = json!({"from": [{
            "namespaceSelector": {"matchLabels": {"team": "tools"}},
            "podSelector": {"matchLabels": {"app": "web"}},
        }]});
        assert!(admits(one.clone(), &pod("tools", "web", "10.0.0.3")));
        assert!(!admits(one.clone(), &pod("tools", "other", "10.0.0.3")));
        assert!(!admits(one, &web()));
        let two = json!({"from": [
            {"namespaceSelector": {"matchLabels": {"team": "tools"}}},
            {"podSelector": {"matchLabels": {"app": "web"}}},
        ]});
        assert!(admits(two.clone(), &pod("tools", "other", "10.0.0.3")));
        assert!(admits(two, &web()));
    }

    #[test]
    fn an_empty_namespace_selector_is_every_pod_and_nobody_outside() {
        let rule = json!({"from": [{"namespaceSelector": {}}]});
        assert!(admits(rule.clone(), &pod("other", "any", "10.0.0.3")));
        assert!(!admits(rule, &outside("10.0.0.3")));
    }

    #[test]
    fn a_rule_without_peers_is_for_everybody() {
        assert!(admits(json!({"ports": [{"port": 3306}]}), &outside("1.2.3.4")));
        assert!(admits(json!({}), &outside("1.2.3.4")));
    }

    #[test]
    fn expressions() {
        let admits = |expression: Value, app: &str| {
            let selector = json!({"matchExpressions": [expression]});
            admits(json!({"from": [{"podSelector": selector}]}), &pod("shop", app, "10.0.0.3"))
        };
        let of = |operator: &str, values: &[&str]| json!({"key": "app", "operator": operator, "values": values});
        assert!(admits(of("In", &["web", "worker"]), "worker"));
        assert!(!admits(of("In", &["web", "worker"]), "other"));
        assert!(admits(of("NotIn", &["web"]), "worker"));
        assert!(!admits(of("NotIn", &["web"]), "web"));
        assert!(admits(json!({"key": "app", "operator": "Exists"}), "any"));
        assert!(!admits(json!({"key": "app", "operator": "DoesNotExist"}), "any"));
        assert!(admits(json!({"key": "absent", "operator": "DoesNotExist"}), "any"));
        // A label that is not there is not among the values.
        assert!(admits(json!({"key": "absent", "operator": "NotIn", "values": ["a"]}), "any"));
    }

    #[test]
    fn blocks_of_addresses_with_exceptions() {
        let rule =
            json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]});
        assert!(admits(rule.clone(), &outside("10.2.3.4")));
        assert!(!admits(rule.clone(), &outside("10.1.3.4")));
        assert!(!admits(rule.clone(), &outside("11.0.0.1")));
        // Pods have addresses, too.
        assert!(admits(rule, &web()));
        let all = json!({"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]});
        assert!(admits(all.clone(), &outside("203.0.113.1")));
        assert!(!admits(all, &outside("2001:db8::1")));
        let six = json!({"from": [{"ipBlock": {"cidr": "2001:db8::/32"}}]});
        assert!(admits(six.clone(), &outside("2001:db8:1::1")));
        assert!(!admits(six, &outside("2001:db9::1")));
    }

    #[test]
    fn ports_by_number_range_name_and_protocol() {
        let admits = |declared: Value, port: u16| {
            let spec = json!({"podSelector": {}, "ingress": [{"ports": [declared]}]});
            policies(&[("shop", spec)]).refusals(&web(), &database(), Port::tcp(port)).is_admitted()
        };
        assert!(admits(json!({"port": 8080, "protocol": "TCP"}), 8080));
        assert!(!admits(json!({"port": 8080}), 8081));
        assert!(admits(json!({"port": 8080, "endPort": 8090}), 8090));
        assert!(!admits(json!({"port": 8080, "endPort": 8090}), 8091));
        assert!(admits(json!({"port": "http"}), 8080));
        assert!(!admits(json!({"port": "http"}), 8081));
        assert!(!admits(json!({"port": "https"}), 8080));
        assert!(!admits(json!({"port": 53, "protocol": "UDP"}), 53));
        let spec =
            json!({"podSelector": {}, "ingress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]});
        let names = Port { protocol: "UDP", number: 53 };
        assert_eq!(policies(&[("shop", spec)]).refusals(&web(), &database(), names), ADMITTED);
        assert!(admits(json!({"protocol": "TCP"}), 1));
    }

    #[test]
    fn a_named_port_on_the_way_out_is_that_of_the_pod_that_is_reached() {
        let spec = json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": "http"}]}]});
        let named = policies(&[("shop", spec)]);
        let tool = pod("tools", "any", "10.0.0.9");
        assert_eq!(named.refusals(&web(), &tool, Port::tcp(8080)), ADMITTED);
        assert_eq!(named.refusals(&web(), &tool, Port::tcp(80)), EGRESS);
        assert_eq!(named.refusals(&web(), &outside("1.2.3.4"), Port::tcp(8080)), EGRESS);
    }

    #[test]
    fn a_pod_reaches_itself() {
        let deny = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
        assert_eq!(policies(&[("shop", deny)]).refusals(&web(), &web(), Port::tcp(80)), ADMITTED);
    }
}
