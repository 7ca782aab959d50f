//! What the file of an object is called.

use std::collections::BTreeMap;

use crate::Identity;

/// The file names of the objects of one bundle, in their order, without extension: `<kind>-<name>`.
///
/// Objects that would share one have their group or namespace added behind `@`, which no name contains. Names that differ in
/// upper and lower case only have the same file name.
pub fn file_names(identities: &[Identity]) -> Vec<String> {
    let short = |identity: &Identity| format!("{}-{}", identity.kind, identity.name).to_lowercase();
    let mut sharing: BTreeMap<String, Vec<&Identity>> = BTreeMap::new();
    for identity in identities {
        sharing.entry(short(identity)).or_default().push(identity);
    }
    let name = |identity: &Identity| {
        let mut name = short(identity);
        let others = &sharing[&name];
        if others.iter().any(|other| other.group != identity.group) {
            let group = if identity.group.is_empty() { "core" } else { identity.group };
            name = format!("{name}@{group}");
        }
        if others.iter().any(|other| other.namespace != identity.namespace) {
            let namespace = identity.namespace.as_deref().unwrap_or("cluster");
            name = format!("{name}@{namespace}");
        }
        name
    };
    identities.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(group: &'static str, kind: &'static str, namespace: Option<&str>) -> Identity {
        let namespace = namespace.map(str::to_owned);
        Identity { group, kind, namespace, name: "web".to_owned() }
    }

    #[test]
    fn objects_do_not_share_a_file() {
        let names = file_names(&[
            named("", "ConfigMap", Some("a")),
            named("", "Service", Some("a")),
            named("", "Service", Some("b")),
            named("gateway.networking.k8s.io", "Gateway", Some("a")),
            named("networking.istio.io", "Gateway", Some("a")),
        ]);
        assert_eq!(
            names,
            [
                "configmap-web",
                "service-web@a",
                "service-web@b",
                "gateway-web@gateway.networking.k8s.io",
                "gateway-web@networking.istio.io",
            ]
        );
    }
}
