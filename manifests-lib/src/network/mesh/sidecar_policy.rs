//! No pod of the mesh runs without a proxy, whatever is down or not deployed yet.

use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use crate::check;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::namespace::{REVISION, SidecarsRequired};
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::admission_policy::{AdmissionPolicy, Judged};

/// Of two forms of a sidecar: a container, or an init container that keeps running. A gateway's container has an image only
/// once the control plane has filled it in.
const HAS_PROXY: &str = "object.spec.containers.exists(c, c.name == 'istio-proxy' && c.image != 'auto') || \
                         (has(object.spec.initContainers) && object.spec.initContainers.exists(c, c.name == 'istio-proxy'))";

/// What refuses pods without a proxy, of [`Bundle::require_sidecars`].
#[derive(Clone)]
pub struct SidecarPolicyHandle {
    made: Made,
}

patchable! {
    SidecarPolicyHandle {
        made: admission::ValidatingAdmissionPolicy, admission::ValidatingAdmissionPolicyBinding;
    }
}

impl Bundle {
    /// Has the API server itself refuse every pod without a proxy in the namespaces of the mesh. Otherwise a pod that is created
    /// before the control plane's webhook runs without mutual TLS and without AuthorizationPolicies, until it is replaced.
    ///
    /// Becomes a ValidatingAdmissionPolicy and its binding; they judge what the webhooks leave. Controllers try again until the
    /// control plane is there.
    ///
    /// Upstream: <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>
    #[track_caller]
    pub fn require_sidecars(&self) -> SidecarPolicyHandle {
        SidecarPolicyHandle { made: self.push(SidecarPolicyPart { origin: Origin::here() }) }
    }
}

struct SidecarPolicyPart {
    origin: Origin,
}

impl Part for SidecarPolicyPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(SidecarsRequired);
    }

    fn build(&self, output: &mut Output<'_>) {
        if !output.conventions.has_mesh() {
            let what = "pods without a proxy of a mesh would be refused";
            output.errors.push(check::needs_mesh(self.origin, what));
            return;
        }
        let policy = AdmissionPolicy {
            name: "sidecar-required".to_owned(),
            namespaces: LabelSelector {
                match_expressions: Some(vec![LabelSelectorRequirement {
                    key: REVISION.to_owned(),
                    operator: "Exists".to_owned(),
                    values: None,
                }]),
                match_labels: None,
            },
            judges: Judged {
                group: "",
                version: "v1",
                resource: "pods",
                operations: &["CREATE"],
                scope: "*",
            },
            conditions: None,
            validations: vec![admission::Validation {
                expression: HAS_PROXY.to_owned(),
                message: Some(
                    "the pod has no istio-proxy: the control plane of the mesh is not there yet, is down, or was told not to \
                     inject it"
                        .to_owned(),
                ),
                reason: Some("Forbidden".to_owned()),
                ..admission::Validation::default()
            }],
        };
        policy.add_to(output, self.origin);
    }
}
