//! Everything in which two environments may differ.
//!
//! Services read [`Environment`]. An environment crate can only fill in [`Development`] or [`Production`], whose fields have
//! the narrower types of their kind: a MySQL container in production or a local image is a compile error. Nothing has a
//! default, and a field that no service reads is a compile error too.

mod infrastructure;

use manifests_lib::cluster::{Cluster, ControlPlane, Eks, Minikube};
use manifests_lib::data::database::{Aurora, Database, MysqlContainer};
use manifests_lib::data::{
    CredentialsSource, GeneratedCredentials, GeneratedSecret, SecretSource, SecretsManagerSecret,
};
use manifests_lib::network::{Acme, Issuer};
use manifests_lib::network::{gateway_api, mesh};
use manifests_lib::values::{
    AbsolutePath, EcrImage, GitBranch, Host, Image, LocalImage, Name, NodePort, Region,
    SecretsManagerName,
};

use crate::deploy::argocd::{GitHubLogin, Login};
use crate::infra::fluentbit::LogSink;
use crate::infra::nginx::Hosts;
use crate::infra::prometheus::alertmanager::Receivers;
use crate::infra::rabbitmq::BrokerSize;
use crate::infra::{external_secrets, kiali};

pub use crate::infra::fluentbit::{CloudwatchLogs, Retention};
pub use crate::infra::istio::{Mesh, Revisions};
pub use crate::infra::jaeger::TraceStorage;
pub use crate::infra::prometheus::alertmanager::SlackWebhooks;

pub use infrastructure::{Aws, Infrastructure, Laptop};

/// What services read of the environment that they run in.
#[derive(Debug)]
pub struct Environment {
    pub(crate) name: Name,
    pub(crate) images: Images<Image>,
    pub(crate) databases: Databases<Database>,
    pub(crate) secrets: Secrets<SecretSource>,
    /// Region whose AWS Secrets Manager is read, where there is one.
    pub(crate) secrets_manager: Option<Region>,
    /// Issues certificates of what people reach.
    pub(crate) issuer: Issuer,
    pub(crate) hosts: Hosts,
    pub(crate) broker: BrokerSize,
    pub(crate) entrance: gateway_api::Exposure,
    /// Domain of the web UIs, where they have a gateway; elsewhere people forward ports.
    pub(crate) internal_domain: Option<Host>,
    pub(crate) replicas: u16,
    pub(crate) branch: GitBranch,
    pub(crate) login: Login,
    pub(crate) ingress: mesh::Exposure,
    pub(crate) mesh: Mesh,
    pub(crate) kiali: kiali::Login,
    pub(crate) traces: TraceStorage,
    pub(crate) source_mounts: Option<SourceMounts>,
    pub(crate) infrastructure: Infrastructure,
    pub(crate) grafana_login: CredentialsSource,
    pub(crate) receivers: Receivers,
    pub(crate) logs: LogSink,
    /// Class of the volumes that the cluster makes.
    pub(crate) storage_class: Name,
    pub(crate) control_plane: ControlPlane,
    cluster: Cluster,
}

impl Environment {
    /// The nodes and storage classes that the environment runs on.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// What the cluster is made of.
    #[must_use]
    pub fn infrastructure(&self) -> &Infrastructure {
        &self.infrastructure
    }
}

/// A laptop: Minikube, local images, MySQL containers.
#[derive(Debug)]
pub struct Development {
    /// Value of the `env` label and folder of the snapshots.
    pub name: Name,
    /// Images that were built on the laptop.
    pub images: Images<LocalImage>,
    /// One container per database.
    pub databases: Databases<MysqlContainer>,
    /// Secret texts, generated in the cluster.
    pub secrets: Secrets<GeneratedSecret>,
    /// The hosts that the API gateway answers for.
    pub hosts: Hosts,
    /// Size of RabbitMQ.
    pub broker: BrokerSize,
    /// Port of every node that leads to the API gateway.
    pub entrance: NodePort,
    /// Pods of each service that does not say otherwise.
    pub replicas: u16,
    /// Where the laptop's sources are on the nodes; containers see them in place of their image's.
    pub source_mounts: SourceMounts,
    /// Branch that Argo CD follows.
    pub branch: GitBranch,
    /// The mesh.
    pub mesh: Mesh,
    /// Where Jaeger keeps traces.
    pub traces: TraceStorage,
    /// Who administers Grafana. Alerts reach nobody, and logs are only shown.
    pub grafana_login: GeneratedCredentials,
    /// The cluster on the laptop.
    pub cluster: Minikube,
}

/// Production: EKS, images from ECR, Aurora.
#[derive(Debug)]
pub struct Production {
    /// Value of the `env` label and folder of the snapshots.
    pub name: Name,
    /// Images of AWS, each with the commit that was built.
    pub images: Images<EcrImage>,
    /// One database of Aurora per service.
    pub databases: Databases<Aurora>,
    /// Secret texts, kept in AWS Secrets Manager.
    pub secrets: Secrets<SecretsManagerSecret>,
    /// Issues certificates of what people reach.
    pub issuer: Acme,
    /// The hosts that the API gateway answers for; their records in DNS lead to its load balancer.
    pub hosts: Hosts,
    /// Size of RabbitMQ.
    pub broker: BrokerSize,
    /// Domain of the web UIs; its records in DNS lead to the internal load balancer.
    pub internal_domain: Host,
    /// Pods of each service that does not say otherwise.
    pub replicas: u16,
    /// Branch that Argo CD follows.
    pub branch: GitBranch,
    /// Who may log in to Argo CD.
    pub login: GitHubLogin,
    /// The mesh.
    pub mesh: Mesh,
    /// Where Jaeger keeps traces.
    pub traces: TraceStorage,
    /// Who administers Grafana: a secret with the properties `username` and `password`.
    pub grafana_login: SecretsManagerName,
    /// Who is told of alerts.
    pub alerts: SlackWebhooks<SecretsManagerSecret>,
    /// Where logs are kept.
    pub logs: CloudwatchLogs,
    /// The cluster in AWS.
    pub cluster: Eks,
}

/// One image per container that the backend builds itself.
#[derive(Clone, Debug)]
pub struct Images<I> {
    /// Gin of account.
    pub account: I,
    /// FastAPI of customer.
    pub customer: I,
    /// FastAPI of orchestrator.
    pub orchestrator: I,
    /// Lumen (php-fpm) of order.
    pub order_lumen: I,
    /// nginx of order.
    pub order_nginx: I,
}

/// One database per service that keeps data.
#[derive(Clone, Debug)]
pub struct Databases<D> {
    /// Database of account.
    pub account: D,
    /// Database of customer.
    pub customer: D,
    /// Database of order.
    pub order: D,
}

/// One secret text per use.
#[derive(Clone, Debug)]
pub struct Secrets<S> {
    /// Key with which Lumen encrypts: 32 characters.
    pub order_app_key: S,
}

/// Sources of the backend on the nodes.
#[derive(Clone, Debug)]
pub struct SourceMounts {
    /// Folder with one folder per service.
    pub directory: AbsolutePath,
}

impl<I> Images<I> {
    fn map<J>(self, change: impl Fn(I) -> J) -> Images<J> {
        let Self { account, customer, orchestrator, order_lumen, order_nginx } = self;
        Images {
            account: change(account),
            customer: change(customer),
            orchestrator: change(orchestrator),
            order_lumen: change(order_lumen),
            order_nginx: change(order_nginx),
        }
    }
}

impl<I: Clone> Images<I> {
    fn all(&self) -> Vec<I> {
        let Self { account, customer, orchestrator, order_lumen, order_nginx } = self;
        [account, customer, orchestrator, order_lumen, order_nginx].map(I::clone).to_vec()
    }
}

impl<D> Databases<D> {
    fn map<E>(self, change: impl Fn(D) -> E) -> Databases<E> {
        let Self { account, customer, order } = self;
        Databases { account: change(account), customer: change(customer), order: change(order) }
    }
}

impl<S> Secrets<S> {
    fn map<T>(self, change: impl Fn(S) -> T) -> Secrets<T> {
        let Self { order_app_key } = self;
        Secrets { order_app_key: change(order_app_key) }
    }
}

impl From<Development> for Environment {
    fn from(development: Development) -> Self {
        let Development {
            name,
            images,
            databases,
            secrets,
            hosts,
            broker,
            entrance,
            replicas,
            source_mounts,
            branch,
            mesh,
            traces,
            grafana_login,
            cluster,
        } = development;
        let infrastructure = Infrastructure::Laptop(Laptop {
            cluster,
            images: images.all(),
            sources: source_mounts.directory.clone(),
            entrance,
        });
        Self {
            name,
            images: images.map(Image::from),
            databases: databases.map(Database::MysqlContainer),
            secrets: secrets.map(SecretSource::Generated),
            secrets_manager: None,
            issuer: Issuer::SelfSigned,
            hosts,
            broker,
            entrance: gateway_api::Exposure::NodePort(entrance),
            internal_domain: None,
            replicas,
            branch,
            login: Login::LocalAdmin,
            ingress: mesh::Exposure::NodePorts,
            mesh,
            kiali: kiali::Login::Anonymous,
            traces,
            source_mounts: Some(source_mounts),
            grafana_login: CredentialsSource::Generated(grafana_login),
            receivers: Receivers::Nobody,
            logs: LogSink::Stdout,
            storage_class: Minikube::LOCAL_PATH,
            control_plane: Minikube::CONTROL_PLANE,
            cluster: Cluster::from(&infrastructure),
            infrastructure,
        }
    }
}

impl From<Production> for Environment {
    fn from(production: Production) -> Self {
        let Production {
            name,
            images,
            databases,
            secrets,
            issuer,
            hosts,
            broker,
            internal_domain,
            replicas,
            branch,
            login,
            mesh,
            traces,
            grafana_login,
            alerts,
            logs,
            cluster,
        } = production;
        // Where the rights to read secrets are given, too.
        let region = cluster.region.clone();
        let infrastructure = Infrastructure::Aws(Aws { cluster, images: images.all() });
        let secret = |secret| SecretSource::SecretsManager(secret, external_secrets::STORE);
        Self {
            name,
            images: images.map(Image::from),
            databases: databases.map(|aurora| Database::Aurora(aurora, external_secrets::STORE)),
            secrets: secrets.map(secret),
            secrets_manager: Some(region),
            issuer: Issuer::Acme(issuer),
            hosts,
            broker,
            entrance: gateway_api::Exposure::NetworkLoadBalancer,
            internal_domain: Some(internal_domain),
            replicas,
            branch,
            login: Login::GitHub(login),
            ingress: mesh::Exposure::ClusterIp,
            mesh,
            kiali: kiali::Login::Token,
            traces,
            source_mounts: None,
            grafana_login: CredentialsSource::SecretsManager(
                grafana_login,
                external_secrets::STORE,
            ),
            receivers: Receivers::Slack(alerts.map(secret)),
            logs: LogSink::Cloudwatch(logs),
            storage_class: Eks::GP3,
            control_plane: Eks::CONTROL_PLANE,
            cluster: Cluster::from(&infrastructure),
            infrastructure,
        }
    }
}
