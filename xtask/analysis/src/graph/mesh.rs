//! What objects of Istio name: hosts, gateways, callers.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/>

pub mod authorization;
pub mod membership;
pub mod mutual_tls;
pub mod routes;
pub mod visibility;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::reference::Names;
use super::{Graph, Relation};
use crate::objects::{Identity, Object, Objects, list, text, yaml};

/// The group of what routes.
pub const ROUTING: &str = "networking.istio.io";
/// The group of what admits.
pub const SECURITY: &str = "security.istio.io";
/// The group of what observes.
pub const TELEMETRY: &str = "telemetry.istio.io";

/// Ends the host of every Service.
const DOMAIN: &str = ".svc.cluster.local";
/// Begins every principal of this mesh.
const TRUST: &str = "cluster.local/ns/";

/// What the mesh is configured with, and what is in force in each namespace; read once.
#[derive(Debug)]
pub(super) struct Mesh<'a> {
    /// `meshConfig`, as often as it is found.
    configurations: Vec<Configuration<'a>>,
    root_namespace: String,
    authorization_policies: ByNamespace<'a>,
    peer_authentications: ByNamespace<'a>,
}

/// `meshConfig`, and where it stands.
#[derive(Debug)]
pub struct Configuration<'a> {
    /// The object: istiod's ConfigMap, or the Application of its chart.
    pub object: &'a Object,
    /// The field with the whole of it.
    pub field: &'a Value,
    /// What it says.
    pub value: Cow<'a, Value>,
}

/// Objects of a kind by their namespace.
type ByNamespace<'a> = HashMap<&'a str, Vec<&'a Object>>;

fn by_namespace<'a>(objects: &'a Objects, group: &str, kind: &str) -> ByNamespace<'a> {
    let mut by_namespace = ByNamespace::new();
    for object in objects.of_kind(group, kind) {
        by_namespace.entry(object.namespace()).or_default().push(object);
    }
    by_namespace
}

impl<'a> Mesh<'a> {
    pub(super) fn of(objects: &'a Objects) -> Self {
        let configurations = configurations(objects);
        let mut roots = configurations.iter().filter_map(|mesh| text(&mesh.value["rootNamespace"]));
        let root_namespace = roots.next().unwrap_or("istio-system").to_owned();
        Self {
            configurations,
            root_namespace,
            authorization_policies: by_namespace(objects, SECURITY, "AuthorizationPolicy"),
            peer_authentications: by_namespace(objects, SECURITY, "PeerAuthentication"),
        }
    }
}

/// The gateways, delegates and callers that an object names.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    let own = object.namespace();
    let spec = &object.json["spec"];
    if object.identity.group == ROUTING {
        for export in list(&spec["exportTo"]) {
            if text(export).is_some_and(|name| ![".", "*", "~"].contains(&name)) {
                names.name(export, Relation::ExportNamespace, ("", "Namespace", None));
            }
        }
    }
    if object.is(ROUTING, "VirtualService") {
        let matches = ["http", "tls", "tcp"].into_iter().flat_map(|layer| list(&spec[layer]));
        let matches = matches.flat_map(|route| list(&route["match"]));
        let of_matches = matches.flat_map(|matched| list(&matched["gateways"]));
        for gateway in list(&spec["gateways"]).iter().chain(of_matches) {
            // `mesh` is every sidecar.
            if let Some(name) = text(gateway).filter(|name| *name != "mesh") {
                let (namespace, name) = name.split_once('/').unwrap_or((own, name));
                let target = Identity::new(ROUTING, "Gateway", Some(namespace), name);
                names.to(gateway, Relation::MeshGateway, target, None);
            }
        }
        for route in list(&spec["http"]) {
            let delegate = &route["delegate"];
            let namespace = text(&delegate["namespace"]).unwrap_or(own);
            let what = (ROUTING, "VirtualService", Some(namespace));
            names.name(&delegate["name"], Relation::Delegate, what);
        }
    } else if object.is(SECURITY, "AuthorizationPolicy") {
        for rule in list(&spec["rules"]) {
            for source in list(&rule["from"]) {
                let source = &source["source"];
                for principal in
                    list(&source["principals"]).iter().chain(list(&source["notPrincipals"]))
                {
                    self::principal(names, principal);
                }
                for namespace in
                    list(&source["namespaces"]).iter().chain(list(&source["notNamespaces"]))
                {
                    calling_namespace(names, namespace);
                }
            }
            for condition in list(&rule["when"]) {
                for value in list(&condition["values"]).iter().chain(list(&condition["notValues"]))
                {
                    match text(&condition["key"]) {
                        Some("source.principal") => principal(names, value),
                        Some("source.namespace") => calling_namespace(names, value),
                        _ => {}
                    }
                }
            }
        }
    }
}

fn principal<'a>(names: &mut Names<'_, 'a>, value: &'a Value) {
    let exact = text(value).filter(|principal| !principal.contains('*'));
    let parts = exact.and_then(|principal| principal.strip_prefix(TRUST)?.split_once("/sa/"));
    if let Some((namespace, name)) = parts {
        let target = Identity::new("", "ServiceAccount", Some(namespace), name);
        names.to(value, Relation::Principal, target, None);
    }
}

fn calling_namespace<'a>(names: &mut Names<'_, 'a>, value: &'a Value) {
    if let Some(name) = text(value).filter(|name| !name.contains('*')) {
        let target = Identity::new("", "Namespace", None, name);
        names.to(value, Relation::CallingNamespace, target, None);
    }
}

/// What a host of the mesh leads to.
#[derive(Clone, Copy, Debug)]
pub enum Host<'a> {
    /// A Service.
    Service(&'a Object),
    /// A `ServiceEntry`.
    Entry(&'a Object),
    /// Something that cannot be seen, or more than one host.
    Unknown,
    /// Nothing: neither a Service nor a `ServiceEntry`.
    Missing,
}

/// The layer at which a route works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Requests of HTTP and gRPC.
    Http,
    /// Connections by the name that they ask for.
    Tls,
    /// Connections.
    Tcp,
}

/// Where a `VirtualService` sends what it matches.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The object.
    pub from: &'a Object,
    /// The destination: host, port, subset.
    pub json: &'a Value,
    /// The layer.
    pub layer: Layer,
}

/// The destinations of a `VirtualService`, mirrors included.
fn destinations(object: &Object) -> impl Iterator<Item = Destination<'_>> {
    let layers = [("http", Layer::Http), ("tls", Layer::Tls), ("tcp", Layer::Tcp)];
    layers.into_iter().flat_map(move |(field, layer)| {
        let routes = list(&object.json["spec"][field]).iter();
        routes.flat_map(move |route| {
            let weighted = list(&route["route"]).iter().map(|weighted| &weighted["destination"]);
            let mirrors = list(&route["mirrors"]).iter().map(|mirror| &mirror["destination"]);
            let all = weighted.chain(mirrors).chain(Some(&route["mirror"]));
            all.filter(|json| json.is_object()).map(move |json| Destination {
                from: object,
                json,
                layer,
            })
        })
    })
}

/// A host as the mesh knows it: a name without dots is a Service beside the object that names it.
#[must_use]
pub fn full<'h>(host: &'h str, namespace: &str) -> Cow<'h, str> {
    if host.contains(['.', '*']) {
        Cow::Borrowed(host)
    } else {
        Cow::Owned(format!("{host}.{namespace}{DOMAIN}"))
    }
}

/// The Service of a full host.
#[must_use]
pub fn service_of(host: &str) -> Option<Identity> {
    let (name, namespace) = host.strip_suffix(DOMAIN)?.split_once('.')?;
    let is_plain = !name.contains('*') && !namespace.contains(['.', '*']);
    is_plain.then(|| Identity::new("", "Service", Some(namespace), name))
}

/// Whether two hosts have a name in common; either may begin with a wildcard.
#[must_use]
pub fn overlap(one: &str, other: &str) -> bool {
    let matches = |pattern: &str, host: &str| {
        pattern == "*" || pattern.strip_prefix('*').is_some_and(|end| host.ends_with(end))
    };
    one == other || matches(one, other) || matches(other, one)
}

impl<'a> Graph<'a> {
    /// Where the `VirtualServices` send what they match.
    pub fn destinations(&self) -> impl Iterator<Item = Destination<'a>> + use<'a> {
        self.objects().of_kind(ROUTING, "VirtualService").flat_map(destinations)
    }

    /// What a host leads to, as an object of a namespace names it.
    #[must_use]
    pub fn host(&self, host: &str, namespace: &str) -> Host<'a> {
        let full = full(host, namespace);
        if full.contains('*') {
            return Host::Unknown;
        }
        let service = service_of(&full);
        if let Some(service) = service.as_ref().and_then(|service| self.objects().get(service)) {
            return Host::Service(service);
        }
        if let Some(entry) = self.entry(&full, namespace) {
            return Host::Entry(entry);
        }
        match service {
            Some(service) if self.is_missing(&service) => Host::Missing,
            Some(_) => Host::Unknown,
            // A name within the cluster that is not spelled out, which Istio does not know but others may.
            None if full.contains(".svc") || !full.contains('.') => Host::Unknown,
            None if self.is_namespace_of_host(&full) => Host::Unknown,
            None => {
                let mut entries = self.objects().of_kind(ROUTING, "ServiceEntry");
                if self.is_whole() || entries.any(Object::is_written) {
                    Host::Missing
                } else {
                    Host::Unknown
                }
            }
        }
    }

    /// The `ServiceEntry` of a full host, of those that a namespace can see.
    #[must_use]
    pub fn entry(&self, host: &str, namespace: &str) -> Option<&'a Object> {
        let is_seen = |entry: &&'a Object| {
            let exported = list(&entry.json["spec"]["exportTo"]);
            let mut names = exported.iter().filter_map(text);
            exported.is_empty()
                || entry.namespace() == namespace
                || names.any(|name| name == "*" || name == namespace)
        };
        let exact = self.entries_of_host.get(host).into_iter().flatten().copied();
        let wildcards = self.wildcard_entries.iter().filter(|(pattern, _)| overlap(pattern, host));
        exact.chain(wildcards.map(|&(_, entry)| entry)).find(is_seen)
    }

    /// Whether a host is `service.namespace`.
    fn is_namespace_of_host(&self, host: &str) -> bool {
        let parts = host.split_once('.');
        parts.is_some_and(|(_, namespace)| self.services_of_namespace.contains_key(namespace))
    }

    /// The names of the providers that the mesh is configured with; none where its configuration cannot be seen.
    #[must_use]
    pub fn providers(&self) -> Option<Vec<String>> {
        let configurations = &self.mesh.configurations;
        if configurations.is_empty() {
            return None;
        }
        // Istio has these without being told.
        let mut providers: Vec<String> =
            ["envoy", "prometheus", "stackdriver"].map(str::to_owned).to_vec();
        for configuration in configurations {
            let named = list(&configuration.value["extensionProviders"]).iter();
            providers
                .extend(named.filter_map(|provider| Some(text(&provider["name"])?.to_owned())));
        }
        Some(providers)
    }

    /// `meshConfig`, as often as it is found; nothing where something is added to it that cannot be seen.
    #[must_use]
    pub fn mesh_configurations(&self) -> &[Configuration<'a>] {
        &self.mesh.configurations
    }

    /// The revisions and tags of the control planes, where each of those that are here tells them.
    #[must_use]
    pub fn mesh_revisions(&self) -> Option<BTreeSet<String>> {
        let mut known = BTreeSet::new();
        for (_, helm) in charts_of_control_planes(self.objects()) {
            let written = text(&helm["values"]);
            if !list(&helm["valueFiles"]).is_empty() || !list(&helm["parameters"]).is_empty() {
                return None;
            }
            for values in
                written.into_iter().flat_map(parsed).chain(Some(helm["valuesObject"].clone()))
            {
                let revision = text(&values["revision"]).filter(|name| !name.is_empty());
                known.insert(revision.unwrap_or("default").to_owned());
                known.extend(
                    list(&values["revisionTags"]).iter().filter_map(text).map(str::to_owned),
                );
                // A revision may answer for those who name none.
                known.extend(
                    text(&values["defaultRevision"])
                        .filter(|name| !name.is_empty())
                        .map(|_| "default".to_owned()),
                );
            }
        }
        let webhooks =
            self.objects().of_kind("admissionregistration.k8s.io", "MutatingWebhookConfiguration");
        for webhook in webhooks.filter(|webhook| webhook.label("app") == Some("sidecar-injector")) {
            let names = [webhook.label("istio.io/rev"), webhook.label("istio.io/tag")];
            known.extend(names.into_iter().flatten().map(str::to_owned));
        }
        Some(known).filter(|known| !known.is_empty())
    }

    /// Whether sidecars answer DNS by themselves, at least some; none where the configuration of the mesh cannot be seen.
    #[must_use]
    pub fn captures_dns(&self) -> Option<bool> {
        const VARIABLE: &str = "ISTIO_META_DNS_CAPTURE";
        let configurations = &self.mesh.configurations;
        let by_mesh = configurations.iter().any(|mesh| {
            text(&mesh.value["defaultConfig"]["proxyMetadata"][VARIABLE]) == Some("true")
        });
        let mut of_proxies = self.objects().of_kind(ROUTING, "ProxyConfig");
        let is_known = !configurations.is_empty();
        is_known.then(|| {
            by_mesh
                || of_proxies.any(|proxy| {
                    text(&proxy.json["spec"]["environmentVariables"][VARIABLE]) == Some("true")
                })
        })
    }

    /// The namespace whose objects are for the whole mesh.
    #[must_use]
    pub fn root_namespace(&self) -> &str {
        &self.mesh.root_namespace
    }
}

/// `meshConfig`, of istiod's ConfigMap or of the values of its chart; none where something is added to it that cannot be seen.
fn configurations(objects: &Objects) -> Vec<Configuration<'_>> {
    let mut all = Vec::new();
    if let Some(object) = objects.find("", "ConfigMap", Some("istio-system"), "istio") {
        let field = &object.json["data"]["mesh"];
        let documents = text(field).into_iter().flat_map(parsed);
        all.extend(documents.map(|value| Configuration {
            object,
            field,
            value: Cow::Owned(value),
        }));
    }
    for object in objects.of_kind("install.istio.io", "IstioOperator") {
        let field = &object.json["spec"]["meshConfig"];
        all.push(Configuration { object, field, value: Cow::Borrowed(field) });
    }
    for (object, helm) in charts_of_control_planes(objects) {
        // What files of values add cannot be seen.
        if !list(&helm["valueFiles"]).is_empty() || !list(&helm["parameters"]).is_empty() {
            return Vec::new();
        }
        let field = &helm["valuesObject"]["meshConfig"];
        all.push(Configuration { object, field, value: Cow::Borrowed(field) });
        let field = &helm["values"];
        for values in text(field).into_iter().flat_map(parsed) {
            let value = Cow::Owned(values["meshConfig"].clone());
            all.push(Configuration { object, field, value });
        }
    }
    all
}

fn parsed(content: &str) -> impl Iterator<Item = Value> {
    yaml::documents(content).0.into_iter().map(|document| document.value)
}

/// The Applications of istiod's chart, and what they say to Helm.
fn charts_of_control_planes(objects: &Objects) -> impl Iterator<Item = (&Object, &Value)> {
    objects.of_kind("argoproj.io", "Application").flat_map(|application| {
        let spec = &application.json["spec"];
        let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
        let of_istiod = sources.filter(|source| text(&source["chart"]) == Some("istiod"));
        of_istiod.map(move |source| (application, &source["helm"]))
    })
}
