//! Ports on which containers listen, as Services and monitors take them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::annotations::Annotations;
use super::{ContainerHandle, Exposable};
use crate::model::component::Component;
use crate::model::origin::Origin;
use crate::values::{Port, PortName};

/// A further port of a container, beside the one that a [`Container`](super::Container) names, of [`ContainerHandle::port`].
///
/// Becomes a port of this name in the pod template. It is reached by nobody until it is exposed: `admin.expose_http(port!(80))`, or
/// `service.and_http(&admin, port!(8081))` for a further port of a Service.
///
/// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports>
#[derive(Clone)]
pub struct ContainerPort {
    listening: Listening,
}

/// What listens on a port that a Service can lead to: a [`Container`](super::Container) at its own, or a [`ContainerPort`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no port that a Service can lead to",
    label = "nothing says where it listens",
    note = "take the handle of a `Container`, or of a further port: `let admin = gin.port(port_name!(\"admin\"), port!(8081));`"
)]
pub trait Listens: sealed::Sealed {
    /// Where.
    #[doc(hidden)]
    fn listening(&self) -> Listening;
}

/// A port of the pods of a component.
#[doc(hidden)]
#[derive(Clone)]
pub struct Listening {
    pub(crate) component: Component,
    pub(crate) port: Port,
    /// Of the container's port, where it has one.
    pub(crate) name: Option<PortName>,
    pub(super) annotations: Annotations,
    spoken: Spoken,
}

/// What is spoken on the ports of one container, and the lines that say so.
pub(super) type Spoken = Rc<RefCell<BTreeMap<Port, (&'static str, Origin)>>>;

impl Listening {
    /// This is spoken on the port; or, where something else is, what and which line said it.
    pub(crate) fn speaks(
        &self,
        origin: Origin,
        protocol: &'static str,
    ) -> Result<(), (&'static str, Origin)> {
        let mut spoken = self.spoken.borrow_mut();
        let (first, said) = *spoken.entry(self.port).or_insert((protocol, origin));
        if first == protocol { Ok(()) } else { Err((first, said)) }
    }
}

impl<L> ContainerHandle<L> {
    /// Names a further port on which the container listens, such as one for its administrators or its metrics.
    ///
    /// The build reports a port or a name that a container has twice.
    #[track_caller]
    #[must_use = "expose it, or have its metrics read"]
    pub fn port(&self, name: PortName, port: Port) -> ContainerPort {
        self.add_port(Origin::here(), name.clone(), port);
        ContainerPort { listening: self.listening_on(port, Some(name)) }
    }

    pub(super) fn listening_on(&self, port: Port, name: Option<PortName>) -> Listening {
        Listening {
            component: self.component.clone(),
            port,
            name,
            annotations: self.annotations.clone(),
            spoken: self.spoken(),
        }
    }
}

impl<L: Exposable> Listens for ContainerHandle<L> {
    fn listening(&self) -> Listening {
        self.listening_on(self.port.port(), None)
    }
}

impl Listens for ContainerPort {
    fn listening(&self) -> Listening {
        self.listening.clone()
    }
}

mod sealed {
    pub trait Sealed {}
    impl<L: super::Exposable> Sealed for super::ContainerHandle<L> {}
    impl Sealed for super::ContainerPort {}
}
