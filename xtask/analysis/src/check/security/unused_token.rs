//! Tokens of the API server in pods that do not use them.

use std::collections::HashSet;

use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "unused-token",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A pod has a token for the API server, and its account has no rights there",
    consequence: "who takes over the pod can ask the API server as somebody whom it knows: its version, its kinds, whatever is given to \
                  all accounts tomorrow",
    explanation: "An account has rights where a RoleBinding or ClusterRoleBinding here names it, or all accounts, or those of its \
                  namespace. Accounts that charts or others bind elsewhere cannot be seen: give these `automountServiceAccountToken: \
                  true`, which says that it is meant. So do accounts with rights in a cloud, whose tokens are others.",
    remedy: "set automountServiceAccountToken: false, at the account or in the pod",
    upstream: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
    check: |graph, findings| {
        let subjects =
            graph.references.iter().filter(|reference| reference.relation == Relation::Subject);
        let bound: HashSet<_> = subjects.map(|reference| &reference.target).collect();
        let groups = graph.groups_with_rights();
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            let name = pod.service_account();
            let account = graph.objects().find("", "ServiceAccount", Some(pod.namespace()), name);
            let Some(account) = account else { continue };
            let asked = [
                &pod.spec["automountServiceAccountToken"],
                &account.json["automountServiceAccountToken"],
            ];
            let of_namespace = format!("system:serviceaccounts:{}", pod.namespace());
            let in_group = ["system:serviceaccounts", "system:authenticated", &of_namespace]
                .iter()
                .any(|group| groups.contains(group));
            if asked.iter().any(|asked| !asked.is_null())
                || bound.contains(&account.identity)
                || in_group
            {
                continue;
            }
            findings
                .add(
                    pod.owner,
                    At::Missing(pod.spec, "automountServiceAccountToken"),
                    format!("the pods run as {} with its token", account.identity),
                )
                .side("the account is here", account, At::Object);
        }
    },
};
