//! What a container has become once all is said of it.

use std::cell::RefCell;

use k8s_openapi::api::core::v1 as core;

use super::{ContainerState, Options, Role};
use crate::model::bundle::Output;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch;
use crate::model::rule::Rule;
use crate::values::{Image, Name, Port, PortName, Seconds};
use crate::workload::container_port::Spoken;
use crate::workload::mount::{self, Mount};
use crate::workload::pod::Pod;
use crate::workload::{Departure, Probe, Resources, User, Variable, security};

impl ContainerState {
    pub(in crate::workload) fn new(
        pod: &Pod,
        origin: Origin,
        name: Name,
        image: Image,
        resources: Resources,
        user: User,
        port: Option<(Port, Probe)>,
    ) -> Self {
        Self {
            origin,
            workload: pod.name(),
            role: Role::Main,
            name,
            image,
            port,
            resources,
            user,
            spoken: Spoken::default(),
            options: RefCell::default(),
        }
    }

    pub(in crate::workload) fn first(self) -> Self {
        Self { role: Role::Init, ..self }
    }

    pub(in crate::workload) fn sidecar(self) -> Self {
        Self { role: Role::Sidecar, ..self }
    }

    /// Whether it starts before the main containers.
    pub(in crate::workload) fn starts_first(&self) -> bool {
        self.role != Role::Main
    }

    /// Where it stands in the specification of its pod.
    pub(super) fn path(&self) -> String {
        let list = if self.starts_first() { "initContainers" } else { "containers" };
        format!("{list}[{}]", self.name)
    }

    pub(in crate::workload) fn name(&self) -> &Name {
        &self.name
    }

    pub(in crate::workload) fn origin(&self) -> Origin {
        self.origin
    }

    /// Where it listens first.
    fn port(&self) -> Option<Port> {
        self.port.as_ref().map(|(port, _)| *port)
    }

    /// Where it listens.
    pub(in crate::workload) fn ports(&self) -> Vec<Port> {
        let own = self.port().into_iter();
        own.chain(self.options.borrow().ports.iter().map(|(_, port)| *port)).collect()
    }

    /// What the container mounts.
    pub(in crate::workload) fn mounts(&self) -> Vec<Mount> {
        self.options.borrow().mounts.clone()
    }

    pub(in crate::workload) fn user(&self) -> &User {
        &self.user
    }

    pub(in crate::workload) fn workload(&self) -> &str {
        &self.workload
    }

    /// What is wrong with its hook in a pod that has this long to stop.
    pub(in crate::workload) fn stop_mistakes(&self, grace: Seconds) -> Vec<BuildError> {
        let options = self.options.borrow();
        let stop = options.stop.as_ref();
        stop.map(|(origin, hook)| hook.mistakes(&self.name, self.port(), *origin, grace))
            .unwrap_or_default()
    }

    /// A variable of a limit that the container does not have has the node's.
    fn unlimited(&self, options: &Options) -> Option<BuildError> {
        let limit = options.variables.iter().find(|variable| variable.is_cpu_limit())?;
        (!options.limits.has_cpu()).then(|| {
            let message = format!(
                "the variable {} has the limit of CPU of container {}, which has none: it would be what the whole node has; take the \
                 request, or say a `cpu_limit`",
                limit.name, self.name
            );
            BuildError::new(Rule::MissingLimit, self.origin, message)
        })
    }

    /// The container; `patched` gets the lines whose patches have changed it.
    pub(in crate::workload) fn build(
        &self,
        output: &mut Output<'_>,
        patched: &mut Vec<Origin>,
    ) -> core::Container {
        let options = self.options.borrow();
        output.errors.extend(options.errors.iter().cloned());
        output.errors.extend(mount::mistakes(&self.name, self.resources.memory, &options.mounts));
        let own = self.port.as_ref();
        let probes = &output.conventions.probes;
        output.errors.extend(options.probes.mistakes(
            &self.name,
            own,
            options.startup_time,
            probes,
        ));
        output.errors.extend(options.limits.mistakes(&self.name, self.resources));
        output.errors.extend(self.unlimited(&options));
        for (origin, what, reason) in options.limits.departures().chain(options.probes.left_out()) {
            let container = format!("{}/{}", self.workload, self.name);
            output.facts.push(Departure { origin, container, what, reason });
        }
        output.exceptions.extend(options.exceptions.iter().cloned());
        output.not_secret.extend(options.not_secret.iter().cloned());
        output.not_secret.extend(options.probes.not_secret(
            own,
            &self.workload,
            &self.path(),
            probes,
        ));
        output.facts.push(self.image.clone());
        let mut container = core::Container {
            name: String::from(&self.name),
            image: Some(self.image.reference()),
            image_pull_policy: Some(self.image.pull_policy().to_owned()),
            args: options.arguments.clone(),
            command: options.command.clone(),
            resources: Some(options.limits.build(self.resources)),
            lifecycle: options.stop.as_ref().map(|(_, hook)| hook.build(self.port())),
            restart_policy: (self.role == Role::Sidecar).then(|| "Always".to_owned()),
            security_context: Some(security::of_container(
                &self.user,
                !options.writable_root,
                &options.capabilities,
            )),
            ..core::Container::default()
        };
        let further = options.ports.iter().map(|(name, port)| listens(Some(name), *port));
        let ports: Vec<_> =
            self.port().map(|port| listens(None, port)).into_iter().chain(further).collect();
        container.ports = (!ports.is_empty()).then_some(ports);
        options.probes.build(&mut container, self.port.as_ref(), options.startup_time, probes);
        if !options.variables.is_empty() {
            container.env = Some(options.variables.iter().map(Variable::build).collect());
        }
        if !options.mounts.is_empty() {
            container.volume_mounts = Some(options.mounts.iter().map(Mount::build).collect());
        }
        for (origin, patch) in &options.patches {
            if patch::changes(&mut container, patch) {
                patched.push(*origin);
            }
        }
        container
    }
}

fn listens(name: Option<&PortName>, port: Port) -> core::ContainerPort {
    core::ContainerPort {
        name: name.map(ToString::to_string),
        container_port: port.into(),
        protocol: Some("TCP".to_owned()),
        ..core::ContainerPort::default()
    }
}
