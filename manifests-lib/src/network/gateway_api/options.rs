//! What a public route may say beyond its host and path.

use custom_resources::k8s::networking::gateway::v1 as api;

use super::public_route::replaced;
use crate::values::{Host, Name, NodePort, Seconds, UrlPath};

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HttpMethod {
    /// Reads.
    Get,
    /// Reads the head of an answer.
    Head,
    /// Does something.
    Post,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
    /// Changes a part.
    Patch,
    /// Asks what may be done.
    Options,
}

impl HttpMethod {
    pub(super) fn matched(self) -> api::MatchMethod {
        match self {
            Self::Get => api::MatchMethod::Get,
            Self::Head => api::MatchMethod::Head,
            Self::Post => api::MatchMethod::Post,
            Self::Put => api::MatchMethod::Put,
            Self::Delete => api::MatchMethod::Delete,
            Self::Patch => api::MatchMethod::Patch,
            Self::Options => api::MatchMethod::Options,
        }
    }

    fn allowed(self) -> api::CorsAllowMethod {
        match self {
            Self::Get => api::CorsAllowMethod::Get,
            Self::Head => api::CorsAllowMethod::Head,
            Self::Post => api::CorsAllowMethod::Post,
            Self::Put => api::CorsAllowMethod::Put,
            Self::Delete => api::CorsAllowMethod::Delete,
            Self::Patch => api::CorsAllowMethod::Patch,
            Self::Options => api::CorsAllowMethod::Options,
        }
    }
}

/// Which pages of other hosts may call a route from a browser. The gateway answers what browsers ask beforehand.
///
/// Becomes a filter of the HTTPRoute.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/reference/spec/#httpcorsfilter>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Whose pages: `Origins::Hosts(vec![host!("www.example.com")])`.
    pub origins: Origins,
    /// By which methods: `vec![HttpMethod::Get, HttpMethod::Post]`.
    pub methods: Vec<HttpMethod>,
    /// Which headers requests may have beyond those that browsers always allow: `vec!["Content-Type"]`.
    pub headers: Vec<&'static str>,
    /// Whether requests may carry cookies and credentials.
    pub credentials: bool,
    /// How long browsers keep the answer: `seconds(600)`.
    pub max_age: Seconds,
}

/// Whose pages may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Everybody's.
    Any,
    /// Those of these hosts, by HTTPS.
    Hosts(Vec<Host>),
}

impl Cors {
    pub(super) fn filter(&self) -> api::FilterCors {
        let origins = match &self.origins {
            Origins::Any => vec!["*".to_owned()],
            Origins::Hosts(hosts) => hosts.iter().map(|host| format!("https://{host}")).collect(),
        };
        let headers: Vec<String> = self.headers.iter().map(|&header| header.to_owned()).collect();
        api::FilterCors {
            allow_credentials: self.credentials.then_some(true),
            allow_headers: (!headers.is_empty()).then_some(headers),
            allow_methods: Some(self.methods.iter().map(|method| method.allowed()).collect()),
            allow_origins: Some(origins),
            expose_headers: None,
            max_age: Some(self.max_age.as_seconds().into()),
        }
    }

    pub(super) fn mistake(&self) -> Option<&'static str> {
        match &self.origins {
            Origins::Any if self.credentials => Some(
                "lets pages of everybody call with cookies, so that any page acts for whoever is logged in: name the hosts whose \
                 pages may call, or admit no credentials",
            ),
            Origins::Hosts(hosts) if hosts.is_empty() => {
                Some("lets pages of no host call: name the hosts, or leave CORS out")
            }
            _ if self.methods.is_empty() => {
                Some("lets other pages call by no method: name the methods, or leave CORS out")
            }
            _ if self.max_age.as_seconds() == 0 => Some(
                "has browsers keep an answer for no time, which the API server refuses: name seconds",
            ),
            _ => None,
        }
    }
}

/// A share of a route's requests, for another service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many of a hundred, from 1 to 99: `10`.
    pub percent: u8,
    /// Port on every node for the ingress gateway's port, where that gateway is reached by node ports: `node_port!(30001)`.
    pub node_port: NodePort,
}

/// A public URL that sends clients to another one.
///
/// Becomes an HTTPRoute beside the public gateway.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/>
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Name of the HTTPRoute: `name!("old-shop")`.
    pub name: Name,
    /// Host that requests name. It becomes a name of the gateway's certificate. `host!("shop.example.com")`.
    pub host: Host,
    /// First part of their paths; `/` for all. `url_path!("/")`.
    pub path: UrlPath,
    /// Where clients are sent.
    pub to: RedirectTo,
    /// Whether clients remember it.
    pub status: RedirectStatus,
}

/// Where a redirect leads, by HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTo {
    /// To another host, with the path as it was: `RedirectTo::Host(host!("www.example.com"))`.
    Host(Host),
    /// To this path in place of the redirect's own, with what is below it: `RedirectTo::Below(url_path!("/v2"))`.
    Below(UrlPath),
    /// To one page, whatever is below the redirect's path: `RedirectTo::Page(url_path!("/moved"))`.
    Page(UrlPath),
}

/// What browsers make of a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectStatus {
    /// They ask again next time: 302.
    Temporary,
    /// They remember it, perhaps for ever: 301.
    Permanent,
}

impl RedirectTo {
    pub(super) fn filter(&self, status: RedirectStatus) -> api::FilterRequestRedirect {
        let (hostname, path) = match self {
            Self::Host(host) => (Some(host.to_string()), None),
            Self::Below(path) => (None, Some(replaced(path, false))),
            Self::Page(path) => (None, Some(replaced(path, true))),
        };
        api::FilterRequestRedirect {
            hostname,
            path,
            port: None,
            scheme: Some(api::RequestRedirectScheme::Https),
            status_code: Some(match status {
                RedirectStatus::Temporary => 302,
                RedirectStatus::Permanent => 301,
            }),
        }
    }
}
