//! The prd environment: EKS, images from ECR, Aurora MySQL.

use manifests_lib::cluster::{AvailabilityZone, Eks, EksNodeGroup, InstanceType, KubernetesMinor};
use manifests_lib::data::SecretsManagerSecret;
use manifests_lib::data::database::{Aurora, AuroraEndpoint};
use manifests_lib::network::{Acme, AcmeServer};
use manifests_lib::values::{
    AccountId, Cidr, EcrImage, EcrRegistry, Name, Region, Repository, Tag, gibibytes,
};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{
    account_id, cidr, email_address, git_branch, host, log_group, name, region, repository,
    secrets_manager_name, tag,
};
use services::deploy::argocd::GitHubLogin;
use services::environment::{
    CloudwatchLogs, Databases, Environment, Images, Mesh, Production, Retention, Revisions,
    Secrets, SlackWebhooks, TraceStorage,
};
use services::infra::nginx::Hosts;
use services::infra::rabbitmq::BrokerSize;
use services::node_group;

/// The AWS account that holds the images. The number is AWS's own example: put yours here.
const ACCOUNT: AccountId = account_id!("123456789012");

/// What AWS calls the account in the endpoints of its Aurora clusters. An example: put yours here.
const AURORA_ACCOUNT: Name = name!("c0example0ab");

/// The region of the images, the cluster and the databases.
const REGION: Region = region!("ap-northeast-1");

/// From where people reach the API server. Addresses that RFC 5737 keeps for examples: put yours here.
const OFFICE: Cidr = cidr!("203.0.113.0/24");

/// Everything in which prd differs from other environments.
#[must_use]
pub fn environment() -> Environment {
    Production {
        name: name!("prd"),
        images: Images {
            account: image(repository!("account-gin-repository"), tag!("d74ac1c")),
            customer: image(repository!("customer-fastapi-repository"), tag!("cad5c87")),
            orchestrator: image(repository!("orchestrator-fastapi-repository"), tag!("00690e9")),
            order_lumen: image(repository!("order-lumen-repository"), tag!("b5d0574")),
            order_nginx: image(repository!("order-nginx-repository"), tag!("b5d0574")),
        },
        databases: databases(),
        secrets: Secrets {
            order_app_key: SecretsManagerSecret {
                name: secrets_manager_name!("prd/order/app"),
                property: name!("app-key"),
            },
        },
        issuer: Acme {
            server: AcmeServer::LetsEncrypt,
            email: email_address!("platform@example.com"),
            region: REGION,
        },
        hosts: Hosts {
            api: host!("api.example.com"),
            hello: host!("hello.example.com"),
            httpbin: host!("httpbin.example.com"),
        },
        broker: BrokerSize { replicas: 3, storage: gibibytes(20), memory: gibibytes(1) },
        internal_domain: host!("internal.example.com"),
        replicas: 2,
        branch: git_branch!("main"),
        login: GitHubLogin {
            organisation: name!("hiroki-it"),
            administrators: name!("sre"),
            app: name!("app"),
            infra: name!("infra"),
            credentials: secrets_manager_name!("prd/argocd/github"),
        },
        mesh: Mesh { revisions: Revisions::Stable, replicas: 2 },
        traces: TraceStorage { hours: 72, size: gibibytes(20) },
        grafana_login: secrets_manager_name!("prd/grafana"),
        alerts: SlackWebhooks {
            page: SecretsManagerSecret {
                name: secrets_manager_name!("prd/alertmanager"),
                property: name!("slack-page"),
            },
            ticket: SecretsManagerSecret {
                name: secrets_manager_name!("prd/alertmanager"),
                property: name!("slack-ticket"),
            },
        },
        logs: CloudwatchLogs {
            region: REGION,
            log_group: log_group!("/prd/microservices"),
            retention: Retention::Days90,
        },
        cluster: cluster(),
    }
    .into()
}

/// The cluster in AWS.
fn cluster() -> Eks {
    Eks {
        name: name!("microservices"),
        account: ACCOUNT,
        region: REGION,
        // The region's b is closed to new accounts.
        zones: [AvailabilityZone::A, AvailabilityZone::C],
        kubernetes: KubernetesMinor(35),
        public_access_cidrs: vec![OFFICE],
        node_groups: vec![
            nodes(node_group::APP, InstanceType::T3Large, 3),
            nodes(node_group::DEPLOY, InstanceType::T3Large, 2),
            nodes(node_group::INGRESS, InstanceType::T3Medium, 2),
            nodes(node_group::SYSTEM, InstanceType::T3Xlarge, 2),
        ],
    }
}

/// An image of this account, by the commit that was built.
fn image(repository: Repository, tag: Tag) -> EcrImage {
    EcrImage { registry: EcrRegistry { account: ACCOUNT, region: REGION }, repository, tag }
}

/// One database of Aurora per service.
fn databases() -> Databases<Aurora> {
    Databases {
        account: Aurora {
            endpoint: aurora(name!("account")),
            database: name!("account"),
            credentials: secrets_manager_name!("prd/account/database"),
        },
        customer: Aurora {
            endpoint: aurora(name!("customer")),
            database: name!("customer"),
            credentials: secrets_manager_name!("prd/customer/database"),
        },
        order: Aurora {
            endpoint: aurora(name!("order")),
            database: name!("order"),
            credentials: secrets_manager_name!("prd/order/database"),
        },
    }
}

/// The cluster of one service's database.
fn aurora(cluster: Name) -> AuroraEndpoint {
    AuroraEndpoint { cluster, account: AURORA_ACCOUNT, region: REGION }
}

fn nodes(group: NodeGroup, instance: InstanceType, nodes: u16) -> EksNodeGroup {
    EksNodeGroup { group, instance, nodes }
}
