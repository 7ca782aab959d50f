//! What can be said of what is not here: files may hold a part of what a cluster has, and the rest is no mistake.

use std::collections::HashSet;

use crate::environment::{Environment, Unseen};
use crate::objects::{Identity, Pod};

/// Namespaces and kinds of which enough is here to tell that something is missing.
#[derive(Debug)]
pub(super) struct Knowledge<'a> {
    environment: &'a Environment,
    populated: HashSet<&'a str>,
    written: HashSet<(&'a str, &'a str, Option<&'a str>)>,
    hiding: Vec<&'a Unseen>,
}

/// Kinds of which every cluster has some that nobody writes.
const CLASSES: &[&str] =
    &["GatewayClass", "IngressClass", "Namespace", "PriorityClass", "RuntimeClass", "StorageClass"];

/// What pods need beside them: whoever writes the pod into a namespace has these delivered there too.
const BESIDE_PODS: &[&str] = &["ConfigMap", "PersistentVolumeClaim", "Secret", "ServiceAccount"];

impl<'a> Knowledge<'a> {
    pub(super) fn of(environment: &'a Environment) -> Self {
        let (mut populated, mut written) = (HashSet::new(), HashSet::new());
        for object in environment.objects.written() {
            if object.is("", "Service") || Pod::of(object).is_some() {
                populated.insert(object.namespace());
            }
            let Identity { group, kind, namespace, .. } = &object.identity;
            written.insert((group.as_str(), kind.as_str(), namespace.as_deref()));
        }
        let makes_pods = |unseen: &&Unseen| {
            let anywhere = unseen.namespace.as_deref().unwrap_or_default();
            unseen.may_make_pods(anywhere)
        };
        let hiding = environment.outside.unseen.iter().filter(makes_pods).collect();
        Self { environment, populated, written, hiding }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.environment.cluster.is_whole
    }

    pub(super) fn is_populated(&self, namespace: &str) -> bool {
        // A cluster has workloads of its own there, which nobody writes.
        namespace != "kube-system" && (self.is_whole() || self.populated.contains(namespace))
    }

    pub(super) fn hides_pods(&self, namespace: &str) -> bool {
        namespace == "kube-system"
            || self.hiding.iter().any(|unseen| unseen.may_make_pods(namespace))
    }

    pub(super) fn hides_any_pods(&self) -> bool {
        !self.hiding.is_empty()
    }

    /// Whether an object like this one would be here if there were one.
    pub(super) fn tells_of(&self, identity: &Identity) -> bool {
        let Identity { group, kind, namespace, name } = identity;
        // Every namespace has them, whether it is written or not.
        if (kind == "ServiceAccount" && name == "default")
            || (kind == "ConfigMap" && name == "kube-root-ca.crt")
        {
            return false;
        }
        let is_written = || self.written.contains(&(group, kind, namespace.as_deref()));
        // Kubernetes has dozens of roles of its own.
        if kind == "ClusterRole" && name.starts_with("system:") {
            return false;
        }
        if kind == "Role" {
            return namespace.as_deref() != Some("kube-system");
        }
        if CLASSES.contains(&kind.as_str()) {
            return self.is_whole();
        }
        match namespace.as_deref() {
            Some("kube-system") => false,
            Some(namespace)
                if group.is_empty()
                    && (kind == "Service" || BESIDE_PODS.contains(&kind.as_str())) =>
            {
                self.is_populated(namespace)
            }
            Some(namespace) if Pod::is_made_by(group, kind) => self.is_populated(namespace),
            _ => self.is_whole() || is_written(),
        }
    }
}
