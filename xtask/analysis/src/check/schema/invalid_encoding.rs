//! The logins of registries in a Secret are no JSON.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-encoding",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The logins of registries in a Secret are no JSON",
    consequence: "the API server refuses the object",
    explanation: "Secrets of the types `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg`, where they are written in `stringData`. What is \
                  not Base64 in `data` is found by [malformed-value](malformed-value.md).",
    remedy: "write the JSON that `docker login` writes",
    upstream: "https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets",
    check: |graph, findings| tell(Mistake::Encoding, graph, findings),
};
