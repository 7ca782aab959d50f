//! What a platform's teams agreed on once: names, labels, the domain of the cluster, a mesh or none, rollouts and probes.

pub(crate) mod defaults;

use std::fmt::Display;

use crate::model::label::Labels;
use crate::model::namespace::Namespace;
use crate::values::{Host, LabelKey, Name};

pub use defaults::{Portion, ProbeDefaults, ProbeTimes, Rollout};

/// How a platform names, labels and connects what it makes: one value that a [`Platform`](crate::platform::Platform) takes.
///
/// Two are worked out: [`named_by_kind`](Self::named_by_kind) and [`recommended`](Self::recommended). A platform of its own
/// changes what it wants of one of them:
///
/// ```
/// # use manifests_lib::host;
/// # use manifests_lib::model::{Conventions, Mesh};
/// let ours = Conventions {
///     cluster_domain: host!("k8s.example.com"),
///     mesh: Mesh::None,
///     ..Conventions::recommended()
/// };
/// ```
///
/// In a cluster that runs already, names and labels of selectors cannot be changed in place: another name is another object, and
/// selectors of workloads are immutable.
#[derive(Clone, Debug)]
pub struct Conventions {
    /// The name of a component's object.
    pub names: fn(&ObjectName<'_>) -> String,
    /// The labels of a component's objects and pods.
    pub labels: ComponentLabels,
    /// What the names of the cluster's Services end with, as the kubelet's `clusterDomain` has it: `host!("cluster.local")`.
    pub cluster_domain: Host,
    /// What encrypts calls and knows who calls.
    pub mesh: Mesh,
    /// How a new version replaces an old one.
    pub rollout: Rollout,
    /// How often the kubelet asks whether containers work, where they do not say it themselves.
    pub probes: ProbeDefaults,
}

/// What the name of a component's object is made of.
#[derive(Clone, Copy, Debug)]
pub struct ObjectName<'a> {
    /// The bundle.
    pub bundle: &'a Name,
    /// The component of the bundle, such as `app` or `db`.
    pub component: &'a Name,
    /// What the object is for the component: its kind in kebab-case, such as `service-account`, and whatever tells it apart from
    /// others of its kind, such as `egress-network-policy` or `secret-app-key`.
    pub object: &'a str,
}

/// The keys of the labels that every object and pod of a component has. Selectors are made of them.
///
/// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>
#[derive(Clone, Debug)]
pub struct ComponentLabels {
    /// Key of the bundle's name: `label_key!("app.kubernetes.io/name")`.
    pub bundle: LabelKey,
    /// Key of the component's name: `label_key!("app.kubernetes.io/component")`.
    pub component: LabelKey,
    /// Key of the environment's name, which every object of the platform has: `label_key!("example.com/environment")`.
    pub environment: LabelKey,
    /// Labels beside these, which no selector uses. A change restarts pods.
    pub others: fn(&Identity<'_>) -> Vec<(LabelKey, String)>,
}

/// Whose labels are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The environment.
    pub environment: &'a Name,
    /// The bundle.
    pub bundle: &'a Name,
    /// The component of the bundle.
    pub component: &'a Name,
}

/// What encrypts calls between pods, knows who calls, and counts requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mesh {
    /// Istio, with sidecars. A call is admitted by the caller's identity and by the network.
    Istio {
        /// The domain of identities, `trustDomain` of its mesh configuration: `host!("cluster.local")`.
        trust_domain: Host,
    },
    /// None. A call is admitted by the network alone, which knows pods by their labels: NetworkPolicies that the network add-on of the
    /// cluster has to enforce.
    ///
    /// What programs do not encrypt themselves crosses the cluster's network in plain text: calls between services and from the
    /// [public gateway](crate::network::gateway_api::DirectRoute) to them, and passwords and data of
    /// [databases](crate::data::database::MysqlContainer) and [caches](crate::data::cache::ValkeyContainer) in containers. Aurora and
    /// ElastiCache by TLS, the broker and what the program itself encrypts stay encrypted. Where that is not enough, the network add-on
    /// encrypts between nodes.
    ///
    /// What needs a mesh, such as a [mesh route](crate::network::Service::mesh_route) or an SLO, is refused with its line.
    None,
}

impl Conventions {
    /// Names say the kind, such as `account-app-service` and `account-db-stateful-set`; the labels are `app`, `component` and
    /// `env`. With Istio, in a cluster whose domain is `cluster.local`.
    ///
    /// A new pod is available before an old one stops, one at a time, and five old versions are kept. A container has 5 minutes to
    /// start, and is asked every 2 s; it leaves its Services after 15 s without an answer (3 times, every 5 s) and is restarted after
    /// 60 s (6 times, every 10 s); the kubelet waits 2 s for each answer.
    #[must_use]
    pub fn named_by_kind() -> Self {
        Self {
            names: |name| name.with_kind(),
            labels: ComponentLabels {
                bundle: label_key!("app"),
                component: label_key!("component"),
                environment: label_key!("env"),
                others: |_| Vec::new(),
            },
            cluster_domain: host!("cluster.local"),
            mesh: Mesh::Istio { trust_domain: host!("cluster.local") },
            rollout: Rollout::ONE_BY_ONE,
            probes: ProbeDefaults::PATIENT,
        }
    }

    /// Names are short, such as `account` for a Deployment and its Service and `account-db` for those of a database; the labels are
    /// those that Kubernetes recommends. The rest is as of [`named_by_kind`](Self::named_by_kind).
    #[must_use]
    pub fn recommended() -> Self {
        Self {
            names: |name| name.short(),
            labels: ComponentLabels {
                bundle: label_key!("app.kubernetes.io/name"),
                component: label_key!("app.kubernetes.io/component"),
                environment: label_key!("app.kubernetes.io/instance"),
                others: |_| vec![(label_key!("app.kubernetes.io/managed-by"), "argocd".to_owned())],
            },
            ..Self::named_by_kind()
        }
    }

    /// The name by which every pod of the cluster finds a Service.
    pub(crate) fn host(&self, service: impl Display, namespace: &Namespace) -> String {
        format!("{service}.{namespace}.svc.{}", self.cluster_domain)
    }

    /// Whether a text has the name of a Service in it.
    pub(crate) fn is_inside(&self, text: &str) -> bool {
        !self.hosts_inside(text).is_empty()
    }

    /// The whole names of Services, or of pods behind them, that a text has in it.
    pub(crate) fn hosts_inside(&self, text: &str) -> Vec<String> {
        let of_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.');
        let ends = text.match_indices(".svc").filter_map(|(position, svc)| {
            let before = &text[..position];
            let name =
                before[before.trim_end_matches(of_name).len()..].trim_start_matches(['-', '.']);
            let behind = &text[position + svc.len()..];
            let domain = behind
                .strip_prefix('.')
                .and_then(|it| it.strip_prefix(self.cluster_domain.as_str()));
            let rest = domain.unwrap_or(behind);
            // A longer name is another domain's.
            let is_whole = !rest.strip_prefix('.').unwrap_or(rest).starts_with(of_name);
            // Whoever has a token may ask the API server.
            let is_called = name.contains('.') && name != "kubernetes.default";
            (is_called && is_whole).then(|| format!("{name}.svc.{}", self.cluster_domain))
        });
        ends.collect()
    }

    /// The labels of a component.
    pub(crate) fn labels(&self, identity: &Identity<'_>) -> Labels {
        let ComponentLabels { bundle, component, environment, others } = &self.labels;
        let others = others(identity).into_iter().map(|(key, value)| (String::from(&key), value));
        let own = [
            (bundle, identity.bundle),
            (component, identity.component),
            (environment, identity.environment),
        ];
        others.chain(own.map(|(key, value)| (String::from(key), value.to_string()))).collect()
    }

    /// The component of a bundle that pods with these labels are of, where they are of one.
    pub(crate) fn component_of(&self, bundle: &Name, labels: &Labels) -> Option<Name> {
        let value = |key: &LabelKey| labels.get(key.as_str());
        let is_own = value(&self.labels.bundle).is_some_and(|name| name == bundle.as_str());
        let component = value(&self.labels.component).filter(|_| is_own)?;
        Name::new(component.clone()).ok()
    }

    /// The domain of identities, where there is a mesh.
    pub(crate) fn trust_domain(&self) -> Option<&Host> {
        match &self.mesh {
            Mesh::Istio { trust_domain } => Some(trust_domain),
            Mesh::None => None,
        }
    }

    /// Whether there is a mesh.
    pub(crate) fn has_mesh(&self) -> bool {
        self.trust_domain().is_some()
    }
}

/// What [`ObjectName::short`] leaves out, the longest first, as names of kinds begin and end with those of others.
const KINDS: [&str; 25] = [
    "horizontal-pod-autoscaler",
    "persistent-volume-claim",
    "pod-disruption-budget",
    "authorization-policy",
    "destination-rule",
    "external-secret",
    "service-account",
    "virtual-service",
    "network-policy",
    "service-entry",
    "role-binding",
    "stateful-set",
    "pod-monitor",
    "config-map",
    "daemon-set",
    "deployment",
    "permission",
    "cron-job",
    "gateway",
    "service",
    "sidecar",
    "secret",
    "vhost",
    "role",
    "job",
];

impl ObjectName<'_> {
    /// `<bundle>-<component>-<object>`, such as `account-app-service-account`.
    #[must_use]
    pub fn with_kind(&self) -> String {
        let Self { bundle, component, object } = self;
        format!("{bundle}-{component}-{object}")
    }

    /// Without what the kind says already: `account` for the component `app`, `account-db` for another one, and `account-egress` or
    /// `account-app-key` where a component has several of a kind.
    #[must_use]
    pub fn short(&self) -> String {
        let Self { bundle, component, .. } = self;
        let mut name = bundle.to_string();
        let component = Some(component.as_str()).filter(|component| *component != "app");
        for part in component.into_iter().chain(self.apart_from_kind()) {
            name.push('-');
            name.push_str(part);
        }
        name
    }

    /// What tells the object apart from others of its kind, if anything.
    fn apart_from_kind(&self) -> Option<&str> {
        let object = self.object;
        if KINDS.contains(&object) {
            return None;
        }
        let apart = |kind| {
            let before = object.strip_suffix(kind).and_then(|rest| rest.strip_suffix('-'));
            before.or_else(|| object.strip_prefix(kind).and_then(|rest| rest.strip_prefix('-')))
        };
        Some(KINDS.into_iter().find_map(apart).unwrap_or(object))
    }
}
