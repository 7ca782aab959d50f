//! How containers stop.

use k8s_openapi::api::core::v1 as core;

use super::{ContainerHandle, HttpGet, KeepsRunning};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Name, Port, Seconds, seconds};

/// What a container does before it is told to stop, while Services still learn that its pod goes away.
///
/// Upstream: <https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreStop {
    /// Waits, without a program in the image: `PreStop::Sleep(seconds(5))`.
    Sleep(Seconds),
    /// Runs a command in the container.
    Exec(&'static [&'static str]),
    /// Sends a `GET`: `PreStop::Http(HttpGet::new(url_path!("/drain")))`. In the mesh Istio rewrites it as it does with probes.
    Http(HttpGet),
}

/// How long a pod has to stop, where no line says it.
pub(super) const GRACE_PERIOD: Seconds = seconds(30);

impl<P> ContainerHandle<P> {
    /// Lets the container do something before it is told to stop. The time counts for the grace period of its pod.
    ///
    /// The build reports what takes longer than that, what waits for no time, and a second line.
    #[track_caller]
    pub fn pre_stop(&self, hook: PreStop)
    where
        P: KeepsRunning,
    {
        let origin = Origin::here();
        if self.stop(origin, hook) {
            let message = "what a container does before it stops is said twice: the second line would be ignored; remove one";
            self.refuse(origin, Rule::InvalidPreStop, message.to_owned());
        }
    }
}

impl PreStop {
    pub(super) fn build(&self, port: Option<Port>) -> core::Lifecycle {
        let handler = match self {
            Self::Sleep(time) => core::LifecycleHandler {
                sleep: Some(core::SleepAction { seconds: time.as_seconds().into() }),
                ..core::LifecycleHandler::default()
            },
            Self::Exec(command) => core::LifecycleHandler {
                exec: Some(core::ExecAction {
                    command: Some(command.iter().map(ToString::to_string).collect()),
                }),
                ..core::LifecycleHandler::default()
            },
            Self::Http(get) => core::LifecycleHandler {
                http_get: get.build(port),
                ..core::LifecycleHandler::default()
            },
        };
        core::Lifecycle { pre_stop: Some(handler), ..core::Lifecycle::default() }
    }

    /// What is wrong with it in a pod that has this long to stop.
    pub(super) fn mistakes(
        &self,
        container: &Name,
        port: Option<Port>,
        origin: Origin,
        grace: Seconds,
    ) -> Vec<BuildError> {
        let mut errors = Vec::new();
        let message = match self {
            Self::Sleep(time) if *time == seconds(0) => {
                Some("waits for 0 s: say how long".to_owned())
            }
            Self::Sleep(time) if *time >= grace => Some(format!(
                "waits for {} s, and its pod has {} s to stop in all: it would be killed before it is told to stop; wait for less, or give \
                 the workload a longer `grace_period`",
                time.as_seconds(),
                grace.as_seconds()
            )),
            Self::Exec([]) => Some("runs no command: name the program to run".to_owned()),
            Self::Http(get) if get.build(port).is_none() => Some(
                "asks a port, and the container listens on none: name the port (HttpGet::port)"
                    .to_owned(),
            ),
            Self::Sleep(_) | Self::Exec(_) | Self::Http(_) => None,
        };
        if let Some(message) = message {
            let message = format!("before it stops container {container} {message}");
            errors.push(BuildError::new(Rule::InvalidPreStop, origin, message));
        }
        if let Self::Http(get) = self {
            errors.extend(get.mistakes());
        }
        errors
    }
}
