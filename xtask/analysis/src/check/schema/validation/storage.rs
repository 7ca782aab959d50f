//! Volumes, claims and classes.

use super::Mistake;
use super::metadata;
use super::pod::NODE_SELECTOR;
use super::quantity::{self, Amount};
use super::shape::{Is, Shape, Validator};
use super::text::{LABEL, PATH_WITHOUT_BACKSTEPS, PREFIXED_NAME, SUBDOMAIN};
use super::volume::{HOST_PATH, NFS, driver};
use crate::check::At;
use crate::objects::{Map, Value, list, text};

/// A `PersistentVolumeClaim`.
pub(super) static CLAIM: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&CLAIM_SPEC)])], together: &[] };

/// What a claim asks for.
pub(super) static CLAIM_SPEC: Shape = Shape {
    fields: &[
        ("volumeMode", &[Is::Filled]),
        ("accessModes", &[Is::Required, Is::Also(access_modes)]),
        ("dataSourceRef", &[Is::Part(&DATA_SOURCE)]),
        ("resources", &[Is::Part(&CLAIM_RESOURCES)]),
        ("selector", &[Is::Selector]),
        ("storageClassName", &[Is::Text(&SUBDOMAIN)]),
        ("volumeAttributesClassName", &[Is::Text(&SUBDOMAIN)]),
    ],
    together: &[|validator, spec| {
        let storage = &spec["resources"]["requests"]["storage"];
        if storage.is_null() {
            let at = if spec["resources"].is_object() {
                At::Value(&spec["resources"])
            } else {
                At::Value(spec)
            };
            validator.refuse(
                Mistake::MissingValue,
                at,
                "resources.requests.storage is missing: a claim says how much it needs",
            );
        } else {
            quantity::amount(validator, storage, "storage", Amount::Positive);
        }
        let source = &spec["dataSource"];
        // Other kinds are dropped without a word.
        let is_kept =
            ["PersistentVolumeClaim", "VolumeSnapshot"].iter().any(|kind| source["kind"] == *kind);
        if is_kept && source["name"] == "" {
            validator.required(source, "name");
        }
    }],
};

static CLAIM_RESOURCES: Shape = Shape {
    fields: &[("requests", &[Is::Also(others)]), ("limits", &[Is::Also(quantity::any_amounts)])],
    together: &[],
};

/// What stands beside the size has to be an amount, and nothing more.
fn others<'a>(validator: &mut Validator<'a>, requests: &'a Value) {
    for (name, written) in requests.as_object().into_iter().flatten() {
        if name != "storage" {
            quantity::amount(validator, written, name, Amount::Any);
        }
    }
}

const ACCESS_MODES: &[&str] =
    &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

fn access_modes<'a>(validator: &mut Validator<'a>, modes: &'a Value) {
    let modes = list(modes);
    for mode in modes {
        if mode == "" {
            validator.refuse(Mistake::UnsupportedValue, At::Value(mode), "an access mode is empty");
        }
        validator.any_of(ACCESS_MODES, mode, "accessModes");
    }
    let alone = modes.iter().find(|mode| *mode == "ReadWriteOncePod");
    let has_others = modes.iter().any(|mode| mode != "ReadWriteOncePod");
    if let Some(alone) = alone.filter(|_| has_others) {
        let message = "ReadWriteOncePod cannot stand beside other access modes";
        validator.refuse(Mistake::ContradictingFields, At::Value(alone), message);
    }
}

static DATA_SOURCE: Shape = Shape {
    fields: &[
        ("apiGroup", &[Is::Text(&SUBDOMAIN)]),
        ("kind", &[Is::Required]),
        ("name", &[Is::Required]),
    ],
    together: &[|validator, source| {
        let is_core = text(&source["apiGroup"]).is_none_or(str::is_empty);
        let kind = text(&source["kind"]).unwrap_or_default();
        if is_core && !kind.is_empty() && kind != "PersistentVolumeClaim" {
            let message = format!(
                "a {kind} is in no API group: without apiGroup it can only be a PersistentVolumeClaim"
            );
            validator.refuse(Mistake::ContradictingFields, At::Value(&source["kind"]), message);
        }
    }],
};

const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

/// A `PersistentVolume`.
pub(super) static PERSISTENT_VOLUME: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&VOLUME_SPEC)])], together: &[] };

static VOLUME_SPEC: Shape = Shape {
    fields: &[
        ("volumeMode", &[Is::Filled]),
        ("accessModes", &[Is::Required, Is::Also(access_modes)]),
        ("capacity", &[Is::Also(capacity)]),
        ("claimRef", &[]),
        ("csi", &[Is::Part(&CSI)]),
        ("hostPath", &[Is::Part(&HOST_PATH)]),
        ("local", &[Is::Part(&LOCAL)]),
        ("nfs", &[Is::Part(&NFS)]),
        ("nodeAffinity", &[Is::Part(&NODE_AFFINITY)]),
        ("storageClassName", &[Is::Text(&SUBDOMAIN)]),
    ],
    together: &[
        |validator, spec| {
            if spec["capacity"].as_object().is_none_or(Map::is_empty) {
                let message = "capacity is missing: a volume says how large it is";
                validator.refuse(Mistake::MissingValue, At::Value(spec), message);
            }
            validator.exactly_one(spec, "what the volume is", SOURCES);
        },
        |validator, spec| {
            let path = text(&spec["hostPath"]["path"]).unwrap_or_default();
            if path == "/" && spec["persistentVolumeReclaimPolicy"] == "Recycle" {
                let message = "the root of a node cannot be recycled";
                validator.refuse(
                    Mistake::ContradictingFields,
                    At::Value(&spec["hostPath"]),
                    message,
                );
            }
        },
    ],
};

fn capacity<'a>(validator: &mut Validator<'a>, capacity: &'a Value) {
    let Some(fields) = capacity.as_object() else { return };
    for (name, written) in fields {
        if name == "storage" {
            quantity::amount(validator, written, name, Amount::Positive);
        } else {
            let message = format!("a volume has no capacity of {name}, only of storage");
            validator.refuse(Mistake::UnsupportedValue, At::Value(written), message);
        }
    }
    if !fields.is_empty() && !fields.contains_key("storage") {
        validator.refuse(
            Mistake::MissingValue,
            At::Missing(capacity, "storage"),
            "storage is missing",
        );
    }
}

static NODE_AFFINITY: Shape =
    Shape { fields: &[("required", &[Is::Required, Is::Part(&NODE_SELECTOR)])], together: &[] };

static LOCAL: Shape = Shape {
    fields: &[("path", &[Is::Required, Is::Text(&PATH_WITHOUT_BACKSTEPS)])],
    together: &[],
};

static CSI: Shape = Shape {
    fields: &[
        ("driver", &[Is::Required, Is::Also(driver)]),
        ("volumeHandle", &[Is::Required]),
        ("controllerExpandSecretRef", &[Is::Part(&SECRET)]),
        ("controllerPublishSecretRef", &[Is::Part(&SECRET)]),
        ("nodeExpandSecretRef", &[Is::Part(&SECRET)]),
        ("nodePublishSecretRef", &[Is::Part(&SECRET)]),
        ("nodeStageSecretRef", &[Is::Part(&SECRET)]),
    ],
    together: &[],
};

static SECRET: Shape = Shape {
    fields: &[("name", metadata::NAMED), ("namespace", &[Is::Required, Is::Text(&LABEL)])],
    together: &[],
};

/// A `StorageClass`.
pub(super) static STORAGE_CLASS: Shape = Shape {
    fields: &[
        ("volumeBindingMode", &[Is::Filled]),
        ("allowedTopologies", &[Is::Each(&TOPOLOGY), Is::Also(terms_twice)]),
        ("parameters", &[Is::Also(parameters)]),
        ("provisioner", &[Is::Required, Is::Also(provisioner)]),
    ],
    together: &[],
};

fn provisioner<'a>(validator: &mut Validator<'a>, name: &'a Value) {
    let Some(written) = text(name).filter(|written| !written.is_empty()) else { return };
    if super::text::qualified(&written.to_lowercase()).is_some() {
        let message = format!("{written:?} is no name of a provisioner, such as ebs.csi.aws.com");
        validator.refuse_with(Mistake::Name, At::Value(name), message, PREFIXED_NAME.help(written));
    }
}

fn parameters<'a>(validator: &mut Validator<'a>, parameters: &'a Value) {
    if let Some(empty) = parameters.get("") {
        validator.refuse(Mistake::MissingValue, At::Value(empty), "a parameter has no name");
    }
}

fn terms_twice<'a>(validator: &mut Validator<'a>, terms: &'a Value) {
    let all = list(terms);
    for (place, term) in all.iter().enumerate() {
        if all[..place].contains(term) {
            validator.refuse(Mistake::DuplicateName, At::Value(term), "a topology stands twice");
        }
    }
}

static TOPOLOGY: Shape = Shape {
    fields: &[(
        "matchLabelExpressions",
        &[Is::Required, Is::Each(&TOPOLOGY_EXPRESSION), Is::Unique("key")],
    )],
    together: &[],
};

static TOPOLOGY_EXPRESSION: Shape = Shape {
    fields: &[
        ("key", &[Is::Required, Is::Text(&super::text::LABEL_KEY)]),
        ("values", &[Is::Required, Is::Unique("")]),
    ],
    together: &[],
};

/// A `CSIDriver`.
pub(super) static CSI_DRIVER: Shape =
    Shape { fields: &[("spec", &[Is::Part(&DRIVER_SPEC)])], together: &[] };

static DRIVER_SPEC: Shape = Shape {
    fields: &[
        ("fsGroupPolicy", &[Is::Filled, Is::AnyOf(&["File", "None", "ReadWriteOnceWithFSType"])]),
        ("volumeLifecycleModes", &[Is::EachOf(&["Ephemeral", "Persistent"]), Is::Unique("")]),
        ("tokenRequests", &[Is::Each(&TOKEN_REQUEST), Is::Unique("audience")]),
    ],
    together: &[],
};

static TOKEN_REQUEST: Shape =
    Shape { fields: &[("expirationSeconds", &[Is::Within(600, 1 << 32)])], together: &[] };
