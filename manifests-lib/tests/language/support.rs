//! A small platform to test with, and how its objects and mistakes are shown.

use manifests_lib::{
    BuildError, BuiltPlatform, Bundle, Component, Container, ContainerHandle, Deployment,
    DeploymentHandle, Expose, Listens, LocalImage, Namespace, NodeGroup, Platform, Port, Probe,
    Protocol, Resource, Resources, Service, label_key, mebibytes, millicores, name, port,
    repository, tag, uid, yaml,
};

pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("shop"));

pub(crate) const NODES: NodeGroup = NodeGroup {
    label: label_key!("example.com/group"),
    value: name!("app"),
};

pub(crate) fn bundle() -> Bundle {
    Bundle::new(name!("web"), &NAMESPACE, &name!("test"))
}

pub(crate) fn container() -> Container {
    Container {
        name: name!("server"),
        image: LocalImage {
            repository: repository!("web-server"),
            tag: tag!("1.0"),
        }
        .into(),
        port: port!(8080),
        resources: Resources {
            cpu: millicores(100),
            memory: mebibytes(64),
        },
        user: uid!(1000),
        probe: Probe::Tcp,
    }
}

pub(crate) fn deployment(component: &Component) -> DeploymentHandle {
    component.deployment(Deployment {
        replicas: 1,
        on: &NODES,
    })
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
    server(component).expose(Expose {
        port,
        protocol: Protocol::Http,
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
    Platform::new(name!("test"), bundles.iter().copied().cloned()).build()
}

fn listed(errors: &[BuildError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn without_lines(text: &str) -> String {
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
    built
        .bundles
        .into_iter()
        .flat_map(|bundle| bundle.resources)
        .collect()
}

/// The kinds of all objects of a bundle, in order.
pub(crate) fn kinds(bundle: &Bundle) -> Vec<&'static str> {
    let identities = resources(&[bundle]);
    identities
        .iter()
        .map(|resource| resource.identity().kind)
        .collect()
}

/// The objects of these kinds, as YAML documents.
pub(crate) fn objects(bundle: &Bundle, kinds: &[&str]) -> String {
    let documents: Vec<_> = resources(&[bundle])
        .iter()
        .filter(|resource| kinds.contains(&resource.identity().kind))
        .map(|resource| {
            let mut document = String::new();
            resource.write_yaml(&mut document).expect("finite numbers");
            document
        })
        .collect();
    documents.join("---\n")
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
    let part = object
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{kind} has no {pointer}"));
    yaml::to_string(part).expect("JSON")
}

/// A part of the only container of the bundle's first Deployment.
pub(crate) fn container_part(bundle: &Bundle, pointer: &str) -> String {
    let pointer = format!("/spec/template/spec/containers/0{pointer}");
    part(bundle, "Deployment", &pointer)
}
