//! What bindings name: roles and service accounts; and what accounts name.

use super::reference::Names;
use super::{Reference, Relation};
use crate::objects::{Identity, Object, list, text};

pub(super) const GROUP: &str = "rbac.authorization.k8s.io";

/// The role of a binding, and the service accounts that get it; the Secrets with which the pods of an account pull their images.
pub(super) fn references<'a>(object: &'a Object, references: &mut Vec<Reference<'a>>) {
    if object.is("", "ServiceAccount") {
        let names = &mut Names { from: object, references };
        for secret in list(&object.json["imagePullSecrets"]) {
            let what = ("", "Secret", Some(object.namespace()));
            names.name(&secret["name"], Relation::PullSecret, what);
        }
        return;
    }
    if object.identity.group != GROUP || !object.identity.kind.ends_with("Binding") {
        return;
    }
    let mut push = |field, relation, target| {
        references.push(Reference {
            from: object,
            field,
            relation,
            target,
            part: None,
            optional: false,
        });
    };
    let role = &object.json["roleRef"];
    if let (Some(kind), Some(name)) = (text(&role["kind"]), text(&role["name"])) {
        let namespace = (kind == "Role").then(|| object.namespace());
        push(&role["name"], Relation::Role, Identity::new(GROUP, kind, namespace, name));
    }
    for subject in list(&object.json["subjects"]) {
        if text(&subject["kind"]) != Some("ServiceAccount") {
            continue;
        }
        // Kubernetes requires the namespace of a subject; without it the binding gives nothing.
        if let (Some(name), Some(namespace)) = (text(&subject["name"]), text(&subject["namespace"]))
        {
            let target = Identity::new("", "ServiceAccount", Some(namespace), name);
            push(&subject["name"], Relation::Subject, target);
        }
    }
}
