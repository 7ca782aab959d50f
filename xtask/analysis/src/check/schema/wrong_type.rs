//! Values of another type than their field holds.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "wrong-type",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A value is of another type than its field holds",
    consequence: "the API server refuses the object",
    explanation: "YAML reads `true`, `8080` and `1e3` as a boolean and numbers: labels, annotations and values of variables need quotes. Where a \
                  number belongs, quotes make it a string.\n\n\
                  As for the API server, 1.0 is an integer, a quantity may be a number, and null stands for what is not there.",
    remedy: "write a value of the type that belongs there",
    upstream: "https://kubernetes.io/docs/reference/using-api/api-concepts/",
    check: |graph, findings| tell(Mistake::WrongType, graph, findings),
};
