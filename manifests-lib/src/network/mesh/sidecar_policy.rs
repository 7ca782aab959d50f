//! No pod of the mesh runs without a proxy, whatever is down or not deployed yet.

use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::metadata::named;
use crate::model::namespace::{REVISION, SidecarsRequired};
use crate::model::origin::Origin;

/// Name of the policy and of its binding.
const NAME: &str = "sidecar-required";

/// Of two forms of a sidecar: a container, or an init container that keeps running. A gateway's container has an image only
/// once the control plane has filled it in.
const HAS_PROXY: &str = "object.spec.containers.exists(c, c.name == 'istio-proxy' && c.image != 'auto') || \
                         (has(object.spec.initContainers) && object.spec.initContainers.exists(c, c.name == 'istio-proxy'))";

impl Bundle {
    /// Has the API server itself refuse every pod without a proxy in the namespaces of the mesh. Otherwise a pod that is created
    /// before the control plane's webhook runs without mutual TLS and without AuthorizationPolicies, until it is replaced.
    ///
    /// Becomes a ValidatingAdmissionPolicy and its binding; they judge what the webhooks leave. Controllers try again until the
    /// control plane is there.
    ///
    /// Upstream: <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>
    #[track_caller]
    pub fn require_sidecars(&self) {
        self.push(SidecarPolicyPart { origin: Origin::here() });
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
        output.add(
            self.origin,
            admission::ValidatingAdmissionPolicy {
                metadata: named(NAME),
                spec: Some(admission::ValidatingAdmissionPolicySpec {
                    failure_policy: Some("Fail".to_owned()),
                    match_constraints: Some(new_pods_of_the_mesh()),
                    validations: Some(vec![admission::Validation {
                        expression: HAS_PROXY.to_owned(),
                        message: Some(
                            "the pod has no istio-proxy: the control plane of the mesh is not there yet, is down, or was told \
                             not to inject it"
                                .to_owned(),
                        ),
                        reason: Some("Forbidden".to_owned()),
                        ..admission::Validation::default()
                    }]),
                    ..admission::ValidatingAdmissionPolicySpec::default()
                }),
                status: None,
            },
        );
        output.add(
            self.origin,
            admission::ValidatingAdmissionPolicyBinding {
                metadata: named(NAME),
                spec: Some(admission::ValidatingAdmissionPolicyBindingSpec {
                    policy_name: Some(NAME.to_owned()),
                    validation_actions: Some(vec!["Deny".to_owned()]),
                    ..admission::ValidatingAdmissionPolicyBindingSpec::default()
                }),
            },
        );
    }
}

fn new_pods_of_the_mesh() -> admission::MatchResources {
    admission::MatchResources {
        // Written as the API server completes it.
        match_policy: Some("Equivalent".to_owned()),
        object_selector: Some(LabelSelector::default()),
        namespace_selector: Some(LabelSelector {
            match_expressions: Some(vec![LabelSelectorRequirement {
                key: REVISION.to_owned(),
                operator: "Exists".to_owned(),
                values: None,
            }]),
            match_labels: None,
        }),
        resource_rules: Some(vec![admission::NamedRuleWithOperations {
            api_groups: Some(vec![String::new()]),
            api_versions: Some(vec!["v1".to_owned()]),
            operations: Some(vec!["CREATE".to_owned()]),
            resources: Some(vec!["pods".to_owned()]),
            scope: Some("*".to_owned()),
            resource_names: None,
        }]),
        exclude_resource_rules: None,
    }
}
