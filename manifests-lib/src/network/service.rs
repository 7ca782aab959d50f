//! Services: the handle that routes, gateways and callers take.

mod expose;
mod object;

use std::marker::PhantomData;

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;

use crate::model::bundle::Bundle;
use crate::model::component::Component;
use crate::model::label::SelectorLabels;
use crate::model::made_for::MadeFor;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::callable::{Callable, Endpoint};
use crate::network::protocol::{Http, Protocol};
use crate::values::{Port, UrlPath};

pub(crate) use object::{ServicePort, ServiceState};

/// A port of a Service by the protocol that it speaks. Routes, gateways and callers take it by reference; nobody repeats the name,
/// namespace or port. A component's first Service is named `<bundle>-<component>-service`, each further one
/// `<bundle>-<component>-<name>-service`.
///
/// Becomes a Service and, once somebody may call it, an AuthorizationPolicy and a NetworkPolicy that admit exactly those callers.
/// Handles of [several ports](Self::and_http) share these three: each port is a rule with callers of its own, and who may call one
/// is not admitted to another.
///
/// Upstream: <https://kubernetes.io/docs/concepts/services-networking/service/>
pub struct Service<P> {
    state: ServicePort,
    protocol: PhantomData<P>,
    made: Made,
}

patchable! {
    /// ```
    /// # use k8s_openapi::api::core::v1 as core;
    /// # use manifests_lib::network::{Http, Service};
    /// # fn example(service: &Service<Http>) {
    /// service.patch(|service: &mut core::Service| {
    ///     service.spec.get_or_insert_default().session_affinity = Some("ClientIP".to_owned());
    /// });
    /// # }
    /// ```
    ///
    impl [P] Service<P> {
        made: core::Service, security::AuthorizationPolicy, networking::NetworkPolicy;
    }
}

impl<P> Clone for Service<P> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), protocol: PhantomData, made: self.made.clone() }
    }
}

impl<P: Protocol> Callable for Service<P> {
    type Protocol = P;

    fn owner(&self) -> Bundle {
        self.state.component().bundle()
    }

    fn admit(&self, caller: &Component, origin: Origin) -> Endpoint<P> {
        let service = &self.state;
        service.admit(caller.caller());
        caller.sends_to(service.destination());
        Endpoint::new(service.host(), service.port(), MadeFor::component(caller, origin))
    }
}

impl Service<Http> {
    /// Has Prometheus read what the program itself counts, at this path of the port, as
    /// [`ContainerHandle::metrics`](crate::workload::ContainerHandle::metrics) says. Prometheus becomes no caller of the Service.
    #[track_caller]
    pub fn metrics(&self, path: UrlPath) {
        self.state.listening().metrics(Origin::here(), path);
    }
}

impl<P> Service<P> {
    /// Keeps the selector of an older release. The rule is `app` and `component`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.state.service().select(labels);
    }

    /// Gives the Service no address of its own: its name stands for the addresses of all pods, and the caller chooses among them.
    /// That is for clients that balance themselves. The proxies of the mesh send to the pod that the caller has chosen: they neither
    /// balance, nor try another pod, nor leave out one that fails.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/services-networking/service/#headless-services>
    pub fn headless(&self) {
        self.state.service().make_headless();
    }

    /// The port that callers use.
    #[must_use]
    pub fn port(&self) -> Port {
        self.state.port()
    }

    /// The namespace that the Service lives in.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        self.state.service().namespace()
    }

    pub(crate) fn state(&self) -> ServicePort {
        self.state.clone()
    }
}
