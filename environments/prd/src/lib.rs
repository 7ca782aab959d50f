//! The prd environment: EKS, images from ECR, Aurora MySQL.

use manifests_lib::cluster::{
    AvailabilityZone, Eks, EksAddons, EksNodeGroup, InstanceType, KubernetesMinor,
};
use manifests_lib::data::database::{AuroraEndpoint, AuroraMysql};
use manifests_lib::data::{Encryption, SecretsManagerSecret};
use manifests_lib::environment::Environment;
use manifests_lib::network::{Acme, AcmeServer};
use manifests_lib::values::{
    AccountId, Cidr, EcrImage, EcrRegistry, FixedTag, IamRoleName, KmsKeyId, Name, Region,
    Repository, SecretsManagerName, gibibytes,
};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{
    account_id, cidr, eks_addon_version, email_address, fixed_tag, git_branch, host, iam_role_name,
    kms_key_id, log_group, name, region, repository, secrets_manager_name,
};
use services::app::{account, customer, helloworld, httpbin, orchestrator, order};
use services::deploy::argocd;
use services::infra::{cert_manager, fluentbit, istio, jaeger, kiali, nginx, prometheus, rabbitmq};
use services::node_group;
use services::platform::{self, Settings};
use services::site::{self, Aws};

/// AWS account of the images and the cluster. The number is AWS's own example: replace it with yours.
const ACCOUNT: AccountId = account_id!("123456789012");

/// The account's identifier in the endpoints of its Aurora clusters. An example: replace it with yours.
const AURORA_ACCOUNT: Name = name!("c0example0ab");

/// AWS region of the images, the cluster and the databases.
const REGION: Region = region!("ap-northeast-1");

/// Addresses of the cluster's VPC, which its databases are in, too. Only a new cluster takes others.
const VPC: Cidr = cidr!("192.168.0.0/16");

/// Addresses from which the API server can be reached. An example range of RFC 5737: replace it with yours.
const OFFICE: Cidr = cidr!("203.0.113.0/24");

/// IAM role of the people who may do everything in the cluster. An example: replace it with yours.
const ADMINISTRATORS: IamRoleName = iam_role_name!("platform-administrators");

/// Key in KMS that encrypts Secrets. The id is AWS's own example: replace it with yours.
const SECRETS_KEY: KmsKeyId = kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab");

/// The environment.
#[must_use]
pub fn environment() -> Environment {
    platform::environment(settings())
}

/// Its settings: everything that differs between environments.
#[must_use]
pub fn settings() -> Settings<Aws> {
    // DNS records of this and the other public hosts point to the load balancer of the public gateway.
    let api = host!("api.example.com");
    Settings {
        site: site::Settings { name: name!("prd"), replicas: 2, sources: site::AsBuilt },
        cluster: cluster(),
        shares: Vec::new(),

        account: account::Settings {
            image: image(repository!("account-gin-repository"), fixed_tag!("d74ac1c")),
            database: aurora(name!("account"), secrets_manager_name!("prd/account/database")),
        },
        customer: customer::Settings {
            image: image(repository!("customer-fastapi-repository"), fixed_tag!("cad5c87")),
            database: aurora(name!("customer"), secrets_manager_name!("prd/customer/database")),
            host: api.clone(),
        },
        helloworld: helloworld::Settings { host: host!("hello.example.com") },
        httpbin: httpbin::Settings { host: host!("httpbin.example.com") },
        orchestrator: orchestrator::Settings {
            image: image(repository!("orchestrator-fastapi-repository"), fixed_tag!("00690e9")),
            host: api.clone(),
        },
        order: order::Settings {
            lumen: image(repository!("order-lumen-repository"), fixed_tag!("b5d0574")),
            nginx: image(repository!("order-nginx-repository"), fixed_tag!("b5d0574")),
            app_key: secret(secrets_manager_name!("prd/order/app"), name!("app-key")),
            database: aurora(name!("order"), secrets_manager_name!("prd/order/database")),
        },

        argocd: argocd::Settings {
            branch: git_branch!("main"),
            login: argocd::GitHubLogin {
                organisation: name!("hiroki-it"),
                administrators: name!("sre"),
                app: name!("app"),
                infra: name!("infra"),
                credentials: secrets_manager_name!("prd/argocd/github"),
            },
        },
        cert_manager: cert_manager::Settings {
            issuer: Acme {
                server: AcmeServer::LetsEncrypt,
                email: email_address!("platform@example.com"),
                region: REGION,
                zones: vec![host!("example.com")],
            },
        },
        fluentbit: fluentbit::Settings {
            sink: fluentbit::CloudwatchLogs {
                region: REGION,
                log_group: log_group!("/prd/microservices"),
                retention: fluentbit::Retention::Days90,
            },
        },
        istio: istio::Settings {
            revisions: istio::Revisions::Stable,
            replicas: 2,
            ingress: istio::ClusterIp,
        },
        jaeger: jaeger::Settings { hours: 72, size: gibibytes(20) },
        kiali: kiali::Settings { login: kiali::Token },
        nginx: nginx::Settings {
            // Its DNS records point to the load balancer of the internal gateway.
            entrance: nginx::LoadBalancers { internal_domain: host!("internal.example.com") },
        },
        prometheus: prometheus::Settings {
            // A secret with the properties `username` and `password`.
            grafana: secrets_manager_name!("prd/prometheus/grafana"),
            receivers: prometheus::SlackWebhooks {
                page: secret(
                    secrets_manager_name!("prd/prometheus/alertmanager"),
                    name!("slack-page"),
                ),
                ticket: secret(
                    secrets_manager_name!("prd/prometheus/alertmanager"),
                    name!("slack-ticket"),
                ),
            },
        },
        rabbitmq: rabbitmq::Settings { replicas: 3, storage: gibibytes(20), memory: gibibytes(1) },
    }
}

/// The cluster in AWS.
fn cluster() -> Eks {
    Eks {
        name: name!("microservices"),
        account: ACCOUNT,
        region: REGION,
        // Zone b of this region is closed to new accounts.
        zones: [AvailabilityZone::A, AvailabilityZone::C],
        kubernetes: KubernetesMinor(35),
        vpc_cidr: VPC,
        public_access_cidrs: vec![OFFICE],
        administrators: ADMINISTRATORS,
        secrets_key: SECRETS_KEY,
        // Releases for 1.35. Replace them by those that AWS lists: see `EksAddons`.
        addons: EksAddons {
            nodes: node_group::SYSTEM,
            aws_ebs_csi_driver: eks_addon_version!("v1.58.0-eksbuild.1"),
            coredns: eks_addon_version!("v1.13.2-eksbuild.4"),
            eks_pod_identity_agent: eks_addon_version!("v1.3.10-eksbuild.3"),
            kube_proxy: eks_addon_version!("v1.35.3-eksbuild.2"),
            metrics_server: eks_addon_version!("v0.8.1-eksbuild.5"),
            vpc_cni: eks_addon_version!("v1.21.1-eksbuild.7"),
        },
        node_groups: vec![
            nodes(node_group::APP, InstanceType::T3Large, 3),
            nodes(node_group::DEPLOY, InstanceType::T3Large, 2),
            nodes(node_group::INGRESS, InstanceType::T3Medium, 2),
            nodes(node_group::SYSTEM, InstanceType::T3Xlarge, 2),
        ],
    }
}

/// An image in this account's ECR; the tag is the commit it was built from.
fn image(repository: Repository, tag: FixedTag) -> EcrImage {
    EcrImage { registry: EcrRegistry { account: ACCOUNT, region: REGION }, repository, tag }
}

/// The database of a service, in an Aurora cluster of the same name.
fn aurora(database: Name, credentials: SecretsManagerName) -> AuroraMysql {
    let cluster = database.clone();
    let endpoint = AuroraEndpoint { cluster, account: AURORA_ACCOUNT, region: REGION };
    let encryption = Encryption::None { reason: "the images do not ask their database for TLS" };
    AuroraMysql { endpoint, addresses: VPC, database, credentials, encryption }
}

fn secret(name: SecretsManagerName, property: Name) -> SecretsManagerSecret {
    SecretsManagerSecret { name, property }
}

fn nodes(group: NodeGroup, instance: InstanceType, nodes: u16) -> EksNodeGroup {
    EksNodeGroup { group, instance, nodes }
}
