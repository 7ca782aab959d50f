//! Who calls whom, as boxes and lines between them: what the ways of all declared calls pass.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use analysis::graph::Outcome;
use analysis::graph::mesh::service_of;
use analysis::objects::{Identity, Object, Pod, list, text};
use analysis::trace::{Kind as StepKind, Step, Way};

use super::View;

/// Who calls whom.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The boxes by their ids.
    pub nodes: BTreeMap<String, Node>,
    /// The lines, each once.
    pub edges: BTreeMap<(String, String), Edge>,
}

/// Something that calls or is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub title: String,
    /// The bundle that it belongs to; none for what is outside.
    pub bundle: Option<String>,
}

/// What a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People and programs outside of the cluster.
    Users,
    /// Where requests come in or go out.
    Gateway,
    /// A program of ours.
    Service,
    /// A program of others.
    Tool,
    /// A database.
    Database,
    /// A message broker.
    Broker,
    /// A host outside of the cluster.
    Outside,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Ports, hosts and paths.
    pub labels: BTreeSet<String>,
    /// Whether somebody refuses it.
    pub is_refused: bool,
    /// Whether it is a part of the way of users into the cluster.
    pub is_of_users: bool,
}

/// Ports of databases that speak a protocol of their own.
///
/// Upstream: <https://www.iana.org/assignments/service-names-port-numbers/>
const DATABASES: [u64; 8] = [1433, 1521, 3306, 5432, 6379, 9042, 11_211, 27_017];

/// Who comes from outside.
pub const USERS: &str = "users";

impl Kind {
    /// What it is, in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Gateway => "gateway",
            Self::Service => "service",
            Self::Tool => "tool",
            Self::Database => "database",
            Self::Broker => "message broker",
            Self::Outside => "outside of the cluster",
        }
    }
}

impl Network {
    /// What the ways of an environment pass, and what values of charts name.
    pub(super) fn of(view: &View<'_>) -> Self {
        let mut builder = Builder::of(view);
        for trace in &view.traces {
            // Of several ways one that is open is enough.
            let is_refused = trace.outcome() == Outcome::Refused;
            let ways = trace.ways.iter();
            for way in ways.filter(|way| is_refused || way.outcome() != Outcome::Refused) {
                builder.way(&trace.from, &trace.to, way);
            }
            if trace.ways.is_empty() {
                let end = builder.host(&trace.to);
                let start = builder.start(&trace.from);
                builder.edge(&start, &end, None, true, false);
            }
        }
        builder.charts();
        builder.network
    }

    /// What a box calls.
    pub fn calls<'s>(&'s self, id: &'s str) -> impl Iterator<Item = (&'s str, &'s Edge)> {
        let own = self.edges.iter().filter(move |((from, _), _)| from == id);
        own.map(|((_, to), edge)| (to.as_str(), edge))
    }

    /// Who calls a box.
    pub fn callers<'s>(&'s self, id: &'s str) -> impl Iterator<Item = (&'s str, &'s Edge)> {
        let own = self.edges.iter().filter(move |((_, to), _)| to == id);
        own.map(|((from, _), edge)| (from.as_str(), edge))
    }

    /// The boxes of a bundle.
    pub fn of_bundle<'s>(&'s self, bundle: &'s str) -> impl Iterator<Item = &'s str> {
        let own = self.nodes.iter().filter(move |(_, node)| node.bundle.as_deref() == Some(bundle));
        own.map(|(id, _)| id.as_str())
    }
}

struct Builder<'v, 'a> {
    view: &'v View<'a>,
    objects: HashMap<String, &'a Object>,
    network: Network,
}

impl<'v, 'a> Builder<'v, 'a> {
    fn of(view: &'v View<'a>) -> Self {
        let all = view.environment.checked.objects.all();
        let objects = all.iter().map(|object| (object.identity.to_string(), object)).collect();
        Self { view, objects, network: Network::default() }
    }

    /// The object of a step; steps name who has made it after its name.
    fn object(&self, step: &Step) -> Option<&'a Object> {
        let name = step.object.as_deref()?;
        let name = name.split(", made by ").next()?;
        self.objects.get(name).copied()
    }

    fn node(&mut self, id: String, node: Node) -> String {
        self.network.nodes.entry(id.clone()).or_insert(node);
        id
    }

    /// The box of a bundle.
    fn bundle(&mut self, name: &str, is_gateway: bool) -> String {
        let bundle = self.view.bundles.get(name);
        let is_broker = bundle.is_some_and(|bundle| {
            bundle.objects.iter().any(|object| object.is("rabbitmq.com", "RabbitmqCluster"))
        });
        let kind = match bundle {
            _ if is_gateway => Kind::Gateway,
            _ if is_broker => Kind::Broker,
            Some(bundle) if bundle.is_service() => Kind::Service,
            _ => Kind::Tool,
        };
        let (title, bundle) = (name.to_owned(), Some(name.to_owned()));
        let id = self.node(name.to_owned(), Node { kind, title, bundle });
        if is_gateway && let Some(node) = self.network.nodes.get_mut(&id) {
            node.kind = Kind::Gateway;
        }
        id
    }

    /// The box of pods: that of their bundle, or one of their own where they are a database.
    fn pods(&mut self, owner: &'a Object) -> String {
        let Some(bundle) = self.view.bundle_of(&owner.identity) else {
            let title = owner.identity.to_string();
            return self.node(title.clone(), Node { kind: Kind::Tool, title, bundle: None });
        };
        if Pod::of(owner).is_some_and(|pod| is_database(&pod)) {
            let id = format!("{bundle}/{}", owner.name());
            let (title, bundle) = (owner.name().to_owned(), Some(bundle.to_owned()));
            return self.node(id, Node { kind: Kind::Database, title, bundle });
        }
        self.bundle(bundle, false)
    }

    fn start(&mut self, from: &str) -> String {
        if from == "internet" {
            let node = Node { kind: Kind::Users, title: "users".to_owned(), bundle: None };
            return self.node(USERS.to_owned(), node);
        }
        if let Some(owner) = self.objects.get(from).copied() {
            return self.pods(owner);
        }
        let title = from.to_owned();
        self.node(title.clone(), Node { kind: Kind::Tool, title, bundle: None })
    }

    /// The box of a host: that of the bundle whose chart makes the Service, or one outside.
    fn host(&mut self, written: &str) -> String {
        let (host, port) = split(written);
        if let Some(service) = service_of(host)
            && let Some(bundle) = self.view.bundle_of(&service)
        {
            return self.bundle(bundle, false);
        }
        let port = port.or_else(|| self.port_of_entry(host));
        let is_database = port.is_some_and(|port| DATABASES.contains(&port));
        let kind = if is_database { Kind::Database } else { Kind::Outside };
        let bundle = if is_database { self.bundle_of_entry(host) } else { None };
        self.node(host.to_owned(), Node { kind, title: host.to_owned(), bundle })
    }

    fn entry(&self, host: &str) -> Option<&'a Object> {
        let mut entries = self.view.written("networking.istio.io", "ServiceEntry");
        entries.find(|entry| {
            list(&entry.json["spec"]["hosts"]).iter().any(|own| text(own) == Some(host))
        })
    }

    fn port_of_entry(&self, host: &str) -> Option<u64> {
        list(&self.entry(host)?.json["spec"]["ports"]).first()?["number"].as_u64()
    }

    fn bundle_of_entry(&self, host: &str) -> Option<String> {
        self.entry(host)?.bundle.as_deref().map(str::to_owned)
    }

    fn edge(&mut self, from: &str, to: &str, label: Option<String>, refused: bool, users: bool) {
        if from == to {
            return;
        }
        let key = (from.to_owned(), to.to_owned());
        let edge = self.network.edges.entry(key).or_insert_with(|| Edge {
            labels: BTreeSet::new(),
            is_refused: false,
            is_of_users: users,
        });
        edge.labels.extend(label);
        edge.is_refused |= refused;
        edge.is_of_users |= users;
    }

    /// Adds the boxes that a way passes, and the lines between them.
    fn way(&mut self, from: &str, to: &str, way: &Way) {
        let is_refused = way.outcome() == Outcome::Refused;
        let mut last = self.start(from);
        let is_of_users = last == USERS;
        // What is known of the next line.
        let mut label = split(to).1.filter(|_| !is_of_users).map(|port| port.to_string());
        for (number, step) in way.steps.iter().enumerate() {
            let next = match step.kind {
                StepKind::Entrance => {
                    label = entrance(&step.text);
                    self.object(step).map(|object| self.entrance(object))
                }
                StepKind::Route if is_of_users => {
                    if let Some(object) = self.object(step)
                        && !object.is("networking.istio.io", "VirtualService")
                    {
                        label = sends(object, &step.text);
                    }
                    None
                }
                StepKind::Service => {
                    let rest = &way.steps[number + 1..];
                    let is_gateway = rest.iter().any(|step| step.kind == StepKind::Gateway);
                    let is_last = !rest
                        .iter()
                        .any(|step| [StepKind::Workload, StepKind::Outside].contains(&step.kind));
                    match self.object(step) {
                        Some(object) if is_gateway => {
                            let bundle = self.view.bundle_of(&object.identity);
                            bundle.map(|bundle| self.bundle(bundle, true))
                        }
                        Some(object) if is_last => {
                            let bundle = self.view.bundle_of(&object.identity);
                            bundle.map(|bundle| self.bundle(bundle, false))
                        }
                        None if is_last => Some(self.host(&way.end)),
                        _ => None,
                    }
                }
                StepKind::Workload => self.object(step).map(|owner| self.pods(owner)),
                StepKind::Outside => Some(self.host(&way.end)),
                _ => None,
            };
            if let Some(next) = next.filter(|next| *next != last) {
                self.edge(&last, &next, label.take(), is_refused, is_of_users);
                last = next;
            }
        }
        // Where the way ends before anybody is reached.
        let is_open = way.steps.iter().any(|step| {
            [StepKind::Workload, StepKind::Outside, StepKind::Service].contains(&step.kind)
        });
        if !is_open {
            let end = self.host(to);
            self.edge(&last, &end, label, is_refused, is_of_users);
        }
    }

    /// The box of what users come in by.
    fn entrance(&mut self, object: &'a Object) -> String {
        let bundle = self.view.bundle_of(&object.identity);
        if object.is("", "Service") {
            return match bundle {
                Some(bundle) => self.bundle(bundle, true),
                None => self.host(object.name()),
            };
        }
        let title = object.name().to_owned();
        let id = format!("gateway {}/{title}", object.namespace());
        self.node(id, Node { kind: Kind::Gateway, title, bundle: bundle.map(str::to_owned) })
    }

    /// Services that the values of charts name.
    fn charts(&mut self) {
        let view = self.view;
        for call in view.graph.calls() {
            if !call.from.is("argoproj.io", "Application") {
                continue;
            }
            let own = view.applications.get(call.from.name()).and_then(|own| own.bundle);
            let (Some(own), Some(called)) = (own, self.called(&call.service)) else { continue };
            let from = self.bundle(own, false);
            let to = self.bundle(called, false);
            let label = call.port.map(|port| port.to_string());
            self.edge(&from, &to, label, false, false);
        }
    }

    fn called(&self, service: &Identity) -> Option<&'a str> {
        self.view.bundle_of(service)
    }
}

/// A host and the port after it.
fn split(written: &str) -> (&str, Option<u64>) {
    match written.rsplit_once(':') {
        Some((host, port)) => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (written, None),
        },
        None => (written, None),
    }
}

/// The port in what a trace tells of an entrance.
fn entrance(told: &str) -> Option<String> {
    let digits = told.rsplit_once("port ")?.1;
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    (end > 0).then(|| digits[..end].to_owned())
}

/// The hosts of a route, and the path that it sends on.
fn sends(route: &Object, told: &str) -> Option<String> {
    let hosts: Vec<&str> = list(&route.json["spec"]["hostnames"]).iter().filter_map(text).collect();
    let path = told.strip_prefix("sends path ").and_then(|rest| rest.split([' ', ',']).next());
    let label = format!("{}{}", hosts.join(" "), path.unwrap_or_default());
    (!label.is_empty()).then_some(label)
}

/// Whether pods are a database: one of their containers has the port of one.
fn is_database(pod: &Pod<'_>) -> bool {
    let mut ports = pod.containers().flat_map(|container| container.ports());
    ports.any(|port| {
        port["containerPort"].as_u64().is_some_and(|number| DATABASES.contains(&number))
    })
}
