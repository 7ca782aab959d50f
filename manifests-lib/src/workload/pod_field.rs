//! What a pod knows of itself.

use super::Variable;
use crate::values::LabelKey;

/// A field of the pod that a container takes as a variable: `PodField::Name.variable("POD_NAME")`.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/pods/downward-api/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PodField {
    /// Name of the pod.
    Name,
    /// Namespace of the pod.
    Namespace,
    /// What tells the pod from all others that there ever were.
    Uid,
    /// Address of the pod.
    Ip,
    /// Address of the node.
    HostIp,
    /// Name of the node.
    NodeName,
    /// Name of the ServiceAccount.
    ServiceAccount,
    /// Value of a label of the pod: `PodField::Label(label_key!("app"))`.
    Label(LabelKey),
    /// Value of an annotation of the pod: `PodField::Annotation(label_key!("example.com/team"))`.
    Annotation(LabelKey),
}

impl PodField {
    /// An environment variable that has the value of the field when the container starts.
    #[must_use]
    pub fn variable(&self, name: &str) -> Variable {
        let path = match self {
            Self::Name => "metadata.name",
            Self::Namespace => "metadata.namespace",
            Self::Uid => "metadata.uid",
            Self::Ip => "status.podIP",
            Self::HostIp => "status.hostIP",
            Self::NodeName => "spec.nodeName",
            Self::ServiceAccount => "spec.serviceAccountName",
            Self::Label(key) => {
                return Variable::from_field(name, format!("metadata.labels['{key}']"));
            }
            Self::Annotation(key) => {
                return Variable::from_field(name, format!("metadata.annotations['{key}']"));
            }
        };
        Variable::from_field(name, path.to_owned())
    }
}

/// What a container may take of its node, as a variable: `ResourceField::MemoryLimit.variable("GOMEMLIMIT")`.
///
/// A limit of CPU has its container only where a line says so: see [`cpu_limit`](super::ContainerHandle::cpu_limit).
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-resourceFieldRef>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceField {
    /// Limit of memory, in bytes.
    MemoryLimit,
    /// Limit of memory, in mebibytes.
    MemoryLimitMebibytes,
    /// Reserved memory, in bytes.
    MemoryRequest,
    /// Reserved memory, in mebibytes.
    MemoryRequestMebibytes,
    /// Limit of processor time, in cores, rounded up.
    CpuLimit,
    /// Limit of processor time, in thousandths of a core.
    CpuLimitMillicores,
    /// Reserved processor time, in cores, rounded up.
    CpuRequest,
    /// Reserved processor time, in thousandths of a core.
    CpuRequestMillicores,
}

impl ResourceField {
    /// An environment variable that has the value of the field.
    ///
    /// The build reports the limit of CPU of a container that has none.
    #[must_use]
    pub fn variable(self, name: &str) -> Variable {
        Variable::from_resource(name, self)
    }

    /// What it is called in the specification of a container, and its unit.
    pub(super) fn path(self) -> (&'static str, &'static str) {
        match self {
            Self::MemoryLimit => ("limits.memory", "1"),
            Self::MemoryLimitMebibytes => ("limits.memory", "1Mi"),
            Self::MemoryRequest => ("requests.memory", "1"),
            Self::MemoryRequestMebibytes => ("requests.memory", "1Mi"),
            Self::CpuLimit => ("limits.cpu", "1"),
            Self::CpuLimitMillicores => ("limits.cpu", "1m"),
            Self::CpuRequest => ("requests.cpu", "1"),
            Self::CpuRequestMillicores => ("requests.cpu", "1m"),
        }
    }
}
