//! Which pods an environment has, as far as the lane runs them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::network_policy::Labels;
use crate::rendered::{Object, Rendered};

/// A pod that is to run.
#[derive(Clone, Debug)]
pub struct Planned {
    /// How reports call it.
    pub name: String,
    /// Its namespace; empty outside of the cluster.
    pub namespace: String,
    /// What it is for.
    pub role: Role,
    /// Its labels.
    pub labels: Labels,
    /// Its ports, with their names.
    pub ports: Vec<(Option<String>, u16)>,
    /// What the API server and so the webhook of the mesh are given; none for pods that are not part of the mesh.
    pub manifest: Option<Value>,
}

/// What a pod is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is rendered.
    Workload,
    /// It is part of the mesh, and nothing that is rendered speaks of it.
    Stranger,
    /// It has identity and labels of a gateway, to call as only the gateway itself may.
    Double,
    /// It is a gateway of the mesh.
    Gateway,
    /// It is in the cluster and not part of the mesh.
    Plain,
    /// It is not in the cluster.
    Outside,
}

/// A pod of others that the lane plays: policies speak of it.
struct Tool {
    name: &'static str,
    /// Where nothing that is rendered says it.
    namespace: &'static str,
    label: (&'static str, &'static str),
    ports: &'static [(&'static str, u16)],
}

/// All of them.
const TOOLS: [Tool; 3] = [
    Tool {
        name: "prometheus",
        namespace: "prometheus",
        label: ("app.kubernetes.io/name", "prometheus"),
        ports: &[],
    },
    Tool {
        name: "kiali",
        namespace: "istio-system",
        label: ("app.kubernetes.io/name", "kiali"),
        ports: &[],
    },
    Tool {
        name: "rabbitmq",
        namespace: "rabbitmq",
        label: ("app.kubernetes.io/name", "rabbitmq"),
        ports: &[("amqps", 5671)],
    },
];

/// Hosts that nobody declares.
pub const UNDECLARED: &str = "undeclared.example.com";

impl Planned {
    /// Whether a proxy runs beside it, or in it.
    pub fn is_meshed(&self) -> bool {
        self.manifest.is_some()
    }

    /// A pod that is not part of the mesh.
    fn plain(name: &str, namespace: &str, label: (&str, &str), ports: &[(&str, u16)]) -> Self {
        Self {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            role: Role::Plain,
            labels: Labels::from([(label.0.to_owned(), label.1.to_owned())]),
            ports: ports.iter().map(|(name, port)| (Some((*name).to_owned()), *port)).collect(),
            manifest: None,
        }
    }

    /// A host outside of the cluster.
    fn outside(name: &str, ports: &[u16]) -> Self {
        Self {
            name: name.to_owned(),
            namespace: String::new(),
            role: Role::Outside,
            labels: Labels::new(),
            ports: ports.iter().map(|port| (None, *port)).collect(),
            manifest: None,
        }
    }

    /// The pod of a workload.
    pub fn of_workload(name: &str, role: Role, workload: &Value) -> Self {
        let template = &workload["spec"]["template"];
        let namespace = workload["metadata"]["namespace"].as_str().unwrap_or("default");
        let mut manifest = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": template["metadata"],
            "spec": template["spec"],
        });
        manifest["metadata"]["name"] = name.into();
        manifest["metadata"]["namespace"] = namespace.into();
        // Nothing schedules it.
        manifest["spec"]["nodeName"] = "node".into();
        let claims = workload["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
        for claim in claims {
            let volume = json!({"name": claim["metadata"]["name"], "emptyDir": {}});
            match &mut manifest["spec"]["volumes"] {
                Value::Array(volumes) => volumes.push(volume),
                volumes => *volumes = json!([volume]),
            }
        }
        let containers = manifest["spec"]["containers"].as_array().into_iter().flatten();
        let ports = containers.flat_map(|container| {
            let ports = container["ports"].as_array().into_iter().flatten();
            ports.filter_map(|port| {
                let number = u16::try_from(port["containerPort"].as_u64()?).ok()?;
                Some((port["name"].as_str().map(str::to_owned), number))
            })
        });
        Self {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            role,
            labels: labels(&manifest["metadata"]["labels"]),
            ports: ports.collect(),
            manifest: Some(manifest),
        }
    }

    /// A pod of the mesh with nothing but a client.
    fn client(name: &str, namespace: &str, account: &str, labels: &Labels, role: Role) -> Self {
        let workload = json!({
            "metadata": {"namespace": namespace},
            "spec": {"template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": account,
                    "automountServiceAccountToken": false,
                    "securityContext": {
                        "runAsNonRoot": true,
                        "runAsUser": 65532,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [{
                        "name": "client",
                        "image": "client",
                        "resources": {"limits": {"memory": "32Mi"}, "requests": {"cpu": "10m", "memory": "32Mi"}},
                        "securityContext": {
                            "allowPrivilegeEscalation": false,
                            "readOnlyRootFilesystem": true,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }],
                },
            }},
        });
        Self::of_workload(name, role, &workload)
    }
}

/// Every pod; `gateways` are the Deployments of the mesh's gateways.
pub fn plan(rendered: &Rendered, gateways: &[Value]) -> Vec<Planned> {
    let mut pods: Vec<Planned> = workloads(&rendered.objects)
        .map(|object| Planned::of_workload(&short(object), Role::Workload, &object.value))
        .collect();
    let namespaces: BTreeSet<String> = pods.iter().map(|pod| pod.namespace.clone()).collect();
    for namespace in &namespaces {
        let labels = Labels::from([("app".to_owned(), "stranger".to_owned())]);
        pods.push(Planned::client("stranger", namespace, "stranger", &labels, Role::Stranger));
        pods.push(Planned::plain("unmeshed", namespace, ("app", "unmeshed"), &[]));
    }
    for gateway in gateways {
        let name = gateway["metadata"]["name"].as_str().unwrap_or_default();
        let gateway = Planned::of_workload(name, Role::Gateway, gateway);
        let account = gateway.manifest.as_ref().map(|pod| &pod["spec"]["serviceAccountName"]);
        let account = account.and_then(Value::as_str).unwrap_or_default();
        let name = format!("as-{name}");
        let double =
            Planned::client(&name, &gateway.namespace, account, &gateway.labels, Role::Double);
        pods.extend([gateway.clone(), double]);
    }
    for object in of_kind(&rendered.objects, "gateway.networking.k8s.io", "Gateway") {
        let namespace = object.identity.namespace.as_deref().unwrap_or_default();
        let gateway = object.identity.name.as_str();
        let label = ("gateway.networking.k8s.io/gateway-name", gateway);
        pods.push(Planned::plain(&format!("nginx-{gateway}"), namespace, label, &[]));
    }
    for Tool { name, namespace, label, ports } in TOOLS {
        let placed = place(&rendered.objects, label);
        let is_there = |object: &Object| object.identity.namespace.as_deref() == Some(namespace);
        // Nobody calls what a platform does not have.
        if placed.is_none() && !ports.is_empty() && !rendered.objects.iter().any(is_there) {
            continue;
        }
        let namespace = placed.unwrap_or(namespace);
        pods.push(Planned::plain(name, namespace, label, ports));
    }
    pods.push(Planned::plain("bystander", "default", ("app", "bystander"), &[]));
    pods.push(Planned::outside("user", &[]));
    pods.push(Planned::outside(UNDECLARED, &[80, 443]));
    for (host, ports) in outside(&rendered.objects) {
        pods.push(Planned::outside(&host, &ports));
    }
    pods
}

/// Where the pods of a tool are: a policy of the platform selects them.
fn place<'a>(objects: &'a [Object], (key, value): (&str, &str)) -> Option<&'a str> {
    let only = Labels::from([(key.to_owned(), value.to_owned())]);
    of_kind(objects, "networking.k8s.io", "NetworkPolicy")
        .find(|policy| labels(&policy.value["spec"]["podSelector"]["matchLabels"]) == only)
        .and_then(|policy| policy.identity.namespace.as_deref())
}

/// What makes pods that keep running.
pub fn workloads(objects: &[Object]) -> impl Iterator<Item = &Object> {
    objects
        .iter()
        .filter(|object| ["Deployment", "StatefulSet", "DaemonSet"].contains(&object.identity.kind))
}

/// The objects of a kind.
pub fn of_kind<'a>(
    objects: &'a [Object],
    group: &'a str,
    kind: &'a str,
) -> impl Iterator<Item = &'a Object> {
    objects
        .iter()
        .filter(move |object| object.identity.group == group && object.identity.kind == kind)
}

/// A workload without the name of its kind.
pub fn short(object: &Object) -> String {
    let name = object.identity.name.as_str();
    let kinds = ["-deployment", "-stateful-set", "-daemon-set"];
    let short = kinds.into_iter().find_map(|kind| name.strip_suffix(kind));
    short.unwrap_or(name).to_owned()
}

/// Hosts and ports that `ServiceEntries` name.
pub fn outside(objects: &[Object]) -> BTreeMap<String, Vec<u16>> {
    let mut hosts: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    for object in of_kind(objects, "networking.istio.io", "ServiceEntry") {
        for host in texts(&object.value["spec"]["hosts"]) {
            let ports = object.value["spec"]["ports"].as_array().into_iter().flatten();
            let ports = ports.filter_map(|port| u16::try_from(port["number"].as_u64()?).ok());
            hosts.entry(host.to_owned()).or_default().extend(ports);
        }
    }
    hosts
}

/// The texts of a list.
pub fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Labels as a map.
pub fn labels(labels: &Value) -> Labels {
    let labels = labels.as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The name and the namespace of a stored object.
pub fn full_name(object: &Value) -> (&str, &str) {
    let text = |name| object["metadata"][name].as_str().unwrap_or_default();
    (text("name"), text("namespace"))
}
