//! The environments: a laptop, a cloud, and a cluster without a mesh.

use manifests_lib::cluster::{
    AvailabilityZone, Eks, EksAddons, EksNodeGroup, InstanceType, KubernetesMinor,
    KubernetesRelease, Minikube,
};
use manifests_lib::data::cache::{ElastiCache, Persistence, ValkeyContainer};
use manifests_lib::environment::{Entry, Environment};
use manifests_lib::prelude::*;
use manifests_lib::values::{
    AccountId, Cidr, EcrImage, EcrRegistry, LocalImage, MinikubeProfile, Region,
};
use manifests_lib::{
    account_id, cidr, eks_addon_version, fixed_tag, git_branch, iam_role_name, kms_key_id,
    minikube_profile, region, secrets_manager_name,
};

use crate::platform::{Network, Settings, platform};
use crate::shop::NODES;

/// Every environment.
pub const ALL: &[Entry] = &[
    Entry { name: "dev", about: "A laptop: Minikube, local images", environment: dev },
    Entry { name: "prd", about: "Production: EKS, images from ECR", environment: prd },
    Entry {
        name: "plain",
        about: "A cluster without a mesh: NetworkPolicies and the Gateway API alone",
        environment: plain,
    },
];

const VALKEY: PublicImage = public_image!(
    "valkey/valkey:8@sha256:81db6d39e1bba3b3ff32bd3a1b19a6d69690f94a3954ec131277b9a26b95b3aa"
);

fn dev() -> Environment {
    local(name!("dev"), minikube_profile!("boutique"), Network::Mesh)
}

fn plain() -> Environment {
    local(name!("plain"), minikube_profile!("boutique-plain"), Network::Plain)
}

/// On Minikube, with images that are built there.
fn local(environment: Name, profile: MinikubeProfile, network: Network) -> Environment {
    let platform = platform(Settings {
        environment,
        branch: git_branch!("develop"),
        replicas: 1,
        secrets: None,
        cache: ValkeyContainer {
            image: VALKEY,
            on: NODES,
            resources: Resources { cpu: millicores(70), memory: mebibytes(256) },
            persistence: Persistence::None,
        }
        .into(),
        network,
        image: |repository| LocalImage { repository, tag: tag!("latest") }.into(),
    });
    let cluster = Minikube {
        profile,
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: vec![NODES],
        cpus: 4,
        memory: mebibytes(8_192),
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

fn prd() -> Environment {
    let platform = platform(Settings {
        environment: name!("prd"),
        branch: git_branch!("main"),
        replicas: 2,
        secrets: Some(REGION),
        cache: ElastiCache {
            host: host!("master.boutique.example.euw1.cache.amazonaws.com"),
            addresses: VPC,
            credentials: secrets_manager_name!("prd/cartservice/cache"),
        }
        .into(),
        network: Network::Mesh,
        image: |repository| {
            let registry = EcrRegistry { account: ACCOUNT, region: REGION };
            EcrImage { registry, repository, tag: fixed_tag!("34ffea9") }.into()
        },
    });
    let cluster = Eks {
        name: name!("boutique"),
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
        node_groups: vec![EksNodeGroup { group: NODES, instance: InstanceType::T3Large, nodes: 3 }],
    };
    Environment {
        platform,
        infrastructure: cluster.into(),
        sources: None,
        reviewers: None,
        settings: None,
    }
}
