//! A platform of many services that are alike.

use manifests_lib::data::{GeneratedSecret, SecretValue};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Namespace, Team};
use manifests_lib::platform::Platform;
use manifests_lib::values::{LocalImage, Name, mebibytes, millicores};
use manifests_lib::workload::{Container, NodeGroup, Probe, Resources, Workload};
use manifests_lib::{
    git_branch, git_url, label_key, name, path, plain, port, relative_path, repository, tag, uid,
    url_path,
};

/// Where they run.
pub const NAMESPACE: Namespace = Namespace::new(name!("services"));

const NODES: NodeGroup = NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

fn add_bundle(team: &Team, number: usize) {
    let name = Name::new(format!("service-{number}")).expect("letters and digits");
    let app = team.bundle(name, &NAMESPACE).app(&NODES);
    let source = GeneratedSecret { length: 32 }.into();
    let key = app.secret(SecretValue { key: name!("app-key"), source });
    let server = app.deployment(2).container(Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("server"), tag: tag!("00690e9") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Http(url_path!("/healthy")),
    });
    let service = server.expose_http(port!(80));
    let itself = app.calls(&service);
    server.env([
        plain!("MODE", "fast"),
        plain!("LOG_CHANNEL", "stderr"),
        key.variable("APP_KEY"),
        itself.url("OWN_URL"),
    ]);
    server.empty_dir(path!("/tmp"), mebibytes(64));
    service.mesh_route();
}

fn git_source() -> GitSource {
    GitSource {
        namespace: Namespace::new(name!("argocd")),
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![NAMESPACE],
            api_groups: vec![
                "external-secrets.io",
                "generators.external-secrets.io",
                "networking.istio.io",
                "security.istio.io",
            ],
        },
    }
}

/// A platform of this many bundles, not yet built.
pub fn platform(bundles: usize) -> Platform {
    let platform = Platform::new(&name!("bench"), git_source(), Conventions::named_by_kind());
    let team = platform.team(name!("team"));
    (0..bundles).for_each(|number| add_bundle(&team, number));
    platform
}
