//! Volumes that containers mount.

use manifests_lib::check::properties::missing_volumes;

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Pod, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-pod-volume",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A container mounts a volume that its pod does not have",
    consequence: "the API server refuses the object",
    explanation: "`volumeMounts` and `volumeDevices` name volumes of the pod, or claims that a StatefulSet makes by \
                  its `volumeClaimTemplates`.",
    remedy: "add the volume to the pod, or correct the name",
    upstream: "https://kubernetes.io/docs/concepts/storage/volumes/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in graph.pods.iter().filter(|pod| !is_patch(pod)) {
        let templates = list(&pod.owner.json["spec"]["volumeClaimTemplates"]).iter();
        let templates = templates.filter_map(|template| text(&template["metadata"]["name"]));
        let volumes = list(&pod.spec["volumes"]).iter().filter_map(|volume| text(&volume["name"]));
        let known: Vec<&str> = volumes.chain(templates).collect();
        for container in pod.containers() {
            let fields = ["volumeMounts", "volumeDevices"];
            let mounts = fields.iter().flat_map(|field| list(&container.json[*field]));
            let named = mounts.filter_map(|mount| Some((text(&mount["name"])?, &mount["name"])));
            for (name, field) in missing_volumes(named, &known) {
                let hint = hint(name, known.iter().copied());
                let message = format!("the pod has no volume {name}{hint}");
                findings.add(pod.owner, At::Value(field), message);
            }
        }
    }
}

/// Whether it is a patch of Kustomize, of which the rest of the object stands elsewhere: workloads need a selector.
fn is_patch(pod: &Pod<'_>) -> bool {
    pod.owner.identity.group == "apps" && pod.owner.json["spec"]["selector"].is_null()
}
