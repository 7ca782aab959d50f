//! What pods may do in AWS.

use std::collections::BTreeMap;

use crate::model::bundle::{Bundle, Output, Part};
use crate::model::error::BuildError;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{AccountId, BucketName, LogGroup, Name, Region};

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
/// eksctl's rights for cert-manager are not among them: they change every record of every zone of the account.
///
/// Upstream: <https://schema.eksctl.io/#PodIdentityAssociation-wellKnownPolicies>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WellKnownPolicy {
    /// Makes load balancers; changes and removes only what carries its own tags.
    AwsLoadBalancerController,
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
    /// What a request has to fulfil besides, all of it: how the values of a key of the request are compared, such a key
    /// (`route53:ChangeResourceRecordSetsRecordTypes`), and with what.
    pub conditions: BTreeMap<(ConditionOperator, &'static str), Vec<String>>,
}

/// How the values of a request are compared.
///
/// Upstream: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConditionOperator {
    /// Each of them is one of these.
    ForAllValuesStringEquals,
    /// Each of them is like one of these, where `*` stands for any text and `?` for any character.
    ForAllValuesStringLike,
}

impl ConditionOperator {
    /// As IAM writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForAllValuesStringEquals => "ForAllValues:StringEquals",
            Self::ForAllValuesStringLike => "ForAllValues:StringLike",
        }
    }
}

/// Resources; in their names `*` stands for any text and `?` for any character.
///
/// Upstream: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arn {
    /// Of the account that owns the cluster.
    Regional {
        /// Such as `sqs`.
        service: &'static str,
        /// Where the resource is.
        region: Region,
        /// What follows the account, such as the name of a queue.
        resource: String,
    },
    /// A log group of CloudWatch Logs with its streams, in the account that owns the cluster.
    LogGroup {
        /// Where the group is.
        region: Region,
        /// The group.
        name: LogGroup,
    },
    /// A secret in AWS Secrets Manager, in the account that owns the cluster.
    Secret {
        /// Where the secret is.
        region: Region,
        /// Its name, without the six characters that AWS adds.
        name: String,
    },
    /// A bucket of S3, without its objects.
    Bucket {
        /// Its name, which no other account has.
        name: BucketName,
    },
    /// The objects of a bucket of S3.
    BucketObjects {
        /// The bucket's name, which no other account has.
        name: BucketName,
    },
    /// Of a service that is the same in all regions and whose names are unique without the account.
    Global {
        /// Such as `route53`.
        service: &'static str,
        /// What follows the account, such as `hostedzone/*`.
        resource: &'static str,
    },
    /// Everything: for actions that are not about one resource.
    Every,
}

impl Arn {
    pub(crate) fn in_account(&self, account: &AccountId) -> String {
        match self {
            // In IAM policies the name of a group ends in `:*`.
            Self::LogGroup { region, name } => {
                format!("arn:aws:logs:{region}:{account}:log-group:{name}:*")
            }
            // Secrets Manager adds a dash and six characters to the name of a secret.
            Self::Secret { region, name } => {
                format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????")
            }
            Self::Regional { service, region, resource } => {
                format!("arn:aws:{service}:{region}:{account}:{resource}")
            }
            Self::Bucket { name } => format!("arn:aws:s3:::{name}"),
            Self::BucketObjects { name } => format!("arn:aws:s3:::{name}/*"),
            Self::Global { service, resource } => format!("arn:aws:{service}:::{resource}"),
            Self::Every => "*".to_owned(),
        }
    }
}

impl Bundle {
    /// Gives pods of the bundle's namespace that run as this ServiceAccount rights in AWS, where the cluster is of EKS.
    ///
    /// The build reports a ServiceAccount that gets rights twice.
    #[track_caller]
    pub fn pod_identity(&self, service_account: Name, policy: IamPolicy) {
        let namespace = self.namespace().clone();
        self.note(PodIdentityPart(PodIdentity {
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
