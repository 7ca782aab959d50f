//! Pods that reach their node, where nobody says that they may.

use super::{at, clauses, unjudged};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "node-access",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A pod reaches into its node, and its namespace does not say that pods there may",
    consequence: "who takes over the pod has the node, and with it the tokens and data of every pod on it",
    explanation: "What the level `baseline` of the Pod Security Standards forbids: privileged containers, the network, processes or \
                  memory of the node, folders of it (the socket of its container runtime above all), added capabilities, unsafe sysctls, \
                  an unmasked `/proc`. Agents of nodes need some of it: the label `pod-security.kubernetes.io/enforce: privileged` of \
                  their namespace says so, and this rule is silent there. So it is in `kube-system`.",
    remedy: "do without it, or run the pod in a namespace of its own with the label pod-security.kubernetes.io/enforce: privileged",
    upstream: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
    check: |graph, findings| {
        for pod in unjudged(graph) {
            let [clauses, _] = clauses(pod);
            if let [first, ..] = clauses.as_slice() {
                findings.add(pod.owner, at(pod, first), clauses.join("; "));
            }
        }
    },
};
