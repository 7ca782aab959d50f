//! Which pods want room on which nodes.
//!
//! Nothing is here where nodes are not known. What is counted is the least that the nodes have to hold: pods of charts that were not
//! rendered, and of whatever else is not among the objects, come on top.

mod nodes;
mod requests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::reference::{Reference, Relation};
use crate::environment::{Environment, Nodes};
use crate::objects::{Identity, Object, Pod, Selector, Value, count_of, list, text};

use nodes::Keys;
pub use requests::{Amounts, limits_of};
use requests::{Proxies, of_pod};

/// The pods that want room, and the nodes that have it.
#[derive(Debug)]
pub struct Capacity<'a> {
    /// The nodes.
    pub nodes: &'a [Nodes],
    /// The pods of each object.
    pub placements: Vec<Placement<'a>>,
    /// Sets of groups of nodes that pods may run on, each once: positions in `nodes`, in their order.
    pub places: Vec<Vec<usize>>,
    /// What the pods that run on each node take of one node, by group.
    on_each: Vec<Amounts>,
    /// What the pods that stay request of each place, without those that are too large or too many for it by themselves.
    staying: Vec<Amounts>,
}

/// The pods of an object, and where they may run.
#[derive(Clone, Copy, Debug)]
pub struct Placement<'a> {
    /// The pods.
    pub pod: Pod<'a>,
    /// Who makes them, as somebody wrote it.
    pub owner: &'a Object,
    /// What each of them requests, with the proxy that the mesh adds.
    pub each: Amounts,
    /// How many there are.
    pub count: Count<'a>,
    /// Where they may run: a position in [`Capacity::places`].
    pub place: usize,
    /// How many of them their nodes hold if nothing else were there but what runs on each node.
    pub holds: u64,
    /// What limits that number.
    pub limit: Limit<'a>,
}

/// How many pods of an object there are.
#[derive(Clone, Copy, Debug)]
pub enum Count<'a> {
    /// So many, which stay.
    Stay {
        /// The least.
        least: u64,
        /// The most, and who scales them.
        scaled: Option<(u64, &'a Object)>,
    },
    /// So many at a time, which run to their end.
    Run(u64),
    /// One on each node.
    EachNode,
}

impl Placement<'_> {
    /// How many pods stay at least.
    #[must_use]
    pub fn least(&self) -> u64 {
        self.count.least()
    }

    /// How many pods stay at least; none where they are too large or too many by themselves.
    #[must_use]
    pub fn that_stay(&self) -> u64 {
        if self.least() > self.holds { 0 } else { self.least() }
    }
}

impl Count<'_> {
    /// How many stay at least; those on each node are counted by node.
    #[must_use]
    pub fn least(&self) -> u64 {
        match self {
            Self::Stay { least, .. } => *least,
            Self::Run(_) | Self::EachNode => 0,
        }
    }

    /// How many stay at most.
    #[must_use]
    pub fn most(&self) -> u64 {
        match self {
            Self::Stay { scaled: Some((most, _)), .. } => *most,
            _ => self.least(),
        }
    }

    /// How many there are when everything is scaled up and everything runs.
    #[must_use]
    pub fn all(&self) -> u64 {
        match self {
            Self::Run(pods) => *pods,
            _ => self.most(),
        }
    }
}

/// What limits the number of pods of an object.
#[derive(Clone, Copy, Debug)]
pub enum Limit<'a> {
    /// What nodes have.
    Size,
    /// No two of them take one node, or one zone: the term that says so.
    Apart(&'a Value),
    /// A port of the node, which only one of them can have.
    NodePort(&'a Value),
    /// They are spread over more nodes or zones than there are: the constraint that says so.
    Spread(&'a Value),
}

/// Autoscalers by what they scale: the least and the most, and who scales.
type Scaled<'a> = HashMap<Identity, (u64, Option<u64>, &'a Object)>;

impl<'a> Capacity<'a> {
    pub(super) fn of(
        environment: &'a Environment,
        pods: &[Pod<'a>],
        references: &[Reference<'a>],
    ) -> Self {
        let nodes = environment.cluster.nodes.as_slice();
        let on_each = vec![Amounts::default(); nodes.len()];
        let (placements, places, staying) = (Vec::new(), Vec::new(), Vec::new());
        let mut capacity = Self { nodes, placements, places, on_each, staying };
        let has_quotas = environment.objects.of_kind("", "ResourceQuota").next().is_some();
        if nodes.is_empty() && !has_quotas {
            return capacity;
        }
        let (keys, proxies) = (Keys::of(&environment.cluster), Proxies::of(environment));
        let scaled = scaled(references);
        let mut known: HashMap<String, usize> = HashMap::new();
        for pod in pods {
            let Some(count) = count(pod, &scaled) else { continue };
            let Some(owner) = written(environment, pod.owner) else { continue };
            let spec = pod.spec;
            let asks =
                [&spec["nodeSelector"], &spec["affinity"]["nodeAffinity"], &spec["tolerations"]];
            let asks = asks.map(ToString::to_string).join("\n");
            let place = *known.entry(asks).or_insert_with(|| {
                let admit = |&group: &usize| keys.admit(&nodes[group], pod);
                let place: Vec<usize> = (0..nodes.len()).filter(admit).collect();
                let same = capacity.places.iter().position(|other| *other == place);
                same.unwrap_or_else(|| {
                    capacity.places.push(place);
                    capacity.places.len() - 1
                })
            });
            let each = of_pod(pod, proxies.beside(pod));
            if matches!(count, Count::EachNode) {
                for &group in &capacity.places[place] {
                    capacity.on_each[group] = capacity.on_each[group].and(each);
                }
            }
            let (holds, limit) = (0, Limit::Size);
            let pod = *pod;
            capacity.placements.push(Placement { pod, owner, each, count, place, holds, limit });
        }
        let held: Vec<_> = capacity.placements.iter().map(|it| capacity.holds(it)).collect();
        for (placement, (holds, limit)) in capacity.placements.iter_mut().zip(held) {
            (placement.holds, placement.limit) = (holds, limit);
        }
        let staying = |place: &Vec<usize>| capacity.requested(place, Placement::that_stay);
        capacity.staying = capacity.places.iter().map(staying).collect();
        capacity
    }

    /// The pods of each object, where nodes are known.
    pub fn placed(&self) -> impl Iterator<Item = &Placement<'a>> {
        self.placements.iter().filter(|_| !self.nodes.is_empty())
    }

    /// The nodes of a place.
    pub fn nodes_of(&self, place: &[usize]) -> impl Iterator<Item = &'a Nodes> {
        place.iter().map(|&group| &self.nodes[group])
    }

    /// What one node of a group has left beside what runs on each node, or all that it has.
    #[must_use]
    pub fn left_on_one(&self, group: usize, all: bool) -> Amounts {
        let one = of_one(&self.nodes[group]);
        if all { one } else { one.without(self.on_each[group]) }
    }

    /// What the nodes of a place have for pods.
    #[must_use]
    pub fn offered(&self, place: &[usize]) -> Amounts {
        let offered = self.nodes_of(place).map(|nodes| of_one(nodes).times(nodes.count));
        offered.fold(Amounts::default(), Amounts::and)
    }

    /// What is requested by pods that can run nowhere else than here, with those that run on each node.
    #[must_use]
    pub fn requested(&self, place: &[usize], count: impl Fn(&Placement<'a>) -> u64) -> Amounts {
        let mut by_place = vec![Amounts::default(); self.places.len()];
        for placement in &self.placements {
            let sum = &mut by_place[placement.place];
            *sum = sum.and(placement.each.times(count(placement)));
        }
        let inside = self.places.iter().zip(by_place).filter(|(own, _)| is_inside(own, place));
        let pods = inside.map(|(_, sum)| sum);
        let on_each = place.iter().map(|&group| self.on_each[group].times(self.nodes[group].count));
        pods.chain(on_each).fold(Amounts::default(), Amounts::and)
    }

    /// Places, with what the pods that stay request of each, and what it has.
    pub fn filled(&self) -> impl Iterator<Item = (&Vec<usize>, Amounts, Amounts)> {
        let filled = self.places.iter().zip(&self.staying).filter(|(place, _)| !place.is_empty());
        filled.map(|(place, &staying)| (place, staying, self.offered(place)))
    }

    /// How many pods of an object its nodes hold, and what limits them.
    fn holds(&self, placement: &Placement<'a>) -> (u64, Limit<'a>) {
        let place = &self.places[placement.place];
        let of_group = |group: &usize| {
            let nodes = &self.nodes[*group];
            let free = self.left_on_one(*group, false);
            free.holds(placement.each).saturating_mul(nodes.count)
        };
        let by_size = place.iter().map(of_group).fold(0, u64::saturating_add);
        let limits = self.limits(placement).into_iter();
        limits
            .chain([(by_size, Limit::Size)])
            .min_by_key(|(pods, _)| *pods)
            .unwrap_or((0, Limit::Size))
    }

    /// What keeps the pods of an object from each other.
    fn limits(&self, placement: &Placement<'a>) -> Vec<(u64, Limit<'a>)> {
        let Placement { pod, place, .. } = placement;
        let spec = pod.spec;
        let place = &self.places[*place];
        let mut limits = Vec::new();
        let affinity = &spec["affinity"]["podAntiAffinity"];
        for term in list(&affinity["requiredDuringSchedulingIgnoredDuringExecution"]) {
            if keeps_own_apart(term, pod)
                && let Some(domains) = self.domains(place, &term["topologyKey"], false)
            {
                limits.push((domains, Limit::Apart(term)));
            }
        }
        let takes_port = |port: &&Value| {
            let of_node = port["hostPort"].as_u64().is_some_and(|port| port > 0);
            of_node || spec["hostNetwork"].as_bool() == Some(true)
        };
        if let Some(port) = pod.running().flat_map(|container| container.ports()).find(takes_port) {
            let nodes = self.nodes_of(place).map(|nodes| nodes.count);
            limits.push((nodes.fold(0, u64::saturating_add), Limit::NodePort(port)));
        }
        for spread in list(&spec["topologySpreadConstraints"]) {
            let least = spread["minDomains"].as_u64().unwrap_or(1);
            let is_hard = text(&spread["whenUnsatisfiable"]) != Some("ScheduleAnyway");
            let selects_own = Selector::of(&spread["labelSelector"]).selects(pod.labels());
            if let Some(domains) = self.domains(place, &spread["topologyKey"], true)
                && is_hard
                && selects_own
                && domains < least
            {
                let skew = spread["maxSkew"].as_u64().unwrap_or(1);
                limits.push((domains.saturating_mul(skew), Limit::Spread(spread)));
            }
        }
        limits
    }

    /// How many values a label of the nodes of a place has; none where that is not known, or some node has none and that is no way out.
    fn domains(&self, place: &[usize], key: &Value, without: bool) -> Option<u64> {
        let key = text(key)?;
        if key == "kubernetes.io/hostname" {
            return Some(
                self.nodes_of(place).map(|nodes| nodes.count).fold(0, u64::saturating_add),
            );
        }
        let mut values = BTreeSet::new();
        for nodes in self.nodes_of(place) {
            match nodes.labels.iter().find(|(own, _)| own == key) {
                Some((_, value)) => {
                    values.insert(value);
                }
                None if without && nodes.has_all_labels => {}
                None => return None,
            }
        }
        u64::try_from(values.len()).ok()
    }

    /// A place in words: `all nodes`, `the node a`, `the 3 nodes app`.
    #[must_use]
    pub fn describe(&self, place: &[usize]) -> String {
        let count = self.nodes_of(place).map(|nodes| nodes.count).fold(0, u64::saturating_add);
        let names: Vec<&str> = self.nodes_of(place).map(|nodes| nodes.name.as_str()).collect();
        match (names.as_slice(), count) {
            (names, 0 | 2..) if names.len() == self.nodes.len() => format!("all {count} nodes"),
            ([one], 1) => format!("the node {one}"),
            ([one], _) => format!("the {count} nodes {one}"),
            (names, _) if names.len() > 4 => format!("{count} nodes"),
            (names, _) => format!("the nodes {}", names.join(", ")),
        }
    }
}

/// What one of these nodes has for pods.
fn of_one(nodes: &Nodes) -> Amounts {
    Amounts { millicores: nodes.millicores, memory: nodes.memory, pods: nodes.pods }
}

/// Whether a place is a part of another one. Both are in order.
pub(crate) fn is_inside(place: &[usize], other: &[usize]) -> bool {
    !place.is_empty() && place.iter().all(|group| other.binary_search(group).is_ok())
}

/// Whether a required term of anti-affinity keeps the pods of one object from each other.
fn keeps_own_apart(term: &Value, pod: &Pod<'_>) -> bool {
    let namespaces = list(&term["namespaces"]);
    let is_own =
        namespaces.is_empty() || namespaces.iter().any(|name| text(name) == Some(pod.namespace()));
    let mismatched = list(&term["mismatchLabelKeys"]);
    is_own
        && mismatched.is_empty()
        && term["namespaceSelector"].is_null()
        && term["labelSelector"].is_object()
        && Selector::of(&term["labelSelector"]).selects(pod.labels())
}

/// How many pods an object makes; none where it makes none now, or another object has made it.
fn count<'a>(pod: &Pod<'a>, scaled: &Scaled<'a>) -> Option<Count<'a>> {
    let owner = pod.owner;
    let spec = &owner.json["spec"];
    let is_placed = pod.spec["nodeName"].is_string()
        || text(&pod.spec["schedulerName"]).is_some_and(|name| name != "default-scheduler");
    let is_made = !list(&owner.json["metadata"]["ownerReferences"]).is_empty();
    if is_placed || is_made {
        return None;
    }
    let is_hook = ["helm.sh/hook", "argocd.argoproj.io/hook"];
    let is_hook = is_hook.into_iter().any(|hook| owner.annotation(hook).is_some());
    let run = |job: &Value| {
        let pods = job["parallelism"].as_u64().unwrap_or(1);
        (job["suspend"].as_bool() != Some(true) && pods > 0).then_some(Count::Run(pods))
    };
    match owner.identity.kind.as_str() {
        "DaemonSet" => Some(Count::EachNode),
        "Job" => run(spec),
        "CronJob" if spec["suspend"].as_bool() == Some(true) => None,
        "CronJob" => run(&spec["jobTemplate"]["spec"]),
        "PodTemplate" => None,
        "Pod"
            if is_hook
                || text(&pod.spec["restartPolicy"]).is_some_and(|policy| policy != "Always") =>
        {
            Some(Count::Run(1))
        }
        "Pod" => Some(Count::Stay { least: 1, scaled: None }),
        _ => {
            let written = spec["replicas"].as_u64().unwrap_or(1);
            let (least, scaled) = match scaled.get(&owner.identity) {
                Some(&(least, most, by)) => (least, most.map(|most| (most, by))),
                None => (written, None),
            };
            Some(Count::Stay { least, scaled })
        }
    }
}

fn scaled<'a>(references: &[Reference<'a>]) -> Scaled<'a> {
    let targets = references.iter().filter(|reference| reference.relation == Relation::ScaleTarget);
    let of_target = |reference: &Reference<'a>| {
        let (by, spec) = (reference.from, &reference.from.json["spec"]);
        let limits = match by.identity.kind.as_str() {
            "HorizontalPodAutoscaler" => {
                (spec["minReplicas"].as_u64().unwrap_or(1), spec["maxReplicas"].as_u64())
            }
            "ScaledObject" => {
                // Without a word it scales to nothing.
                (spec["minReplicaCount"].as_u64().unwrap_or(0), spec["maxReplicaCount"].as_u64())
            }
            _ => return None,
        };
        Some((reference.target.clone(), (limits.0, limits.1, by)))
    };
    targets.filter_map(of_target).collect()
}

/// The object that somebody wrote, of which this one is made.
fn written<'a>(environment: &'a Environment, owner: &'a Object) -> Option<&'a Object> {
    if owner.is_written() {
        return Some(owner);
    }
    let name = owner.name().strip_suffix("-server")?;
    environment.objects.find("rabbitmq.com", "RabbitmqCluster", Some(owner.namespace()), name)
}

/// Pods that a rolling update of a Deployment adds before it takes one away; nothing where it takes one away first.
#[must_use]
pub fn surge(deployment: &Object, replicas: u64) -> u64 {
    let strategy = &deployment.json["spec"]["strategy"];
    if !deployment.is("apps", "Deployment") || text(&strategy["type"]) == Some("Recreate") {
        return 0;
    }
    let share = Value::from("25%");
    let count = |field: &str, round_up| {
        let value = &strategy["rollingUpdate"][field];
        count_of(if value.is_null() { &share } else { value }, replicas, round_up)
    };
    match (count("maxSurge", true), count("maxUnavailable", false)) {
        (Some(surge), Some(0)) => surge,
        _ => 0,
    }
}

/// A request that is more than what is offered.
#[derive(Clone, Debug)]
pub struct Excess {
    /// Of what: `processor`, `memory` or `pods`.
    pub of: &'static str,
    /// What is requested, in words: `700 millicores`.
    pub requested: String,
    /// What is offered, in the same unit.
    pub offered: u64,
}

impl Excess {
    /// In words: `700 millicores on the node a, of 500`.
    #[must_use]
    pub fn on(&self, place: &str) -> String {
        format!("{} on {place}, of {}", self.requested, self.offered)
    }
}

/// Of what more is requested than offered.
pub fn exceeding(requested: Amounts, offered: Amounts) -> impl Iterator<Item = Excess> {
    let all = [
        ("processor", "millicores", requested.millicores, offered.millicores, 1),
        ("memory", "MiB of memory", requested.memory, offered.memory, 1 << 20),
        ("pods", "pods", requested.pods, offered.pods, 1),
    ];
    let more = all.into_iter().filter(|(_, _, requested, offered, _)| requested > offered);
    more.map(|(of, unit, requested, offered, size)| {
        let requested = format!("{} {unit}", requested.div_ceil(size));
        Excess { of, requested, offered: offered / size }
    })
}

/// Places by what was told of them, so that nothing is said of a place that was said of a part of it.
#[derive(Debug, Default)]
pub struct Told(BTreeMap<&'static str, Vec<Vec<usize>>>);

impl Told {
    /// Whether this is new: nothing was told of a part of the place.
    pub fn is_new(&mut self, what: &'static str, place: &[usize]) -> bool {
        let told = self.0.entry(what).or_default();
        let is_new = !told.iter().any(|part| is_inside(part, place));
        if is_new {
            told.push(place.to_vec());
        }
        is_new
    }
}
