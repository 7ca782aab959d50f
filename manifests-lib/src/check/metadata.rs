//! What must hold for the metadata of every object: otherwise the API server refuses the object.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::Mistake;
use super::forms::{self, NameForm, longest_name};
use super::size::ANNOTATIONS;
use super::written_by_cluster;
use crate::model::label::Labels;
use crate::model::resource::Resource;
use crate::model::rule::Rule;

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
        if !forms::label_key(key.as_bytes()) {
            mistakes.push(Mistake::new(Rule::InvalidLabel, format!("{path}: {}", key_rule(key))));
        }
        if !forms::label_value(value.as_bytes()) {
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

fn invalid_annotations(annotations: &Labels, path: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut size = 0;
    for (key, value) in annotations {
        size += key.len() + value.len();
        if !forms::annotation_key(key) {
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
    if name.contains('/') || name.contains(char::is_control) || name == "." || name == ".." {
        return Some(Mistake::new(
            Rule::InvalidObjectName,
            "metadata.name is also the name of a file: it has no '/' and no control character, and is neither '.' nor '..'",
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
    let form = NameForm::of(kind.group, kind.kind);
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
