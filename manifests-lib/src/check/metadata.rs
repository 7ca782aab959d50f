//! What must hold for the metadata of every object: otherwise the API server refuses the object.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::Mistake;
use super::written_by_cluster;
use crate::model::label::Labels;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::values::text_rules as text;

/// Everything wrong with the name, the labels and the other metadata of an object.
pub(super) fn mistakes(resource: &Resource) -> Vec<Mistake> {
    let metadata = resource.metadata();
    let mut mistakes = Vec::new();
    mistakes.extend(name(resource, metadata.name.as_deref().unwrap_or_default()));
    if !resource.is_namespaced() && metadata.namespace.is_some() {
        mistakes.push(Mistake::new(
            Rule::NamespaceOfClusterScopedObject,
            "the kind is cluster-scoped: remove metadata.namespace",
        ));
    }
    mistakes.extend(labels_and_annotations(metadata, "metadata"));
    mistakes.extend(written_by_cluster::metadata(resource));
    mistakes
}

/// What is wrong with the labels and annotations at a path of an object.
pub(super) fn labels_and_annotations(metadata: &ObjectMeta, path: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if let Some(labels) = &metadata.labels {
        mistakes.extend(invalid_labels(labels, &format!("{path}.labels")));
    }
    if let Some(annotations) = &metadata.annotations {
        mistakes.extend(invalid_annotations(annotations, &format!("{path}.annotations")));
    }
    mistakes
}

/// Labels at a path that the API server would refuse.
pub(super) fn invalid_labels(labels: &Labels, path: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (key, value) in labels {
        if !text::label_key(key.as_bytes()) {
            mistakes.push(Mistake::new(Rule::InvalidLabel, format!("{path}: {}", key_rule(key))));
        }
        if !text::label_value(value.as_bytes()) {
            mistakes.push(Mistake::new(
                Rule::InvalidLabel,
                format!(
                    "{path}: the API server would refuse the value {value:?} of {key}: it has up to 63 of letters, digits, '-', '_' and \
                     '.', and begins and ends with a letter or digit; put longer text into an annotation"
                ),
            ));
        }
    }
    mistakes
}

/// What all annotations of an object may have, keys included.
const ANNOTATIONS: usize = 256 << 10;

fn invalid_annotations(annotations: &Labels, path: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut size = 0;
    for (key, value) in annotations {
        size += key.len() + value.len();
        // Unlike that of a label, the prefix may have capitals.
        let valid =
            text::label_key(key.as_bytes()) || text::label_key(key.to_ascii_lowercase().as_bytes());
        if !valid {
            let message = format!("{path}: {}", key_rule(key));
            mistakes.push(Mistake::new(Rule::InvalidAnnotation, message));
        }
    }
    if size > ANNOTATIONS {
        mistakes.push(Mistake::new(
            Rule::InvalidAnnotation,
            format!(
                "{path}: the annotations have {size} bytes, and the API server takes {ANNOTATIONS}: put the text into a ConfigMap or \
                 a file of an image"
            ),
        ));
    }
    mistakes
}

fn key_rule(key: &str) -> String {
    format!(
        "the API server would refuse the key {key:?}: it has up to 63 of letters, digits, '-', '_' and '.', begins and ends with a \
         letter or digit, and may stand behind a DNS name and '/'; rename it"
    )
}

fn name(resource: &Resource, name: &str) -> Option<Mistake> {
    if name.is_empty() {
        return Some(Mistake::new(Rule::MissingName, "the object has no name: set metadata.name"));
    }
    if name.contains('/') || name == "." || name == ".." {
        return Some(Mistake::new(
            Rule::InvalidObjectName,
            "metadata.name is also the name of a file: it has no '/' and is neither '.' nor '..'",
        ));
    }
    let kind = resource.kind();
    let (length, longest) = (name.len(), longest_name(kind.kind));
    if length > longest {
        return Some(Mistake::new(
            Rule::NameTooLong,
            format!(
                "the name has {length} characters, a {} takes {longest}: shorten the name of the bundle or the component",
                kind.kind
            ),
        ));
    }
    let form = Form::of(kind.group, kind.kind);
    (!form.accepts(name)).then(|| {
        Mistake::new(
            Rule::InvalidObjectName,
            format!(
                "the API server would refuse metadata.name {name:?}: the name of a {} {}; rename the object",
                kind.kind,
                form.rule()
            ),
        )
    })
}

/// The longest name with which the cluster can do what it does with an object of a kind.
fn longest_name(kind: &str) -> usize {
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
#[derive(Clone, Copy)]
enum Form {
    /// RFC 1035 label: what begins with a letter and has no dot, such as the first part of a Service's DNS name.
    LabelAfterLetter,
    /// RFC 1123 label.
    Label,
    /// A part of a path.
    PathSegment,
    /// RFC 1123 subdomain.
    Subdomain,
}

impl Form {
    fn of(group: &str, kind: &str) -> Self {
        match (group, kind) {
            ("", "Service") => Self::LabelAfterLetter,
            ("", "Namespace") => Self::Label,
            ("rbac.authorization.k8s.io", _) | ("certificates.k8s.io", "ClusterTrustBundle") => {
                Self::PathSegment
            }
            _ => Self::Subdomain,
        }
    }

    fn accepts(self, name: &str) -> bool {
        let bytes = name.as_bytes();
        match self {
            Self::LabelAfterLetter => text::dns_label(bytes),
            Self::Label => text::label(bytes),
            Self::PathSegment => !name.contains(['/', '%']) && !name.contains(char::is_control),
            Self::Subdomain => text::object_name(bytes),
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::LabelAfterLetter => {
                "has a-z, 0-9 and '-', begins with a letter and ends with a letter or digit"
            }
            Self::Label => "has a-z, 0-9 and '-', and begins and ends with a letter or digit",
            Self::PathSegment => "has no '/', '%' or control character",
            Self::Subdomain => {
                "has a-z, 0-9, '-' and '.', and each part between dots begins and ends with a letter or digit"
            }
        }
    }
}
