//! Names, labels, annotations and the rest of what every object has.

use manifests_lib::check::forms::{NameForm, annotation_key, longest_name};
use manifests_lib::check::size::ANNOTATIONS;

use super::Mistake;
use super::selector;
use super::shape::{Is, Shape, Validator, entries};
use super::text::{Format, LABEL, LABEL_1035, PATH_SEGMENT, QUALIFIED_NAME, SUBDOMAIN};
use crate::check::At;
use crate::objects::{Object, Value, list, text};

/// Finalizers of Kubernetes' own without a domain.
const STANDARD: &[&str] = &["foregroundDeletion", "kubernetes", "orphan"];

/// The groups in which a finalizer without a domain has to be one of Kubernetes' own.
const STRICT: &[&str] = &[
    "",
    "apps",
    "autoscaling",
    "batch",
    "discovery.k8s.io",
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Looks at the metadata of an object itself.
pub(super) fn object<'a>(validator: &mut Validator<'a>, object: &'a Object) {
    let metadata = &object.json["metadata"];
    let format = format_of(object);
    if metadata["name"] == "" {
        validator.refuse(Mistake::MissingValue, At::Value(&metadata["name"]), "the name is empty");
    } else {
        validator.text(format, &metadata["name"]);
    }
    if !object.is("", "ReplicationController") {
        generated(validator, format, &metadata["generateName"]);
    }
    validator.text(&LABEL, &metadata["namespace"]);
    jobs(validator, object, &metadata["name"]);
    if object.is("", "Namespace") {
        pod_security(validator, &metadata["labels"]);
    }
    part(validator, metadata);
    let group = object.identity.group.as_str();
    let has_standard_ones = STRICT.contains(&group);
    for finalizer in list(&metadata["finalizers"]) {
        let Some(name) = text(finalizer) else { continue };
        if has_standard_ones && !name.contains('/') && !STANDARD.contains(&name) {
            validator.refuse_with(
                Mistake::OwnerOrFinalizer,
                At::Value(finalizer),
                format!("the finalizer {name:?} has no domain before it"),
                "write it as example.com/name",
            );
        } else if let Some(wrong) = QUALIFIED_NAME.wrong(name) {
            validator.refuse(
                Mistake::OwnerOrFinalizer,
                At::Value(finalizer),
                format!("the finalizer {wrong}"),
            );
        }
    }
    for owner in list(&metadata["ownerReferences"]) {
        let empty = |field: &&str| text(&owner[field]).is_none_or(str::is_empty);
        if let Some(field) = ["apiVersion", "kind", "name", "uid"].iter().find(|field| empty(field))
        {
            let message = format!("an owner has no {field}");
            validator.refuse(Mistake::OwnerOrFinalizer, At::Value(owner), message);
        } else if text(&owner["apiVersion"]).is_some_and(|version| version.matches('/').count() > 1)
        {
            let message = format!("{} is no API version", owner["apiVersion"]);
            validator.refuse(Mistake::OwnerOrFinalizer, At::Value(owner), message);
        }
    }
}

/// Looks at the metadata of pods and claims that are made by a template.
pub(super) fn part<'a>(validator: &mut Validator<'a>, metadata: &'a Value) {
    selector::labels(validator, &metadata["labels"]);
    let mut size = 0;
    for (key, written, at) in entries(&metadata["annotations"]) {
        size += key.len() + written.len();
        if !annotation_key(key)
            && let Some(wrong) = QUALIFIED_NAME.wrong(key)
        {
            validator.refuse(Mistake::Annotation, At::Value(at), format!("the key {wrong}"));
        }
    }
    if size > ANNOTATIONS {
        let message = format!("all annotations have {size} bytes, and may have {ANNOTATIONS}");
        validator.refuse(Mistake::Annotation, At::Value(&metadata["annotations"]), message);
    }
}

/// Levels of Pod Security are those that there are.
fn pod_security<'a>(validator: &mut Validator<'a>, labels: &'a Value) {
    for (key, written, at) in entries(labels) {
        let Some(mode) = key.strip_prefix("pod-security.kubernetes.io/") else { continue };
        if ["enforce", "audit", "warn"].contains(&mode) {
            let levels = ["privileged", "baseline", "restricted"];
            if !levels.contains(&written) {
                let near = crate::check::hint(written, levels);
                let message = format!("there is no level {written:?} of Pod Security{near}");
                validator.refuse(Mistake::Label, At::Value(at), message);
            }
        }
    }
}

/// What a template of pods or claims says of their metadata.
pub(super) static TEMPLATE: Shape = Shape { fields: &[], together: &[part] };

/// A generated name begins with this, and letters and digits follow.
fn generated<'a>(validator: &mut Validator<'a>, format: &'static Format, prefix: &'a Value) {
    let Some(written) = text(prefix).filter(|written| !written.is_empty()) else { return };
    let example = format!("{written}a");
    if let Some(wrong) = format.wrong(&example) {
        let message = format!("a name that is generated from {written:?} would be wrong: {wrong}");
        validator.refuse(Mistake::Name, At::Value(prefix), message);
    }
}

fn format_of(object: &Object) -> &'static Format {
    match NameForm::of(&object.identity.group, &object.identity.kind) {
        NameForm::Label => &LABEL,
        NameForm::LabelAfterLetter => &LABEL_1035,
        NameForm::PathSegment => &PATH_SEGMENT,
        NameForm::Subdomain => &SUBDOMAIN,
    }
}

/// The names of the Jobs of a `CronJob` are longer than its own.
fn jobs<'a>(validator: &mut Validator<'a>, object: &'a Object, name: &'a Value) {
    let (written, most) = (object.name(), longest_name(&object.identity.kind));
    if object.is("batch", "CronJob") && written.len() > most {
        let message =
            format!("the name {written} has {} characters, and may have {most}", written.len());
        validator.refuse(Mistake::Name, At::Value(name), message);
    }
}

/// The name of a Secret, ConfigMap, ServiceAccount or claim that another object names.
pub(super) const NAMED: &[Is] = &[Is::Required, Is::Text(&SUBDOMAIN)];

/// A reference by the name alone.
pub(super) static REFERENCE: Shape = Shape { fields: &[("name", NAMED)], together: &[] };
