//! What the file of an object is called.

use std::collections::BTreeMap;

use crate::model::ObjectRef;

/// The file names of the objects of one bundle, in their order, without extension: `<kind>-<name>`.
///
/// Objects that would share one have their group or namespace added behind `@`, which no name contains. Names that differ in
/// upper and lower case only have the same file name.
pub fn file_names(objects: &[ObjectRef]) -> Vec<String> {
    let short = |object: &ObjectRef| format!("{}-{}", object.kind, object.name).to_lowercase();
    let mut sharing: BTreeMap<String, Vec<&ObjectRef>> = BTreeMap::new();
    for object in objects {
        sharing.entry(short(object)).or_default().push(object);
    }
    let name = |object: &ObjectRef| {
        let mut name = short(object);
        let others = &sharing[&name];
        if others.iter().any(|other| other.group != object.group) {
            let group = if object.group.is_empty() { "core" } else { object.group };
            name = format!("{name}@{group}");
        }
        if others.iter().any(|other| other.namespace != object.namespace) {
            let namespace = object.namespace.as_deref().unwrap_or("cluster");
            name = format!("{name}@{namespace}");
        }
        name
    };
    objects.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(group: &'static str, kind: &'static str, namespace: Option<&str>) -> ObjectRef {
        let namespace = namespace.map(str::to_owned);
        ObjectRef { group, kind, namespace, name: "web".to_owned() }
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
