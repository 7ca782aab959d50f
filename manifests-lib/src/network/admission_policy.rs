//! What the API server itself refuses.

use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::model::bundle::Output;
use crate::model::metadata::named;
use crate::model::origin::Origin;

/// A rule of the API server for objects as they are written, after the webhooks that complete them.
///
/// Becomes a ValidatingAdmissionPolicy and its binding, both of this name.
///
/// Upstream: <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>
pub(crate) struct AdmissionPolicy {
    pub(crate) name: String,
    /// The namespaces in which it judges.
    pub(crate) namespaces: LabelSelector,
    pub(crate) judges: Judged,
    /// Of these objects, it judges those that meet every condition.
    pub(crate) conditions: Option<Vec<admission::MatchCondition>>,
    /// An object for which one of them is not true is refused.
    pub(crate) validations: Vec<admission::Validation>,
}

/// A kind of objects, and when they are judged.
pub(crate) struct Judged {
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) operations: &'static [&'static str],
    pub(crate) scope: &'static str,
}

impl AdmissionPolicy {
    /// Adds the policy and its binding.
    pub(crate) fn add_to(self, output: &mut Output<'_>, origin: Origin) {
        let Self { name, namespaces, judges, conditions, validations } = self;
        output.add(
            origin,
            admission::ValidatingAdmissionPolicy {
                metadata: named(&name),
                spec: Some(admission::ValidatingAdmissionPolicySpec {
                    failure_policy: Some("Fail".to_owned()),
                    match_conditions: conditions,
                    match_constraints: Some(judges.in_namespaces(namespaces)),
                    validations: Some(validations),
                    ..admission::ValidatingAdmissionPolicySpec::default()
                }),
                status: None,
            },
        );
        output.add(
            origin,
            admission::ValidatingAdmissionPolicyBinding {
                metadata: named(&name),
                spec: Some(admission::ValidatingAdmissionPolicyBindingSpec {
                    policy_name: Some(name),
                    validation_actions: Some(vec!["Deny".to_owned()]),
                    ..admission::ValidatingAdmissionPolicyBindingSpec::default()
                }),
            },
        );
    }
}

impl Judged {
    /// Written as the API server completes it.
    fn in_namespaces(self, namespaces: LabelSelector) -> admission::MatchResources {
        let list = |items: &[&str]| Some(items.iter().map(|&item| item.to_owned()).collect());
        admission::MatchResources {
            match_policy: Some("Equivalent".to_owned()),
            namespace_selector: Some(namespaces),
            object_selector: Some(LabelSelector::default()),
            resource_rules: Some(vec![admission::NamedRuleWithOperations {
                api_groups: list(&[self.group]),
                api_versions: list(&[self.version]),
                operations: list(self.operations),
                resources: list(&[self.resource]),
                resource_names: None,
                scope: Some(self.scope.to_owned()),
            }]),
            exclude_resource_rules: None,
        }
    }
}
