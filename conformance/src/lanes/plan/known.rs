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
    of_order("NetworkPolicy", "spec.policyTypes"),
    of_order("Service", "spec.ports"),
    of_operator("Binding"),
    of_operator("Exchange"),
    of_operator("Permission"),
    of_operator("Policy"),
    of_operator("Queue"),
    of_operator("User"),
    of_operator("Vhost"),
    zero("empty", Verdict::Template),
    zero("empty", Verdict::InPlace),
    zero("0", Verdict::Template),
    zero("0", Verdict::InPlace),
    own("", "metadata.finalizers", Verdict::InPlace),
    own("Namespace", "spec", Verdict::InPlace),
    own("PersistentVolumeClaim", "spec.volumeName", Verdict::Refused),
    Known {
        kind: "",
        path: "spec.accessModes",
        change: "first twice",
        server: Verdict::InPlace,
        plan: Verdict::Nothing,
        reason: "a mode that is written twice is stored twice, and means nothing",
    },
    Known {
        kind: "",
        path: "spec",
        change: "first twice",
        server: Verdict::Refused,
        plan: Verdict::Nothing,
        reason: "a mode that is written twice is a change of a field that cannot be changed, and nobody writes it twice",
    },
    Known {
        kind: "PersistentVolume",
        path: "spec.claimRef.kind",
        change: "removed",
        server: Verdict::InPlace,
        plan: Verdict::Nothing,
        reason: "only a claim is bound to a volume, whether it is said or not",
    },
    of_claim_template("spec.volumeClaimTemplates[\"#\"].apiVersion"),
    of_claim_template("spec.volumeClaimTemplates[\"#\"].kind"),
    Known {
        kind: "Deployment",
        path: "spec.volumes",
        change: "removed, and back",
        server: Verdict::Refused,
        plan: Verdict::Template,
        reason: "a volume without a source is an empty folder, which stays beside the claim; nobody leaves the source out",
    },
    Known {
        kind: "Pod",
        path: "spec.serviceAccountName",
        change: "and back",
        server: Verdict::Nothing,
        plan: Verdict::InPlace,
        reason: "admission fills in the account of a pod, and not of a template",
    },
    Known {
        kind: "Job",
        path: "job_that_is_a_hook",
        change: "",
        server: Verdict::Refused,
        plan: Verdict::InPlace,
        reason: "Argo CD deletes a hook before it applies it anew",
    },
    Known {
        kind: "Service",
        path: "spec.selector",
        change: "and back",
        server: Verdict::Refused,
        plan: Verdict::InPlace,
        reason: "a Service without address and selector asks for both families of addresses, and whether a cluster has them only it knows",
    },
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

/// What a webhook refuses that only the operator brings.
const fn of_operator(kind: &'static str) -> Known {
    Known {
        kind,
        path: "spec",
        change: "",
        server: Verdict::InPlace,
        plan: Verdict::Refused,
        reason: "the webhook of RabbitMQ's operator refuses it, and does not run here",
    }
}

/// An empty text or a zero in place of a default of Kubernetes' own kinds.
const fn zero(change: &'static str, plan: Verdict) -> Known {
    Known {
        kind: "",
        path: "spec",
        change,
        server: Verdict::Nothing,
        plan,
        reason: "the API server fills in the default for it, and nobody writes it",
    }
}

/// What the API server or a controller has written, written out.
const fn own(kind: &'static str, path: &'static str, plan: Verdict) -> Known {
    Known {
        kind,
        path,
        change: "written out",
        server: Verdict::Nothing,
        plan,
        reason: "what the cluster has written itself, a plan without a cluster cannot know",
    }
}

/// What a claim template says that it is.
const fn of_claim_template(path: &'static str) -> Known {
    Known {
        kind: "StatefulSet",
        path,
        change: "",
        server: Verdict::Nothing,
        plan: Verdict::Refused,
        reason: "the API server writes that it is a claim, whatever it says",
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
