//! A small platform, in the language that the environments are written in: what Argo CD is tried with.

use std::path::Path;

use harness::Failure;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{
    BuildError, Bundle, Component, Conventions, Injection, Namespace, NamespaceRules, PodSecurity,
    Team, named,
};
use manifests_lib::platform::Platform;
use manifests_lib::values::{LocalImage, Name, gibibytes, mebibytes, millicores};
use manifests_lib::workload::{
    Container, ContainerHandle, LocalVolume, NodeGroup, Probe, Resources, WithPort, Workload,
};
use manifests_lib::{
    git_branch, git_url, label_key, name, path, port, relative_path, repository, tag, uid,
};

use crate::rendered::{self, Object};

/// The name of the environment.
pub const ENVIRONMENT: Name = name!("small");

/// Where Argo CD and every Application is.
pub const ARGOCD: Namespace = Namespace::new(name!("argocd"));

/// Where the services are.
pub const SHOP: Namespace = Namespace::new(name!("shop"));

/// Where the repository is, on a host that the lane plays.
pub const REPOSITORY: &str = "github.com/example/manifests.git";

/// The branch that Argo CD follows.
pub const BRANCH: &str = "main";

/// An object of a kind that customer alone has.
pub const ONLY_ONE: &str = "customer";

/// What the environments' Argo CD is: deployed by itself, after bootstrap has.
pub const ITSELF: Name = name!("itself");

/// Nodes that the cluster has.
pub const NODES: NodeGroup =
    NodeGroup { label: label_key!("example.com/group"), value: name!("shop") };

/// Nodes that it does not have.
const NOWHERE: NodeGroup =
    NodeGroup { label: label_key!("example.com/group"), value: name!("nowhere") };

/// How long a Deployment may make no progress, in seconds.
const PATIENCE: i32 = 5;

/// Pairs of Applications: the first has to be deployed before the second exists, and why.
pub const ORDER: [(&str, &str, &str); 4] = [
    ("infra-shared", "certificates", "its namespace is in the other"),
    ("operator", "certificates", "it was declared so"),
    ("app-shared", "account", "its namespace is in the other"),
    ("infra-parent", "app-parent", "account waits for operator"),
];

/// What a commit contains.
#[derive(Clone, Copy)]
pub struct Edition {
    /// Whether account has its volume, which holds data.
    pub has_volume: bool,
    /// The name of account's settings.
    pub settings: &'static str,
    /// Whether there is the bundle customer.
    pub has_customer: bool,
    /// Whether order asks for nodes that exist.
    pub order_fits: bool,
}

/// What is deployed first.
pub const FIRST: Edition =
    Edition { has_volume: true, settings: "settings", has_customer: true, order_fits: true };

/// Builds an edition of the platform.
pub fn objects(edition: Edition) -> Result<Vec<Object>, Failure> {
    let platform = Platform::new(
        &ENVIRONMENT,
        GitSource {
            namespace: ARGOCD,
            repository: git_url!("https://github.com/example/manifests.git"),
            branch: git_branch!("main"),
            snapshots: relative_path!("snapshots"),
            prerequisites: Prerequisites {
                namespaces: vec![ARGOCD, Namespace::KUBE_SYSTEM],
                api_groups: Vec::new(),
            },
        },
        Conventions::named_by_kind(),
    );
    write(&platform, edition);
    let built = platform.build().map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(BuildError::to_string).collect();
        Failure::new(format!(
            "the small platform cannot be built: {}; correct {}",
            errors.join("; "),
            Path::new(file!()).display()
        ))
    })?;
    rendered::objects(&built)
}

fn write(platform: &Platform, edition: Edition) {
    let Edition { has_volume, settings, has_customer, order_fits } = edition;
    let tools = Namespace::new(name!("tools"));
    let infra = platform.team(name!("infra"));
    let rules = NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Baseline };
    infra.bundle(name!("infra-shared"), &tools).create_namespace(&tools, &rules);
    let operator = infra.bundle(name!("operator"), &Namespace::KUBE_SYSTEM);
    operator.add(config_map("operator"));
    let certificates = infra.bundle(name!("certificates"), &tools);
    certificates.add(config_map("certificates"));
    certificates.after(&operator);

    platform.bundle(ITSELF, &ARGOCD).add(config_map(ITSELF.as_str()));

    let app = platform.team(name!("app"));
    app.bundle(name!("app-shared"), &SHOP).create_namespace(&SHOP, &rules);
    let (account, component, server) = service(&app, name!("account"), &NODES);
    account.after(&operator);
    account.add(config_map(settings));
    if has_volume {
        volume(&component, &server);
    }
    // Argo CD neither compares nor deletes what a project does not list: volumes stay in it.
    let (_, component, server) = service(&app, name!("stock"), &NODES);
    volume(&component, &server);
    if has_customer {
        let (customer, component, server) = service(&app, name!("customer"), &NODES);
        volume(&component, &server);
        customer.add(core::ResourceQuota {
            metadata: named(ONLY_ONE),
            ..core::ResourceQuota::default()
        });
    }
    let nodes = if order_fits { NODES } else { NOWHERE };
    let (order, ..) = service(&app, name!("order"), &nodes);
    // Of a kind that no other bundle has.
    order.add(core::LimitRange { metadata: named("order"), ..core::LimitRange::default() });
    app.bundle(name!("copy"), &SHOP).add(config_map("copy"));
}

/// A Deployment of one pod.
fn service(
    team: &Team,
    name: Name,
    nodes: &NodeGroup,
) -> (Bundle, Component, ContainerHandle<WithPort>) {
    let bundle = team.bundle(name, &SHOP);
    let component = bundle.app(nodes);
    let server = component.deployment(1).container(Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("server"), tag: tag!("1.0") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(64) },
        user: uid!(1000),
        probe: Probe::Tcp,
    });
    bundle.patch(|deployment: &mut apps::Deployment| {
        deployment.spec.get_or_insert_default().progress_deadline_seconds = Some(PATIENCE);
    });
    (bundle, component, server)
}

fn volume(component: &Component, server: &ContainerHandle<WithPort>) {
    let volume = component.local_volume(LocalVolume { path: path!("/data"), size: gibibytes(1) });
    server.mount(&volume, path!("/data"));
}

fn config_map(name: &str) -> core::ConfigMap {
    core::ConfigMap { metadata: named(name), ..core::ConfigMap::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edition_can_be_built() {
        for edition in [
            FIRST,
            Edition {
                has_volume: false,
                settings: "other",
                has_customer: false,
                order_fits: false,
            },
        ] {
            assert!(objects(edition).is_ok());
        }
    }

    #[test]
    fn the_order_speaks_of_applications_of_the_platform() {
        let objects = objects(FIRST).unwrap();
        for (first, second, _) in ORDER {
            for bundle in [first, second] {
                let name = format!("{bundle}-application");
                assert!(objects.iter().any(|object| object.identity.name == name), "{name}");
            }
        }
    }
}
