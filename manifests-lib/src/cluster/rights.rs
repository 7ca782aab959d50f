//! What the pods of a component may do in AWS.

use std::collections::BTreeMap;

use custom_resources::istio::networking::v1 as networking;

use super::identity::{Arn, IamPolicy, PodIdentity, Statement};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::mesh;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::values::{Name, Port};

/// An action of AWS, such as `sqs:SendMessage`: `iam_action!("sqs:SendMessage")`.
///
/// Wildcards cannot be written, nor actions of IAM itself, by which a pod could give itself every other right.
///
/// Upstream: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IamAction(&'static str);

impl IamAction {
    /// Takes a literal. [`iam_action!`](crate::iam_action!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where it is no action, or more than one.
    #[must_use]
    #[track_caller]
    pub const fn from_static(action: &'static str) -> Self {
        assert!(
            is_action(action.as_bytes()),
            "an action is a service and one name, such as sqs:SendMessage: no wildcard, and none of iam, which gives all others"
        );
        Self(action)
    }

    fn service(self) -> &'static str {
        self.0.split(':').next().unwrap_or_default()
    }
}

const fn is_action(bytes: &[u8]) -> bool {
    let mut colon = 0;
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        if byte == b':' {
            if colon != 0 || index == 0 {
                return false;
            }
            colon = index;
        } else if colon == 0 {
            if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
                return false;
            }
        } else if !byte.is_ascii_alphanumeric() {
            return false;
        }
        index += 1;
    }
    let of_iam = colon == 3 && bytes[0] == b'i' && bytes[1] == b'a' && bytes[2] == b'm';
    colon != 0 && colon + 1 < bytes.len() && !of_iam
}

/// An [`IamAction`](crate::cluster::IamAction) from a literal, checked when it is compiled.
#[macro_export]
macro_rules! iam_action {
    ($literal:expr) => {{
        const VALUE: $crate::cluster::IamAction = $crate::cluster::IamAction::from_static($literal);
        VALUE
    }};
}

/// What pods may do to some resources of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsRights {
    /// What they may do: `vec![iam_action!("sqs:SendMessage")]`.
    pub actions: Vec<IamAction>,
    /// To what, of the same service: `vec![Arn::Regional { service: "sqs", region, resource: "orders".to_owned() }]`.
    pub resources: Vec<Arn>,
}

/// Rights of a component in AWS.
#[derive(Clone)]
pub struct AwsRightsHandle {
    made: Made,
}

patchable! {
    /// Only the first rights of a component make an object.
    ///
    AwsRightsHandle { made: networking::ServiceEntry; }
}

/// Where the agent of EKS Pod Identity answers on each node, and what the mesh calls it.
const AGENT: &str = "169.254.170.23";

const AGENT_PORT: Port = port!(80);

impl Component {
    /// Gives the component's pods rights in AWS, by EKS Pod Identity; several calls add up. Where the cluster is not of EKS,
    /// nothing comes of it.
    ///
    /// Becomes an association of the component's ServiceAccount, which eksctl makes with the cluster, and in a mesh a ServiceEntry of the
    /// agent on each node that hands out the credentials: the pods may ask it. What the rights are for is outside the cluster,
    /// and has to be reached by itself.
    ///
    /// In a cluster that exists, Argo CD makes no association, and the pods have no credentials: run `eksctl create
    /// podidentityassociation --config-file environments/<environment>/eks.yaml`, or `update` for one that has changed. Then restart
    /// the pods that are there (`kubectl rollout restart`): they get credentials only when they are made.
    ///
    /// The build reports resources of another service than an action's, and resources that are everything of their type: `*`,
    /// `table/*`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html>
    #[track_caller]
    pub fn aws_rights(&self, rights: AwsRights) -> AwsRightsHandle {
        self.aws_rights_at(Origin::here(), rights)
    }

    pub(crate) fn aws_rights_at(&self, origin: Origin, rights: AwsRights) -> AwsRightsHandle {
        let AwsRights { actions, resources } = rights;
        for message in actions
            .iter()
            .flat_map(|action| resources.iter().filter_map(|arn| refused(*action, arn)))
        {
            self.bundle.error(message.at(origin));
        }
        if actions.is_empty() || resources.is_empty() {
            let message = "rights without an action or a resource allow nothing, and IAM refuses them: name both";
            self.bundle.error(BuildError::new(Rule::MismatchedRights, origin, message));
        }
        self.grant(origin, &actions, resources)
    }

    /// The same for actions that IAM lets nobody limit to a resource, and why the component needs them:
    /// `aws_rights_on_everything(vec![iam_action!("cloudwatch:PutMetricData")], "sends its metrics")`.
    #[track_caller]
    pub fn aws_rights_on_everything(
        &self,
        actions: Vec<IamAction>,
        reason: &'static str,
    ) -> AwsRightsHandle {
        let origin = Origin::here();
        if reason.trim().is_empty() {
            let message = "the component gets rights on everything of a service, and the reason is empty: say why";
            self.bundle.error(BuildError::new(Rule::MissingReason, origin, message));
        }
        self.grant(origin, &actions, vec![Arn::Every])
    }

    fn grant(&self, origin: Origin, actions: &[IamAction], resources: Vec<Arn>) -> AwsRightsHandle {
        let host = format!("{}-{}.pod-identity.internal", self.bundle.name, self.name());
        self.sends_to(Destination {
            receiver: Receiver::Range(cidr!("169.254.170.23/32")),
            port: AGENT_PORT,
            hosts: vec![MeshHost { namespace: self.bundle.namespace.clone(), host: host.clone() }],
        });
        let statement = Statement {
            actions: actions.iter().map(|IamAction(action)| *action).collect(),
            resources,
            conditions: BTreeMap::new(),
        };
        let is_first = self.bundle.gains_rights(self.name());
        let part = RightsPart { component: self.clone(), origin, host, statement, is_first };
        AwsRightsHandle { made: self.bundle.push(part) }
    }
}

/// Why an action on a resource is refused, before it is known where.
struct Refusal(Rule, String);

impl Refusal {
    fn at(self, origin: Origin) -> BuildError {
        BuildError::new(self.0, origin, self.1)
    }
}

fn refused(action: IamAction, resource: &Arn) -> Option<Refusal> {
    let service = action.service();
    let of = resource.service();
    let IamAction(action) = action;
    if resource.is_everything() {
        return Some(Refusal(
            Rule::TooManyRights,
            format!(
                "{action} would be allowed on everything: name the resources, or say why none can be named \
                 (aws_rights_on_everything)"
            ),
        ));
    }
    (of != service).then(|| {
        Refusal(
            Rule::MismatchedRights,
            format!(
                "{action} is an action of {service}, and the resource is of {of}: it would allow nothing; name a resource of {service}"
            ),
        )
    })
}

impl Arn {
    fn service(&self) -> &'static str {
        match self {
            Self::Regional { service, .. } | Self::Global { service, .. } => service,
            Self::LogGroup { .. } => "logs",
            Self::Secret { .. } => "secretsmanager",
            Self::Bucket { .. } | Self::BucketObjects { .. } => "s3",
            Self::Every => "*",
        }
    }

    fn is_everything(&self) -> bool {
        match self {
            Self::Every => true,
            Self::Regional { resource, .. } => names_nothing(resource),
            Self::Global { resource, .. } => names_nothing(resource),
            Self::Secret { name, .. } => is_wildcard(name),
            Self::LogGroup { .. } | Self::Bucket { .. } | Self::BucketObjects { .. } => false,
        }
    }
}

/// Whether what stands behind the type is a wildcard, as in `table/*`, `function:*` and `table/*/index/*`.
fn names_nothing(resource: &str) -> bool {
    let mut segments = resource.split(['/', ':']).filter(|segment| !segment.is_empty());
    let first = segments.next().unwrap_or_default();
    is_wildcard(segments.next().unwrap_or(first))
}

fn is_wildcard(name: &str) -> bool {
    name.trim_matches(['*', '?']).is_empty()
}

struct RightsPart {
    component: Component,
    origin: Origin,
    host: String,
    statement: Statement,
    /// Whether no line before it gives the component rights.
    is_first: bool,
}

impl Part for RightsPart {
    fn build(&self, output: &mut Output<'_>) {
        output.facts.push(ComponentRights {
            namespace: self.component.bundle.namespace.clone(),
            service_account: self.component.service_account(),
            statement: self.statement.clone(),
            origin: self.origin,
        });
        if !self.is_first || !output.conventions.has_mesh() {
            return;
        }
        output.add(
            self.origin,
            networking::ServiceEntry {
                metadata: self.component.metadata("pod-identity"),
                spec: networking::ServiceEntrySpec {
                    addresses: Some(vec![AGENT.to_owned()]),
                    export_to: Some(mesh::own_namespace()),
                    hosts: vec![self.host.clone()],
                    location: Some(networking::ServiceEntryLocation::MeshExternal),
                    ports: Some(vec![networking::ServiceEntryPort {
                        name: "http-credentials".to_owned(),
                        number: AGENT_PORT.into(),
                        protocol: Some("HTTP".to_owned()),
                        target_port: None,
                    }]),
                    // To the address itself: each node has an agent of its own there.
                    resolution: Some(networking::ServiceEntryResolution::None),
                    endpoints: None,
                    subject_alt_names: None,
                    workload_selector: None,
                },
            },
        );
    }
}

/// Rights of a component, one line of several.
pub(crate) struct ComponentRights {
    namespace: Namespace,
    service_account: String,
    statement: Statement,
    origin: Origin,
}

/// The rights of each component as one: EKS takes one association of a ServiceAccount.
pub(crate) fn identities(rights: Vec<ComponentRights>) -> Vec<PodIdentity> {
    let mut merged: BTreeMap<(Namespace, String), (Origin, Vec<Statement>)> = BTreeMap::new();
    for ComponentRights { namespace, service_account, statement, origin } in rights {
        let (_, statements) =
            merged.entry((namespace, service_account)).or_insert_with(|| (origin, Vec::new()));
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    merged
        .into_iter()
        .filter_map(|((namespace, service_account), (origin, statements))| {
            // A name that is too long is reported at the ServiceAccount.
            let service_account = Name::new(service_account).ok()?;
            let policy = IamPolicy::Statements(statements);
            Some(PodIdentity { namespace, service_account, policy, origin })
        })
        .collect()
}
