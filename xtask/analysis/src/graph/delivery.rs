//! What Applications of Argo CD name.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/>

use super::Relation;
use super::reference::Names;
use crate::objects::{list, text};

/// The project of an Application, and the namespace into which it deploys.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    if !object.is("argoproj.io", "Application") {
        return;
    }
    let spec = &object.json["spec"];
    let project = &spec["project"];
    // Argo CD creates it when it starts.
    if text(project) != Some("default") {
        let what = ("argoproj.io", "AppProject", Some(object.namespace()));
        names.name(project, Relation::Project, what);
    }
    let destination = &spec["destination"];
    let is_here = text(&destination["server"]) == Some("https://kubernetes.default.svc")
        || text(&destination["name"]) == Some("in-cluster");
    let options = list(&spec["syncPolicy"]["syncOptions"]);
    let is_created = options.iter().any(|option| text(option) == Some("CreateNamespace=true"));
    if is_here && !is_created {
        let what = ("", "Namespace", None);
        names.name(&destination["namespace"], Relation::DestinationNamespace, what);
    }
}
