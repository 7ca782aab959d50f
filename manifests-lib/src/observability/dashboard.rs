//! Pages for people that tools serve.

use crate::model::bundle::{Bundle, Output, Part};
use crate::network::tool_service::ToolService;
use crate::values::{Host, Name, Port};

/// A page for people. It is reached by port-forwarding or through an internal gateway, never from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// What people call it, such as `grafana`.
    pub name: Name,
    /// Who serves it.
    pub service: ToolService,
    /// How it is served.
    pub scheme: Scheme,
    /// Port of the laptop that leads to it, the same in every environment: browsers remember it.
    pub local_port: Port,
}

/// How a [`Dashboard`] is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In plain text.
    Http,
    /// With a certificate: the tool's own, or one that it is given where a gateway leads to it.
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

impl Dashboard {
    /// Where people find it: behind the internal gateway of a domain, otherwise at the port that a laptop forwards.
    #[must_use]
    pub fn url(&self, domain: Option<&Host>) -> String {
        domain.map_or_else(|| self.local_url(), |domain| format!("https://{}", self.host(domain)))
    }

    /// Its host on the internal gateway of a domain: `<name>.<domain>`.
    #[must_use]
    pub fn host(&self, domain: &Host) -> Host {
        domain.below(&self.name)
    }

    /// Where the browser of a laptop that forwards the port finds it: `http://localhost:<local port>`.
    #[must_use]
    pub fn local_url(&self) -> String {
        format!("{}://localhost:{}", self.scheme.as_str(), self.local_port)
    }
}

impl Bundle {
    /// Makes a page of the bundle known to those who open it.
    pub fn dashboard(&self, dashboard: &Dashboard) {
        self.push(DashboardPart(dashboard.clone()));
    }
}

struct DashboardPart(Dashboard);

impl Part for DashboardPart {
    fn build(&self, output: &mut Output) {
        output.dashboards.push(self.0.clone());
    }
}
