//! What bindings name: roles and service accounts; and what accounts name.

use super::Relation;
use super::reference::Names;
use crate::objects::{Identity, list, text};

pub(super) const GROUP: &str = "rbac.authorization.k8s.io";

/// The role of a binding, and the service accounts that get it; the Secrets with which the pods of an account pull their images.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    if object.is("", "ServiceAccount") {
        for secret in list(&object.json["imagePullSecrets"]) {
            let what = ("", "Secret", Some(object.namespace()));
            names.name(&secret["name"], Relation::PullSecret, what);
        }
        return;
    }
    if object.identity.group != GROUP || !object.identity.kind.ends_with("Binding") {
        return;
    }
    let role = &object.json["roleRef"];
    if let (Some(kind), Some(name)) = (text(&role["kind"]), text(&role["name"])) {
        let namespace = (kind == "Role").then(|| object.namespace());
        let target = Identity::new(GROUP, kind, namespace, name);
        names.to(&role["name"], Relation::Role, target, None);
    }
    for subject in list(&object.json["subjects"]) {
        if text(&subject["kind"]) != Some("ServiceAccount") {
            continue;
        }
        // Kubernetes requires the namespace of a subject; without it the binding gives nothing.
        if let (Some(name), Some(namespace)) = (text(&subject["name"]), text(&subject["namespace"]))
        {
            let target = Identity::new("", "ServiceAccount", Some(namespace), name);
            names.to(&subject["name"], Relation::Subject, target, None);
        }
    }
}
