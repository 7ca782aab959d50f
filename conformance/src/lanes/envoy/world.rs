//! An environment that runs: its objects in an API server, the control plane of the mesh, and its pods.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Process, Programs, READY, cannot_write, progress};
use serde_json::{Value, json};

use super::control_plane::{self, Charts};
use super::network_policy::{self, End, Policies};
use super::node::{Node, PodNetwork};
use super::played;
use super::player::Order;
use super::pods::{self, Planned, Role, full_name, labels, of_kind};
use super::proxy::{self, Secrets};
use crate::lanes::{Options, apply};
use crate::rendered::{Object, Rendered};

/// Addresses outside of clusters, by <https://www.rfc-editor.org/rfc/rfc5737>.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 0);

/// How the hosts of databases and caches end.
const DATABASES: [&str; 2] = [".rds.amazonaws.com", ".cache.amazonaws.com"];

/// The namespace of the control plane.
pub const CONTROL_PLANE: &str = "istio-system";

/// A running environment; everything in it ends when it is dropped.
pub struct World<'a> {
    // Dropped in this order.
    /// Every pod.
    pub pods: Vec<Pod>,
    istiod: Process,
    cluster: Cluster,
    node: &'a Node<'a>,
    /// Every Service, as it is stored.
    pub services: Vec<Value>,
    /// What NetworkPolicies say.
    pub policies: Policies,
    /// How policies see istiod.
    pub control_plane: End,
}

/// A pod that runs.
pub struct Pod {
    /// What it is.
    pub planned: Planned,
    /// As it is stored, with its proxy.
    pub stored: Option<Value>,
    proxy: Option<Process>,
    /// Its network and its player.
    pub network: PodNetwork,
}

impl Pod {
    /// How policies see it.
    pub fn end(&self) -> End {
        let planned = &self.planned;
        let named_ports =
            planned.ports.iter().filter_map(|(name, port)| Some((name.clone()?, *port)));
        let pod = network_policy::Pod {
            namespace: planned.namespace.clone(),
            labels: planned.labels.clone(),
            named_ports: named_ports.collect(),
        };
        End {
            pod: (planned.role != Role::Outside).then_some(pod),
            address: IpAddr::V4(self.network.address()),
        }
    }
}

impl<'a> World<'a> {
    /// Starts everything and waits until every proxy is ready.
    pub fn start(
        programs: &Programs,
        node: &'a Node<'a>,
        options: &Options,
        rendered: &Rendered,
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let name = &rendered.environment;
        let charts = Charts::render(programs, rendered)?;
        let planned = pods::plan(rendered, &charts.gateways);
        let mut cluster = Cluster::start(programs)?;
        let objects: Vec<Object> =
            rendered.objects.iter().filter(|object| is_judged(object)).cloned().collect();
        let kinds = apply::custom_kinds(&mut cluster, &objects)?;
        apply::install_crds(&mut cluster, options, &kinds)?;
        let secrets = played::certificates(&rendered.objects, &planned)?;
        apply_all(&mut cluster, rendered, &objects, (&charts, secrets), &planned)?;
        tell_control_plane(node, &charts);
        let istiod = control_plane::start(programs, node, &mut cluster, &charts)?;
        progress(format_args!("{name}: istiod is ready after {} s", started.elapsed().as_secs()));
        let mut world = Self {
            pods: Vec::new(),
            istiod,
            services: Vec::new(),
            policies: policies(&rendered.objects)?,
            control_plane: End {
                pod: Some(network_policy::Pod {
                    namespace: CONTROL_PLANE.to_owned(),
                    labels: labels(charts.labels()),
                    named_ports: BTreeMap::new(),
                }),
                address: IpAddr::V4(node.address),
            },
            cluster,
            node,
        };
        world.start_pods(planned, rendered.pod_network)?;
        world.publish()?;
        world.start_proxies(programs)?;
        progress(format_args!("{name}: proxies are ready after {} s", started.elapsed().as_secs()));
        Ok(world)
    }

    /// Creates the pods of the mesh, so that they get their proxies, and gives every pod a network.
    fn start_pods(&mut self, planned: Vec<Planned>, pod_network: Ipv4Addr) -> Result<(), Failure> {
        let manifests: Vec<&Value> =
            planned.iter().filter_map(|pod| pod.manifest.as_ref()).collect();
        let file =
            self.write("pods", &json!({"apiVersion": "v1", "kind": "List", "items": manifests}))?;
        self.cluster.run_kubectl(&["create", "--filename", &file.to_string_lossy()])?;
        let stored = self.cluster.get(&["pods", "--all-namespaces"])?;
        let stored = stored["items"].as_array().cloned().unwrap_or_default();
        for (number, planned) in planned.into_iter().enumerate() {
            let address = address(&planned, pod_network, u32::try_from(number).unwrap_or_default());
            let network = self.node.pod(number, address)?;
            let stored = stored.iter().find(|pod| {
                pod["metadata"]["name"] == planned.name.as_str()
                    && pod["metadata"]["namespace"] == planned.namespace.as_str()
            });
            let stored = stored.cloned().map(|mut pod| {
                pod["status"]["podIP"] = json!(address);
                pod["status"]["hostIP"] = json!(self.node.address);
                pod
            });
            if let Some(pod) = &stored {
                let sysctls = pod["spec"]["securityContext"]["sysctls"].as_array();
                let sysctls = sysctls.into_iter().flatten().filter_map(|sysctl| {
                    Some((
                        sysctl["name"].as_str()?.to_owned(),
                        sysctl["value"].as_str()?.to_owned(),
                    ))
                });
                network.tell(&Order::Sysctls(sysctls.collect()))?;
            }
            if planned.role != Role::Gateway {
                let ports = planned.ports.iter().map(|(_, port)| *port).collect();
                network.tell(&Order::Serve { name: planned.name.clone(), ports })?;
            }
            self.pods.push(Pod { planned, stored, proxy: None, network });
        }
        Ok(())
    }

    /// Writes the pods' addresses into the API server, and the endpoints of Services; tells the names.
    fn publish(&mut self) -> Result<(), Failure> {
        let statuses: Vec<Value> =
            self.pods.iter().filter_map(|pod| pod.stored.as_ref()).map(played::status).collect();
        let file = self
            .write("statuses", &json!({"apiVersion": "v1", "kind": "List", "items": statuses}))?;
        let arguments = [
            "apply",
            "--server-side",
            "--subresource=status",
            "--field-manager=kubelet",
            "--filename",
        ];
        let file = file.to_string_lossy().into_owned();
        self.cluster.run_kubectl(&[&arguments[..], &[&file]].concat())?;
        let services = self.cluster.get(&["services", "--all-namespaces"])?;
        self.services = services["items"].as_array().cloned().unwrap_or_default();
        let mut slices = Vec::new();
        let mut names = BTreeMap::new();
        for service in &self.services {
            let (name, namespace) = full_name(service);
            let backends = self.backends(service);
            let addresses = if is_control_plane(service) {
                vec![self.node.address]
            } else {
                backends.iter().map(|pod| pod.network.address()).collect()
            };
            for suffix in ["svc", "svc.cluster.local"] {
                names.insert(format!("{name}.{namespace}.{suffix}"), addresses.clone());
            }
            if !backends.is_empty() {
                slices.push(played::slice(service, &backends));
            }
        }
        for pod in self.pods.iter().filter(|pod| pod.planned.role == Role::Outside) {
            names.insert(pod.planned.name.clone(), vec![pod.network.address()]);
        }
        self.node.tell_names(names);
        let file =
            self.write("endpoints", &json!({"apiVersion": "v1", "kind": "List", "items": slices}))?;
        must_apply(&mut self.cluster, &[file])
    }

    /// The pods that a Service leads to.
    pub fn backends(&self, service: &Value) -> Vec<&Pod> {
        let selector = labels(&service["spec"]["selector"]);
        let is_backend = |pod: &&Pod| {
            let planned = &pod.planned;
            !selector.is_empty()
                && service["metadata"]["namespace"] == planned.namespace.as_str()
                && planned.role != Role::Double
                && selector.iter().all(|(key, value)| planned.labels.get(key) == Some(value))
        };
        self.pods.iter().filter(is_backend).collect()
    }

    fn start_proxies(&mut self, programs: &Programs) -> Result<(), Failure> {
        let authority =
            self.cluster.get(&["configmap", "istio-ca-root-cert", "--namespace", CONTROL_PLANE])?;
        let root_certificate = authority["data"]["root-cert.pem"].as_str().unwrap_or_default();
        for pod in &mut self.pods {
            let Some(stored) = &pod.stored else {
                continue;
            };
            let account = stored["spec"]["serviceAccountName"].as_str().unwrap_or("default");
            let namespace = &pod.planned.namespace;
            let token = self.cluster.run_kubectl(&[
                "create",
                "token",
                account,
                "--namespace",
                namespace,
                "--audience=istio-ca",
            ])?;
            let secrets = Secrets { token: token.trim().to_owned(), root_certificate };
            pod.proxy = Some(proxy::start(programs, self.node, &pod.network, stored, &secrets)?);
        }
        for pod in &mut self.pods {
            let address = pod.network.address();
            if let Some(proxy) = &mut pod.proxy {
                let url = format!("http://{address}:15021/healthz/ready");
                let ready = proxy.wait_until_ready(READY, || control_plane::get(&url).is_some());
                let rejections = control_plane::rejections();
                if let (Err(_), Some(rejection)) = (&ready, rejections.first()) {
                    return Err(Failure::new(format!(
                        "the proxy of {} does not take what istiod sends: {rejection}",
                        pod.planned.name
                    )));
                }
                ready?;
            }
        }
        Ok(())
    }

    /// Applies other objects in place of those that are there, and removes some; NetworkPolicies are not there.
    pub fn change(&mut self, changed: &[&Object], removed: &[&Object]) -> Result<(), Failure> {
        let mut files = Vec::new();
        for (number, object) in changed.iter().filter(|object| is_judged(object)).enumerate() {
            files.push(self.write(&format!("change-{number}"), &object.value)?);
        }
        if !files.is_empty() {
            must_apply(&mut self.cluster, &files)?;
        }
        for (number, object) in removed.iter().filter(|object| is_judged(object)).enumerate() {
            let file = self.write(&format!("removal-{number}"), &object.value)?;
            self.cluster.run_kubectl(&["delete", "--filename", &file.to_string_lossy()])?;
        }
        Ok(())
    }

    /// A failure where the control plane or a proxy has ended.
    pub fn check(&mut self) -> Result<(), Failure> {
        self.istiod.check()?;
        self.pods.iter_mut().filter_map(|pod| pod.proxy.as_mut()).try_for_each(Process::check)
    }

    fn write(&self, name: &str, value: &Value) -> Result<PathBuf, Failure> {
        let file = self.cluster.folder("objects")?.join(format!("{name}.json"));
        fs::write(&file, value.to_string()).map_err(|error| cannot_write(&file, &error))?;
        Ok(file)
    }
}

/// The address of a pod or a host: databases of AWS are in the network of pods, beside them.
fn address(planned: &Planned, pod_network: Ipv4Addr, number: u32) -> Ipv4Addr {
    let first = match planned.role {
        Role::Outside if DATABASES.iter().any(|end| planned.name.ends_with(end)) => {
            u32::from(pod_network) + (200 << 8)
        }
        Role::Outside => u32::from(OUTSIDE),
        _ => u32::from(pod_network) + (1 << 8),
    };
    Ipv4Addr::from(first + 1 + number)
}

/// What the mesh and its webhooks read, and what decides about pods.
fn is_judged(object: &Object) -> bool {
    const GROUPS: [&str; 4] = [
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
        "admissionregistration.k8s.io",
    ];
    GROUPS.contains(&object.identity.group)
        || object.identity.group.is_empty()
            && ["Namespace", "Service", "ServiceAccount"].contains(&object.identity.kind)
}

/// Applies what is rendered, what the charts become, and what belongs to pods that the lane plays.
fn apply_all(
    cluster: &mut Cluster,
    rendered: &Rendered,
    objects: &[Object],
    (charts, secrets): (&Charts, Vec<Value>),
    planned: &[Planned],
) -> Result<(), Failure> {
    let there: BTreeSet<&str> = of_kind(objects, "", "Namespace")
        .map(|object| object.identity.name.as_str())
        .chain(["default", "kube-system"])
        .collect();
    let needed: BTreeSet<&str> = planned
        .iter()
        .map(|pod| pod.namespace.as_str())
        .chain([CONTROL_PLANE])
        .filter(|name| !name.is_empty())
        .collect();
    let mut played: Vec<Value> = needed
        .difference(&there)
        .map(|name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
        .collect();
    for pod in planned.iter().filter(|pod| pod.role == Role::Stranger) {
        let metadata = json!({"name": pod.name, "namespace": pod.namespace});
        played.push(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}));
    }
    for pod in planned.iter().filter(|pod| pod.role == Role::Plain && !pod.ports.is_empty()) {
        played.push(played::service(pod));
    }
    played.extend(charts.objects.iter().cloned());
    played.extend(secrets);
    apply::namespaces_before(cluster, rendered)?;
    let folder = cluster.folder("rendered")?;
    let files = crate::rendered::write(objects, &folder)?;
    let applied = apply::apply(cluster, objects, &files)?;
    refuse(applied.errors)?;
    let file = cluster.folder("objects")?.join("played.json");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": played});
    fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
    must_apply(cluster, &[file])
}

/// The names of istiod, before there are endpoints: the API server calls its webhooks.
fn tell_control_plane(node: &Node<'_>, charts: &Charts) {
    let services = charts.objects.iter().filter(|object| object["kind"] == "Service");
    let names = services.map(|service| {
        let (name, namespace) = full_name(service);
        (format!("{name}.{namespace}.svc"), vec![node.address])
    });
    node.tell_names(names.collect());
}

fn is_control_plane(service: &Value) -> bool {
    service["metadata"]["namespace"] == CONTROL_PLANE
        && service["spec"]["selector"]["app"] == "istiod"
}

/// The NetworkPolicies among objects, and the namespaces.
pub fn policies(objects: &[Object]) -> Result<Policies, Failure> {
    let mut policies = Policies::default();
    for object in of_kind(objects, "networking.k8s.io", "NetworkPolicy") {
        let policy = serde_json::from_value(object.value.clone()).map_err(|error| {
            Failure::new(format!("{object} ({}) cannot be read: {error}", object.origin))
        })?;
        policies.policies.push(policy);
    }
    let namespaces = of_kind(objects, "", "Namespace").map(|object| {
        let labels = labels(&object.value["metadata"]["labels"]);
        (object.identity.name.clone(), labels)
    });
    policies.namespaces = namespaces.collect();
    // Others are there before, and have the label that every namespace has.
    let before = objects.iter().filter_map(|object| object.identity.namespace.as_deref());
    for name in before.chain(["default", "kube-system", CONTROL_PLANE]) {
        policies.namespaces.entry(name.to_owned()).or_default();
    }
    for (name, labels) in &mut policies.namespaces {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.clone());
    }
    Ok(policies)
}

fn must_apply(cluster: &mut Cluster, files: &[PathBuf]) -> Result<(), Failure> {
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    refuse(cluster.apply(&files)?.errors)
}

fn refuse(errors: Vec<String>) -> Result<(), Failure> {
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::new("the API server refuses objects; the lane api says which and why:")
        .with_output(&errors.join("\n")))
}

/// Waits a moment; how long the control plane may take until proxies know a change is up to the caller.
pub fn pause() {
    thread::sleep(Duration::from_millis(300));
}
