//! A small platform to test with, and how its objects and mistakes are shown.

use helm_values::HelmChart;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::{
    BuildError, BuiltPlatform, Bundle, Chart, ChartHandle, Component, Container, ContainerHandle,
    Delivery, Deployment, DeploymentHandle, Existing, Expose, Injection, Kind, Listens, LocalImage,
    Name, Namespace, NamespaceRules, NodeGroup, Parent, Platform, PodSecurity, Port, Probe,
    Protocol, Resource, Resources, Root, Service, git_branch, git_url, label_key, mebibytes,
    millicores, name, port, relative_path, repository, tag, uid, yaml,
};
use serde::Serialize;

pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("shop"));

/// Namespaces that may read a store of secrets.
pub(crate) const READERS: &[Namespace] = &[NAMESPACE];

pub(crate) const NODES: NodeGroup =
    NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

pub(crate) const RULES: NamespaceRules =
    NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Baseline };

pub(crate) fn bundle() -> Bundle {
    Bundle::new(name!("web"), &NAMESPACE, &name!("test"))
}

pub(crate) fn container() -> Container {
    Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("web-server"), tag: tag!("1.0") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(64) },
        user: uid!(1000),
        probe: Probe::Tcp,
    }
}

pub(crate) fn deployment(component: &Component) -> DeploymentHandle {
    component.deployment(Deployment { replicas: 1, on: &NODES })
}

/// A Deployment of one container.
pub(crate) fn server(component: &Component) -> ContainerHandle<Listens> {
    deployment(component).container(container())
}

/// A Service of such a Deployment.
pub(crate) fn service(component: &Component) -> Service {
    service_on(component, port!(80))
}

pub(crate) fn service_on(component: &Component, port: Port) -> Service {
    server(component).expose(Expose { port, protocol: Protocol::Http })
}

pub(crate) fn config_map(name: &str) -> core::ConfigMap {
    core::ConfigMap {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        ..core::ConfigMap::default()
    }
}

/// Values of a chart that nobody has released.
#[derive(Serialize)]
struct Values {
    replicas: u8,
}

impl HelmChart for Values {
    const NAME: &'static str = "tool";
    const REPOSITORY: &'static str = "https://example.com/charts";
    const VERSION: &'static str = "1.2.3";

    fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }
}

/// A chart of one Deployment.
pub(crate) fn with_chart(bundle: &Bundle) -> ChartHandle {
    chart(bundle, Vec::new())
}

/// A chart of one Deployment and the CRDs of a group.
pub(crate) fn with_crds(bundle: &Bundle, group: &'static str) -> ChartHandle {
    chart(bundle, vec![group])
}

fn chart(bundle: &Bundle, installs: Vec<&'static str>) -> ChartHandle {
    bundle.chart(Chart {
        release: name!("tool"),
        values: Values { replicas: 2 },
        kinds: vec![Kind::of::<apps::Deployment>()],
        installs,
    })
}

pub(crate) fn build(bundles: &[&Bundle]) -> BuiltPlatform {
    platform(bundles).unwrap_or_else(|errors| panic!("{}", listed(&errors)))
}

/// What the build refuses, one mistake a line; `N` stands for the numbers of lines in this crate's tests.
pub(crate) fn mistakes(bundles: &[&Bundle]) -> String {
    match platform(bundles) {
        Ok(_) => panic!("the build finds no mistake"),
        Err(errors) => without_lines(&listed(&errors)),
    }
}

pub(crate) fn errors(bundles: &[&Bundle]) -> Vec<BuildError> {
    platform(bundles).err().unwrap_or_default()
}

fn platform(bundles: &[&Bundle]) -> Result<BuiltPlatform, Vec<BuildError>> {
    Platform::new(name!("test"), root(bundles.iter().copied().cloned())).build()
}

/// Everything below one parent, in a cluster that has what the bundles need.
pub(crate) fn root(bundles: impl IntoIterator<Item = Bundle>) -> Root {
    Root::new(delivery(), [], [Parent::new(name!("team"), bundles)])
}

pub(crate) fn delivery() -> Delivery {
    Delivery {
        namespace: Namespace::new(name!("argocd")),
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        existing: Existing {
            namespaces: vec![
                Namespace::new(name!("argocd")),
                Namespace::new(name!("elsewhere")),
                NAMESPACE,
            ],
            api_groups: vec![
                "argoproj.io",
                "cert-manager.io",
                "external-secrets.io",
                "gateway.networking.k8s.io",
                "gateway.nginx.org",
                "generators.external-secrets.io",
                "monitoring.coreos.com",
                "networking.istio.io",
                "rabbitmq.com",
                "security.istio.io",
            ],
        },
    }
}

pub(crate) fn listed(errors: &[BuildError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

pub(crate) fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(".rs:N");
        shown.push_str(part.trim_start_matches(|character: char| character.is_ascii_digit()));
    }
    shown
}

pub(crate) fn resources(bundles: &[&Bundle]) -> Vec<Resource> {
    let built = build(bundles);
    let is_given = |name: &Name| bundles.iter().any(|bundle| bundle.name() == name);
    built
        .bundles
        .into_iter()
        .filter(|bundle| is_given(&bundle.name))
        .flat_map(|bundle| bundle.resources)
        .collect()
}

/// The kinds of all objects of a bundle, in order.
pub(crate) fn kinds(bundle: &Bundle) -> Vec<&'static str> {
    let identities = resources(&[bundle]);
    identities.iter().map(|resource| resource.identity().kind).collect()
}

/// The objects of these kinds, as YAML documents.
pub(crate) fn objects(bundle: &Bundle, kinds: &[&str]) -> String {
    let documents: Vec<_> = resources(&[bundle])
        .iter()
        .filter(|resource| kinds.contains(&resource.identity().kind))
        .map(document)
        .collect();
    documents.join("---\n")
}

/// One object, as a YAML document.
pub(crate) fn document(resource: &Resource) -> String {
    let mut document = String::new();
    resource.write_yaml(&mut document).expect("finite numbers");
    document
}

/// A part of the first object of a kind, by JSON pointer, as YAML.
pub(crate) fn part(bundle: &Bundle, kind: &str, pointer: &str) -> String {
    let resources = resources(&[bundle]);
    let object = resources
        .iter()
        .find(|resource| resource.identity().kind == kind)
        .unwrap_or_else(|| panic!("no {kind}"))
        .to_json()
        .expect("finite numbers");
    let part = object.pointer(pointer).unwrap_or_else(|| panic!("{kind} has no {pointer}"));
    yaml::to_string(part).expect("JSON")
}

/// A part of the only container of the bundle's first Deployment.
pub(crate) fn container_part(bundle: &Bundle, pointer: &str) -> String {
    let pointer = format!("/spec/template/spec/containers/0{pointer}");
    part(bundle, "Deployment", &pointer)
}
