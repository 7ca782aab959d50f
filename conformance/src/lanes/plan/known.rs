//! Where plans and the API server differ, and why they may.

use std::fmt;

use super::Case;
use super::judge::Verdict;

/// Changes in which they differ.
#[derive(Debug)]
pub struct Known {
    /// The kind; any where it is empty.
    pub kind: &'static str,
    /// How the path begins; any where it is empty.
    pub path: &'static str,
    /// What is in the name of the change; any where it is empty.
    pub change: &'static str,
    /// What the API server does.
    pub server: Verdict,
    /// What the plan says.
    pub plan: Verdict,
    /// Why it is so.
    pub reason: &'static str,
}

/// Every difference that is known.
pub const KNOWN: &[Known] = &[
    of_order("Thing", "spec.set"),
    of_order("Thing", "spec.map"),
    of_order("Role", "rules"),
    of_order("CustomResourceDefinition", "spec.versions"),
    Known {
        kind: "ConfigMap",
        path: "immutable",
        change: "false",
        server: Verdict::InPlace,
        plan: Verdict::Nothing,
        reason: "false is stored where it is written, and means what its absence means",
    },
    Known {
        kind: "Thing",
        path: "spec.number",
        change: "",
        server: Verdict::Refused,
        plan: Verdict::InPlace,
        reason: "a rule that is more than an equality is quoted by the plan, which says that it may refuse",
    },
    Known {
        kind: "LimitRange",
        path: "spec.limits",
        change: "defaultRequest",
        server: Verdict::Nothing,
        plan: Verdict::InPlace,
        reason: "defaults of one quantity by another are told as a change, which is careful",
    },
    Known {
        kind: "Deployment",
        path: "spec.template.spec.volumes",
        change: "[{\"name\":\"scratch\"}]",
        server: Verdict::Nothing,
        plan: Verdict::Template,
        reason: "a volume without a source is an empty folder, which nobody leaves out",
    },
    Known {
        kind: "Service",
        path: "spec.ipFamilies",
        change: "",
        server: Verdict::Nothing,
        plan: Verdict::Refused,
        reason: "which family of addresses a Service has got, only its cluster knows",
    },
    Known {
        kind: "Job",
        path: "spec.template.metadata",
        change: "and back",
        server: Verdict::Refused,
        plan: Verdict::InPlace,
        reason: "with the last label of ours go the labels that the API server has filled in beside it",
    },
];

/// Another order, which is stored and means nothing.
const fn of_order(kind: &'static str, path: &'static str) -> Known {
    Known {
        kind,
        path,
        change: "",
        server: Verdict::InPlace,
        plan: Verdict::Nothing,
        reason: "another order is stored, and means nothing",
    }
}

impl Known {
    /// Whether this is such a case.
    pub fn explains(&self, case: &Case) -> bool {
        (self.kind.is_empty() || self.kind == case.kind)
            && case.path.starts_with(self.path)
            && case.change.contains(self.change)
            && self.server == case.server
            && self.plan == case.plan
    }
}

impl fmt::Display for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, path, change, server, plan, reason } = self;
        write!(
            formatter,
            "{kind} {path} {change:?}: the API server {server:?}, the plan {plan:?} ({reason})"
        )
    }
}
