//! The owner of an object is not named in full, or a finalizer has no valid name.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-owner",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The owner of an object is not named in full, or a finalizer has no valid name",
    consequence: "the API server refuses the object",
    explanation: "Owners have an API version, a kind, a name and the uid that the cluster has given to them, which no manifest can know.",
    remedy: "leave owners to controllers, and name finalizers as example.com/name",
    upstream: "https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/",
    check: |graph, findings| tell(Mistake::OwnerOrFinalizer, graph, findings),
};
