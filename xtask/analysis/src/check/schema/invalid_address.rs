//! A field that holds an address, a range of addresses or a host holds something else.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-address",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A field that holds an address, a range of addresses or a host holds something else",
    consequence: "the API server refuses the object",
    explanation: "Ranges have the length of their prefix (`10.0.0.0/8`), hosts no star but as their first part, and what leads traffic somewhere cannot be loopback.",
    remedy: "write an address, a range such as 10.0.0.0/8, or the name of a host",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check: |graph, findings| tell(Mistake::Address, graph, findings),
};
