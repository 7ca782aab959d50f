//! Pods that nothing keeps from being root.

use super::{clauses, unjudged};
use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unrestricted-pod",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A pod has rights in its containers that servers do not need",
    consequence: "a mistake of the program or of the kernel is enough to leave the container as root of the node",
    explanation: "What the level `restricted` of the Pod Security Standards asks for and `baseline` does not: `runAsNonRoot`, \
                  `allowPrivilegeEscalation: false`, no capabilities, and the filter of system calls of the runtime. A namespace with the \
                  label `pod-security.kubernetes.io/enforce` has decided about that, whatever it says; pods that reach into their node \
                  are the business of `node-access`.",
    remedy: "set these fields of securityContext, and the label pod-security.kubernetes.io/enforce: restricted of the namespace",
    upstream: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
    check: |graph, findings| {
        for pod in unjudged(graph) {
            let [of_node, of_container] = clauses(pod);
            if of_node.is_empty() && !of_container.is_empty() {
                findings.add(pod.owner, At::Value(pod.spec), of_container.join("; "));
            }
        }
    },
};
