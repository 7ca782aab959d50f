//! Fields that the API server refuses to change, as facts.
//!
//! Upstream: `Validate…Update` in `pkg/apis/*/validation/validation.go` of Kubernetes, CEL rules of the Gateway API, webhooks of RabbitMQ's
//! topology operator.

use Fields::{AllBut, Only};
use WayOut::{Delete, DeleteAnd, Orphan};

use super::{Context, Effect, Subject, delete_command};
use crate::check::{has_option, hook_phase};
use crate::objects::{Object, Value};

/// What the API server refuses to change of a kind.
struct Facts {
    group: &'static str,
    kind: &'static str,
    fields: Fields,
    cause: &'static str,
    way_out: WayOut,
}

enum Fields {
    /// These fields.
    Only(&'static [&'static str]),
    /// Every field of `spec` but these.
    AllBut(&'static [&'static str]),
}

enum WayOut {
    /// Delete it, and it is created again.
    Delete,
    /// Delete it alone: its pods go on, and belong to the new one.
    Orphan,
    /// Delete it, and mind something.
    DeleteAnd(&'static str),
}

const MESSAGES: &str = "what it holds is gone with it: move messages and consumers first";
const RABBITMQ: &str = "rabbitmq.com";
const RBAC: &str = "rbac.authorization.k8s.io";
const SET: &str = "of a StatefulSet only replicas, ordinals, template, updateStrategy, persistentVolumeClaimRetentionPolicy, minReadySeconds and \
                   revisionHistoryLimit can be changed";
const SELECTOR: &str = "the selector of a workload cannot be changed";
const PODS_STOP: &str = "its pods stop until the new ones are ready; or give it another name, and remove this one later";
const JOB: &str = "what a Job runs cannot be changed";
const JOB_WAY: &str = "or give it another name: a digest of what it runs, or generateName; as a hook of Argo CD it is made anew by each sync";
const CLASS: &str =
    "a class of storage cannot be changed, because volumes exist that were made by it";

static FACTS: &[Facts] = &[
    Facts {
        group: "apps",
        kind: "Deployment",
        fields: Only(&["spec.selector"]),
        cause: SELECTOR,
        way_out: DeleteAnd(PODS_STOP),
    },
    Facts {
        group: "apps",
        kind: "DaemonSet",
        fields: Only(&["spec.selector"]),
        cause: SELECTOR,
        way_out: DeleteAnd(PODS_STOP),
    },
    Facts {
        group: "apps",
        kind: "ReplicaSet",
        fields: Only(&["spec.selector"]),
        cause: SELECTOR,
        way_out: DeleteAnd(PODS_STOP),
    },
    Facts {
        group: "apps",
        kind: "StatefulSet",
        fields: AllBut(&[
            "spec.replicas",
            "spec.ordinals",
            "spec.template",
            "spec.updateStrategy",
            "spec.persistentVolumeClaimRetentionPolicy",
            "spec.minReadySeconds",
            "spec.revisionHistoryLimit",
        ]),
        cause: SET,
        way_out: Orphan,
    },
    Facts {
        group: "batch",
        kind: "Job",
        fields: Only(&[
            "spec.selector",
            "spec.completionMode",
            "spec.completions",
            "spec.podFailurePolicy",
            "spec.successPolicy",
            "spec.backoffLimitPerIndex",
            "spec.managedBy",
            "spec.template",
        ]),
        cause: JOB,
        way_out: DeleteAnd(JOB_WAY),
    },
    Facts {
        group: "",
        kind: "Pod",
        fields: AllBut(&[
            "spec.activeDeadlineSeconds",
            "spec.containers.image",
            "spec.initContainers.image",
            "spec.tolerations",
        ]),
        cause: "of a pod only images, activeDeadlineSeconds and further tolerations can be changed",
        way_out: Delete,
    },
    Facts {
        group: "",
        kind: "PersistentVolume",
        fields: Only(&[
            "spec.awsElasticBlockStore",
            "spec.azureDisk",
            "spec.azureFile",
            "spec.cephfs",
            "spec.cinder",
            "spec.csi",
            "spec.fc",
            "spec.flexVolume",
            "spec.flocker",
            "spec.gcePersistentDisk",
            "spec.glusterfs",
            "spec.hostPath",
            "spec.iscsi",
            "spec.local",
            "spec.nfs",
            "spec.photonPersistentDisk",
            "spec.portworxVolume",
            "spec.quobyte",
            "spec.rbd",
            "spec.scaleIO",
            "spec.storageos",
            "spec.vsphereVolume",
            "spec.volumeMode",
        ]),
        cause: "where a volume is cannot be changed",
        way_out: DeleteAnd(
            "with the claim that is bound to it, once its pods have stopped; what persistentVolumeReclaimPolicy retains stays",
        ),
    },
    Facts {
        group: "",
        kind: "Secret",
        fields: Only(&["type"]),
        cause: "the type of a Secret cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "",
        kind: "ResourceQuota",
        fields: Only(&["spec.scopes"]),
        cause: "what a quota is for cannot be changed",
        way_out: DeleteAnd("nothing is limited in between"),
    },
    Facts {
        group: "storage.k8s.io",
        kind: "StorageClass",
        fields: Only(&["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]),
        cause: CLASS,
        way_out: DeleteAnd("volumes and claims stay, and keep what they were made with"),
    },
    Facts {
        group: "storage.k8s.io",
        kind: "VolumeAttributesClass",
        fields: Only(&["driverName", "parameters"]),
        cause: CLASS,
        way_out: Delete,
    },
    Facts {
        group: "storage.k8s.io",
        kind: "CSIDriver",
        fields: Only(&["spec.attachRequired", "spec.volumeLifecycleModes"]),
        cause: "how a driver attaches volumes cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: RBAC,
        kind: "RoleBinding",
        fields: Only(&["roleRef"]),
        cause: "the role of a binding cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: RBAC,
        kind: "ClusterRoleBinding",
        fields: Only(&["roleRef"]),
        cause: "the role of a binding cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "scheduling.k8s.io",
        kind: "PriorityClass",
        fields: Only(&["value", "preemptionPolicy"]),
        cause: "a priority cannot be changed, because pods have copied it",
        way_out: DeleteAnd("pods that run keep the old priority until they are restarted"),
    },
    Facts {
        group: "networking.k8s.io",
        kind: "IngressClass",
        fields: Only(&["spec.controller"]),
        cause: "the controller of a class cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "node.k8s.io",
        kind: "RuntimeClass",
        fields: Only(&["handler"]),
        cause: "the handler of a class cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "discovery.k8s.io",
        kind: "EndpointSlice",
        fields: Only(&["addressType"]),
        cause: "the type of its addresses cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "resource.k8s.io",
        kind: "ResourceClaim",
        fields: AllBut(&[]),
        cause: "what is claimed cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "resource.k8s.io",
        kind: "ResourceClaimTemplate",
        fields: AllBut(&[]),
        cause: "what is claimed cannot be changed",
        way_out: Delete,
    },
    Facts {
        group: "gateway.networking.k8s.io",
        kind: "GatewayClass",
        fields: Only(&["spec.controllerName"]),
        cause: "the controller of a class cannot be changed",
        way_out: DeleteAnd("its Gateways have no controller in between"),
    },
    Facts {
        group: RABBITMQ,
        kind: "Queue",
        fields: Only(&[
            "spec.name",
            "spec.vhost",
            "spec.rabbitmqClusterReference",
            "spec.type",
            "spec.autoDelete",
            "spec.durable",
        ]),
        cause: "the webhook of RabbitMQ's operator refuses it: a queue cannot be declared anew with other properties",
        way_out: DeleteAnd(MESSAGES),
    },
    Facts {
        group: RABBITMQ,
        kind: "Exchange",
        fields: Only(&[
            "spec.name",
            "spec.vhost",
            "spec.rabbitmqClusterReference",
            "spec.type",
            "spec.autoDelete",
            "spec.durable",
        ]),
        cause: "the webhook of RabbitMQ's operator refuses it: an exchange cannot be declared anew with other properties",
        way_out: DeleteAnd("its bindings are gone with it"),
    },
    Facts {
        group: RABBITMQ,
        kind: "Binding",
        fields: AllBut(&[]),
        cause: "the webhook of RabbitMQ's operator refuses it: a binding cannot be changed",
        way_out: DeleteAnd("or create one of another name first, so that no message is missed"),
    },
    Facts {
        group: RABBITMQ,
        kind: "Vhost",
        fields: Only(&["spec.name", "spec.rabbitmqClusterReference"]),
        cause: "the webhook of RabbitMQ's operator refuses it",
        way_out: DeleteAnd(MESSAGES),
    },
    Facts {
        group: RABBITMQ,
        kind: "User",
        fields: Only(&["spec.rabbitmqClusterReference"]),
        cause: "the webhook of RabbitMQ's operator refuses it",
        way_out: Delete,
    },
    Facts {
        group: RABBITMQ,
        kind: "Permission",
        fields: Only(&[
            "spec.user",
            "spec.userReference",
            "spec.vhost",
            "spec.rabbitmqClusterReference",
        ]),
        cause: "the webhook of RabbitMQ's operator refuses it",
        way_out: Delete,
    },
    Facts {
        group: RABBITMQ,
        kind: "Policy",
        fields: Only(&["spec.name", "spec.vhost", "spec.rabbitmqClusterReference"]),
        cause: "the webhook of RabbitMQ's operator refuses it",
        way_out: Delete,
    },
];

/// Tells which differences the API server refuses.
pub(super) fn tell(_context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some((old, new)) = subject.both() else { return };
    let is_it = |facts: &&Facts| new.is(facts.group, facts.kind);
    for facts in FACTS.iter().filter(is_it) {
        let positions = subject.matching(|difference| {
            let is_allowed = |field: &str| difference.is_below(field);
            match facts.fields {
                Only(fields) => fields.iter().any(|field| is_allowed(field)),
                AllBut(fields) => {
                    difference.is_below("spec") && !fields.iter().any(|field| is_allowed(field))
                }
            }
        });
        let positions =
            positions.into_iter().filter(|&position| !is_excepted(subject, position, old));
        for position in positions.collect::<Vec<_>>() {
            refuse(subject, position, new, facts.cause, &facts.way_out);
        }
    }
    nested(subject, old, new);
}

/// What depends on other fields.
fn nested(subject: &mut Subject<'_, '_>, old: &Object, new: &Object) {
    if new.is("", "Pod") {
        pod(subject, new);
    }
    left_over(subject, old, new);
    if new.is("certificates.k8s.io", "CertificateSigningRequest") {
        for position in subject.below("spec") {
            let cause =
                "the API server keeps a request as it was created; give the other one another name";
            subject.field(position, Effect::Ignored, cause);
        }
    }
    if new.is("", "PersistentVolume") && !old.json["spec"]["nodeAffinity"].is_null() {
        for position in subject.below("spec.nodeAffinity") {
            let cause = "the nodes of a volume cannot be changed once they are set";
            refuse(subject, position, new, cause, &DeleteAnd("with the claim that is bound to it"));
        }
    }
    let is_configuration = new.is("", "ConfigMap") || new.is("", "Secret");
    if is_configuration && old.json["immutable"].as_bool() == Some(true) {
        for field in ["data", "binaryData", "immutable"] {
            for position in subject.below(field) {
                let way =
                    "or give it another name, so that pods that read the new one are restarted";
                refuse(subject, position, new, "it is immutable", &DeleteAnd(way));
            }
        }
    }
}

/// Strategies beside which the API server does not take the settings that it has filled in for the default one.
///
/// Upstream: <https://github.com/kubernetes/kubernetes/issues/24198>
static STRATEGIES: &[(&str, &str, &str)] =
    &[("Deployment", "strategy", "Recreate"), ("StatefulSet", "updateStrategy", "OnDelete")];

/// Settings that the API server has filled in, which nobody takes away and which the new value forbids.
fn left_over(subject: &mut Subject<'_, '_>, old: &Object, new: &Object) {
    for (kind, field, value) in STRATEGIES {
        let becomes = |object: &Object| object.json["spec"][field]["type"] == *value;
        let is_filled_in = old.json["spec"][field]["rollingUpdate"].is_null();
        if !new.is("apps", kind) || becomes(old) || !becomes(new) || !is_filled_in {
            continue;
        }
        let patch =
            format!(r#"{{"spec":{{"{field}":{{"type":"{value}","rollingUpdate":null}}}}}}"#);
        let kind = kind.to_lowercase();
        let way = format!(
            "kubectl -n {} patch {kind}.apps {} --type=merge --patch '{patch}', and sync; or write {field}.rollingUpdate in a release before",
            new.namespace(),
            new.name()
        );
        let cause = format!(
            "{field}.rollingUpdate, which the API server has filled in, is not allowed beside it"
        );
        for position in subject.below(&format!("spec.{field}")) {
            subject.field(position, Effect::Refused, cause.clone()).way_out(way.clone());
        }
    }
}

/// Where a Job that has not started may run can still be chosen.
const SCHEDULING: &[&str] = &[
    "spec.template.metadata",
    "spec.template.spec.nodeSelector",
    "spec.template.spec.affinity",
    "spec.template.spec.tolerations",
    "spec.template.spec.schedulingGates",
];

/// What the API server allows of a pod's fields only in one direction.
fn pod(subject: &mut Subject<'_, '_>, new: &Object) {
    let cause = "of a pod only images, a shorter activeDeadlineSeconds and further tolerations can be changed";
    for position in subject.below("spec.activeDeadlineSeconds") {
        let difference = &subject.differences[position];
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
        let is_longer = match (number(&difference.old), number(&difference.new)) {
            (Some(old), Some(new)) => new > old,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if is_longer {
            refuse(subject, position, new, cause, &Delete);
        }
    }
    for position in subject.below("spec.tolerations") {
        let difference = &subject.differences[position];
        let is_patience = difference.keys.last().is_some_and(|key| key == "tolerationSeconds");
        if difference.old.is_some() && !is_patience {
            refuse(subject, position, new, cause, &Delete);
        }
    }
}

/// What the API server allows although the field stands in the table.
fn is_excepted(subject: &Subject<'_, '_>, position: usize, old: &Object) -> bool {
    let difference = &subject.differences[position];
    let spec = &old.json["spec"];
    // It stays as it is: what is left out is taken from the older field of the same meaning.
    let is_account = ["serviceAccountName", "serviceAccount"]
        .iter()
        .any(|name| difference.keys.last().is_some_and(|key| key == name));
    if is_account && difference.new.is_none() {
        return true;
    }
    // A pod that names no account has this one.
    let names = [&difference.old, &difference.new];
    if is_account && names.iter().all(|name| name.as_ref().is_none_or(|name| name == "default")) {
        return true;
    }
    if !old.is("batch", "Job") {
        return false;
    }
    let is_suspended = spec["suspend"].as_bool() == Some(true);
    let is_scheduling = SCHEDULING.iter().any(|field| difference.is_below(field));
    // An indexed Job grows and shrinks where both numbers do.
    let is_elastic = difference.is_below("spec.completions")
        && spec["completionMode"].as_str() == Some("Indexed")
        && difference.new.is_some()
        && subject
            .pair
            .new
            .is_some_and(|new| new.json["spec"]["completions"] == new.json["spec"]["parallelism"]);
    is_suspended && is_scheduling || is_elastic
}

/// Tells that a field cannot be changed, unless what deploys the object makes it anew.
pub(super) fn refuse_field(
    subject: &mut Subject<'_, '_>,
    position: usize,
    new: &Object,
    cause: &str,
    way: Option<&'static str>,
) {
    refuse(subject, position, new, cause, &way.map_or(Delete, DeleteAnd));
}

fn refuse(
    subject: &mut Subject<'_, '_>,
    position: usize,
    new: &Object,
    cause: &str,
    way_out: &WayOut,
) {
    if let Some(hook) = hook(new) {
        subject.field(
            position,
            Effect::InPlace,
            format!("it is a hook ({hook}): each sync makes it anew"),
        );
        return;
    }
    if has_option(new, "Replace=true") && has_option(new, "Force=true") {
        let cause = format!(
            "{cause}; Argo CD deletes and creates it, because of Force=true and Replace=true"
        );
        subject.field(position, Effect::Recreate, cause);
        return;
    }
    let step = match way_out {
        Delete => format!("{}; the next sync creates it", delete_command(new, "")),
        DeleteAnd(and) => format!("{}; the next sync creates it; {and}", delete_command(new, "")),
        Orphan => format!(
            "{}; its pods and claims stay, and the next sync creates it around them",
            delete_command(new, " --cascade=orphan")
        ),
    };
    subject.field(position, Effect::Recreate, cause).way_out(step);
}

/// The phase of a hook that each sync makes anew: what is there is deleted before it, or after it has succeeded.
fn hook(object: &Object) -> Option<&'static str> {
    let policy = object
        .annotation("argocd.argoproj.io/hook-delete-policy")
        .or(object.annotation("helm.sh/hook-delete-policy"))
        .unwrap_or("BeforeHookCreation");
    let renewing =
        ["BeforeHookCreation", "before-hook-creation", "HookSucceeded", "hook-succeeded"];
    hook_phase(object).filter(|_| policy.split(',').any(|own| renewing.contains(&own.trim())))
}
