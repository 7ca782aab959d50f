//! Web UIs that tools serve.

use std::collections::BTreeMap;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::k8s::networking::gateway::v1 as gateway_api;

use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::service_ref::ServiceRef;
use crate::network::tool::ToolPort;
use crate::values::{Host, Name, Port, UrlPath};

/// What a [`WebUi`] is made with.
#[derive(Clone)]
pub struct WebUiSpec<'a> {
    /// What people call it, such as `grafana`: `name!("grafana")`.
    pub name: Name,
    /// Where it is served.
    pub port: &'a ToolPort,
    /// Which requests the internal gateway lets through.
    pub requests: WebUiRequests,
    /// Port of the laptop that leads to it, the same in every environment: browsers remember it. `port!(8000)`.
    pub local_port: Port,
}

/// Which requests an internal gateway lets through to a web UI. What it does not let through, it answers with 404; whoever
/// forwards the port, which takes rights in the cluster, is not limited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebUiRequests {
    /// All: the tool itself asks for a login before it changes anything.
    All,
    /// `GET`: the tool has no login, and whoever reaches it may only read.
    Reads,
    /// `GET`, and `POST` below this path, where the tool takes long queries and changes nothing.
    ReadsAndQueries(UrlPath),
}

/// A web UI of a tool. It is reached by port-forwarding or through an internal gateway, never from outside:
/// [`InternalAccess`](crate::network::gateway_api::InternalAccess) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUi {
    /// What people call it, such as `grafana`.
    pub name: Name,
    /// The Service that serves it.
    pub service: ServiceRef,
    /// How it is served.
    pub scheme: Scheme,
    /// Port of the laptop that leads to it.
    pub local_port: Port,
    /// Its host on the internal gateway, `<name>.<domain>`, where there is one.
    pub host: Option<Host>,
    /// The line that makes it.
    pub origin: Origin,
}

/// A [`WebUi`] as others refer to it.
#[derive(Clone)]
pub struct WebUiHandle {
    pub(crate) web_ui: WebUi,
    pub(crate) port: ToolPort,
    pub(crate) made: Made,
}

patchable! {
    /// It has made something only where a gateway leads to it: where it has a [host](Self::host).
    ///
    WebUiHandle {
        made: gateway_api::HTTPRoute, gateway_api::BackendTLSPolicy, cert_manager::Certificate;
    }
}

impl WebUiHandle {
    /// Where people find it: behind the internal gateway where there is one, otherwise at the port that a laptop forwards.
    #[must_use]
    pub fn url(&self) -> String {
        self.web_ui.url()
    }

    /// Its host on the internal gateway, where there is one.
    #[must_use]
    pub fn host(&self) -> Option<&Host> {
        self.web_ui.host.as_ref()
    }

    /// Where it is served, for tools that call its API.
    #[must_use]
    pub fn port(&self) -> &ToolPort {
        &self.port
    }
}

/// How a [`WebUi`] is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In plain text.
    Http,
    /// With a certificate: the tool's own, or an issued one where a gateway leads to it.
    Https,
}

impl Scheme {
    /// The scheme of a URL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl WebUi {
    /// Where people find it: behind the internal gateway where there is one, otherwise at the port that a laptop forwards.
    #[must_use]
    pub fn url(&self) -> String {
        self.host.as_ref().map_or_else(|| self.local_url(), |host| format!("https://{host}"))
    }

    /// Where the browser of a laptop that forwards the port finds it: `http://localhost:<local port>`.
    #[must_use]
    pub fn local_url(&self) -> String {
        format!("{}://localhost:{}", self.scheme.as_str(), self.local_port)
    }
}

/// Web UIs of one name, or on one port of the laptop.
pub(crate) fn duplicate_web_uis(web_uis: &[WebUi]) -> Vec<BuildError> {
    let mut names = BTreeMap::new();
    let mut ports = BTreeMap::new();
    let mut errors = Vec::new();
    for WebUi { name, local_port, origin, .. } in web_uis {
        let same = names.insert(name, *origin).or(ports.get(local_port).copied());
        ports.insert(local_port, *origin);
        if let Some(other) = same {
            errors.push(
                BuildError::new(
                    Rule::DuplicateWebUi,
                    *origin,
                    format!(
                        "another web UI has the name {name} or the port {local_port} of the laptop: give one of them another"
                    ),
                )
                .related([other]),
            );
        }
    }
    errors
}
