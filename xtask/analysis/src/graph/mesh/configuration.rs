//! What the mesh is configured with: `meshConfig`, revisions, providers.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/>

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::ROUTING;
use crate::graph::Graph;
use crate::objects::{Object, Objects, Value, list, text, yaml};

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

impl<'a> Graph<'a> {
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

    /// Whether proxies refuse hosts that they do not know; none where the configuration of the mesh cannot be seen.
    #[must_use]
    pub fn is_registry_only(&self) -> Option<bool> {
        let configurations = self.mesh.configurations.iter();
        let mut modes =
            configurations.map(|mesh| text(&mesh.value["outboundTrafficPolicy"]["mode"]));
        modes.next().map(|first| first.or(modes.flatten().next()) == Some("REGISTRY_ONLY"))
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
pub(super) fn configurations(objects: &Objects) -> Vec<Configuration<'_>> {
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
