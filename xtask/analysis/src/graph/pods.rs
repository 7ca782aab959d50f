//! What pods name.

use serde_json::Value;

use super::{Part, Reference, Relation};
use crate::objects::{Identity, Pod, list, text};

/// What a pod names: configuration, secrets, claims, its account and classes.
pub(super) fn references<'a>(pod: &Pod<'a>, references: &mut Vec<Reference<'a>>) {
    let mut names = Names { pod, references };
    for container in pod.containers() {
        for variable in list(&container.json["env"]) {
            let from = &variable["valueFrom"];
            names.keyed(&from["configMapKeyRef"], "ConfigMap", Relation::ConfigMap);
            names.keyed(&from["secretKeyRef"], "Secret", Relation::Secret);
        }
        for source in list(&container.json["envFrom"]) {
            names.whole(&source["configMapRef"], "ConfigMap", Relation::ConfigMap);
            names.whole(&source["secretRef"], "Secret", Relation::Secret);
        }
    }
    let templates = list(&pod.owner.json["spec"]["volumeClaimTemplates"]);
    // A StatefulSet puts its own claim in the place of a volume of the same name.
    let is_replaced = |volume: &&Value| {
        templates.iter().any(|template| template["metadata"]["name"] == volume["name"])
    };
    for volume in list(&pod.spec["volumes"]).iter().filter(|volume| !is_replaced(volume)) {
        names.volume(volume, "name", "secretName");
        for source in list(&volume["projected"]["sources"]) {
            names.volume(source, "name", "name");
        }
        let claim = &volume["persistentVolumeClaim"]["claimName"];
        names.name(claim, "", "PersistentVolumeClaim", Relation::Claim, None, false);
        let class = &volume["ephemeral"]["volumeClaimTemplate"]["spec"]["storageClassName"];
        names.of_cluster(class, "storage.k8s.io", "StorageClass", Relation::StorageClass);
    }
    for template in templates {
        let class = &template["spec"]["storageClassName"];
        names.of_cluster(class, "storage.k8s.io", "StorageClass", Relation::StorageClass);
    }
    for secret in list(&pod.spec["imagePullSecrets"]) {
        names.whole(secret, "Secret", Relation::PullSecret);
    }
    for field in ["serviceAccountName", "serviceAccount"] {
        let account = &pod.spec[field];
        names.name(account, "", "ServiceAccount", Relation::ServiceAccount, None, false);
    }
    let priority = &pod.spec["priorityClassName"];
    names.of_cluster(priority, "scheduling.k8s.io", "PriorityClass", Relation::PriorityClass);
    let runtime = &pod.spec["runtimeClassName"];
    names.of_cluster(runtime, "node.k8s.io", "RuntimeClass", Relation::RuntimeClass);
}

struct Names<'p, 'a> {
    pod: &'p Pod<'a>,
    references: &'p mut Vec<Reference<'a>>,
}

impl<'a> Names<'_, 'a> {
    /// An object by name and one key of it, as of `secretKeyRef`.
    fn keyed(&mut self, source: &'a Value, kind: &str, relation: Relation) {
        self.name(
            &source["name"],
            "",
            kind,
            relation,
            Some(Part::Key(&source["key"])),
            is_optional(source),
        );
    }

    /// An object by name, as of `secretRef`.
    fn whole(&mut self, source: &'a Value, kind: &str, relation: Relation) {
        self.name(&source["name"], "", kind, relation, None, is_optional(source));
    }

    /// A volume of a ConfigMap or Secret, and the keys that it mounts.
    fn volume(&mut self, volume: &'a Value, map_name: &str, secret_name: &str) {
        let of = [
            (&volume["configMap"], map_name, "ConfigMap", Relation::ConfigMap),
            (&volume["secret"], secret_name, "Secret", Relation::Secret),
        ];
        for (source, field, kind, relation) in of {
            let name = &source[field];
            let optional = is_optional(source);
            let keys = list(&source["items"]);
            if keys.is_empty() {
                self.name(name, "", kind, relation, None, optional);
            }
            for key in keys {
                self.name(name, "", kind, relation, Some(Part::Key(&key["key"])), optional);
            }
        }
    }

    fn of_cluster(&mut self, field: &'a Value, group: &str, kind: &str, relation: Relation) {
        if let Some(name) = text(field).filter(|name| !name.is_empty()) {
            let target = Identity::new(group, kind, None, name);
            self.push(field, relation, target, None, false);
        }
    }

    fn name(
        &mut self,
        field: &'a Value,
        group: &str,
        kind: &str,
        relation: Relation,
        part: Option<Part<'a>>,
        optional: bool,
    ) {
        if let Some(name) = text(field).filter(|name| !name.is_empty()) {
            let target = Identity::new(group, kind, Some(self.pod.namespace()), name);
            self.push(field, relation, target, part, optional);
        }
    }

    fn push(
        &mut self,
        field: &'a Value,
        relation: Relation,
        target: Identity,
        part: Option<Part<'a>>,
        optional: bool,
    ) {
        let from = self.pod.owner;
        self.references.push(Reference { from, field, relation, target, part, optional });
    }
}

fn is_optional(source: &Value) -> bool {
    source["optional"].as_bool() == Some(true)
}
