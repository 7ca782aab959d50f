//! The controllers of the tools, played: what they say of the objects that they would work on, and the webhooks that they
//! would answer. Each does nothing before its own pods are ready.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness::{Cluster, Failure, Process, Program, Programs, READY, cannot_write};
use k8s_openapi::ByteString;
use manifests_lib::cluster;
use serde_json::{Value, json};

use crate::lanes::{schedule, sidecar};

/// What a controller says of an object, as its status.
type Status = fn(&Value) -> Value;

/// A controller: the workload that would run it, and what it reports of which kinds.
struct Controller {
    workload: (&'static str, &'static str),
    kinds: &'static [(&'static str, Status)],
}

const CONTROLLERS: &[Controller] = &[
    Controller {
        workload: ("cert-manager", "cert-manager"),
        kinds: &[
            ("certificates.cert-manager.io", certified),
            ("clusterissuers.cert-manager.io", certified),
            ("issuers.cert-manager.io", certified),
        ],
    },
    Controller {
        workload: ("external-secrets", "external-secrets"),
        kinds: &[
            ("externalsecrets.external-secrets.io", ready),
            ("secretstores.external-secrets.io", ready),
            ("clustersecretstores.external-secrets.io", ready),
        ],
    },
    Controller {
        workload: ("rabbitmq-system", "rabbitmq-cluster-operator"),
        kinds: &[("rabbitmqclusters.rabbitmq.com", rabbitmq)],
    },
    Controller {
        workload: ("rabbitmq-system", "messaging-topology-operator"),
        kinds: &[
            ("bindings.rabbitmq.com", observed),
            ("exchanges.rabbitmq.com", observed),
            ("permissions.rabbitmq.com", observed),
            ("policies.rabbitmq.com", observed),
            ("queues.rabbitmq.com", observed),
            ("users.rabbitmq.com", user),
            ("vhosts.rabbitmq.com", observed),
        ],
    },
    Controller {
        workload: ("nginx-gateway", "nginx-gateway-fabric"),
        kinds: &[
            ("backendtlspolicies.gateway.networking.k8s.io", policy),
            ("gatewayclasses.gateway.networking.k8s.io", accepted),
            ("gateways.gateway.networking.k8s.io", gateway),
            ("httproutes.gateway.networking.k8s.io", route),
        ],
    },
    Controller {
        workload: ("prometheus", "kube-prometheus-stack-operator"),
        kinds: &[
            ("alertmanagers.monitoring.coreos.com", available),
            ("prometheuses.monitoring.coreos.com", available),
        ],
    },
];

/// What is looked at beside what the controllers work on.
const OTHERS: [&str; 8] = [
    "daemonsets.apps",
    "deployments.apps",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "persistentvolumeclaims",
    "pods",
    "services",
    "statefulsets.apps",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
];

/// Whom the played controllers write as.
const MANAGER: &str = "--field-manager=played";

/// The network to the webhooks, which a cluster is started behind.
pub struct Webhooks {
    // Dropped in this order.
    _server: Process,
    folder: tempfile::TempDir,
}

impl Webhooks {
    /// Starts it; nobody answers yet.
    pub fn start(programs: &Programs) -> Result<Self, Failure> {
        let folder = programs.temporary_folder()?;
        let at = |name: &str| folder.path().join(name);
        let proxy = at("proxy.json");
        fs::write(&proxy, sidecar::proxy().to_string())
            .map_err(|error| cannot_write(&proxy, &error))?;
        let mut command = std::process::Command::new(programs.path(Program::SURROUNDINGS)?);
        command.env_clear().arg("webhooks").arg(at("socket")).arg(folder.path());
        let mut server = programs.start("webhooks", &mut command, at("log"))?;
        server.wait_until_ready(READY, || at("socket").exists())?;
        Ok(Self { _server: server, folder })
    }

    /// Where its proxy listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}

/// The controllers at work.
pub struct Controllers<'a> {
    webhooks: &'a Webhooks,
    cluster: &'a cluster::Cluster,
    /// Those kinds of [`CONTROLLERS`] that the cluster serves.
    kinds: BTreeSet<&'static str>,
    /// The volumes that were made.
    volumes: BTreeSet<String>,
    rounds: usize,
}

impl<'a> Controllers<'a> {
    /// Those of a cluster of this description.
    pub fn new(webhooks: &'a Webhooks, cluster: &'a cluster::Cluster) -> Self {
        let (kinds, volumes) = (BTreeSet::new(), BTreeSet::new());
        Self { webhooks, cluster, kinds, volumes, rounds: 0 }
    }

    /// Does what there is to do.
    pub fn work(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        self.rounds += 1;
        let all = CONTROLLERS.iter().flat_map(|controller| controller.kinds);
        if self.kinds.len() < all.clone().count() {
            let served =
                cluster.run_kubectl(&["api-resources", "--cached=false", "--output=name"])?;
            let served: BTreeSet<&str> = served.lines().collect();
            self.kinds = all.map(|(kind, _)| *kind).filter(|kind| served.contains(kind)).collect();
        }
        let kinds: Vec<&str> = self.kinds.iter().copied().chain(OTHERS).collect();
        let mut answer = cluster.get(&[&kinds.join(","), "--all-namespaces"])?;
        let Value::Array(items) = answer["items"].take() else {
            return Ok(());
        };
        let statuses = statuses(&items);
        if !statuses.is_empty() {
            let file = self.file(cluster, "statuses", &statuses)?;
            let apply = ["apply", "--server-side", "--subresource=status", "--force-conflicts"];
            let rest = ["--validate=ignore", MANAGER, "--filename", &file];
            unless_gone(cluster.run_kubectl(&[&apply[..], &rest].concat()))?;
        }
        let claims: Vec<Value> = of_kind(&items, "PersistentVolumeClaim").cloned().collect();
        let mut volumes = schedule::volumes(self.cluster, &claims);
        volumes.retain(|volume| self.volumes.insert(volume["metadata"]["name"].to_string()));
        if !volumes.is_empty() {
            let file = self.file(cluster, "volumes", &volumes)?;
            cluster.run_kubectl(&["create", "--filename", &file])?;
        }
        self.complete_webhooks(cluster, &items)?;
        self.answer(&items)
    }

    /// Writes into the configurations of webhooks by whom their certificates are signed, as cert-manager and the tools do; and
    /// as istiod does, that those of the mesh must answer.
    fn complete_webhooks(&self, cluster: &mut Cluster, items: &[Value]) -> Result<(), Failure> {
        let authority = read(&self.webhooks.folder.path().join("authority.pem"))?;
        let bundle = json!(ByteString(authority.into_bytes()));
        let is_of_istiod = |item: &&Value| item["metadata"]["labels"]["app"] == "istiod";
        let istiod_runs =
            of_kind(items, "Deployment").filter(is_of_istiod).any(schedule::has_all_pods);
        for configuration in items.iter().filter(|item| is_webhooks(item)) {
            let is_strict = istiod_runs
                && is_of_istiod(&configuration)
                && configuration["kind"] == "ValidatingWebhookConfiguration";
            let webhooks = configuration["webhooks"].as_array().into_iter().flatten().enumerate();
            let mut patches = Vec::new();
            for (number, webhook) in webhooks {
                let mut set = |old: &Value, field: &str, new: &Value| {
                    if old != new {
                        let path = format!("/webhooks/{number}/{field}");
                        patches.push(json!({"op": "add", "path": path, "value": new}));
                    }
                };
                set(&webhook["clientConfig"]["caBundle"], "clientConfig/caBundle", &bundle);
                if is_strict {
                    set(&webhook["failurePolicy"], "failurePolicy", &json!("Fail"));
                }
            }
            if !patches.is_empty() {
                let kind = configuration["kind"].as_str().unwrap_or_default();
                let name = configuration["metadata"]["name"].as_str().unwrap_or_default();
                let patch = format!("--patch={}", json!(patches));
                let call = ["patch", kind, name, "--type=json", MANAGER, &patch];
                unless_gone(cluster.run_kubectl(&call))?;
            }
        }
        Ok(())
    }

    /// Says at which addresses somebody answers: those of Services with pods that are ready.
    fn answer(&self, items: &[Value]) -> Result<(), Failure> {
        let mut lines = Vec::new();
        for service in of_kind(items, "Service") {
            let selector = &service["spec"]["selector"];
            let is_behind = |pod: &&Value| {
                pod["metadata"]["namespace"] == service["metadata"]["namespace"]
                    && selects(selector, &pod["metadata"]["labels"])
                    && schedule::is_ready(pod)
            };
            if !of_kind(items, "Pod").any(|pod| is_behind(&pod)) {
                continue;
            }
            for port in service["spec"]["ports"].as_array().into_iter().flatten() {
                let address = service["spec"]["clusterIP"].as_str().unwrap_or_default();
                lines.push(format!("{address}:{}", port["port"]));
            }
        }
        let file = self.webhooks.folder.path().join("answering");
        let partial = file.with_extension("partial");
        fs::write(&partial, lines.join("\n"))
            .and_then(|()| fs::rename(&partial, &file))
            .map_err(|error| cannot_write(&file, &error))
    }

    fn file(&self, cluster: &Cluster, name: &str, items: &[Value]) -> Result<String, Failure> {
        let file = cluster.folder("played")?.join(format!("{name}-{}.json", self.rounds));
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
        Ok(file.display().to_string())
    }
}

/// Nothing went wrong where an object has left the cluster since it was read.
fn unless_gone(result: Result<String, Failure>) -> Result<(), Failure> {
    match result {
        Err(failure) if !failure.to_string().contains("(NotFound)") => Err(failure),
        _ => Ok(()),
    }
}

/// What is to be written, of the objects that say something else.
fn statuses(items: &[Value]) -> Vec<Value> {
    let mut statuses = Vec::new();
    for Controller { workload: (namespace, name), kinds } in CONTROLLERS {
        let runs = items.iter().any(|item| {
            item["metadata"]["namespace"] == *namespace
                && item["metadata"]["name"] == *name
                && ["Deployment", "StatefulSet"].iter().any(|kind| item["kind"] == *kind)
                && schedule::has_all_pods(item)
        });
        if runs {
            for item in items {
                let status = kinds.iter().find(|(kind, _)| is_of(item, kind));
                statuses.extend(status.and_then(|(_, status)| written(item, status(item))));
            }
        }
    }
    for service in of_kind(items, "Service") {
        if service["spec"]["type"] == "LoadBalancer" {
            let name = service["metadata"]["name"].as_str().unwrap_or_default();
            let host = format!("{name}.elb.example.com");
            let status = json!({"loadBalancer": {"ingress": [{"hostname": host}]}});
            statuses.extend(written(service, status));
        }
    }
    statuses
}

/// An object with its status alone; nothing where it has that already.
fn written(item: &Value, status: Value) -> Option<Value> {
    if contains(&item["status"], &status) {
        return None;
    }
    let metadata = &item["metadata"];
    Some(json!({
        "apiVersion": item["apiVersion"],
        "kind": item["kind"],
        "metadata": {"name": metadata["name"], "namespace": metadata["namespace"]},
        "status": status,
    }))
}

/// Whether a value has everything that another has; lists have the same elements, or more.
fn contains(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => {
            part.iter().all(|(key, part)| value.get(key).is_some_and(|value| contains(value, part)))
        }
        (Value::Array(value), Value::Array(part)) => {
            part.iter().all(|part| value.iter().any(|value| contains(value, part)))
        }
        (value, part) => value == part,
    }
}

/// Whether an object is of a kind, as its CRD is called.
fn is_of(item: &Value, definition: &str) -> bool {
    let (plural, group) = definition.split_once('.').unwrap_or((definition, ""));
    let version = item["apiVersion"].as_str().unwrap_or_default();
    let kind = item["kind"].as_str().unwrap_or_default().to_lowercase();
    let singular = |ending, new| plural.strip_suffix(ending).map(|stem| format!("{stem}{new}"));
    version.split_once('/').is_some_and(|(found, _)| found == group)
        && [singular("s", ""), singular("es", ""), singular("ies", "y")].contains(&Some(kind))
}

fn of_kind<'a>(items: &'a [Value], kind: &str) -> impl Iterator<Item = &'a Value> {
    items.iter().filter(move |item| item["kind"] == kind)
}

fn is_webhooks(item: &Value) -> bool {
    item["kind"].as_str().is_some_and(|kind| kind.ends_with("WebhookConfiguration"))
}

fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|selector| {
        !selector.is_empty() && selector.iter().all(|(key, value)| labels[key] == *value)
    })
}

fn conditions(object: &Value, kinds: &[&str]) -> Value {
    let condition = |kind: &&str| {
        json!({
            "type": kind,
            "status": "True",
            "reason": kind,
            "message": "played",
            "lastTransitionTime": object["metadata"]["creationTimestamp"],
        })
    };
    kinds.iter().map(condition).collect()
}

/// Conditions of kinds that say of each which generation it is about.
fn current(object: &Value, kinds: &[&str]) -> Value {
    let mut conditions = conditions(object, kinds);
    for condition in conditions.as_array_mut().into_iter().flatten() {
        condition["observedGeneration"] = object["metadata"]["generation"].clone();
    }
    conditions
}

fn ready(object: &Value) -> Value {
    json!({"conditions": conditions(object, &["Ready"])})
}

fn certified(object: &Value) -> Value {
    json!({"conditions": current(object, &["Ready"])})
}

fn observed(object: &Value) -> Value {
    let mut conditions = conditions(object, &["Ready"]);
    // Argo CD reads the reason.
    conditions[0]["reason"] = json!("SuccessfulCreateOrUpdate");
    json!({"observedGeneration": object["metadata"]["generation"], "conditions": conditions})
}

fn user(object: &Value) -> Value {
    let mut status = observed(object);
    status["username"] = object["metadata"]["name"].clone();
    status
}

fn accepted(object: &Value) -> Value {
    json!({"conditions": current(object, &["Accepted"])})
}

fn available(object: &Value) -> Value {
    json!({
        "paused": false,
        "replicas": object["spec"]["replicas"],
        "updatedReplicas": object["spec"]["replicas"],
        "availableReplicas": object["spec"]["replicas"],
        "unavailableReplicas": 0,
        "conditions": current(object, &["Available", "Reconciled"]),
    })
}

fn rabbitmq(object: &Value) -> Value {
    let kinds = ["AllReplicasReady", "ClusterAvailable", "NoWarnings", "ReconcileSuccess"];
    json!({
        "observedGeneration": object["metadata"]["generation"],
        "conditions": conditions(object, &kinds),
    })
}

fn gateway(object: &Value) -> Value {
    let listeners = object["spec"]["listeners"].as_array().into_iter().flatten();
    let listeners: Vec<Value> = listeners
        .map(|listener| {
            json!({
                "name": listener["name"],
                "attachedRoutes": 0,
                "supportedKinds": [],
                "conditions": current(object, &["Accepted", "Programmed", "ResolvedRefs"]),
            })
        })
        .collect();
    json!({
        "conditions": current(object, &["Accepted", "Programmed"]),
        "listeners": listeners,
    })
}

/// What NGINX Gateway Fabric calls itself.
const NGINX: &str = "gateway.nginx.org/nginx-gateway-controller";

fn policy(object: &Value) -> Value {
    json!({"ancestors": [{
        "ancestorRef": object["spec"]["targetRefs"][0],
        "controllerName": NGINX,
        "conditions": current(object, &["Accepted"]),
    }]})
}

fn route(object: &Value) -> Value {
    let parents = object["spec"]["parentRefs"].as_array().into_iter().flatten();
    let parents: Vec<Value> = parents
        .map(|parent| {
            json!({
                "parentRef": parent,
                "controllerName": NGINX,
                "conditions": current(object, &["Accepted", "ResolvedRefs"]),
            })
        })
        .collect();
    json!({ "parents": parents })
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| {
        Failure::new(format!("{} cannot be read: {error}; run it again", file.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_definition() {
        let item = |version: &str, kind: &str| json!({"apiVersion": version, "kind": kind});
        assert!(is_of(&item("rabbitmq.com/v1beta1", "Policy"), "policies.rabbitmq.com"));
        assert!(is_of(
            &item("monitoring.coreos.com/v1", "Prometheus"),
            "prometheuses.monitoring.coreos.com"
        ));
        assert!(is_of(&item("cert-manager.io/v1", "Issuer"), "issuers.cert-manager.io"));
        assert!(!is_of(&item("other.io/v1", "Issuer"), "issuers.cert-manager.io"));
    }

    #[test]
    fn a_controller_does_nothing_before_its_pods_are_ready() {
        let certificate = json!({
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": "web", "namespace": "example"},
        });
        let written = |ready: u64| {
            let controller = json!({
                "kind": "Deployment",
                "metadata": {"name": "cert-manager", "namespace": "cert-manager", "generation": 1},
                "spec": {"replicas": 1},
                "status": {"observedGeneration": 1, "readyReplicas": ready},
            });
            statuses(&[certificate.clone(), controller]).len()
        };
        assert_eq!([written(0), written(1)], [0, 1]);
    }

    #[test]
    fn a_status_is_written_until_it_is_there() {
        let mut certificate = json!({
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": "web", "namespace": "example", "generation": 1},
        });
        let status = certified(&certificate);
        let object = written(&certificate, status.clone()).unwrap();
        certificate["status"] = object["status"].clone();
        assert_eq!(written(&certificate, status), None);
        // Another generation was not seen yet.
        certificate["metadata"]["generation"] = json!(2);
        assert!(written(&certificate, certified(&certificate)).is_some());
    }
}
