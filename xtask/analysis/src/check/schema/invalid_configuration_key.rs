//! The key of a ConfigMap or Secret cannot be the name of a file.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-configuration-key",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The key of a ConfigMap or Secret cannot be the name of a file",
    consequence: "the API server refuses the object",
    explanation: "Keys become files and variables: letters, digits, `-`, `_` and `.`, at most 253.",
    remedy: "write the key with letters, digits, '-', '_' and '.'",
    upstream: "https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object",
    check: |graph, findings| tell(Mistake::ConfigurationKey, graph, findings),
};
