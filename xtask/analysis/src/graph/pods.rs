//! What pods name.

use super::reference::Names;
use super::{Part, Relation};
use crate::objects::{Pod, Value, list};

const STORAGE_CLASS: (&str, &str, Option<&str>) = ("storage.k8s.io", "StorageClass", None);

/// What a pod names: configuration, secrets, claims, its account and classes.
pub(super) fn references<'a>(pod: &Pod<'a>, names: &mut Names<'_, 'a>) {
    for container in pod.containers() {
        for variable in list(&container.json["env"]) {
            let from = &variable["valueFrom"];
            keyed(names, &from["configMapKeyRef"], "ConfigMap", Relation::ConfigMap);
            keyed(names, &from["secretKeyRef"], "Secret", Relation::Secret);
        }
        for source in list(&container.json["envFrom"]) {
            whole(names, &source["configMapRef"], "ConfigMap", Relation::ConfigMap);
            whole(names, &source["secretRef"], "Secret", Relation::Secret);
        }
    }
    let own = |kind| ("", kind, Some(pod.namespace()));
    let templates = list(&pod.owner.json["spec"]["volumeClaimTemplates"]);
    // A StatefulSet puts its own claim in the place of a volume of the same name.
    let is_replaced = |volume: &&Value| {
        templates.iter().any(|template| template["metadata"]["name"] == volume["name"])
    };
    for volume in list(&pod.spec["volumes"]).iter().filter(|volume| !is_replaced(volume)) {
        mounted(names, volume, "secretName");
        for source in list(&volume["projected"]["sources"]) {
            mounted(names, source, "name");
        }
        let claim = &volume["persistentVolumeClaim"]["claimName"];
        names.name(claim, Relation::Claim, own("PersistentVolumeClaim"));
        let class = &volume["ephemeral"]["volumeClaimTemplate"]["spec"]["storageClassName"];
        names.name(class, Relation::StorageClass, STORAGE_CLASS);
    }
    for template in templates {
        names.name(&template["spec"]["storageClassName"], Relation::StorageClass, STORAGE_CLASS);
    }
    for secret in list(&pod.spec["imagePullSecrets"]) {
        whole(names, secret, "Secret", Relation::PullSecret);
    }
    for field in ["serviceAccountName", "serviceAccount"] {
        names.name(&pod.spec[field], Relation::ServiceAccount, own("ServiceAccount"));
    }
    let priority = ("scheduling.k8s.io", "PriorityClass", None);
    names.name(&pod.spec["priorityClassName"], Relation::PriorityClass, priority);
    let runtime = ("node.k8s.io", "RuntimeClass", None);
    names.name(&pod.spec["runtimeClassName"], Relation::RuntimeClass, runtime);
}

/// An object by name and one key of it, as of `secretKeyRef`.
fn keyed<'a>(names: &mut Names<'_, 'a>, source: &'a Value, kind: &str, relation: Relation) {
    let what = ("", kind, Some(names.from.namespace()));
    names.of_source(source, &source["name"], relation, what, Some(Part::Key(&source["key"])));
}

/// An object by name, as of `secretRef`.
fn whole<'a>(names: &mut Names<'_, 'a>, source: &'a Value, kind: &str, relation: Relation) {
    let what = ("", kind, Some(names.from.namespace()));
    names.of_source(source, &source["name"], relation, what, None);
}

/// A volume of a ConfigMap or Secret, and the keys that it mounts.
fn mounted<'a>(names: &mut Names<'_, 'a>, volume: &'a Value, secret_name: &str) {
    let of = [
        (&volume["configMap"], "name", "ConfigMap", Relation::ConfigMap),
        (&volume["secret"], secret_name, "Secret", Relation::Secret),
    ];
    for (source, field, kind, relation) in of {
        let what = ("", kind, Some(names.from.namespace()));
        let keys = list(&source["items"]);
        if keys.is_empty() {
            names.of_source(source, &source[field], relation, what, None);
        }
        for key in keys {
            names.of_source(source, &source[field], relation, what, Some(Part::Key(&key["key"])));
        }
    }
}
