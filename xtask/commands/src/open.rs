//! `cargo xtask open`: web UIs and Services of a running cluster on ports of the laptop.

mod forward;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use custom_resources::k8s::networking::gateway::v1::{Gateway, HTTPRoute};
use k8s_openapi::api::core::v1::Service;
use manifests_lib::model::Resource;
use manifests_lib::network::mesh::IngressGateway;
use manifests_lib::observability::WebUi;
use manifests_lib::platform::BuiltPlatform;
use serde::Serialize;

use crate::cluster::kind::Infrastructure;
use crate::context;
use crate::environment::{Built, EnvironmentName};
use programs::Invocation;
use programs::Program;
use support::Failure;
use support::output::{self, printed};

/// Reach a web UI, gateway or Service of the cluster from this machine; without a name, list what can be opened
///
/// Prints the URL and forwards the port until Ctrl-C, also over restarts of the pod. Names, namespaces and ports come from the
/// platform itself.
///
/// Exit codes: 130 ended with Ctrl-C, 2 could not run.
#[derive(Args)]
pub struct Arguments {
    /// Name of a web UI, gateway or Service from the list; or an environment, to list what can be opened there
    #[arg(value_name = "NAME")]
    target: Option<String>,

    /// Environment of the cluster [default: dev]
    #[arg(value_name = "ENV")]
    environment: Option<EnvironmentName>,

    /// Use this kubectl context instead of the environment's own
    #[arg(long, value_name = "NAME", value_parser = context::named)]
    context: Option<String>,

    /// Local port to use instead of the listed one
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Format of the list [default: text]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Print the command without running it
    #[arg(long)]
    dry_run: bool,
}

/// Format of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Something in the cluster that can be reached on a port.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: String,
    kind: Kind,
    /// URL, or host and port, while it is forwarded.
    address: String,
    namespace: String,
    service: String,
    port: u16,
    local_port: u16,
    /// Hosts of a gateway's routes, by which it tells requests apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    WebUi,
    Gateway,
    Service,
}

/// Opens a target, or lists them.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (name, wanted) = arguments.selection()?;
    let built = name.build()?;
    let targets = targets(&built.platform);
    let Some(wanted) = wanted else {
        let text = match arguments.format {
            None | Some(Format::Text) => list(name, &built, &targets),
            Some(Format::Json) => json(&targets)?,
        };
        output::print(&text)?;
        return Ok(ExitCode::SUCCESS);
    };
    let target = targets
        .into_iter()
        .find(|target| target.name == wanted)
        .ok_or_else(|| {
            Failure::new(format!(
                "{name} has no web UI, gateway or Service {wanted}; `cargo xtask open {name}` lists what can be opened"
            ))
        })?
        .at(arguments.port);
    if arguments.dry_run {
        let usual = || built.infrastructure.usual_context();
        let context = arguments.context.clone().unwrap_or_else(usual);
        let line = format!("{}\n", target.forward(&context));
        output::print(&line)?;
        return Ok(ExitCode::SUCCESS);
    }
    programs::require(&[Program::Kubectl], built.infrastructure.kubernetes())?;
    let infrastructure = &built.infrastructure;
    let known = context::find(name, infrastructure, arguments.context.as_deref())?
        .for_reading(name, infrastructure);
    printed(writeln!(io::stdout(), "{} until Ctrl-C", target.address))?;
    if let Some(example) = target.example(infrastructure) {
        printed(writeln!(io::stdout(), "Try it: {example}"))?;
    }
    forward::forward(&target, &known.context)
}

impl Arguments {
    /// The environment, and the name of the target in it; no name asks for the list.
    fn selection(&self) -> Result<(EnvironmentName, Option<&str>), Failure> {
        let alone =
            self.target.as_deref().map(|target| EnvironmentName::named(target).ok_or(target));
        match (alone, self.environment) {
            (Some(Ok(listed)), Some(_)) => Err(Failure::new(format!(
                "{listed} is an environment, not a web UI, gateway or Service: `cargo xtask open {listed}` lists what can be opened"
            ))),
            (Some(Err(target)), environment) => {
                if self.format.is_some() {
                    return Err(Failure::new(format!(
                        "--format is for the list: leave out {target}, or --format"
                    )));
                }
                Ok((environment.unwrap_or(EnvironmentName::DEFAULT), Some(target)))
            }
            (listed, environment) => {
                let without_name = [
                    (self.context.is_some(), "--context"),
                    (self.port.is_some(), "--port"),
                    (self.dry_run, "--dry-run"),
                ];
                if let Some((_, option)) = without_name.into_iter().find(|(given, _)| *given) {
                    return Err(Failure::new(format!(
                        "{option} needs the name of something to open: add a name, or leave out {option}"
                    )));
                }
                let listed = listed.and_then(Result::ok).or(environment);
                Ok((listed.unwrap_or(EnvironmentName::DEFAULT), None))
            }
        }
    }
}

impl Target {
    fn of_web_ui(web_ui: &WebUi) -> Self {
        let WebUi { name, service, scheme, local_port, host: _, origin: _ } = web_ui;
        Self {
            name: name.to_string(),
            kind: Kind::WebUi,
            address: format!("{}://localhost:{local_port}", scheme.as_str()),
            namespace: service.namespace().to_string(),
            service: service.name().to_string(),
            port: service.port().number(),
            local_port: local_port.number(),
            hosts: Vec::new(),
        }
    }

    /// A gateway's first listener, and the hosts of its routes; `None` without a listener.
    ///
    /// Its Service is named after the gateway and the class.
    ///
    /// Upstream: <https://docs.nginx.com/nginx-gateway-fabric/overview/gateway-architecture/>
    fn of_gateway(gateway: &Gateway, routes: &[&HTTPRoute]) -> Option<Self> {
        let name = gateway.metadata.name.clone()?;
        let port = u16::try_from(gateway.spec.listeners.first()?.port).ok()?;
        let local_port = above_1024(port);
        let leads_here = |route: &&&HTTPRoute| {
            let mut parents = route.spec.parent_refs.iter().flatten();
            parents.any(|parent| parent.name == name)
        };
        let hosts: BTreeSet<&String> = routes
            .iter()
            .filter(leads_here)
            .flat_map(|route| route.spec.hostnames.iter().flatten())
            .collect();
        Some(Self {
            kind: Kind::Gateway,
            address: format!("https://localhost:{local_port}"),
            namespace: gateway.metadata.namespace.clone()?,
            service: format!("{name}-{}", gateway.spec.gateway_class_name),
            port,
            local_port,
            hosts: hosts.into_iter().cloned().collect(),
            name,
        })
    }

    /// A Service's first port apart from the mesh's status port; `None` where it has none.
    fn of_service(service: &Service) -> Option<Self> {
        let name = service.metadata.name.clone()?;
        let mut ports = service.spec.as_ref()?.ports.iter().flatten();
        let port = ports.find(|port| port.name.as_deref() != Some(IngressGateway::STATUS_PORT))?;
        let port = u16::try_from(port.port).ok()?;
        let local_port = above_1024(port);
        Some(Self {
            kind: Kind::Service,
            address: format!("localhost:{local_port}"),
            namespace: service.metadata.namespace.clone()?,
            service: name.clone(),
            name,
            port,
            local_port,
            hosts: Vec::new(),
        })
    }

    /// A curl command for one of the gateway's hosts; `None` where it has none.
    fn example(&self, infrastructure: &Infrastructure) -> Option<String> {
        let host = self.hosts.first()?;
        let insecure = if infrastructure.is_self_signed() { "--insecure " } else { "" };
        Some(format!("curl {insecure}--connect-to ::localhost:{} https://{host}/", self.local_port))
    }

    /// The same on another local port.
    fn at(mut self, port: Option<u16>) -> Self {
        if let Some(port) = port {
            let end = format!(":{}", self.local_port);
            if let Some(begin) = self.address.strip_suffix(&end) {
                self.address = format!("{begin}:{port}");
            }
            self.local_port = port;
        }
        self
    }

    fn forward(&self, context: &str) -> Invocation {
        Invocation::kubectl(
            context,
            [
                "port-forward".to_owned(),
                format!("--namespace={}", self.namespace),
                format!("service/{}", self.service),
                format!("{}:{}", self.local_port, self.port),
            ],
        )
    }
}

/// Only root may listen on ports below 1024.
fn above_1024(port: u16) -> u16 {
    if port < 1024 { 10_000 + port } else { port }
}

/// Everything that can be opened, by kind and name, each with its own local port.
fn targets(platform: &BuiltPlatform) -> Vec<Target> {
    let resources = || platform.resources();
    let routes: Vec<&HTTPRoute> = resources().filter_map(Resource::get).collect();
    let mut targets: Vec<Target> = platform.web_uis.iter().map(Target::of_web_ui).collect();
    let gateways = resources().filter_map(|resource| Target::of_gateway(resource.get()?, &routes));
    targets.extend(gateways);
    let services: Vec<Target> = resources()
        .filter_map(|resource| Target::of_service(resource.get()?))
        .filter(|service| targets.iter().all(|target| target.name != service.name))
        .collect();
    targets.extend(services);
    targets.sort_by(|left, right| {
        (left.kind, &left.name, &left.namespace).cmp(&(right.kind, &right.name, &right.namespace))
    });
    on_ports_of_their_own(targets)
}

/// Of targets with the same port the first keeps it; the others get the next free ones.
fn on_ports_of_their_own(targets: Vec<Target>) -> Vec<Target> {
    let mut taken: BTreeSet<u16> = targets.iter().map(|target| target.local_port).collect();
    let mut kept = BTreeSet::new();
    targets
        .into_iter()
        .map(|target| {
            if kept.insert(target.local_port) {
                return target;
            }
            let mut free = (target.local_port..u16::MAX).filter(|port| !taken.contains(port));
            let port = free.next().unwrap_or(target.local_port);
            taken.insert(port);
            target.at(Some(port))
        })
        .collect()
}

fn list(name: EnvironmentName, built: &Built, targets: &[Target]) -> String {
    let widest = |text: fn(&Target) -> &str| targets.iter().map(|target| text(target).len()).max();
    let names = widest(|target| &target.name).unwrap_or_default();
    let addresses = widest(|target| &target.address).unwrap_or_default();
    let mut lines = Vec::new();
    for (kind, title) in
        [(Kind::WebUi, "Web UIs"), (Kind::Gateway, "Gateways"), (Kind::Service, "Services")]
    {
        lines.push(format!("{title} of {name}:"));
        for target in targets.iter().filter(|target| target.kind == kind) {
            lines.push(format!(
                "  {:<names$}  {:<addresses$}  {}/{}:{}",
                target.name, target.address, target.namespace, target.service, target.port
            ));
            if !target.hosts.is_empty() {
                lines.push(format!("  {:<names$}  for {}", "", target.hosts.join(", ")));
            }
        }
    }
    lines.push(format!("Open one: cargo xtask open NAME {name}"));
    lines.extend(outside(built, targets));
    lines.push(String::new());
    lines.join("\n")
}

/// How to reach the node ports of the laptop's cluster, without port forwarding.
fn outside(built: &Built, targets: &[Target]) -> Vec<String> {
    let Some(node_ports) = built.infrastructure.node_ports() else {
        return Vec::new();
    };
    let ports = &built.platform.gateway_ports;
    let mut lines = Vec::new();
    for target in targets.iter().filter(|target| target.kind == Kind::Gateway) {
        let ports = built.platform.node_ports.iter();
        for opened in ports.filter(|opened| opened.gateway.as_str() == target.name) {
            let number = opened.port.number();
            lines.push(format!("Node port of the gateway {}: {number}", target.name));
        }
        lines.push(format!("Its URL: {}", node_ports.urls(&target.namespace, &target.service)));
    }
    let mut gateways: Vec<_> = ports.iter().map(|port| (&port.gateway, &port.namespace)).collect();
    gateways.dedup();
    for (gateway, namespace) in gateways {
        lines.push(format!("Node ports of the gateway {gateway}:"));
        let of_gateway = ports.iter().filter(|port| port.gateway == *gateway);
        lines.extend(
            of_gateway.map(|port| format!("  {} {}", port.node_port.number(), port.service)),
        );
        lines.push(format!(
            "Their URLs: {}",
            node_ports.urls(namespace.name().as_str(), gateway.as_str())
        ));
    }
    lines
}

fn json(targets: &[Target]) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(targets)
        .map_err(|error| Failure::new(format!("the list cannot be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}
