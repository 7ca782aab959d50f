//! Pods, whatever kind their template stands in.

use super::view::{list, text};
use super::{Object, Selector};
use crate::objects::{Map, Value};

/// The pods that an object makes.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'a> {
    /// The object: a Deployment, a CronJob, or the Pod itself.
    pub owner: &'a Object,
    /// The pods' labels and annotations are here.
    pub metadata: &'a Value,
    /// The pods' `spec`.
    pub spec: &'a Value,
}

/// What a container is in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerKind {
    /// Runs to its end before the others start.
    Init,
    /// Starts before the others and stays beside them: an init container that is restarted.
    Sidecar,
    /// One of the containers that the pod is for.
    Main,
    /// Added to a running pod for debugging.
    Ephemeral,
}

/// A container of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// What it is in its pod.
    pub kind: ContainerKind,
    /// All of it.
    pub json: &'a Value,
}

/// Whether controllers label pods so when they create them, whatever the template says.
///
/// Upstream: <https://kubernetes.io/docs/reference/labels-annotations-taints/>
pub(crate) fn is_labelled_later(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "apps.kubernetes.io/pod-index",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-generation",
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
    ];
    const PREFIXES: &[&str] = &[
        "batch.kubernetes.io/",
        "security.istio.io/",
        "service.istio.io/",
        "topology.kubernetes.io/",
    ];
    KEYS.contains(&key) || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

impl<'a> Pod<'a> {
    /// The pods that an object makes; none where its kind makes none.
    #[must_use]
    pub fn of(owner: &'a Object) -> Option<Self> {
        let json = &owner.json;
        let template = match (owner.identity.group.as_str(), owner.identity.kind.as_str()) {
            ("", "Pod") => json,
            ("", "PodTemplate") => &json["template"],
            ("", "ReplicationController")
            | ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job")
            | ("argoproj.io", "Rollout")
            | ("apps.openshift.io", "DeploymentConfig") => &json["spec"]["template"],
            ("batch", "CronJob") => &json["spec"]["jobTemplate"]["spec"]["template"],
            _ => return None,
        };
        // Whatever its author has left out, the labels are there to be selected.
        let spec = &template["spec"];
        template.is_object().then_some(Self { owner, metadata: &template["metadata"], spec })
    }

    /// Whether objects of a kind make pods by a template.
    #[must_use]
    pub fn is_made_by(group: &str, kind: &str) -> bool {
        match group {
            "" => ["Pod", "ReplicationController"].contains(&kind),
            "apps" => ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"].contains(&kind),
            "batch" => ["CronJob", "Job"].contains(&kind),
            "apps.openshift.io" => kind == "DeploymentConfig",
            "argoproj.io" => kind == "Rollout",
            _ => false,
        }
    }

    /// The pods' namespace.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        self.owner.namespace()
    }

    /// The pods' labels.
    #[must_use]
    pub fn labels(&self) -> &'a Value {
        &self.metadata["labels"]
    }

    /// An annotation of the pods.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&'a str> {
        text(&self.metadata["annotations"][key])
    }

    /// Whether they are selected, at least some of them: what controllers label each pod with counts.
    #[must_use]
    pub fn is_selected_by(&self, selector: &Selector<'_>) -> bool {
        selector.selects(self.labels())
            || selector.labels().any(|(key, _)| is_labelled_later(key))
                && selector.selects(&self.labels_of_one(selector))
    }

    /// The labels of the one pod that a selector asks for by what controllers label it with.
    fn labels_of_one(&self, selector: &Selector<'_>) -> Value {
        let mut labels = self.labels().clone();
        if !labels.is_object() {
            labels = Value::Object(Map::new());
        }
        for (key, value) in selector.labels().filter(|(key, _)| is_labelled_later(key)) {
            let is_other_set = key == "statefulset.kubernetes.io/pod-name"
                && value.rsplit_once('-').map(|(set, _)| set) != Some(self.owner.name());
            if !is_other_set {
                labels[key] = value.into();
            }
        }
        labels
    }

    /// The service account that they run as.
    #[must_use]
    pub fn service_account(&self) -> &'a str {
        let name = text(&self.spec["serviceAccountName"]).or(text(&self.spec["serviceAccount"]));
        name.filter(|name| !name.is_empty()).unwrap_or("default")
    }

    /// Every container, in the order in which they start.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let init = list(&self.spec["initContainers"]).iter().map(|json| {
            let stays = text(&json["restartPolicy"]) == Some("Always");
            let kind = if stays { ContainerKind::Sidecar } else { ContainerKind::Init };
            Container { kind, json }
        });
        let of = |field: &str, kind| {
            list(&self.spec[field]).iter().map(move |json| Container { kind, json })
        };
        init.chain(of("containers", ContainerKind::Main))
            .chain(of("ephemeralContainers", ContainerKind::Ephemeral))
    }

    /// The containers that run as long as the pod does.
    pub fn running(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        self.containers().filter(Container::is_running)
    }

    /// The number of a port that is named by its number, or by the name that one of its running containers gives it.
    #[must_use]
    pub fn port_number(&self, port: &Value) -> Option<u64> {
        port.as_u64().or_else(|| {
            let mut ports = self.running().flat_map(|container| container.ports());
            ports.find(|declared| declared["name"] == *port)?["containerPort"].as_u64()
        })
    }

    /// Whether it runs until somebody ends it: it is none of a Job, nor of a chart's test, whose labels are often those of servers.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.owner.identity.group != "batch"
            && self.owner.annotation("helm.sh/hook").is_none()
            && text(&self.spec["restartPolicy"]) != Some("Never")
    }
}

impl<'a> Container<'a> {
    /// Whether it runs as long as its pod does.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.kind, ContainerKind::Main | ContainerKind::Sidecar)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        text(&self.json["name"]).unwrap_or_default()
    }

    /// Its image.
    #[must_use]
    pub fn image(&self) -> Option<&'a str> {
        text(&self.json["image"])
    }

    /// Its ports.
    #[must_use]
    pub fn ports(&self) -> &'a [Value] {
        list(&self.json["ports"])
    }
}
