//! A path is absolute where it has to be relative, leads upwards, or is none.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-path",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A path is absolute where it has to be relative, leads upwards, or is none",
    consequence: "the API server refuses the object",
    explanation: "Paths in volumes stay below them; paths of an Ingress begin with a slash.",
    remedy: "write the path as it has to be",
    upstream: "https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath",
    check: |graph, findings| tell(Mistake::Path, graph, findings),
};
