//! Fields that their kind does not have.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "unknown-field",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "An object has a field that its kind does not have",
    consequence: "kubectl and every server-side apply refuse the object; a client-side apply of Argo CD drops the field with no more than a \
                  warning, and what it says never happens",
    explanation: "Names of fields count to the letter, also in upper and lower case. A field at the wrong depth is unknown as well: most often \
                  it is indented too far or too little.\n\n\
                  Where the API server keeps whatever it gets (`x-kubernetes-preserve-unknown-fields`, values of charts), nothing is unknown.",
    remedy: "correct its name, or move it to where it belongs",
    upstream: "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
    check: |graph, findings| tell(Mistake::UnknownField, graph, findings),
};
