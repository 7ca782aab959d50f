//! Small platforms of lanes: what the environments need not have.

use harness::Failure;
use manifests_lib::cluster::{KubernetesMinor, KubernetesRelease, Minikube};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::environment::Environment;
use manifests_lib::model::{Conventions, Namespace};
use manifests_lib::platform::Platform;
use manifests_lib::values::{Name, gibibytes};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{git_branch, git_url, label_key, minikube_profile, name, relative_path};

use crate::rendered::Rendered;

/// Where everything runs.
pub const NODES: NodeGroup =
    NodeGroup { label: label_key!("example.com/group"), value: name!("all") };

/// Starts a platform in a cluster that has the namespace of Argo CD, these others and the CRDs of these groups.
pub fn platform(
    name: &Name,
    argocd: &Namespace,
    others: &[Namespace],
    api_groups: &[&'static str],
) -> Platform {
    let namespaces = [std::slice::from_ref(argocd), others].concat();
    let source = GitSource {
        namespace: argocd.clone(),
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites { namespaces, api_groups: api_groups.to_vec() },
    };
    Platform::new(name, source, Conventions::named_by_kind())
}

/// Renders it for a laptop.
pub fn rendered(platform: Platform) -> Result<Rendered, Failure> {
    let cluster = Minikube {
        profile: minikube_profile!("small"),
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: vec![NODES],
        cpus: 8,
        memory: gibibytes(8),
    };
    let infrastructure = cluster.into();
    Rendered::of(Environment {
        platform,
        infrastructure,
        sources: None,
        reviewers: None,
        settings: None,
    })
}
