//! ElastiCache: outside the cluster, known to the mesh by name.

use super::{CacheHandle, REDIS};
use crate::data::outside_server::OutsideServer;
use crate::data::secret;
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::values::{Cidr, Host, Name, SecretsManagerName};

/// A cache of ElastiCache, Valkey or Redis OSS, without cluster mode and with encryption in transit.
///
/// Becomes a ServiceEntry that only the own namespace sees, so that the mesh lets the traffic out, and an ExternalSecret with the
/// credentials. In a namespace that denies by default, the owner's pods alone may send to it.
///
/// Proxies tell two caches of a namespace apart once they answer DNS ([`capture_dns`](crate::model::Bundle::capture_dns)).
///
/// Upstream: <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElastiCache {
    /// The primary endpoint: `host!("master.web.abc123.apne1.cache.amazonaws.com")`.
    pub host: Host,
    /// The addresses of its subnets, or of the VPC that they are in: where the pods of its owner may send to.
    /// `cidr!("192.168.0.0/16")`.
    pub addresses: Cidr,
    /// Secret in AWS Secrets Manager with the properties `username` and `password`; with an AUTH token the user is `default`.
    /// `secrets_manager_name!("prd/web/cache")`.
    pub credentials: SecretsManagerName,
}

impl ElastiCache {
    pub(super) fn add_to(self, owner: &Component, origin: Origin, component: Name) -> CacheHandle {
        let Self { host, addresses, credentials } = self;
        let component = owner.sibling(component, owner.nodes());
        let properties = ["username", "password"].map(str::to_owned);
        let secret = secret::from_secrets_manager(&component, origin, &credentials, properties);
        let literal = host.origin();
        let host = host.to_string();
        owner.sends_to(Destination {
            receiver: Receiver::Range(addresses),
            port: REDIS,
            hosts: vec![MeshHost { namespace: owner.bundle.namespace.clone(), host: host.clone() }],
        });
        let entry = component.bundle.push(OutsideServer {
            component: component.clone(),
            origin,
            port: REDIS,
            host: host.clone(),
            literal,
        });
        CacheHandle {
            host,
            user: secret.key("username").only_for(owner, origin),
            password: secret.key("password").only_for(owner, origin),
            by_tls: true,
            container: None,
            made_for: MadeFor::component(owner, origin),
            made: secret.made.through(&entry),
        }
    }
}
