//! A small platform for tests: a web server and a broker on one group of nodes.

use custom_resources::rabbitmq::v1beta1::{RabbitmqCluster, RabbitmqClusterSpec};
use k8s_openapi::api::core::v1 as core;
use manifests_lib::cluster::{Cluster, KubernetesMinor, KubernetesRelease, Minikube};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Namespace, named};
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::LocalImage;
use manifests_lib::workload::NodeGroup;
use manifests_lib::{git_branch, git_url, label_key, minikube_profile, relative_path};

/// The group.
pub const GROUP: NodeGroup =
    NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

const ARGOCD: Namespace = Namespace::new(name!("argocd"));
/// Where it runs.
pub const SHOP: Namespace = Namespace::new(name!("shop"));

/// Nothing.
pub fn empty() -> Platform {
    let source = GitSource {
        namespace: ARGOCD,
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![ARGOCD, SHOP],
            api_groups: vec!["argoproj.io", "rabbitmq.com"],
        },
    };
    Platform::new(&name!("small"), source, Conventions::named_by_kind())
}

/// One pod with 100 millicores and 64 MiB, and three brokers with 200 millicores and 1 GiB.
pub fn platform() -> Platform {
    let platform = empty();
    let bundle = platform.team(name!("team")).bundle(name!("web"), &SHOP);
    bundle.app(&GROUP).deployment(1).container(Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("web"), tag: tag!("1.0") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(64) },
        user: uid!(1000),
        probe: Probe::Tcp,
    });
    let resources = Resources { cpu: millicores(200), memory: gibibytes(1) };
    let nodes = core::NodeSelectorTerm {
        match_expressions: Some(vec![core::NodeSelectorRequirement {
            key: GROUP.label.to_string(),
            operator: "In".to_owned(),
            values: Some(vec![GROUP.value.to_string()]),
        }]),
        match_fields: None,
    };
    bundle.add(RabbitmqCluster {
        metadata: named("broker"),
        spec: Some(RabbitmqClusterSpec {
            affinity: Some(core::Affinity {
                node_affinity: Some(core::NodeAffinity {
                    required_during_scheduling_ignored_during_execution: Some(core::NodeSelector {
                        node_selector_terms: vec![nodes],
                    }),
                    ..core::NodeAffinity::default()
                }),
                ..core::Affinity::default()
            }),
            replicas: Some(3),
            resources: Some(resources.requirements()),
            ..RabbitmqClusterSpec::default()
        }),
    });
    platform
}

/// Nodes with more than enough for it.
pub fn cluster() -> Minikube {
    Minikube {
        profile: minikube_profile!("small"),
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: vec![GROUP],
        cpus: 8,
        memory: mebibytes(12_288),
    }
}

/// The nodes as they take pods.
pub fn nodes() -> Cluster {
    cluster().into()
}
