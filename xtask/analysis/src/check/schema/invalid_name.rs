//! A name has letters, or a length, that names of its kind cannot have.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-name",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A name has letters, or a length, that names of its kind cannot have",
    consequence: "the API server refuses the object",
    explanation: "Most names become parts of hosts or paths. Which letters they may have depends on the kind: namespaces and containers have no dots, Services begin with a letter, roles may have nearly anything.",
    remedy: "write the name with small letters, digits and dashes",
    upstream: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
    check: |graph, findings| tell(Mistake::Name, graph, findings),
};
