//! How ports of containers become ports of Services.

use std::marker::PhantomData;
use std::rc::Rc;

use super::{Service, ServicePort, ServiceState};
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::protocol::{Grpc, Http, Http2, Protocol, Tcp, Tls};
use crate::values::{Name, Port};
use crate::workload::{ContainerHandle, ContainerPort, Exposable, Listening, Listens};

/// The methods of one protocol.
macro_rules! exposes {
    ($($protocol:ty, $speaks:literal: $expose:ident, $expose_as:ident, $and:ident;)*) => {
        impl<L> ContainerHandle<L> {
            $(
                #[doc = concat!(
                    "Gives the container's port, ", $speaks, ", a stable address; `port` is that of the Service."
                )]
                #[track_caller]
                #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
                pub fn $expose(&self, port: Port) -> Service<$protocol>
                where
                    L: Exposable,
                {
                    self.expose_at(Origin::here(), port)
                }

                #[doc = concat!(
                    "The same as [`", stringify!($expose), "`](Self::", stringify!($expose), "), in a further Service of the component: \
                     `<bundle>-<component>-<name>-service`."
                )]
                #[track_caller]
                #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
                pub fn $expose_as(&self, name: Name, port: Port) -> Service<$protocol>
                where
                    L: Exposable,
                {
                    expose(Origin::here(), Some(name), self.listening(), port)
                }
            )*
        }

        impl ContainerPort {
            $(
                #[doc = concat!(
                    "Gives the port, ", $speaks, ", a stable address in the component's first Service; `port` is that of the Service. \
                     Beside other ports of that Service it is added to their handle: `service.", stringify!($and), "(…)`."
                )]
                #[track_caller]
                #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
                pub fn $expose(&self, port: Port) -> Service<$protocol> {
                    expose(Origin::here(), None, self.listening(), port)
                }

                #[doc = concat!(
                    "The same as [`", stringify!($expose), "`](Self::", stringify!($expose), "), in a further Service of the component: \
                     `<bundle>-<component>-<name>-service`."
                )]
                #[track_caller]
                #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
                pub fn $expose_as(&self, name: Name, port: Port) -> Service<$protocol> {
                    expose(Origin::here(), Some(name), self.listening(), port)
                }
            )*
        }

        impl<P> Service<P> {
            $(
                #[doc = concat!(
                    "Adds a port to the Service, before a container's port ", $speaks, ": `port` is that of the Service. The handle is \
                     of this port, with callers, routes and an SLO of its own; patches of either handle are for the whole Service."
                )]
                ///
                /// The build reports a number or a container's port that the Service has already, and a container of other pods.
                #[track_caller]
                #[must_use = "a port that nobody calls and nothing routes to is refused by the namespace's default deny"]
                pub fn $and(&self, container: &impl Listens, port: Port) -> Service<$protocol> {
                    self.and_at(Origin::here(), container.listening(), port)
                }
            )*
        }
    };
}

exposes! {
    Http, "which speaks HTTP/1.1": expose_http, expose_http_as, and_http;
    Http2, "which speaks HTTP/2 without TLS": expose_http2, expose_http2_as, and_http2;
    Grpc, "which speaks gRPC without TLS": expose_grpc, expose_grpc_as, and_grpc;
    Tls, "on which the program itself speaks TLS": expose_tls, expose_tls_as, and_tls;
    Tcp, "of whose bytes the mesh knows nothing": expose_tcp, expose_tcp_as, and_tcp;
}

impl<L> ContainerHandle<L> {
    pub(crate) fn expose_at<P: Protocol>(&self, origin: Origin, port: Port) -> Service<P>
    where
        L: Exposable,
    {
        expose(origin, None, self.listening(), port)
    }
}

impl<Q> Service<Q> {
    fn and_at<P: Protocol>(&self, origin: Origin, to: Listening, port: Port) -> Service<P> {
        let state = self.state.beside(origin, port, to, P::NAME);
        Service { state, protocol: PhantomData, made: self.made.clone() }
    }
}

fn expose<P: Protocol>(
    origin: Origin,
    name: Option<Name>,
    to: Listening,
    port: Port,
) -> Service<P> {
    let bundle = Rc::clone(&to.component.bundle);
    let service = Rc::new(ServiceState::new(origin, name, &to.component));
    bundle.serve_at(to.component.name(), service.host());
    let made = match bundle.know_service(service.name(), origin) {
        None => bundle.push(Rc::clone(&service)),
        Some(first) => bundle.push(Refused(a_second_time(&service.name(), origin, first))),
    };
    let state = ServicePort::first(service, origin, port, to, P::NAME);
    Service { state, protocol: PhantomData, made }
}

fn a_second_time(service: &str, origin: Origin, first: Origin) -> BuildError {
    BuildError::new(
        Rule::DuplicateObject,
        origin,
        format!(
            "the Service {service} is there already: add a port to its handle, such as service.and_http(&port, …), or name a Service of \
             its own, such as expose_http_as(name, …)"
        ),
    )
    .related([first])
}

/// A Service that is not made.
struct Refused(BuildError);

impl Part for Refused {
    fn build(&self, output: &mut Output<'_>) {
        output.errors.push(self.0.clone());
    }
}
