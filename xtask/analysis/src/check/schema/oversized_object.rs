//! A ConfigMap or Secret is larger than 1 MiB.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "oversized-object",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A ConfigMap or Secret is larger than 1 MiB",
    consequence: "the API server refuses the object",
    explanation: "All values together count.",
    remedy: "put large files into a volume or an image",
    upstream: "https://kubernetes.io/docs/concepts/configuration/configmap/#motivation",
    check: |graph, findings| tell(Mistake::OversizedObject, graph, findings),
};
