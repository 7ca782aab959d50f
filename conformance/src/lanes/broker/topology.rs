//! What RabbitMQ's messaging topology operator asks RabbitMQ for, read from the rendered objects.

use std::collections::{BTreeMap, BTreeSet};

use harness::Failure;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::server::path;
use crate::rendered::{Object, Rendered};

/// The group of the operator's kinds.
const GROUP: &str = "rabbitmq.com";

/// What the operator does not tell RabbitMQ: where RabbitMQ is, and what becomes of things whose object is deleted.
const NOT_TOLD: [&str; 2] = ["rabbitmqClusterReference", "deletionPolicy"];

/// Everything that an environment has in RabbitMQ.
#[derive(Default)]
pub struct Topology<'a> {
    /// What the operator asks for, in an order in which nothing is missing.
    pub declarations: Vec<Declaration<'a>>,
    /// Names of virtual hosts.
    pub virtual_hosts: Vec<String>,
    /// Names of users.
    pub users: Vec<String>,
    /// Who may what.
    pub permissions: Vec<Permission>,
    /// The exchanges.
    pub exchanges: Vec<Place>,
    /// The queues.
    pub queues: Vec<Place>,
    /// What leads from exchanges to queues.
    pub bindings: Vec<Binding>,
    /// What applies to queues.
    pub policies: Vec<Policy>,
}

/// One request to the management API.
pub struct Declaration<'a> {
    /// What it is for.
    pub object: &'a Object,
    /// `PUT` or `POST`.
    pub method: &'static str,
    /// Below `/api`.
    pub path: String,
    /// The JSON.
    pub body: Value,
}

/// The rights of a user.
pub struct Permission {
    /// Where.
    pub vhost: String,
    /// Name of the user.
    pub user: String,
}

/// An exchange or a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Where.
    pub vhost: String,
    /// Its name.
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct VhostSpec {
    name: String,
    default_queue_type: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    tracing: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserSpec {
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PermissionSpec {
    vhost: String,
    user_reference: Reference,
    permissions: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlaceSpec {
    vhost: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    durable: bool,
    #[serde(default)]
    auto_delete: bool,
    #[serde(default)]
    arguments: Map<String, Value>,
}

/// What leads from an exchange to a queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Binding {
    /// Where.
    pub vhost: String,
    /// The exchange.
    pub source: String,
    /// The queue.
    pub destination: String,
    destination_type: String,
    /// The key of messages that it is for.
    pub routing_key: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

/// What applies to queues.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// Where.
    pub vhost: String,
    /// Its name.
    pub name: String,
    pattern: String,
    apply_to: String,
    #[serde(default)]
    priority: i64,
    definition: Map<String, Value>,
}

impl Policy {
    /// The exchange that gets what nobody could handle.
    pub fn dead_letter_exchange(&self) -> Option<&str> {
        self.definition.get("dead-letter-exchange")?.as_str()
    }

    /// How often a message is handed out again.
    pub fn delivery_limit(&self) -> Option<u64> {
        self.definition.get("delivery-limit")?.as_u64()
    }
}

impl<'a> Topology<'a> {
    /// The topology of an environment, as it is asked for from a RabbitMQ that knows policies for quorum queues, or one that
    /// does not; a failure where it has what the lane does not know.
    pub fn of(rendered: &'a Rendered, knows_quorum_queues: bool) -> Result<Self, Failure> {
        let mut topology = Self::default();
        for kind in ["Vhost", "User", "Permission", "Exchange", "Queue", "Policy", "Binding"] {
            for object in objects(rendered).filter(|object| object.identity.kind == kind) {
                let (method, path, body) = topology.add(object, knows_quorum_queues)?;
                topology.declarations.push(Declaration { object, method, path, body });
            }
        }
        let known = topology.declarations.len();
        if known == 0 || known != objects(rendered).count() {
            return Err(Failure::new(format!(
                "{} has no objects of {GROUP}, or some of a kind that the lane does not know: teach it to in \
                 conformance/src/lanes/broker/topology.rs",
                rendered.environment
            )));
        }
        Ok(topology)
    }

    /// Notes what an object is; returns what is asked for.
    fn add(
        &mut self,
        object: &Object,
        knows_quorum_queues: bool,
    ) -> Result<(&'static str, String, Value), Failure> {
        Ok(match object.identity.kind {
            "Vhost" => {
                let spec: VhostSpec = spec(object)?;
                self.virtual_hosts.push(spec.name.clone());
                let mut body = json!({"tags": spec.tags, "tracing": spec.tracing});
                if let Some(default) = spec.default_queue_type {
                    body["default_queue_type"] = json!(default);
                }
                ("PUT", path(&["vhosts", &spec.name]), body)
            }
            "User" => {
                let spec: UserSpec = spec(object)?;
                // The operator makes up a name; what matters is that it is the one of the permissions.
                let name = object.identity.name.clone();
                self.users.push(name.clone());
                // The operator makes up a password, too.
                let body = json!({"password_hash": "", "tags": spec.tags});
                ("PUT", path(&["users", &name]), body)
            }
            "Permission" => {
                let spec: PermissionSpec = spec(object)?;
                let user = spec.user_reference.name;
                let path = path(&["permissions", &spec.vhost, &user]);
                self.permissions.push(Permission { vhost: spec.vhost, user });
                ("PUT", path, spec.permissions)
            }
            "Exchange" => {
                let spec: PlaceSpec = spec(object)?;
                let path = path(&["exchanges", &spec.vhost, &spec.name]);
                let body = json!({
                    "type": spec.kind,
                    "durable": spec.durable,
                    "auto_delete": spec.auto_delete,
                    "arguments": spec.arguments,
                });
                self.exchanges.push(Place { vhost: spec.vhost, name: spec.name });
                ("PUT", path, body)
            }
            "Queue" => {
                let mut spec: PlaceSpec = spec(object)?;
                let path = path(&["queues", &spec.vhost, &spec.name]);
                spec.arguments.insert("x-queue-type".to_owned(), json!(spec.kind));
                let body = json!({
                    "durable": spec.durable,
                    "auto_delete": spec.auto_delete,
                    "arguments": spec.arguments,
                });
                self.queues.push(Place { vhost: spec.vhost, name: spec.name });
                ("PUT", path, body)
            }
            "Policy" => {
                let policy: Policy = spec(object)?;
                let apply_to = match policy.apply_to.as_str() {
                    "quorum_queues" if !knows_quorum_queues => "queues",
                    other => other,
                };
                let body = json!({
                    "vhost": policy.vhost,
                    "name": policy.name,
                    "pattern": policy.pattern,
                    "apply-to": apply_to,
                    "priority": policy.priority,
                    "definition": policy.definition,
                });
                let path = path(&["policies", &policy.vhost, &policy.name]);
                self.policies.push(policy);
                ("PUT", path, body)
            }
            _ => {
                let binding: Binding = spec(object)?;
                let to = match binding.destination_type.as_str() {
                    "queue" => "q",
                    _ => "e",
                };
                let body =
                    json!({"routing_key": binding.routing_key, "arguments": binding.arguments});
                let path = path(&[
                    "bindings",
                    &binding.vhost,
                    "e",
                    &binding.source,
                    to,
                    &binding.destination,
                ]);
                self.bindings.push(binding);
                ("POST", path, body)
            }
        })
    }

    /// The exchanges that get what nobody could handle.
    pub fn dead_letter_exchanges(&self) -> BTreeSet<Place> {
        let exchanges = self.policies.iter().filter_map(|policy| {
            Some(Place {
                vhost: policy.vhost.clone(),
                name: policy.dead_letter_exchange()?.to_owned(),
            })
        });
        exchanges.collect()
    }

    /// What leads to the queues in which messages wait to be handled.
    pub fn working_bindings(&self) -> Vec<&Binding> {
        let dead_letters = self.dead_letter_exchanges();
        let works = |binding: &&Binding| !dead_letters.contains(&binding.from());
        self.bindings.iter().filter(works).collect()
    }

    /// Queues that no exchange leads to.
    pub fn queues_without_binding(&self) -> impl Iterator<Item = &Place> {
        self.queues.iter().filter(|queue| {
            !self
                .bindings
                .iter()
                .any(|binding| binding.vhost == queue.vhost && binding.destination == queue.name)
        })
    }

    /// The policy of that name.
    pub fn policy(&self, vhost: &str, name: &str) -> Option<&Policy> {
        let mut policies = self.policies.iter();
        policies.find(|policy| policy.vhost == vhost && policy.name == name)
    }

    /// Users by the virtual hosts in which they have rights.
    pub fn users_in(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for Permission { vhost, user } in &self.permissions {
            users.entry(vhost).or_default().push(user);
        }
        users
    }
}

impl Binding {
    /// The exchange.
    pub fn from(&self) -> Place {
        Place { vhost: self.vhost.clone(), name: self.source.clone() }
    }
}

/// What the topology operator reads: everything of its group but the cluster.
fn objects(rendered: &Rendered) -> impl Iterator<Item = &Object> {
    rendered.objects.iter().filter(|object| {
        object.identity.group == GROUP && object.identity.kind != "RabbitmqCluster"
    })
}

/// The spec of an object; a field that the lane does not know is a failure, as it would go unjudged.
fn spec<T: DeserializeOwned>(object: &Object) -> Result<T, Failure> {
    let mut spec = object.value["spec"].clone();
    if let Some(fields) = spec.as_object_mut() {
        fields.retain(|name, _| !NOT_TOLD.contains(&name.as_str()));
    }
    serde_json::from_value(spec).map_err(|error| {
        Failure::new(format!(
            "{object} ({}) is not what the lane knows: {error}; correct it, or teach the lane in \
             conformance/src/lanes/broker/topology.rs",
            object.origin
        ))
    })
}

#[cfg(test)]
mod tests {

    use manifests_lib::data::rabbitmq::{RabbitmqClusterSpec, Saga};

    use manifests_lib::model::{Namespace, named};
    use manifests_lib::network::Issuer;
    use manifests_lib::network::network_policy::APP_NAME;
    use manifests_lib::observability::Prometheus;

    use manifests_lib::values::{gibibytes, mebibytes, millicores};
    use manifests_lib::workload::Resources;
    use manifests_lib::{name, public_image};

    use super::*;
    use crate::lanes::small::{self, NODES};

    /// A shop whose orders are paid and sent in a saga.
    fn rendered() -> Rendered {
        let shop = Namespace::new(name!("shop"));
        let api_groups = [
            "argoproj.io",
            "cert-manager.io",
            "monitoring.coreos.com",
            "networking.istio.io",
            "rabbitmq.com",
        ];
        let platform = small::platform(&name!("test"), &shop, &[], &api_groups);
        let post = platform.team(name!("team")).bundle(name!("post"), &shop);
        let pods = |name| post.tool_pods(&APP_NAME, &name);
        let broker = post.rabbitmq_cluster(RabbitmqClusterSpec {
            name: name!("rabbit"),
            replicas: 1,
            image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
            nodes: &NODES,
            resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
            storage: gibibytes(5),
            storage_class: &name!("fast"),
            issuer: &post.host_issuer(name!("everybody"), &Issuer::SelfSigned),
            topology_operator: &pods(name!("operator")),
            prometheus: &Prometheus::new(&pods(name!("scraper"))),
        });
        let _ = post
            .app(&NODES)
            .saga(Saga { rabbitmq: &broker, steps: vec![name!("pay"), name!("send")] });
        post.add(k8s_openapi::api::core::v1::ConfigMap {
            metadata: named("settings"),
            ..k8s_openapi::api::core::v1::ConfigMap::default()
        });
        small::rendered(platform).unwrap()
    }

    #[test]
    fn the_operator_asks_for_every_object() {
        let rendered = rendered();
        let topology = Topology::of(&rendered, true).unwrap();
        let asked: Vec<String> = topology
            .declarations
            .iter()
            .map(|declaration| format!("{} {}", declaration.method, declaration.path))
            .collect();
        insta::assert_snapshot!(asked.join("\n"), @"
        PUT vhosts/post
        PUT users/post-app-user
        PUT permissions/post/post-app-user
        PUT exchanges/post/saga
        PUT exchanges/post/dead-letter
        PUT queues/post/saga.pay
        PUT queues/post/saga.send
        PUT queues/post/dead-letter.pay
        PUT queues/post/dead-letter.send
        PUT policies/post/saga
        POST bindings/post/e/saga/q/saga.pay
        POST bindings/post/e/saga/q/saga.send
        POST bindings/post/e/dead-letter/q/dead-letter.pay
        POST bindings/post/e/dead-letter/q/dead-letter.send
        ");
        let policy = |knows_quorum_queues| {
            let topology = Topology::of(&rendered, knows_quorum_queues).unwrap();
            let mut declarations = topology.declarations.into_iter();
            declarations.find(|declaration| declaration.path.starts_with("policies")).unwrap().body
        };
        assert_eq!(policy(true)["apply-to"], "quorum_queues");
        assert_eq!(policy(false)["apply-to"], "queues");
    }

    #[test]
    fn what_would_go_unjudged_is_a_failure() {
        let mut rendered = rendered();
        let index =
            rendered.objects.iter().position(|object| object.identity.kind == "User").unwrap();
        let user = &rendered.objects[index];
        rendered.objects[index] =
            user.with_field(&["spec", "userLimits"], json!({"channels": 1})).unwrap();
        let failure = Topology::of(&rendered, true).err().unwrap().to_string();
        assert!(failure.contains("unknown field `userLimits`"), "{failure}");
    }
}
