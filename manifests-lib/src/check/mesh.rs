//! What a mesh reads, on a platform without one.

use crate::model::conventions::Conventions;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;

/// `what` needs a mesh, and there is none.
pub(crate) fn needs_mesh(origin: Origin, what: &str) -> BuildError {
    let message = format!(
        "{what}, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh"
    );
    BuildError::new(Rule::NeedsMesh, origin, message)
}

/// Objects that only Istio reads, on a platform without it.
pub(crate) fn unread_by_mesh<'a>(
    conventions: &Conventions,
    resources: impl Iterator<Item = &'a Resource>,
) -> Vec<BuildError> {
    if conventions.has_mesh() {
        return Vec::new();
    }
    resources
        .filter(|resource| resource.object_ref().group.ends_with(".istio.io"))
        .map(|resource| {
            let what = format!("{} is for Istio", resource.object_ref());
            needs_mesh(resource.origin(), &what).related(resource.patched().to_vec())
        })
        .collect()
}
