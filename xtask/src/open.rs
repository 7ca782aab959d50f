//! `cargo xtask open`: pages and Services of a running cluster on ports of the laptop.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use k8s_openapi::api::core::v1::Service;
use manifests_lib::{BuiltPlatform, Dashboard};
use serde::Serialize;
use services::environment::Infrastructure;

use crate::context;
use crate::environment::{Built, EnvironmentName};
use crate::failure::Failure;
use crate::invocation::{Invocation, Program};
use crate::render::printed;

/// Reach a dashboard or Service of the cluster from this machine; without a name, list what can be opened
///
/// Prints the URL and forwards the port until Ctrl-C. Names, namespaces and ports come from the platform itself.
#[derive(Args)]
pub struct Arguments {
    /// Dashboard or Service, as the list names it; or an environment, to list what can be opened there
    #[arg(value_name = "NAME")]
    target: Option<String>,

    /// Environment whose cluster is meant
    #[arg(value_name = "ENV", default_value = "dev")]
    environment: EnvironmentName,

    /// Go to this context of kubectl instead of the environment's own
    #[arg(long, value_name = "NAME")]
    context: Option<String>,

    /// Port of this machine instead of the listed one
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// How the list is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Run nothing: print the command
    #[arg(long)]
    dry_run: bool,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Something of the cluster that has a port.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: String,
    kind: Kind,
    /// URL, or host and port, once it is open.
    address: String,
    namespace: String,
    service: String,
    port: u16,
    local_port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Dashboard,
    Service,
}

/// Opens or lists.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let named = arguments.target.as_deref();
    let listed = named.map_or(Some(arguments.environment), |named| {
        EnvironmentName::from_str(named, false).ok()
    });
    let name = listed.unwrap_or(arguments.environment);
    let built = name.build()?;
    let targets = targets(&built.platform);
    let (None, Some(wanted)) = (listed, named) else {
        let text = match arguments.format {
            Format::Text => list(name, &built, &targets),
            Format::Json => json(&targets)?,
        };
        printed(io::stdout().lock().write_all(text.as_bytes()))?;
        return Ok(ExitCode::SUCCESS);
    };
    let target = targets
        .into_iter()
        .find(|target| target.name == wanted)
        .ok_or_else(|| {
            Failure::new(format!(
                "{name} has no dashboard and no Service {wanted}; `cargo xtask open {name}` lists what there is"
            ))
        })?
        .at(arguments.port);
    if arguments.dry_run {
        let usual = || context::usual(&built.environment);
        let context = arguments.context.clone().unwrap_or_else(usual);
        let line = format!("{}\n", target.forward(&context));
        printed(io::stdout().lock().write_all(line.as_bytes()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let context =
        context::find(name, &built.environment, arguments.context.as_deref())?.for_reading();
    printed(writeln!(io::stdout(), "{} until Ctrl-C", target.address))?;
    Err(target.forward(&context).become_it())
}

impl Target {
    fn of_dashboard(dashboard: &Dashboard) -> Self {
        let Dashboard {
            name,
            service,
            scheme,
            local_port,
        } = dashboard;
        Self {
            name: name.to_string(),
            kind: Kind::Dashboard,
            address: format!("{}://localhost:{local_port}", scheme.as_str()),
            namespace: service.namespace.to_string(),
            service: service.name.to_string(),
            port: service.port.number(),
            local_port: local_port.number(),
        }
    }

    /// A Service's first port; nothing where it has none.
    fn of_service(service: &Service) -> Option<Self> {
        let name = service.metadata.name.clone()?;
        let ports = service.spec.as_ref()?.ports.as_ref()?;
        let port = u16::try_from(ports.first()?.port).ok()?;
        // Below 1024 only root may listen.
        let local_port = if port < 1024 { 10_000 + port } else { port };
        Some(Self {
            kind: Kind::Service,
            address: format!("localhost:{local_port}"),
            namespace: service.metadata.namespace.clone()?,
            service: name.clone(),
            name,
            port,
            local_port,
        })
    }

    /// The same on another port of this machine.
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

/// Everything that can be opened: pages first, both in the order of their names.
fn targets(platform: &BuiltPlatform) -> Vec<Target> {
    let mut pages: Vec<Target> = platform
        .dashboards
        .iter()
        .map(Target::of_dashboard)
        .collect();
    pages.sort_by(|left, right| left.name.cmp(&right.name));
    let mut services: Vec<Target> = platform
        .bundles
        .iter()
        .flat_map(|bundle| &bundle.resources)
        .filter_map(|resource| Target::of_service(resource.get()?))
        .filter(|service| pages.iter().all(|page| page.name != service.name))
        .collect();
    services
        .sort_by(|left, right| (&left.name, &left.namespace).cmp(&(&right.name, &right.namespace)));
    pages.extend(services);
    pages
}

fn list(name: EnvironmentName, built: &Built, targets: &[Target]) -> String {
    let widest = |text: fn(&Target) -> &str| targets.iter().map(|target| text(target).len()).max();
    let names = widest(|target| &target.name).unwrap_or_default();
    let addresses = widest(|target| &target.address).unwrap_or_default();
    let mut lines = Vec::new();
    for (kind, title) in [(Kind::Dashboard, "Dashboards"), (Kind::Service, "Services")] {
        lines.push(format!("{title} of {name}:"));
        for target in targets.iter().filter(|target| target.kind == kind) {
            lines.push(format!(
                "  {:<names$}  {:<addresses$}  {}/{}:{}",
                target.name, target.address, target.namespace, target.service, target.port
            ));
        }
    }
    lines.push(format!("Open one: cargo xtask open NAME {name}"));
    lines.extend(outside(built));
    lines.push(String::new());
    lines.join("\n")
}

/// How the node ports of the laptop's cluster are reached, without any forwarding.
fn outside(built: &Built) -> Vec<String> {
    let Infrastructure::Laptop(laptop) = built.environment.infrastructure() else {
        return Vec::new();
    };
    let ports = &built.platform.gateway_ports;
    let mut gateways: Vec<_> = ports
        .iter()
        .map(|port| (&port.gateway, &port.namespace))
        .collect();
    gateways.dedup();
    let mut lines = Vec::new();
    for (gateway, namespace) in gateways {
        lines.push(format!("Node ports of the gateway {gateway}:"));
        let of_gateway = ports.iter().filter(|port| port.gateway == *gateway);
        lines.extend(
            of_gateway.map(|port| format!("  {} {}", port.node_port.number(), port.service)),
        );
        let url = Invocation::new(
            Program::Minikube,
            [
                "service",
                "--profile",
                laptop.cluster.profile.as_str(),
                "--namespace",
                namespace.name().as_str(),
                "--url",
                gateway.as_str(),
            ],
        );
        lines.push(format!("Their URLs: {url}"));
    }
    lines
}

fn json(targets: &[Target]) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(targets)
        .map_err(|error| Failure::new(format!("the list cannot be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}
