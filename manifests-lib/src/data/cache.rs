//! Caches that a service cannot tell apart: Valkey in a container, or ElastiCache.

mod container;
mod elasticache;

pub use container::{Persistence, ValkeyContainer};
pub use elasticache::ElastiCache;

use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;
use custom_resources::istio::networking::v1 as istio;
use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;

use crate::data::login::with_login;
use crate::data::secret::{Escape, SecretKey};
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::values::{Name, Port};
use crate::workload::{StatefulSet, Variable};

/// Where both listen.
const REDIS: Port = port!(6379);

/// A cache that speaks the protocol of Redis, wherever it runs: `impl Into<Cache>` in the settings of a service.
#[derive(Clone, Debug)]
pub enum Cache {
    /// In the cluster, for laptops.
    Valkey(ValkeyContainer),
    /// ElastiCache.
    ElastiCache(ElastiCache),
}

impl From<ValkeyContainer> for Cache {
    fn from(container: ValkeyContainer) -> Self {
        Self::Valkey(container)
    }
}

impl From<ElastiCache> for Cache {
    fn from(cache: ElastiCache) -> Self {
        Self::ElastiCache(cache)
    }
}

/// A cache that belongs to a component: its address and credentials as environment variables.
#[derive(Clone)]
pub struct CacheHandle {
    host: String,
    user: SecretKey,
    password: SecretKey,
    by_tls: bool,
    container: Option<StatefulSet>,
    made_for: MadeFor,
    made: Made,
}

patchable! {
    /// ElastiCache has a ServiceEntry and an ExternalSecret, a [container](Self::container) all others and no ServiceEntry.
    ///
    CacheHandle {
        made: apps::StatefulSet, core::Service, core::ServiceAccount, external_secrets::ExternalSecret,
            generators::Password, istio::DestinationRule, istio::ServiceEntry, istio::Sidecar,
            networking::NetworkPolicy, security::AuthorizationPolicy;
    }
}

impl Component {
    /// Gives the component a cache of its own: a container admits no other component, ElastiCache nobody without credentials.
    ///
    /// Objects are named `<bundle>-cache-<kind>`. ElastiCache becomes a ServiceEntry and an ExternalSecret; a container becomes a
    /// StatefulSet, a headless Service, an ExternalSecret and a password generator.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn cache(&self, cache: impl Into<Cache>) -> CacheHandle {
        self.cache_at(Origin::here(), name!("cache"), cache.into())
    }

    /// Gives the component another cache beside its [first](Self::cache): `cache_named(name!("sessions"), cache)`.
    ///
    /// Objects are named `<bundle>-cache-<name>-<kind>`.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn cache_named(&self, name: Name, cache: impl Into<Cache>) -> CacheHandle {
        let component = name!("cache").with_suffix(name.as_str());
        self.cache_at(Origin::here(), component, cache.into())
    }

    fn cache_at(&self, origin: Origin, component: Name, cache: Cache) -> CacheHandle {
        match cache {
            Cache::Valkey(container) => container.add_to(self, origin, component),
            Cache::ElastiCache(cache) => cache.add_to(self, origin, component),
        }
    }
}

impl CacheHandle {
    /// The host, under the variable's name that the service reads.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        self.variable(variable, &self.host)
    }

    /// The port.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        self.variable(variable, REDIS.to_string())
    }

    /// `<host>:<port>`, as most clients take it.
    #[must_use]
    pub fn address(&self, variable: &str) -> Variable {
        self.variable(variable, format!("{}:{REDIS}", self.host))
    }

    /// The user, from the cache's Secret: `default` in a container.
    #[must_use]
    pub fn user(&self, variable: &str) -> Variable {
        self.user.variable(variable)
    }

    /// The password, from the cache's Secret.
    #[must_use]
    pub fn password(&self, variable: &str) -> Variable {
        self.password.variable(variable)
    }

    /// Whether the client has to ask for TLS, as `true` or `false`: ElastiCache wants it, to a container the mesh encrypts, if
    /// there is one.
    #[must_use]
    pub fn tls(&self, variable: &str) -> Variable {
        self.variable(variable, self.by_tls.to_string())
    }

    /// The connection as a URL: `redis://$(…):$(…)@host:6379/0`, with TLS `rediss://…`.
    ///
    /// User and password are variables before it, `<variable>_USER` and `<variable>_PASSWORD`, which Kubernetes puts into it when
    /// the container starts. Where they come from AWS Secrets Manager, they are there with all characters escaped that mean
    /// something in a URL. The certificates of ElastiCache are of public CAs, which clients trust by themselves.
    ///
    /// Upstream: <https://www.iana.org/assignments/uri-schemes/prov/redis>
    #[must_use]
    pub fn url(&self, variable: &str) -> Variable {
        let [user, password] = [&self.user, &self.password].map(|key| key.escaped(Escape::Url));
        let scheme = if self.by_tls { "rediss" } else { "redis" };
        with_login(variable, &user, &password, &self.made_for, |user, password| {
            format!("{scheme}://$({user}):$({password})@{}:{REDIS}/0", self.host)
        })
    }

    /// The connection as clients of .NET take it: `<host>:6379,user=$(…),password=$(…),ssl=false`.
    ///
    /// User and password are variables before it, `<variable>_USER` and `<variable>_PASSWORD`. They cannot have a comma, which nothing
    /// escapes there: those that are generated have none, and ElastiCache takes none in an AUTH token.
    ///
    /// Upstream: <https://stackexchange.github.io/StackExchange.Redis/Configuration>
    #[must_use]
    pub fn stack_exchange(&self, variable: &str) -> Variable {
        let Self { host, user, password, by_tls, made_for, .. } = self;
        with_login(variable, user, password, made_for, |user, password| {
            format!("{host}:{REDIS},user=$({user}),password=$({password}),ssl={by_tls}")
        })
    }

    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }

    /// Its StatefulSet, where it is a container; ElastiCache has none.
    #[must_use]
    pub fn container(&self) -> Option<&StatefulSet> {
        self.container.as_ref()
    }
}
