//! Calls: what a component may send to, and the address that it gets for saying so.

use std::marker::PhantomData;

use super::protocol::{Protocol, UrlProtocol};
use super::service::Service;
use crate::model::bundle::Bundle;
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::values::Port;
use crate::workload::Variable;

/// What a component can call: it admits the caller, and has an address.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called",
    label = "no address belongs to it",
    note = "call a `Service`, which a container is exposed as, an external service, which a component declares, or a port of a tool: \
            `port.serves(Grpc)`"
)]
pub trait Callable: sealed::Sealed {
    /// What is spoken there.
    type Protocol: Protocol;

    /// The bundle that makes it.
    #[doc(hidden)]
    fn owner(&self) -> Bundle;

    /// Admits the caller, and lets it out.
    #[doc(hidden)]
    fn admit(&self, caller: &Component, origin: Origin) -> Endpoint<Self::Protocol>;
}

/// The address of what admits the component, and what is spoken there.
#[derive(Clone, Debug)]
pub struct Endpoint<P> {
    host: String,
    port: Port,
    made_for: MadeFor,
    protocol: PhantomData<P>,
}

impl Component {
    /// Declares that the component calls a service, and gives the address to call.
    ///
    /// This is the only way to an address, so that a call that the service does not admit cannot be written. The admission
    /// stands in the service's bundle, as AuthorizationPolicy and NetworkPolicy; what lets the call out in the component's own.
    #[must_use = "give the address to a container, or do not ask for admission"]
    #[track_caller]
    pub fn calls<C: Callable>(&self, callee: &C) -> Endpoint<C::Protocol> {
        self.call(callee, Origin::here())
    }

    /// Declares that the component calls all of them, such as the members of one cluster, and gives their addresses.
    #[must_use = "give the addresses to a container, or do not ask for admission"]
    #[track_caller]
    pub fn calls_all<'a, C: Callable + 'a>(
        &self,
        callees: impl IntoIterator<Item = &'a C>,
    ) -> Endpoints<C::Protocol> {
        let origin = Origin::here();
        let all = callees.into_iter().map(|callee| self.call(callee, origin)).collect();
        Endpoints { all, made_for: MadeFor::component(self, origin) }
    }

    fn call<C: Callable>(&self, callee: &C, origin: Origin) -> Endpoint<C::Protocol> {
        let endpoint = callee.admit(self, origin);
        let what = format!("what is called at {}", endpoint.host);
        self.bundle.refuse_foreign(what, callee.owner().state(), origin);
        endpoint
    }
}

/// The addresses of several that admit the component, such as the members of one cluster.
#[derive(Clone, Debug)]
pub struct Endpoints<P> {
    all: Vec<Endpoint<P>>,
    made_for: MadeFor,
}

impl<P: Protocol> Endpoints<P> {
    /// `<host>:<port>,<host>:<port>`, as clients of Kafka and of MongoDB take it.
    #[must_use]
    pub fn addresses(&self, variable: &str) -> Variable {
        let addresses: Vec<_> = self.all.iter().map(Endpoint::to_address).collect();
        Variable::from_handle(variable, addresses.join(","), self.made_for.clone())
    }
}

impl<P: Protocol> Endpoint<P> {
    pub(crate) fn new(host: String, port: Port, made_for: MadeFor) -> Self {
        Self { host, port, made_for, protocol: PhantomData }
    }

    /// The URL, such as `http://account-app-service.services.svc.cluster.local:50000`.
    #[must_use]
    pub fn url(&self, variable: &str) -> Variable
    where
        P: UrlProtocol,
    {
        self.variable(variable, self.to_url())
    }

    /// `<host>:<port>`, as clients of gRPC and of databases take it.
    #[must_use]
    pub fn address(&self, variable: &str) -> Variable {
        self.variable(variable, self.to_address())
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        self.variable(variable, &self.host)
    }

    /// The port alone.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        self.variable(variable, self.port.to_string())
    }

    /// The URL as a text, for an argument or a file of configuration of this component. The build refuses it in those of others.
    ///
    /// ```
    /// # use manifests_lib::prelude::*;
    /// # fn example(app: &Component, proxy: &ContainerHandle<WithPort>, account: &Service<Http>) {
    /// let account = app.calls(account);
    /// proxy.arguments([format!("--upstream={}", account.to_url()).as_str()]);
    /// # }
    /// ```
    #[must_use]
    pub fn to_url(&self) -> String
    where
        P: UrlProtocol,
    {
        format!("{}://{}", P::SCHEME, self.to_address())
    }

    /// `<host>:<port>` as a text, for an argument or a file of configuration of this component. The build refuses it in those of others.
    #[must_use]
    pub fn to_address(&self) -> String {
        let Self { host, port, .. } = self;
        format!("{host}:{port}")
    }

    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }

    pub(crate) fn into_parts(self) -> (String, Port) {
        (self.host, self.port)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<P> Sealed for super::Service<P> {}
    impl<P> Sealed for crate::network::tool::ServingPort<P> {}
    impl<P> Sealed for crate::network::mesh::ExternalServiceHandle<P> {}
}
