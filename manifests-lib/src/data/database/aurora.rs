//! Aurora: outside the cluster, known to the mesh by name.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use super::engine::EngineKind;
use super::{Database, DatabaseHandle, Mysql, Place, Postgres, Server};
use crate::data::encryption::{CaFile, Encryption, ca_file};
use crate::data::outside_server::OutsideServer;
use crate::data::secret;
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::Made;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::values::{Cidr, Name, Port, Region, SecretsManagerName};

/// A database of an Aurora MySQL 3 cluster.
///
/// Becomes a ServiceEntry that only the own namespace sees, so that the mesh lets the traffic out, an ExternalSecret with the
/// credentials and, with TLS, a ConfigMap of CAs. In a namespace that denies by default, the owner's pods alone may send to it.
///
/// Whether the connection is encrypted is up to the client: it begins in plain text, and the client asks for TLS afterwards, so
/// that no proxy can do it in its place. Aurora MySQL takes plain text as well: set `require_secure_transport` in the cluster's
/// parameter group, so that it refuses a client whose driver reads no such setting.
///
/// Proxies tell two clusters of a namespace apart once they answer DNS ([`capture_dns`](crate::model::Bundle::capture_dns)).
///
/// Upstream: <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Security.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraMysql {
    /// Where the cluster is reached.
    pub endpoint: AuroraEndpoint,
    /// The addresses of its subnets, or of the VPC that they are in: where the pods of its owner may send to.
    /// `cidr!("192.168.0.0/16")`.
    pub addresses: Cidr,
    /// Name of the database: `name!("account")`.
    pub database: Name,
    /// Secret in AWS Secrets Manager with the properties `username` and `password`:
    /// `secrets_manager_name!("prd/account/database")`.
    pub credentials: SecretsManagerName,
    /// Whether clients ask for TLS: `Encryption::Tls(CaCertificates(include_str!("rds.pem")))`.
    pub encryption: Encryption,
}

/// A database of an Aurora PostgreSQL cluster.
///
/// Becomes a ServiceEntry that only the own namespace sees, so that the mesh lets the traffic out, an ExternalSecret with the
/// credentials and, with TLS, a ConfigMap of CAs. In a namespace that denies by default, the owner's pods alone may send to it.
///
/// Whether the connection is encrypted is up to the client: it begins in plain text, and the client asks for TLS afterwards, so
/// that no proxy can do it in its place. Since version 17, Aurora refuses clients that do not ask.
///
/// Proxies tell two clusters of a namespace apart once they answer DNS ([`capture_dns`](crate::model::Bundle::capture_dns)).
///
/// Upstream: <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraPostgres {
    /// Where the cluster is reached.
    pub endpoint: AuroraEndpoint,
    /// The addresses of its subnets, or of the VPC that they are in: where the pods of its owner may send to.
    /// `cidr!("192.168.0.0/16")`.
    pub addresses: Cidr,
    /// Name of the database: `name!("account")`.
    pub database: Name,
    /// Secret in AWS Secrets Manager with the properties `username` and `password`:
    /// `secrets_manager_name!("prd/account/database")`.
    pub credentials: SecretsManagerName,
    /// Whether clients ask for TLS: `Encryption::Tls(CaCertificates(include_str!("rds.pem")))`.
    pub encryption: Encryption,
}

// The structs are written out, so that their documentation stands where pages look for it.
macro_rules! aurora {
    ($($aurora:ident of $engine:ident)*) => {
        $(
            impl From<$aurora> for Database<$engine> {
                fn from(aurora: $aurora) -> Self {
                    let $aurora { endpoint, addresses, database, credentials, encryption } = aurora;
                    let aurora = AuroraDatabase { endpoint, addresses, database, credentials, encryption };
                    Self { place: Place::Aurora(aurora), engine: PhantomData }
                }
            }
        )*
    };
}

aurora! {
    AuroraMysql of Mysql
    AuroraPostgres of Postgres
}

/// The writer endpoint of an Aurora cluster: `<cluster>.cluster-<account>.<region>.rds.amazonaws.com`.
///
/// A reader's endpoint, or a host that is no cluster, cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraEndpoint {
    /// Identifier of the cluster: `name!("account")`.
    pub cluster: Name,
    /// What AWS calls the account in this region, after `cluster-` in every endpoint: `name!("c0example0ab")`.
    pub account: Name,
    /// Region of the cluster: `region!("ap-northeast-1")`.
    pub region: Region,
}

impl AuroraEndpoint {
    pub(crate) fn host(&self) -> String {
        let Self { cluster, account, region } = self;
        format!("{cluster}.cluster-{account}.{region}.rds.amazonaws.com")
    }
}

/// A database of Aurora, of whichever engine.
#[derive(Clone, Debug)]
pub(super) struct AuroraDatabase {
    endpoint: AuroraEndpoint,
    addresses: Cidr,
    pub(super) database: Name,
    credentials: SecretsManagerName,
    encryption: Encryption,
}

/// What the users of a database of Aurora have in common.
pub(super) struct AuroraServer {
    port: Port,
    endpoint: AuroraEndpoint,
    addresses: Cidr,
    encryption: Encryption,
    /// Namespaces whose mesh knows the host.
    known_in: RefCell<Vec<Namespace>>,
}

impl AuroraServer {
    /// Lets a component send there; `of` names what it needs for that.
    pub(super) fn admit(
        &self,
        reader: &Component,
        origin: Origin,
        of: &Component,
    ) -> (Option<CaFile>, Option<Made>) {
        let host = self.endpoint.host();
        let namespace = &reader.bundle.namespace;
        reader.sends_to(Destination {
            receiver: Receiver::Range(self.addresses.clone()),
            port: self.port,
            hosts: vec![MeshHost { namespace: namespace.clone(), host: host.clone() }],
        });
        let is_known = self.known_in.borrow().contains(namespace);
        let entry = (!is_known).then(|| {
            self.known_in.borrow_mut().push(namespace.clone());
            of.bundle.push(OutsideServer {
                component: of.clone(),
                origin,
                port: self.port,
                host,
                literal: self.endpoint.cluster.origin(),
            })
        });
        match self.encryption {
            Encryption::Tls(certificates) => {
                let (ca, made) = ca_file(of, reader, origin, certificates);
                (Some(ca), Some(entry.map_or(made.clone(), |entry| entry.through(&made))))
            }
            Encryption::None { .. } => (None, entry),
        }
    }
}

impl AuroraDatabase {
    pub(super) fn add_to(
        self,
        owner: &Component,
        origin: Origin,
        component: Name,
        engine: EngineKind,
    ) -> DatabaseHandle {
        let Self { endpoint, addresses, database, credentials, encryption } = self;
        encryption.check(owner, origin);
        let component = owner.sibling(component, owner.nodes());
        let properties = ["username", "password"].map(str::to_owned);
        let secret = secret::from_secrets_manager(&component, origin, &credentials, properties);
        let (host, port) = (endpoint.host(), engine.port());
        let known_in = RefCell::default();
        let server = AuroraServer { port, endpoint, addresses, encryption, known_in };
        let (ca, made) = server.admit(owner, origin, &component);
        DatabaseHandle {
            reader: owner.clone(),
            component,
            engine,
            host,
            port,
            database,
            user: secret.key("username").only_for(owner, origin),
            password: secret.key("password").only_for(owner, origin),
            ca,
            server: Server::Aurora(Rc::new(server)),
            made_for: MadeFor::component(owner, origin),
            made: made.map_or(secret.made.clone(), |made| secret.made.through(&made)),
        }
    }
}
