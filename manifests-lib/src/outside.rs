//! What an environment uses outside its cluster, and what happens where two environments use the same.
//!
//! An environment begins as a copy of another one, and what was not changed in the copy still leads to the other one's data. So
//! [`mistakes`] compares all environments.

use std::collections::BTreeMap;
use std::fmt;

use custom_resources::istio::networking::v1 as networking;
use custom_resources::k8s::networking::gateway::v1 as gateway_api;

use crate::cluster::{Arn, IamPolicy, Infrastructure, PodIdentity};
use crate::data::database::AuroraEndpoint;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::network::mesh::own_servers;
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
    /// A server that a ServiceEntry of both leads to, as it names it: `"postgres.example.com"`.
    Server(&'static str),
    /// Whatever else rights in AWS name, as the policy names it: `"arn:aws:sqs:ap-northeast-1:123456789012:orders"`.
    Arn(&'static str),
}

impl SharedResource {
    fn named(&self) -> Named {
        let (kind, name) = match self {
            Self::Database(endpoint) => (Kind::Database, endpoint.host()),
            Self::Host(host) => (Kind::Host, host.to_string()),
            Self::KmsKey(key) => (Kind::KmsKey, key.to_string()),
            Self::LogGroup(group) => (Kind::LogGroup, group.to_string()),
            Self::Secret(secret) => (Kind::Secret, secret.to_string()),
            // Found like a database, whichever of both it is in the other environment.
            Self::Server(name) => (Kind::Database, (*name).to_owned()),
            Self::Arn(arn) => (Kind::Arn, (*arn).to_owned()),
        };
        Named { kind, name }
    }

    fn origin(&self) -> Option<Origin> {
        match self {
            Self::Database(endpoint) => endpoint.cluster.origin(),
            Self::Host(host) => host.origin(),
            Self::KmsKey(key) => key.origin(),
            Self::LogGroup(group) => group.origin(),
            Self::Secret(secret) => secret.origin(),
            Self::Server(_) | Self::Arn(_) => None,
        }
    }
}

impl fmt::Display for SharedResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(name) => write!(formatter, "the server {name}"),
            _ => self.named().fmt(formatter),
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

/// A database or a cache outside the cluster.
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

/// One thing outside the clusters, by what is unique in the world.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Thing {
    named: Named,
    /// Where the name is unique, unless it is so everywhere.
    place: Option<(AccountId, Region)>,
}

/// What people call a thing.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    kind: Kind,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// By what kubectl calls it, which knows no account.
    Cluster,
    /// Or another server that is not the public's, which holds data as well as any.
    Database,
    Host,
    KmsKey,
    LogGroup,
    Secret,
    Arn,
}

#[derive(Debug)]
struct Use {
    /// The line whose literal names it.
    literal: Option<Origin>,
    /// The line that asks for it.
    asks: Option<Origin>,
    /// Whether only a ServiceEntry tells of it.
    by_entry: bool,
}

impl Use {
    fn of_cluster(literal: Option<Origin>) -> Self {
        Self { literal, asks: None, by_entry: false }
    }
}

impl Outside {
    /// Collects what a platform in its cluster uses: hosts of routes, databases and other servers of a ServiceEntry, what
    /// its pods have rights to in AWS, and the cluster itself.
    ///
    /// Servers that speak HTTP or TLS are left out: those of others, such as a payment provider's, serve all environments.
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
            Some(literal) => {
                Use { literal: Some(literal.origin), asks: Some(literal.asks), by_entry: false }
            }
            None => Use { literal: None, asks: Some(asks), by_entry: false },
        };
        for resource in platform.resources() {
            for host in hosts(resource) {
                outside.add(Kind::Host, host.clone(), None, used(host, resource.origin()));
            }
        }
        for DatabaseOutside { host, origin } in &platform.databases {
            outside.add(Kind::Database, host.clone(), None, used(host, *origin));
        }
        // After the databases, whose own ServiceEntries are among these.
        for resource in platform.resources() {
            let entry = resource.get::<networking::ServiceEntry>();
            for server in entry.map(own_servers).unwrap_or_default() {
                let by_entry = Use { literal: None, asks: Some(resource.origin()), by_entry: true };
                outside.add(Kind::Database, server.to_owned(), None, by_entry);
            }
        }
        if let Infrastructure::Eks(eks) = infrastructure {
            for identity in &platform.pod_identities {
                outside.add_rights(identity, &eks.account, used);
            }
        }
        outside
    }

    fn add(&mut self, kind: Kind, name: String, place: Option<(AccountId, Region)>, used: Use) {
        self.uses.entry(Thing { named: Named { kind, name }, place }).or_insert(used);
    }

    fn add_cluster(&mut self, infrastructure: &Infrastructure) {
        match infrastructure {
            Infrastructure::Minikube(minikube) => {
                let profile = &minikube.profile;
                let used = Use::of_cluster(profile.origin());
                self.add(Kind::Cluster, profile.to_string(), None, used);
            }
            Infrastructure::Eks(eks) => {
                let [_, cluster] = eks.kubeconfig_clusters();
                self.add(Kind::Cluster, cluster, None, Use::of_cluster(eks.name.origin()));
                let place = (eks.account.clone(), eks.region.clone());
                let key = &eks.secrets_key;
                let used = Use::of_cluster(key.origin());
                self.add(Kind::KmsKey, key.to_string(), Some(place), used);
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
            let by_role = Use { literal: None, asks: Some(identity.origin), by_entry: false };
            let place = |region: &Region| Some((account.clone(), region.clone()));
            match arn {
                Arn::Secret { region, name } => {
                    let used = used(name, identity.origin);
                    self.add(Kind::Secret, name.clone(), place(region), used);
                }
                Arn::LogGroup { region, name } => {
                    let used = Use { literal: name.origin(), ..by_role };
                    self.add(Kind::LogGroup, name.to_string(), place(region), used);
                }
                Arn::Bucket { .. } | Arn::Regional { .. } | Arn::Global { service: "s3", .. } => {
                    self.add(Kind::Arn, arn.in_account(account), None, by_role);
                }
                // Nothing else that is global is an environment's own: zones are shared, and rights name records in them.
                Arn::BucketObjects { .. } | Arn::Global { .. } | Arn::Every => {}
            }
        }
    }

    fn says_shared(&self, thing: &Thing) -> bool {
        self.shares.iter().any(|shared| shared.what.named() == thing.named)
    }
}

/// The hosts that a route answers.
fn hosts(resource: &Resource) -> impl Iterator<Item = &String> {
    let http = resource.get::<gateway_api::HTTPRoute>();
    let http = http.and_then(|route| route.spec.hostnames.as_ref());
    let grpc = resource.get::<gateway_api::GRPCRoute>();
    let grpc = grpc.and_then(|route| route.spec.hostnames.as_ref());
    http.into_iter().chain(grpc).flatten()
}

impl fmt::Display for Named {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name } = self;
        match kind {
            Kind::Cluster => write!(formatter, "the cluster {name}"),
            Kind::Database => write!(formatter, "the database {name}"),
            Kind::Host => write!(formatter, "the host {name}"),
            Kind::KmsKey => write!(formatter, "the key {name} of KMS"),
            Kind::LogGroup => write!(formatter, "the log group {name}"),
            Kind::Secret => write!(formatter, "the secret {name}"),
            Kind::Arn => formatter.write_str(name),
        }
    }
}

impl Kind {
    /// What happens where `own` uses what belongs to `other`.
    fn effect(self, own: &Name, other: &Name) -> String {
        match self {
            Self::Cluster => {
                "each would remove from the cluster what the other deployed".to_owned()
            }
            Self::Database => format!("{own} would read and change the data of {other}"),
            Self::Host => {
                format!("a name leads to one place, so that clients of {other} might reach {own}")
            }
            Self::KmsKey => {
                format!("who may decrypt for {own} could read the Secrets of {other}")
            }
            Self::LogGroup => {
                format!("the logs of {own} would be among those of {other}, and kept as long")
            }
            Self::Secret => {
                format!("{own} would hold a key to what {other} alone should reach")
            }
            Self::Arn => format!("pods of {own} might change what belongs to {other}"),
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
            let named = shared.what.named();
            let is_used = |by: &Outside| by.uses.keys().any(|thing| thing.named == named);
            if !is_used(own) || !others.into_iter().any(|other| is_used(other)) {
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
        _ if thing.named.kind == Kind::Cluster => String::new(),
        (true, _) => {
            format!("; {others} does not say that it is shared: add it to the `shares` of {others}")
        }
        (_, true) => {
            format!("; {name} does not say that it is shared: add it to the `shares` of {name}")
        }
        _ => "; where both are to use it, say so in the `shares` of both".to_owned(),
    };
    let line = |used: &Use, environment: &Outside| used.literal.unwrap_or(environment.origin);
    let what = if used.by_entry {
        format!("the server {} by another protocol than HTTP and TLS", thing.named.name)
    } else {
        thing.named.to_string()
    };
    BuildError::new(
        Rule::SharedBetweenEnvironments,
        line(used, own),
        format!(
            "{name} uses {what}, and so does {others}: {}; give {name} one of its own{sharing}",
            thing.named.kind.effect(name, others)
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
