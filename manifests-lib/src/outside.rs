//! What an environment uses outside its cluster, and what happens where two environments use the same.
//!
//! An environment begins as a copy of another one, and what was not changed in the copy still leads to the other one's data. So
//! [`mistakes`] compares all environments.

use std::collections::BTreeMap;
use std::fmt;

use custom_resources::k8s::networking::gateway::v1 as gateway_api;

use crate::cluster::{Arn, IamPolicy, Infrastructure, PodIdentity};
use crate::data::database::AuroraEndpoint;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::platform::BuiltPlatform;
use crate::values::{AccountId, Host, KmsKeyId, LogGroup, Name, Region, SecretsManagerName};

/// Something outside the cluster that this environment uses together with another one. Both say so.
///
/// A cluster cannot be shared: one environment would remove what the other deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// What both use.
    pub what: SharedResource,
    /// Why that is right.
    pub reason: &'static str,
}

/// What environments may share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SharedResource {
    /// A database: `AuroraEndpoint { cluster, account, region }`.
    Database(AuroraEndpoint),
    /// A host that clients name: `host!("api.example.com")`.
    Host(Host),
    /// A key in KMS: `kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab")`.
    KmsKey(KmsKeyId),
    /// A log group of CloudWatch Logs: `log_group!("/microservices")`.
    LogGroup(LogGroup),
    /// A secret in AWS Secrets Manager: `secrets_manager_name!("shared/slack")`.
    Secret(SecretsManagerName),
    /// Whatever else rights in AWS name, as the policy names it: `"arn:aws:sqs:ap-northeast-1:123456789012:orders"`.
    Arn(&'static str),
}

impl SharedResource {
    fn is(&self, thing: &Thing) -> bool {
        match (self, thing) {
            (Self::Database(endpoint), Thing::Database(host)) => endpoint.host() == *host,
            (Self::Host(host), Thing::Host(other)) => host.as_str() == other,
            (Self::KmsKey(key), Thing::KmsKey { id, .. }) => key == id,
            (Self::LogGroup(group), Thing::LogGroup { name, .. }) => group == name,
            (Self::Secret(secret), Thing::Secret { name, .. }) => secret.as_str() == name,
            (Self::Arn(arn), Thing::Arn(other)) => arn == other,
            _ => false,
        }
    }

    fn origin(&self) -> Option<Origin> {
        match self {
            Self::Database(endpoint) => endpoint.cluster.origin(),
            Self::Host(host) => host.origin(),
            Self::KmsKey(key) => key.origin(),
            Self::LogGroup(group) => group.origin(),
            Self::Secret(secret) => secret.origin(),
            Self::Arn(_) => None,
        }
    }
}

impl fmt::Display for SharedResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(endpoint) => write!(formatter, "the database {}", endpoint.host()),
            Self::Host(host) => write!(formatter, "the host {host}"),
            Self::KmsKey(key) => write!(formatter, "the key {key} of KMS"),
            Self::LogGroup(group) => write!(formatter, "the log group {group}"),
            Self::Secret(secret) => write!(formatter, "the secret {secret}"),
            Self::Arn(arn) => formatter.write_str(arn),
        }
    }
}

/// The line whose literal a text came from, for what finished objects hold as plain text.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) origin: Origin,
    /// The line that asks for what the text names.
    pub(crate) asks: Origin,
}

impl Literal {
    /// Tells the lines, where there is a literal.
    pub(crate) fn tell(facts: &mut Facts, text: &str, origin: Option<Origin>, asks: Origin) {
        if let Some(origin) = origin {
            facts.push(Self { text: text.to_owned(), origin, asks });
        }
    }
}

/// A database outside the cluster.
#[derive(Debug)]
pub(crate) struct DatabaseOutside {
    pub(crate) host: String,
    /// The line that asks for it.
    pub(crate) origin: Origin,
}

/// What one environment uses outside its cluster.
#[derive(Debug)]
pub struct Outside {
    environment: Name,
    /// The line that names the environment.
    origin: Origin,
    uses: BTreeMap<Thing, Use>,
    shares: Vec<Shared>,
}

/// One thing outside the clusters, by the name that is unique in the world.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    /// By what kubectl calls it, which knows no account.
    Cluster(String),
    Database(String),
    Host(String),
    KmsKey {
        account: AccountId,
        region: Region,
        id: KmsKeyId,
    },
    LogGroup {
        account: AccountId,
        region: Region,
        name: LogGroup,
    },
    Secret {
        account: AccountId,
        region: Region,
        name: String,
    },
    Arn(String),
}

#[derive(Debug)]
struct Use {
    /// The line whose literal names it.
    literal: Option<Origin>,
    /// The line that asks for it.
    asks: Option<Origin>,
}

impl Use {
    fn of_cluster(literal: Option<Origin>) -> Self {
        Self { literal, asks: None }
    }
}

impl Outside {
    /// Collects what a platform in its cluster uses: hosts of routes, databases, what its pods have rights to in AWS, and the cluster
    /// itself.
    #[must_use]
    pub fn of(platform: &BuiltPlatform, infrastructure: &Infrastructure) -> Self {
        let environment = platform.environment.clone();
        let mut outside = Self {
            origin: environment.origin().unwrap_or(platform.origin),
            environment,
            uses: BTreeMap::new(),
            shares: platform.shares.clone(),
        };
        outside.add_cluster(infrastructure);
        let literals: BTreeMap<&str, &Literal> =
            platform.literals.iter().map(|literal| (literal.text.as_str(), literal)).collect();
        let used = |text: &str, asks: Origin| match literals.get(text) {
            Some(literal) => Use { literal: Some(literal.origin), asks: Some(literal.asks) },
            None => Use { literal: None, asks: Some(asks) },
        };
        for resource in platform.resources() {
            for host in hosts(resource) {
                outside.add(Thing::Host(host.clone()), used(host, resource.origin()));
            }
        }
        for DatabaseOutside { host, origin } in &platform.databases {
            outside.add(Thing::Database(host.clone()), used(host, *origin));
        }
        if let Infrastructure::Eks(eks) = infrastructure {
            for identity in &platform.pod_identities {
                outside.add_rights(identity, &eks.account, used);
            }
        }
        outside
    }

    fn add(&mut self, thing: Thing, used: Use) {
        self.uses.entry(thing).or_insert(used);
    }

    fn add_cluster(&mut self, infrastructure: &Infrastructure) {
        match infrastructure {
            Infrastructure::Minikube(minikube) => {
                let profile = &minikube.profile;
                self.add(Thing::Cluster(profile.to_string()), Use::of_cluster(profile.origin()));
            }
            Infrastructure::Eks(eks) => {
                let [_, cluster] = eks.kubeconfig_clusters();
                self.add(Thing::Cluster(cluster), Use::of_cluster(eks.name.origin()));
                let (account, region) = (eks.account.clone(), eks.region.clone());
                let id = eks.secrets_key.clone();
                let used = Use::of_cluster(id.origin());
                self.add(Thing::KmsKey { account, region, id }, used);
            }
        }
    }

    fn add_rights(
        &mut self,
        identity: &PodIdentity,
        account: &AccountId,
        used: impl Fn(&str, Origin) -> Use,
    ) {
        let IamPolicy::Statements(statements) = &identity.policy else { return };
        for arn in statements.iter().flat_map(|statement| &statement.resources) {
            let account = account.clone();
            let by_role = Use { literal: None, asks: Some(identity.origin) };
            let (thing, used) = match arn {
                Arn::Secret { region, name } => {
                    let (region, name) = (region.clone(), name.clone());
                    let used = used(&name, identity.origin);
                    (Thing::Secret { account, region, name }, used)
                }
                Arn::LogGroup { region, name } => {
                    let (region, name) = (region.clone(), name.clone());
                    let used = Use { literal: name.origin(), ..by_role };
                    (Thing::LogGroup { account, region, name }, used)
                }
                Arn::Regional { .. } | Arn::Global { service: "s3", .. } => {
                    (Thing::Arn(arn.in_account(&account)), by_role)
                }
                // Nothing else that is global is an environment's own: zones are shared, and rights name records in them.
                Arn::Global { .. } | Arn::Every => continue,
            };
            self.add(thing, used);
        }
    }

    fn says_shared(&self, thing: &Thing) -> bool {
        self.shares.iter().any(|shared| shared.what.is(thing))
    }
}

/// The hosts that a route answers.
fn hosts(resource: &Resource) -> impl Iterator<Item = &String> {
    let route = resource.get::<gateway_api::HTTPRoute>();
    route.and_then(|route| route.spec.hostnames.as_ref()).into_iter().flatten()
}

impl fmt::Display for Thing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster(name) => write!(formatter, "the cluster {name}"),
            Self::Database(host) => write!(formatter, "the database {host}"),
            Self::Host(host) => write!(formatter, "the host {host}"),
            Self::KmsKey { id, .. } => write!(formatter, "the key {id} of KMS"),
            Self::LogGroup { name, .. } => write!(formatter, "the log group {name}"),
            Self::Secret { name, .. } => write!(formatter, "the secret {name}"),
            Self::Arn(arn) => formatter.write_str(arn),
        }
    }
}

impl Thing {
    /// What happens where `own` uses what belongs to `other`.
    fn effect(&self, own: &Name, other: &Name) -> String {
        match self {
            Self::Cluster(_) => {
                "each would remove from the cluster what the other deployed".to_owned()
            }
            Self::Database(_) => format!("{own} would read and change the data of {other}"),
            Self::Host(_) => {
                format!("a name leads to one place, so that clients of {other} might reach {own}")
            }
            Self::KmsKey { .. } => {
                format!("who may decrypt for {own} could read the Secrets of {other}")
            }
            Self::LogGroup { .. } => {
                format!("the logs of {own} would be among those of {other}, and kept as long")
            }
            Self::Secret { .. } => {
                format!("{own} would hold a key to what {other} alone should reach")
            }
            Self::Arn(_) => format!("pods of {own} might change what belongs to {other}"),
        }
    }
}

/// What two environments use without saying so, and what one says to share that no other one uses.
///
/// `environments` are all that exist: what is shared with one that is left out counts as shared with nobody.
#[must_use]
pub fn mistakes(environments: &[&Outside]) -> Vec<BuildError> {
    let mut errors = Vec::new();
    for (position, &own) in environments.iter().enumerate() {
        for &other in &environments[..position] {
            for (thing, used) in &own.uses {
                if let Some(first) = other.uses.get(thing)
                    && !(own.says_shared(thing) && other.says_shared(thing))
                {
                    errors.push(both_use(thing, (own, used), (other, first)));
                }
            }
        }
        for shared in &own.shares {
            let others = environments.iter().filter(|&&other| !std::ptr::eq(other, own));
            let is_shared = |(thing, _): (&Thing, &Use)| shared.what.is(thing);
            if !own.uses.iter().any(is_shared)
                || !others.into_iter().any(|other| other.uses.iter().any(is_shared))
            {
                errors.push(shared_with_nobody(own, shared));
            }
        }
    }
    errors
}

fn both_use(
    thing: &Thing,
    (own, used): (&Outside, &Use),
    (other, first): (&Outside, &Use),
) -> BuildError {
    let (name, others) = (&own.environment, &other.environment);
    let sharing = match (own.says_shared(thing), other.says_shared(thing)) {
        _ if matches!(thing, Thing::Cluster(_)) => String::new(),
        (true, _) => {
            format!("; {others} does not say that it is shared: add it to the `shares` of {others}")
        }
        (_, true) => {
            format!("; {name} does not say that it is shared: add it to the `shares` of {name}")
        }
        _ => "; where both are to use it, say so in the `shares` of both".to_owned(),
    };
    let line = |used: &Use, environment: &Outside| used.literal.unwrap_or(environment.origin);
    BuildError::new(
        Rule::SharedBetweenEnvironments,
        line(used, own),
        format!(
            "{name} uses {thing}, and so does {others}: {}; give {name} one of its own{sharing}",
            thing.effect(name, others)
        ),
    )
    .related([line(first, other)].into_iter().chain(used.asks))
}

fn shared_with_nobody(own: &Outside, shared: &Shared) -> BuildError {
    BuildError::new(
        Rule::SharedWithNobody,
        shared.what.origin().unwrap_or(own.origin),
        format!(
            "{} says that it shares {}, but does not use it together with another environment: who shares it by mistake later would \
             not be told; remove it from `shares`",
            own.environment, shared.what
        ),
    )
}
