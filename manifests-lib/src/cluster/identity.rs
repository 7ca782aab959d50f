//! What pods may do in AWS.

use std::collections::BTreeMap;

use crate::model::bundle::{Bundle, Output, Part};
use crate::model::error::BuildError;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{AccountId, Name, Region};

/// Gives the pods of a service account rights in AWS, by EKS Pod Identity.
///
/// The role is made with the cluster, trusts that service account of that cluster only, and no key exists.
///
/// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodIdentity {
    /// Where the pods run.
    pub namespace: Namespace,
    /// Their service account.
    pub service_account: Name,
    /// What they may do.
    pub policy: IamPolicy,
    /// The line that asks for it.
    pub origin: Origin,
}

/// What the holder of a role may do; everything else is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamPolicy {
    /// What eksctl knows that a released tool needs.
    WellKnown(WellKnownPolicy),
    /// Exactly these.
    Statements(Vec<Statement>),
}

/// Tools whose rights eksctl keeps up to date.
///
/// Upstream: <https://schema.eksctl.io/#PodIdentityAssociation-wellKnownPolicies>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WellKnownPolicy {
    /// Makes load balancers; changes and removes only what carries its own tags.
    AwsLoadBalancerController,
    /// Proves by Route 53 that a domain is ours.
    CertManager,
}

/// Allows actions on resources.
///
/// Upstream: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Such as `secretsmanager:GetSecretValue`.
    pub actions: Vec<&'static str>,
    /// What the actions may be done to.
    pub resources: Vec<Arn>,
}

/// A resource of the account that owns the cluster; in its name `*` stands for any text and `?` for any character.
///
/// Upstream: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn {
    /// Such as `logs`.
    pub service: &'static str,
    /// Where the resource is.
    pub region: Region,
    /// What follows the account, such as `log-group:/prd/microservices:*`.
    pub resource: String,
}

impl Arn {
    pub(super) fn in_account(&self, account: &AccountId) -> String {
        let Self { service, region, resource } = self;
        format!("arn:aws:{service}:{region}:{account}:{resource}")
    }
}

impl Bundle {
    /// Gives pods of the bundle's namespace that run as this ServiceAccount rights in AWS, where the cluster is of EKS.
    ///
    /// The build reports a ServiceAccount that gets rights twice.
    #[track_caller]
    pub fn pod_identity(&self, service_account: Name, policy: IamPolicy) {
        let namespace = self.namespace().clone();
        self.push(PodIdentityPart(PodIdentity {
            namespace,
            service_account,
            policy,
            origin: Origin::here(),
        }));
    }
}

struct PodIdentityPart(PodIdentity);

impl Part for PodIdentityPart {
    fn build(&self, output: &mut Output<'_>) {
        output.facts.push(self.0.clone());
    }
}

/// Service accounts that get rights twice.
pub(crate) fn duplicate_identities(identities: &[PodIdentity]) -> Vec<BuildError> {
    let mut first = BTreeMap::new();
    let mut errors = Vec::new();
    for PodIdentity { namespace, service_account, policy: _, origin } in identities {
        if let Some(other) = first.insert((namespace, service_account), *origin) {
            errors.push(
                BuildError::new(
                    Rule::DuplicatePodIdentity,
                    *origin,
                    format!(
                        "the ServiceAccount {service_account} of the namespace {namespace} gets rights in AWS a second time, and \
                         EKS refuses a second association: write the statements of both into one"
                    ),
                )
                .related([other]),
            );
        }
    }
    errors
}
