//! What Applications of Argo CD name.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/>

use super::Relation;
use super::reference::Names;
use crate::objects::text;

/// The project of an Application.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    if !object.is("argoproj.io", "Application") {
        return;
    }
    let project = &object.json["spec"]["project"];
    // Argo CD creates it when it starts.
    if text(project) != Some("default") {
        let what = ("argoproj.io", "AppProject", Some(object.namespace()));
        names.name(project, Relation::Project, what);
    }
}
