//! Web UIs that tools serve.

use crate::model::bundle::{Bundle, Output, Part};
use crate::network::service_ref::ServiceRef;
use crate::values::{Host, Name, Port};

/// A web UI of a tool. It is reached by port-forwarding or through an internal gateway, never from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUi {
    /// What people call it, such as `grafana`.
    pub name: Name,
    /// Who serves it.
    pub service: ServiceRef,
    /// How it is served.
    pub scheme: Scheme,
    /// Port of the laptop that leads to it, the same in every environment: browsers remember it.
    pub local_port: Port,
}

/// How a [`WebUi`] is served.
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

impl WebUi {
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
    /// Makes a web UI of the bundle known to those who open it.
    pub fn web_ui(&self, web_ui: &WebUi) {
        self.push(WebUiPart(web_ui.clone()));
    }
}

struct WebUiPart(WebUi);

impl Part for WebUiPart {
    fn build(&self, output: &mut Output) {
        output.web_uis.push(self.0.clone());
    }
}
