//! The dev environment: Minikube on a laptop, images built there, a MySQL container per database.

use manifests_lib::cluster::{KubernetesMinor, KubernetesRelease, Minikube};
use manifests_lib::data::database::MysqlContainer;
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret};
use manifests_lib::values::{
    LocalImage, PublicImage, Repository, Version, gibibytes, mebibytes, millicores,
};
use manifests_lib::workload::Resources;
use manifests_lib::{git_branch, host, name, node_port, path, repository, tag};
use services::environment::{
    Databases, Development, Environment, Images, Mesh, Revisions, Secrets, SourceMounts,
    TraceStorage,
};
use services::infra::nginx::Hosts;
use services::infra::rabbitmq::BrokerSize;
use services::node_group;

/// Everything in which dev differs from other environments.
#[must_use]
pub fn environment() -> Environment {
    development().into()
}

/// What [`environment`] is made from.
#[must_use]
pub fn development() -> Development {
    Development {
        name: name!("dev"),
        images: Images {
            account: latest(repository!("account-gin")),
            customer: latest(repository!("customer-fastapi")),
            orchestrator: latest(repository!("orchestrator-fastapi")),
            order_lumen: latest(repository!("order-lumen")),
            order_nginx: latest(repository!("order-nginx")),
        },
        databases: Databases { account: mysql(), customer: mysql(), order: mysql() },
        secrets: Secrets { order_app_key: GeneratedSecret { length: 32 } },
        hosts: Hosts {
            api: host!("api.dev.example.com"),
            hello: host!("hello.dev.example.com"),
            httpbin: host!("httpbin.dev.example.com"),
        },
        broker: BrokerSize { replicas: 1, storage: gibibytes(5), memory: mebibytes(512) },
        entrance: node_port!(30443),
        replicas: 1,
        source_mounts: SourceMounts { directory: path!("/data/src") },
        branch: git_branch!("develop"),
        mesh: Mesh { revisions: Revisions::Stable, replicas: 1 },
        traces: TraceStorage { hours: 24, size: gibibytes(5) },
        grafana_login: GeneratedCredentials {
            user: name!("admin"),
            password: GeneratedSecret { length: 32 },
        },
        cluster: Minikube {
            profile: name!("minikube"),
            kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
            node_groups: vec![
                node_group::APP,
                node_group::DEPLOY,
                node_group::INGRESS,
                node_group::SYSTEM,
            ],
            cpus: 8,
            memory: mebibytes(12_288),
        },
    }
}

/// What `docker build` on the laptop has just built.
fn latest(repository: Repository) -> LocalImage {
    LocalImage { repository, tag: tag!("latest") }
}

fn mysql() -> MysqlContainer {
    MysqlContainer {
        // The version that Aurora MySQL 3 is compatible with.
        image: PublicImage { repository: repository!("mysql"), version: Version::Tag(tag!("8.0")) },
        on: node_group::APP,
        resources: Resources { cpu: millicores(100), memory: mebibytes(768) },
        storage: gibibytes(5),
        // Minikube's default class writes on the wrong node of a cluster with several.
        storage_class: Minikube::LOCAL_PATH,
    }
}
