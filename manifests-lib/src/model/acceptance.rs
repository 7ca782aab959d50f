//! Lines that accept what a rule of `cargo xtask check` finds.

use std::ops::Range;

use crate::check::{Accepted, CheckRule};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::Of;
use crate::model::resource::{Manifest, Resource};
use crate::model::rule::Rule;
use crate::values::Name;

/// A line that accepts what a rule finds.
pub(super) struct Acceptance {
    origin: Origin,
    rule: CheckRule,
    reason: &'static str,
    of: Of,
    is_meant: fn(&Resource) -> bool,
}

impl Acceptance {
    /// For all objects of a bundle.
    pub(super) fn of_bundle(origin: Origin, rule: CheckRule, reason: &'static str) -> Self {
        Self { origin, rule, reason, of: Of::Bundle, is_meant: |_| true }
    }

    /// For the objects of a kind of a handle's parts.
    pub(super) fn of_parts<K: Manifest>(
        origin: Origin,
        rule: CheckRule,
        reason: &'static str,
        parts: Range<usize>,
    ) -> Self {
        let is_meant = |resource: &Resource| resource.get::<K>().is_some();
        Self { origin, rule, reason, of: Of::Parts(parts), is_meant }
    }

    /// What it accepts, where `made` has the objects of each part.
    pub(super) fn of(
        &self,
        bundle: &Name,
        resources: &[Resource],
        made: &[Range<usize>],
    ) -> Result<Accepted, BuildError> {
        let Self { origin, rule, reason, .. } = *self;
        if reason.trim().is_empty() {
            return Err(BuildError::new(
                Rule::MissingReason,
                origin,
                format!(
                    "what the rule {rule} finds in the bundle {bundle} is accepted without a reason: say why"
                ),
            ));
        }
        let objects = match &self.of {
            Of::Bundle => None,
            Of::Parts(parts) => {
                let resources =
                    made[parts.clone()].iter().flat_map(|range| &resources[range.clone()]);
                Some(resources.filter(|it| (self.is_meant)(it)).map(Resource::object_ref).collect())
            }
        };
        Ok(Accepted { origin, rule, reason, objects })
    }
}
