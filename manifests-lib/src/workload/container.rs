//! Containers: what a pod runs.

mod state;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;

use super::annotations::Annotations;
use super::container_port::Spoken;
use super::limits::Limits;
use super::mount::Mount;
use super::pod::Pod;
use super::probe::Apart;
use super::{Allowance, Capability, PreStop, Probe, SecurityException, User, Variable};
use crate::data::NotSecret;
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::NoHandle;
use crate::model::rule::Rule;
use crate::values::{Bytes, Cpu, Image, Name, Port, PortName, Seconds, mebibytes, millicores};

/// A container that listens on a port.
///
/// Its root file system is read-only, it has no capabilities, cannot gain privileges and runs under the runtime's seccomp
/// profile.
///
/// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container>
#[derive(Clone, Debug)]
pub struct Container {
    /// Name, unique in the pod: `name!("gin")`.
    pub name: Name,
    /// Image that it runs: `public_image!("…").into()`, or `image.into()` of a setting.
    pub image: Image,
    /// Port that it listens on: `port!(8080)`.
    pub port: Port,
    /// CPU and memory: `Resources { cpu: millicores(100), memory: mebibytes(128) }`.
    pub resources: Resources,
    /// User and group id: `uid!(65532)`.
    pub user: User,
    /// Startup, readiness and liveness probe: `Probe::Tcp`, `Probe::Http(url_path!("/"))` or `Probe::Grpc`.
    pub probe: Probe,
}

/// A container that listens on no port: nothing can be routed to it, and no probe checks it.
#[derive(Clone, Debug)]
pub struct PortlessContainer {
    /// Name, unique in the pod: `name!("gin")`.
    pub name: Name,
    /// Image that it runs: `public_image!("…").into()`, or `image.into()` of a setting.
    pub image: Image,
    /// CPU and memory: `Resources { cpu: millicores(100), memory: mebibytes(128) }`.
    pub resources: Resources,
    /// User and group id: `uid!(65532)`.
    pub user: User,
}

/// CPU and memory of a container: CPU as a request (more where the node has some to spare), memory as request and limit
/// (above it the kernel kills the container).
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Processor time that is reserved: `millicores(100)`.
    pub cpu: Cpu,
    /// Memory that is reserved and never exceeded: `mebibytes(128)`.
    pub memory: Bytes,
}

impl Resources {
    /// Requests of both, and a limit of memory: as a container and the values of most charts take them.
    #[must_use]
    pub fn requirements(self) -> core::ResourceRequirements {
        self.requirements_up_to(self.memory)
    }

    /// The same for a tool of a chart that may take more memory than is reserved for it.
    #[must_use]
    pub fn requirements_up_to(self, memory: Bytes) -> core::ResourceRequirements {
        core::ResourceRequirements {
            claims: None,
            limits: Some(BTreeMap::from([("memory".to_owned(), memory.into())])),
            requests: Some(BTreeMap::from([
                ("cpu".to_owned(), self.cpu.into()),
                ("memory".to_owned(), self.memory.into()),
            ])),
        }
    }
}

/// Marks the handle of a [`Container`]: it can be exposed.
#[derive(Clone, Copy, Debug)]
pub struct WithPort(Port);

/// Marks the handle of a [`PortlessContainer`]: it cannot be exposed.
#[derive(Clone, Copy, Debug)]
pub struct WithoutPort;

/// Marks the handle of an [`InitContainer`](super::InitContainer): it ends before the others start.
#[derive(Clone, Copy, Debug)]
pub struct RunsFirst(pub(super) ());

/// What can be exposed.
#[diagnostic::on_unimplemented(
    message = "a container without a port cannot be exposed",
    label = "this container listens on no port",
    note = "add it as a `Container`, which has a port, in place of a `PortlessContainer`"
)]
pub trait Exposable {
    /// Where the container listens.
    #[doc(hidden)]
    fn port(&self) -> Port;
}

impl Exposable for WithPort {
    fn port(&self) -> Port {
        self.0
    }
}

/// A container in its pod. Methods add what is optional.
#[derive(Clone)]
pub struct ContainerHandle<P> {
    pub(crate) component: Component,
    /// Of the pod that it is part of.
    pub(super) annotations: Annotations,
    pub(crate) port: P,
    state: Rc<ContainerState>,
}

pub(super) struct ContainerState {
    origin: Origin,
    /// Name of the workload that it is part of.
    workload: String,
    role: Role,
    name: Name,
    image: Image,
    port: Option<(Port, Probe)>,
    resources: Resources,
    user: User,
    spoken: Spoken,
    options: RefCell<Options>,
}

type Patch = Box<dyn Fn(&mut core::Container)>;

#[derive(Default)]
struct Options {
    command: Option<Vec<String>>,
    arguments: Option<Vec<String>>,
    startup_time: Option<Seconds>,
    probes: Apart,
    limits: Limits,
    /// Beside the container's own.
    ports: Vec<(PortName, Port)>,
    stop: Option<(Origin, PreStop)>,
    variables: Vec<Variable>,
    mounts: Vec<Mount>,
    writable_root: bool,
    capabilities: BTreeSet<Capability>,
    exceptions: Vec<SecurityException>,
    not_secret: Vec<NotSecret>,
    errors: Vec<BuildError>,
    patches: Vec<(Origin, Patch)>,
}

/// When a container of a pod runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// As long as its pod.
    Main,
    /// To its end, before the main ones.
    Init,
    /// From before the main ones to behind them.
    Sidecar,
}

impl Container {
    /// The container as part of a component's workload, to whose pods its [state](ContainerHandle::state) belongs.
    pub(super) fn part_of(self, pod: &Pod, origin: Origin) -> ContainerHandle<WithPort> {
        let (port, state) = self.state(pod, origin);
        ContainerHandle::new(pod, WithPort(port), state)
    }

    pub(super) fn sidecar_of(self, pod: &Pod, origin: Origin) -> ContainerHandle<WithPort> {
        let (port, state) = self.state(pod, origin);
        ContainerHandle::new(pod, WithPort(port), state.sidecar())
    }

    fn state(self, pod: &Pod, origin: Origin) -> (Port, ContainerState) {
        let Self { name, image, port, resources, user, probe } = self;
        let listens = Some((port, probe));
        (port, ContainerState::new(pod, origin, name, image, resources, user, listens))
    }
}

impl PortlessContainer {
    /// The container as part of a component's workload, to whose pods its [state](ContainerHandle::state) belongs.
    pub(super) fn part_of(self, pod: &Pod, origin: Origin) -> ContainerHandle<WithoutPort> {
        ContainerHandle::new(pod, WithoutPort, self.state(pod, origin))
    }

    pub(super) fn sidecar_of(self, pod: &Pod, origin: Origin) -> ContainerHandle<WithoutPort> {
        ContainerHandle::new(pod, WithoutPort, self.state(pod, origin).sidecar())
    }

    fn state(self, pod: &Pod, origin: Origin) -> ContainerState {
        let Self { name, image, resources, user } = self;
        ContainerState::new(pod, origin, name, image, resources, user, None)
    }
}

impl<P> ContainerHandle<P> {
    pub(super) fn new(pod: &Pod, port: P, state: ContainerState) -> Self {
        let origin = state.origin;
        let handle = Self {
            component: pod.component.clone(),
            annotations: pod.annotations.clone(),
            port,
            state: Rc::new(state),
        };
        if handle.state.resources.memory == mebibytes(0) {
            handle.refuse(
                origin,
                Rule::MissingMemory,
                format!(
                    "container {} has no memory: the kernel would kill it at once; give it what it needs",
                    handle.state.name
                ),
            );
        }
        if handle.state.resources.cpu == millicores(0) {
            handle.refuse(
                origin,
                Rule::ZeroSize,
                format!(
                    "container {} requests no processor time, and would get none on a busy node: give it what it needs, such as \
                     millicores(10)",
                    handle.state.name
                ),
            );
        }
        if let Some(reason) = handle.state.user.reason_for_root() {
            handle.allow_at(origin, Allowance::Root, reason);
        }
        handle
    }

    pub(super) fn refuse(&self, origin: Origin, rule: Rule, message: String) {
        self.refuse_error(BuildError::new(rule, origin, message));
    }

    /// Changes the probes that are said apart.
    pub(super) fn probes(&self, change: impl FnOnce(&mut Apart)) {
        change(&mut self.state.options.borrow_mut().probes);
    }

    pub(super) fn limits(&self, change: impl FnOnce(&mut Limits)) {
        change(&mut self.state.options.borrow_mut().limits);
    }

    /// Keeps the first hook; says whether there was one before.
    pub(super) fn stop(&self, origin: Origin, hook: PreStop) -> bool {
        let mut options = self.state.options.borrow_mut();
        let twice = options.stop.is_some();
        options.stop.get_or_insert((origin, hook));
        twice
    }

    pub(super) fn add_mount(&self, mount: Mount) {
        self.state.options.borrow_mut().mounts.push(mount);
    }

    pub(super) fn refuse_error(&self, mistake: BuildError) {
        self.state.options.borrow_mut().errors.push(mistake);
    }

    pub(super) fn start_within(&self, time: Seconds) {
        self.state.options.borrow_mut().startup_time = Some(time);
    }

    /// What is spoken on its ports.
    pub(super) fn spoken(&self) -> Spoken {
        Rc::clone(&self.state.spoken)
    }

    /// The container listens on a further port.
    pub(super) fn add_port(&self, origin: Origin, name: PortName, port: Port) {
        let container = &self.state.name;
        if self.state.ports().contains(&port) {
            let mistake = format!(
                "container {container} has port {port} already, and listens there once: name another port, or take the handle of the first"
            );
            self.refuse(origin, Rule::DuplicateContainerPort, mistake);
        }
        if self.state.options.borrow().ports.iter().any(|(other, _)| *other == name) {
            let mistake = format!(
                "two ports of container {container} are named {name}: the API server would refuse the second; rename one"
            );
            self.refuse(origin, Rule::DuplicatePortName, mistake);
        }
        self.state.options.borrow_mut().ports.push((name, port));
    }

    /// What the pods of the workload are built from.
    pub(super) fn state(&self) -> Rc<ContainerState> {
        Rc::clone(&self.state)
    }

    /// Replaces what the image runs: the program and its arguments.
    pub fn command<'a>(&self, command: impl IntoIterator<Item = &'a str>) {
        let command = command.into_iter().map(str::to_owned).collect();
        self.state.options.borrow_mut().command = Some(command);
    }

    /// Replaces the arguments that the image gives to its program. `$(NAME)` stands for the value of a variable of the container.
    ///
    /// The build reports a variable that is not there, and an address inside the cluster that the component does not
    /// [call](Component::calls).
    pub fn arguments<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) {
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        self.state.options.borrow_mut().arguments = Some(arguments);
    }

    /// Gives the container environment variables.
    ///
    /// Several containers share variables as Rust does, by an array or a function that gives it: `worker.env(shared())`. Each has them
    /// in its own pods, so that a change restarts all of them.
    ///
    /// The build reports a name that no shell can read, one that is given twice, a plain value under a name that says that it
    /// is a secret, and what a handle made for another component or namespace.
    #[track_caller]
    pub fn env(&self, variables: impl IntoIterator<Item = Variable>) {
        self.env_at(Origin::here(), variables);
    }

    pub(crate) fn env_at(&self, origin: Origin, variables: impl IntoIterator<Item = Variable>) {
        // An iterator of the caller may itself write to the container.
        let variables: Vec<Variable> =
            variables.into_iter().flat_map(Variable::with_those_before).collect();
        for file in variables.iter().filter_map(Variable::file) {
            self.mount_once(origin, &file.volume, &file.folder);
        }
        let mut options = self.state.options.borrow_mut();
        for variable in variables {
            let twice = options.variables.iter().any(|other| other.name == variable.name);
            let mistake = if twice {
                Some(BuildError::new(
                    Rule::DuplicateVariable,
                    origin,
                    format!(
                        "the variable {} is given twice: the container would see only the last one; remove one",
                        variable.name
                    ),
                ))
            } else if let Some((rule, mistake)) = variable.mistake(self.component.conventions()) {
                Some(BuildError::new(rule, origin, mistake))
            } else {
                variable.refusal(&self.component, origin)
            };
            if let Some(mistake) = mistake {
                options.errors.push(mistake);
                continue;
            }
            options.not_secret.extend(variable.reason().map(|reason| NotSecret {
                origin,
                object: self.state.workload.clone(),
                path: format!("{}.env[{}].value", self.state.path(), variable.name),
                reason,
            }));
            options.variables.push(variable);
        }
    }

    /// Lets the container write to its root file system, and why. Counts as a [`SecurityException`].
    #[track_caller]
    pub fn writable_root_file_system(&self, reason: &'static str) {
        self.state.options.borrow_mut().writable_root = true;
        self.allow_at(Origin::here(), Allowance::WritableRootFileSystem, reason);
    }

    /// Declares that a [patch](Self::patch) gives the container more than the rule, and why. Without it the build fails.
    #[track_caller]
    pub fn allow(&self, allows: Allowance, reason: &'static str) {
        self.allow_at(Origin::here(), allows, reason);
    }

    pub(super) fn add_capability(
        &self,
        origin: Origin,
        capability: Capability,
        reason: &'static str,
    ) {
        self.state.options.borrow_mut().capabilities.insert(capability);
        self.allow_at(origin, Allowance::Capabilities, reason);
    }

    fn allow_at(&self, origin: Origin, allows: Allowance, reason: &'static str) {
        self.state.options.borrow_mut().exceptions.push(SecurityException {
            origin,
            container: format!("{}/{}", self.state.workload, self.state.name),
            allows,
            reason,
        });
    }

    /// Adjusts the container as k8s-openapi has it, after everything else and before all patches of whole objects.
    ///
    /// ```
    /// # use manifests_lib::workload::{ContainerHandle, WithPort};
    /// # fn example(server: &ContainerHandle<WithPort>) {
    /// server.patch(|container| container.tty = Some(true));
    /// # }
    /// ```
    #[track_caller]
    pub fn patch(&self, patch: impl Fn(&mut core::Container) + NoHandle + 'static) {
        let origin = Origin::here();
        let mut options = self.state.options.borrow_mut();
        options.patches.push((origin, Box::new(patch)));
    }
}
