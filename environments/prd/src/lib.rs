//! The prd environment: EKS, images from ECR, Aurora MySQL.

use manifests_lib::{
    AccountId, Aurora, EcrImage, EcrRegistry, Eks, EksNodeGroup, InstanceType, NodeGroup, Region,
    Repository, SecretsManagerSecret, Tag, account_id, host, name, region, repository,
    secrets_manager_name, tag,
};
use services::environment::{Databases, Environment, Images, Production, Secrets};
use services::node_group;

/// The AWS account that holds the images. The number is AWS's own example: put yours here.
const ACCOUNT: AccountId = account_id!("123456789012");

/// The region of the images, the cluster and the databases.
const REGION: Region = region!("ap-northeast-1");

/// Everything in which prd differs from other environments.
#[must_use]
pub fn environment() -> Environment {
    Production {
        name: name!("prd"),
        images: Images {
            account: image(repository!("account-gin-repository"), tag!("d74ac1c")),
            customer: image(repository!("customer-fastapi-repository"), tag!("cad5c87")),
            orchestrator: image(
                repository!("orchestrator-fastapi-repository"),
                tag!("00690e9"),
            ),
            order_lumen: image(repository!("order-lumen-repository"), tag!("b5d0574")),
            order_nginx: image(repository!("order-nginx-repository"), tag!("b5d0574")),
        },
        databases: Databases {
            account: Aurora {
                endpoint: host!("account.cluster-c0example0ab.ap-northeast-1.rds.amazonaws.com"),
                database: name!("account"),
                credentials: secrets_manager_name!("prd/account/database"),
            },
            customer: Aurora {
                endpoint: host!("customer.cluster-c0example0ab.ap-northeast-1.rds.amazonaws.com"),
                database: name!("customer"),
                credentials: secrets_manager_name!("prd/customer/database"),
            },
            order: Aurora {
                endpoint: host!("order.cluster-c0example0ab.ap-northeast-1.rds.amazonaws.com"),
                database: name!("order"),
                credentials: secrets_manager_name!("prd/order/database"),
            },
        },
        secrets: Secrets {
            order_app_key: SecretsManagerSecret {
                name: secrets_manager_name!("prd/order/app"),
                property: name!("app-key"),
            },
        },
        replicas: 2,
        cluster: Eks {
            node_groups: vec![
                nodes(node_group::APP, InstanceType::T3Large, 3),
                nodes(node_group::DEPLOY, InstanceType::T3Large, 2),
                nodes(node_group::INGRESS, InstanceType::T3Medium, 2),
                nodes(node_group::SYSTEM, InstanceType::T3Xlarge, 2),
            ],
        },
    }
    .into()
}

/// An image of this account, by the commit that was built.
fn image(repository: Repository, tag: Tag) -> EcrImage {
    EcrImage {
        registry: EcrRegistry {
            account: ACCOUNT,
            region: REGION,
        },
        repository,
        tag,
    }
}

fn nodes(group: NodeGroup, instance: InstanceType, nodes: u16) -> EksNodeGroup {
    EksNodeGroup {
        group,
        instance,
        nodes,
    }
}
