//! The dev environment: Minikube on a laptop, locally built images, a MySQL container per database.

use manifests_lib::cluster::{KubernetesMinor, KubernetesRelease, Minikube};
use manifests_lib::data::database::MysqlContainer;
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret};
use manifests_lib::environment::Environment;
use manifests_lib::values::{
    LocalImage, PublicImage, Repository, gibibytes, mebibytes, millicores,
};
use manifests_lib::workload::Resources;
use manifests_lib::{
    git_branch, host, minikube_profile, name, node_port, path, public_image, repository, tag,
};
use services::app::{account, customer, helloworld, httpbin, orchestrator, order};
use services::deploy::argocd;
use services::infra::{cert_manager, fluentbit, istio, jaeger, kiali, nginx, prometheus, rabbitmq};
use services::node_group;
use services::platform::{self, Settings};
use services::site::{self, Laptop};

/// The long-term release that follows 8.0, which Aurora MySQL 3 is and which has no more updates.
const MYSQL: PublicImage = public_image!(
    "mysql:8.4.11@sha256:b3b90af2a6552ae30c266fdb7d5dd55f3afb72404bb78d37fe8a23eb857fd3fb"
);

/// The environment.
#[must_use]
pub fn environment() -> Environment {
    platform::environment(settings())
}

/// Its settings: everything that differs between environments.
#[must_use]
pub fn settings() -> Settings<Laptop> {
    let api = host!("api.dev.example.com");
    Settings {
        site: site::Settings { name: name!("dev"), replicas: 1, sources: path!("/data/src") },
        cluster: cluster(),
        shares: Vec::new(),

        account: account::Settings { image: latest(repository!("account-gin")), database: mysql() },
        customer: customer::Settings {
            image: latest(repository!("customer-fastapi")),
            database: mysql(),
            host: api.clone(),
        },
        helloworld: helloworld::Settings { host: host!("hello.dev.example.com") },
        httpbin: httpbin::Settings { host: host!("httpbin.dev.example.com") },
        orchestrator: orchestrator::Settings {
            image: latest(repository!("orchestrator-fastapi")),
            host: api.clone(),
        },
        order: order::Settings {
            lumen: latest(repository!("order-lumen")),
            nginx: latest(repository!("order-nginx")),
            app_key: GeneratedSecret { length: 32 },
            database: mysql(),
        },

        argocd: argocd::Settings { branch: git_branch!("develop"), login: argocd::LocalAdmin },
        cert_manager: cert_manager::Settings { issuer: cert_manager::SelfSigned },
        fluentbit: fluentbit::Settings { sink: fluentbit::Stdout },
        istio: istio::Settings {
            revisions: istio::Revisions::Stable,
            replicas: 1,
            ingress: istio::NodePorts,
        },
        jaeger: jaeger::Settings { hours: 24, size: gibibytes(5) },
        kiali: kiali::Settings { login: kiali::Anonymous },
        nginx: nginx::Settings { entrance: nginx::PortOfNodes(node_port!(30443)) },
        prometheus: prometheus::Settings {
            grafana: GeneratedCredentials {
                user: name!("admin"),
                password: GeneratedSecret { length: 32 },
            },
            receivers: prometheus::Nobody,
        },
        rabbitmq: rabbitmq::Settings { replicas: 1, storage: gibibytes(5), memory: mebibytes(512) },
    }
}

/// The cluster on the laptop.
fn cluster() -> Minikube {
    Minikube {
        profile: minikube_profile!("microservices-dev"),
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: vec![
            node_group::APP,
            node_group::DEPLOY,
            node_group::INGRESS,
            node_group::SYSTEM,
        ],
        cpus: 8,
        memory: mebibytes(12_288),
    }
}

/// The latest local build of an image.
fn latest(repository: Repository) -> LocalImage {
    LocalImage { repository, tag: tag!("latest") }
}

fn mysql() -> MysqlContainer {
    MysqlContainer {
        image: MYSQL,
        on: node_group::APP,
        resources: Resources { cpu: millicores(100), memory: mebibytes(768) },
        storage: gibibytes(5),
        storage_class: Minikube::LOCAL_PATH,
    }
}
