//! Requests of the kubelet that are more than a path.

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::data::NotSecret;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Port, UrlPath};

/// A `GET` of the kubelet that has headers, speaks HTTPS or goes to another port than the container's first one.
///
/// ```
/// # use manifests_lib::{port, url_path};
/// # use manifests_lib::workload::{HttpGet, Probe};
/// # fn example() -> Probe {
/// Probe::HttpGet(HttpGet::new(url_path!("/_healthz")).header("X-Asked-By", "kubelet").port(port!(8081)))
/// # }
/// ```
///
/// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpGet {
    path: UrlPath,
    headers: Vec<Header>,
    https: bool,
    port: Option<Port>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    origin: Origin,
    name: &'static str,
    value: &'static str,
    /// Why it is no secret, where it reads like one.
    not_secret: Option<&'static str>,
}

impl HttpGet {
    /// A `GET` of this path at the container's port.
    #[must_use]
    pub fn new(path: UrlPath) -> Self {
        Self { path, headers: Vec::new(), https: false, port: None }
    }

    /// Sends a header.
    ///
    /// The build reports a name that is none: letters, digits and `-`.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push(Header { origin: Origin::here(), name, value, not_secret: None });
        self
    }

    /// Sends a header that reads like a secret and is none, and why, such as a cookie that names the probe.
    ///
    /// The build reports one that reads like none, and an empty reason.
    #[must_use]
    #[track_caller]
    pub fn not_secret_header(
        mut self,
        name: &'static str,
        value: &'static str,
        reason: &'static str,
    ) -> Self {
        let origin = Origin::here();
        self.headers.push(Header { origin, name, value, not_secret: Some(reason) });
        self
    }

    /// Speaks HTTPS, whatever the certificate is: the kubelet does not verify it.
    #[must_use]
    pub fn https(self) -> Self {
        Self { https: true, ..self }
    }

    /// Asks another port, such as one for administration: `port!(8081)`.
    #[must_use]
    pub fn port(self, port: impl Into<Port>) -> Self {
        Self { port: Some(port.into()), ..self }
    }

    /// The request at its own port, or at that of the container.
    pub(in crate::workload) fn build(&self, port: Option<Port>) -> Option<core::HTTPGetAction> {
        Some(core::HTTPGetAction {
            host: None,
            http_headers: (!self.headers.is_empty())
                .then(|| self.headers.iter().map(Header::build).collect()),
            path: Some(String::from(&self.path)),
            port: IntOrString::Int(self.port.or(port)?.into()),
            scheme: self.https.then(|| "HTTPS".to_owned()),
        })
    }

    /// Headers that read like secrets and are none, where the request stands at a path of the object.
    pub(in crate::workload) fn not_secret(&self, object: &str, path: &str) -> Vec<NotSecret> {
        let headers = self.headers.iter();
        headers
            .filter_map(|header| {
                Some(NotSecret {
                    origin: header.origin,
                    object: object.to_owned(),
                    path: format!("{path}.httpGet.httpHeaders[{}].value", header.name),
                    reason: header.not_secret?,
                })
            })
            .collect()
    }

    /// Headers that the API server refuses.
    pub(in crate::workload) fn mistakes(&self) -> impl Iterator<Item = BuildError> {
        self.headers.iter().filter(|header| !header.is_valid()).map(|header| {
            let message = format!(
                "the API server would refuse the header {:?} of a probe or hook: a name has letters, digits and '-'; correct it",
                header.name
            );
            BuildError::new(Rule::InvalidProbe, header.origin, message)
        })
    }
}

impl Header {
    fn is_valid(&self) -> bool {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !self.name.is_empty() && self.name.bytes().all(valid)
    }

    fn build(&self) -> core::HTTPHeader {
        core::HTTPHeader { name: self.name.to_owned(), value: self.value.to_owned() }
    }
}
