//! The number of a port is beyond 65535, or the name of one is none.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-port",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The number of a port is beyond 65535, or the name of one is none",
    consequence: "the API server refuses the object",
    explanation: "Names of ports of containers have at most 15 small letters, digits and single dashes, and at least one letter.",
    remedy: "write a number from 1 to 65535, or a short name",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    check: |graph, findings| tell(Mistake::Port, graph, findings),
};
