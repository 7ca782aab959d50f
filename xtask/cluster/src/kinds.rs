//! Which kinds the API server serves, and at which paths.

use std::collections::HashMap;

use analysis::objects::Identity;
use serde_json::Value;

use crate::server::Server;
use crate::trouble::Trouble;

/// All groups with their versions and kinds, in one answer.
///
/// Upstream: <https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery>
const AGGREGATED: &str =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/// What is served.
#[derive(Debug, Default)]
pub struct Kinds {
    /// By API version and kind.
    served: HashMap<(String, String), Kind>,
}

/// A kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "Kubernetes calls it so")]
pub struct Kind {
    /// API version, such as `apps/v1`.
    pub api_version: String,
    /// Kind, such as `Deployment`.
    pub kind: String,
    /// Its name in paths.
    plural: String,
    pub is_namespaced: bool,
    /// Whether its objects can be listed and deleted.
    pub is_kept: bool,
    /// Whether clients shall use this version of it.
    is_preferred: bool,
}

impl Kinds {
    /// Asks the server.
    pub async fn read(server: &Server) -> Result<Self, Trouble> {
        let mut all = HashMap::new();
        let (core, groups) = tokio::try_join!(
            server.get_as("/api", AGGREGATED),
            server.get_as("/apis", AGGREGATED)
        )?;
        for answer in [core, groups].into_iter().flatten() {
            for kind in kinds(&answer) {
                all.insert((kind.api_version.clone(), kind.kind.clone()), kind);
            }
        }
        if all.is_empty() {
            return Err(server.no_json());
        }
        Ok(Self { served: all })
    }

    /// The kind of an object; none where it is not served.
    pub fn get(&self, api_version: &str, kind: &str) -> Option<&Kind> {
        // Without a copy of both, the map could not be asked.
        self.served.get(&(api_version.to_owned(), kind.to_owned()))
    }

    /// Every kind whose objects are kept, once, in the version that clients shall use.
    pub fn kept(&self) -> Vec<&Kind> {
        let mut kinds: Vec<&Kind> =
            self.served.values().filter(|kind| kind.is_kept && kind.is_preferred).collect();
        kinds.sort_by(|one, other| {
            (&one.api_version, &one.kind).cmp(&(&other.api_version, &other.kind))
        });
        kinds
    }
}

/// The kinds in an answer.
fn kinds(answer: &Value) -> Vec<Kind> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut kinds: Vec<Kind> = Vec::new();
    for group in list(&answer["items"]) {
        let group_name = text(&group["metadata"]["name"]);
        let mut seen: Vec<String> = Vec::new();
        for version in list(&group["versions"]) {
            let version_name = text(&version["version"]);
            let api_version = if group_name.is_empty() {
                version_name
            } else {
                format!("{group_name}/{version_name}")
            };
            for resource in list(&version["resources"]) {
                let kind = text(&resource["responseKind"]["kind"]);
                let verbs = list(&resource["verbs"]);
                let can = |verb: &str| verbs.iter().any(|own| own == verb);
                if kind.is_empty() {
                    continue;
                }
                kinds.push(Kind {
                    api_version: api_version.clone(),
                    plural: text(&resource["resource"]),
                    is_namespaced: resource["scope"] == "Namespaced",
                    is_kept: can("list") && can("delete") && can("patch"),
                    is_preferred: !seen.contains(&kind),
                    kind: kind.clone(),
                });
                seen.push(kind);
            }
        }
    }
    kinds
}

impl Kind {
    /// Where all objects of the kind are.
    pub fn list_path(&self) -> String {
        format!("{}/{}", self.root(), self.plural)
    }

    /// Where an object is.
    pub fn path(&self, namespace: Option<&str>, name: &str) -> String {
        match namespace.filter(|_| self.is_namespaced) {
            Some(namespace) => {
                format!("{}/namespaces/{namespace}/{}/{name}", self.root(), self.plural)
            }
            None if self.is_namespaced => {
                format!("{}/namespaces/default/{}/{name}", self.root(), self.plural)
            }
            None => format!("{}/{}/{name}", self.root(), self.plural),
        }
    }

    /// Where the object with this identity is.
    pub fn path_of(&self, identity: &Identity) -> String {
        self.path(identity.namespace.as_deref(), &identity.name)
    }

    fn root(&self) -> String {
        let root = if self.api_version.contains('/') { "apis" } else { "api" };
        format!("/{root}/{}", self.api_version)
    }

    /// Its group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(plural: &str, kind: &str, scope: &str, verbs: &[&str]) -> Value {
        json!({"resource": plural, "responseKind": {"kind": kind}, "scope": scope, "verbs": verbs})
    }

    #[test]
    fn paths_follow_group_scope_and_namespace() {
        let all = ["list", "delete", "patch"];
        let core = json!({"items": [{"metadata": {}, "versions": [{"version": "v1", "resources": [
            resource("pods", "Pod", "Namespaced", &all),
            resource("namespaces", "Namespace", "Cluster", &all),
            resource("bindings", "Binding", "Namespaced", &["create"]),
        ]}]}]});
        let groups = json!({"items": [{"metadata": {"name": "shop.example"}, "versions": [
            {"version": "v2", "resources": [resource("carts", "Cart", "Namespaced", &all)]},
            {"version": "v1", "resources": [resource("carts", "Cart", "Namespaced", &all)]},
        ]}]});
        let all: Vec<Kind> = [core, groups].iter().flat_map(kinds).collect();
        let paths: Vec<_> = all.iter().map(|kind| kind.path(Some("shop"), "a")).collect();
        assert_eq!(
            paths,
            [
                "/api/v1/namespaces/shop/pods/a",
                "/api/v1/namespaces/a",
                "/api/v1/namespaces/shop/bindings/a",
                "/apis/shop.example/v2/namespaces/shop/carts/a",
                "/apis/shop.example/v1/namespaces/shop/carts/a",
            ]
        );
        let kinds = Kinds {
            served: all
                .into_iter()
                .map(|kind| ((kind.api_version.clone(), kind.kind.clone()), kind))
                .collect(),
        };
        let kept: Vec<_> = kinds.kept().into_iter().map(Kind::list_path).collect();
        assert_eq!(kept, ["/apis/shop.example/v2/carts", "/api/v1/namespaces", "/api/v1/pods"]);
    }
}
