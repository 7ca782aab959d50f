//! The environments: a laptop and a cloud.

use manifests_lib::cluster::{
    ApiServer, AvailabilityZone, Eks, EksAddons, EksNodeGroup, InstanceType, KubernetesMinor,
    KubernetesRelease, Minikube,
};
use manifests_lib::data::cache::{ElastiCache, Persistence, ValkeyContainer};
use manifests_lib::data::database::{AuroraEndpoint, AuroraPostgres, PostgresContainer};
use manifests_lib::data::{
    CaCertificates, Encryption, GeneratedCredentials, GeneratedSecret, SecretsManagerSecret,
};
use manifests_lib::environment::{Entry, Environment};
use manifests_lib::network::gateway_api::Exposure;
use manifests_lib::prelude::*;
use manifests_lib::values::{AccountId, Cidr, Region};
use manifests_lib::{
    account_id, eks_addon_version, git_branch, iam_role_name, kms_key_id, minikube_profile,
    secrets_manager_name,
};

use crate::kitchen::NODES;
use crate::platform::{Settings, platform};

/// Every environment.
pub const ALL: &[Entry] = &[
    Entry { name: "dev", about: "A laptop: Minikube", environment: dev },
    Entry { name: "prd", about: "Production: EKS", environment: production },
];

// In place of the digest of a release: nothing pulls it.
const POSTGRES: PublicImage = public_image!(
    "postgres:17@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
);

const VALKEY: PublicImage = public_image!(
    "valkey/valkey:8@sha256:81db6d39e1bba3b3ff32bd3a1b19a6d69690f94a3954ec131277b9a26b95b3aa"
);

fn dev() -> Environment {
    let platform = platform(Settings {
        environment: name!("dev"),
        branch: git_branch!("develop"),
        secrets: None,
        public: Exposure::NodePort(node_port!(30443)),
        api_server: ApiServer { addresses: cidr!("192.168.49.0/24"), port: port!(8443) },
        postgres: |_| {
            PostgresContainer {
                image: POSTGRES,
                on: NODES,
                resources: Resources { cpu: millicores(50), memory: mebibytes(256) },
                storage: gibibytes(1),
                storage_class: Minikube::LOCAL_PATH,
            }
            .into()
        },
        reader: GeneratedCredentials {
            user: name!("reader"),
            password: GeneratedSecret { length: 32 },
        }
        .into(),
        cache: ValkeyContainer {
            image: VALKEY,
            on: NODES,
            resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
            persistence: Persistence::None,
        }
        .into(),
        license: GeneratedSecret { length: 32 }.into(),
        storage_class: Minikube::LOCAL_PATH,
    });
    let cluster = Minikube {
        profile: minikube_profile!("cookbook"),
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: vec![NODES],
        cpus: 16,
        memory: mebibytes(24_576),
    };
    Environment {
        platform,
        infrastructure: cluster.into(),
        sources: None,
        reviewers: None,
        settings: None,
    }
}

const ACCOUNT: AccountId = account_id!("123456789012");
const REGION: Region = region!("eu-west-1");
const VPC: Cidr = cidr!("192.168.0.0/16");

/// In place of the bundle that AWS publishes for the region.
const CAS: CaCertificates =
    CaCertificates("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");

/// What the page shows the objects of.
pub(crate) fn production() -> Environment {
    let platform = platform(Settings {
        environment: name!("prd"),
        branch: git_branch!("main"),
        secrets: Some(REGION),
        public: Exposure::NetworkLoadBalancer,
        api_server: ApiServer { addresses: VPC, port: port!(443) },
        postgres: |database| {
            AuroraPostgres {
                endpoint: AuroraEndpoint {
                    cluster: database.clone(),
                    account: name!("c0example0ab"),
                    region: REGION,
                },
                addresses: VPC,
                credentials: secrets_manager_name!("prd/shop/database"),
                database,
                encryption: Encryption::Tls(CAS),
            }
            .into()
        },
        reader: secrets_manager_name!("prd/shop/reader").into(),
        cache: ElastiCache {
            host: host!("master.shop.example.euw1.cache.amazonaws.com"),
            addresses: VPC,
            credentials: secrets_manager_name!("prd/shop/cache"),
        }
        .into(),
        license: SecretsManagerSecret {
            name: secrets_manager_name!("prd/shop/license"),
            property: name!("key"),
        }
        .into(),
        storage_class: Eks::GP3,
    });
    let cluster = Eks {
        name: name!("cookbook"),
        account: ACCOUNT,
        region: REGION,
        zones: [AvailabilityZone::A, AvailabilityZone::C],
        kubernetes: KubernetesMinor(35),
        vpc_cidr: VPC,
        public_access_cidrs: vec![cidr!("203.0.113.0/24")],
        administrators: iam_role_name!("platform-administrators"),
        secrets_key: kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab"),
        addons: EksAddons {
            nodes: NODES,
            aws_ebs_csi_driver: eks_addon_version!("v1.58.0-eksbuild.1"),
            coredns: eks_addon_version!("v1.13.2-eksbuild.4"),
            eks_pod_identity_agent: eks_addon_version!("v1.3.10-eksbuild.3"),
            kube_proxy: eks_addon_version!("v1.35.3-eksbuild.2"),
            metrics_server: eks_addon_version!("v0.8.1-eksbuild.5"),
            vpc_cni: eks_addon_version!("v1.21.1-eksbuild.7"),
        },
        node_groups: vec![EksNodeGroup {
            group: NODES,
            instance: InstanceType::T3Xlarge,
            nodes: 4,
        }],
    };
    Environment {
        platform,
        infrastructure: cluster.into(),
        sources: None,
        reviewers: None,
        settings: None,
    }
}
