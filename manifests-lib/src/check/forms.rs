//! Forms of names and keys, as the API server takes them.

pub use crate::values::text_rules::{
    data_key, dns_label, label, label_key, label_value, object_name, port_name,
};

/// Whether this is the key of an annotation: unlike that of a label, its prefix may have capitals.
#[must_use]
pub fn annotation_key(key: &str) -> bool {
    label_key(key.to_ascii_lowercase().as_bytes())
}

/// The longest name with which the cluster can do what it does with an object of a kind.
#[must_use]
pub fn longest_name(kind: &str) -> usize {
    match kind {
        // A label of their pods or jobs is the name and a suffix of 11 characters.
        "CronJob" | "StatefulSet" => 52,
        // A DNS label, or the value of one of Kubernetes' own labels.
        "Job" | "Namespace" | "Service" => 63,
        _ => 253,
    }
}

/// Which names objects of a kind can have.
///
/// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameForm {
    /// RFC 1035 label: what begins with a letter and has no dot, such as the first part of a Service's DNS name.
    LabelAfterLetter,
    /// RFC 1123 label.
    Label,
    /// A part of a path.
    PathSegment,
    /// RFC 1123 subdomain.
    Subdomain,
}

impl NameForm {
    /// Which names objects of a kind can have.
    #[must_use]
    pub fn of(group: &str, kind: &str) -> Self {
        match (group, kind) {
            ("", "Service") => Self::LabelAfterLetter,
            ("", "Namespace") | ("apps", "StatefulSet") => Self::Label,
            ("rbac.authorization.k8s.io", _)
            | ("certificates.k8s.io", "ClusterTrustBundle")
            | ("policy", "PodDisruptionBudget") => Self::PathSegment,
            _ => Self::Subdomain,
        }
    }

    /// Whether it is a name.
    #[must_use]
    pub fn accepts(self, name: &str) -> bool {
        let bytes = name.as_bytes();
        match self {
            Self::LabelAfterLetter => dns_label(bytes),
            Self::Label => label(bytes),
            Self::PathSegment => !name.contains(['/', '%']) && name != "." && name != "..",
            Self::Subdomain => object_name(bytes),
        }
    }

    /// What such a name has, after "the name of a Service".
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::LabelAfterLetter => {
                "has a-z, 0-9 and '-', begins with a letter and ends with a letter or digit"
            }
            Self::Label => "has a-z, 0-9 and '-', and begins and ends with a letter or digit",
            Self::PathSegment => "has no '/' or '%'",
            Self::Subdomain => {
                "has a-z, 0-9, '-' and '.', and each part between dots begins and ends with a letter or digit"
            }
        }
    }
}
