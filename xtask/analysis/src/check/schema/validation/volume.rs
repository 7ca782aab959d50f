//! Volumes of pods.

use std::collections::HashSet;

use super::Mistake;
use super::container::{FIELD_OF_FILE, RESOURCE_FIELD};
use super::metadata;
use super::quantity::Amount;
use super::shape::{Is, Shape, Validator};
use super::storage::CLAIM_SPEC;
use super::text::{ABSOLUTE_PATH, FILE_PATH, LABEL, PATH_WITHOUT_BACKSTEPS, RELATIVE_PATH};
use crate::check::At;
use crate::objects::{Value, list, text};

/// A volume of a pod.
pub(super) static VOLUME: Shape = Shape {
    fields: &[
        ("name", &[Is::Required, Is::Text(&LABEL)]),
        ("awsElasticBlockStore", &[Is::Part(&DISK_BY_ID)]),
        ("azureDisk", &[Is::Part(&AZURE_DISK)]),
        ("azureFile", &[Is::Part(&AZURE_FILE)]),
        ("cephfs", &[Is::Part(&CEPH)]),
        ("cinder", &[Is::Part(&BY_VOLUME_ID)]),
        ("configMap", &[Is::Part(&CONFIG_MAP)]),
        ("csi", &[Is::Part(&CSI)]),
        ("downwardAPI", &[Is::Part(&DOWNWARD)]),
        ("emptyDir", &[Is::Part(&EMPTY)]),
        ("ephemeral", &[Is::Part(&EPHEMERAL)]),
        ("fc", &[Is::Part(&FIBRE_CHANNEL)]),
        ("flexVolume", &[Is::Part(&FLEX)]),
        ("gcePersistentDisk", &[Is::Part(&DISK_BY_NAME)]),
        ("gitRepo", &[Is::Part(&GIT)]),
        ("glusterfs", &[Is::Part(&GLUSTER)]),
        ("hostPath", &[Is::Part(&HOST_PATH)]),
        ("image", &[Is::Part(&IMAGE)]),
        ("iscsi", &[Is::Part(&ISCSI)]),
        ("nfs", &[Is::Part(&NFS)]),
        ("persistentVolumeClaim", &[Is::Part(&CLAIM)]),
        ("photonPersistentDisk", &[Is::Part(&PHOTON)]),
        ("portworxVolume", &[Is::Part(&BY_VOLUME_ID)]),
        ("projected", &[Is::Part(&PROJECTED)]),
        ("quobyte", &[Is::Part(&QUOBYTE)]),
        ("rbd", &[Is::Part(&RBD)]),
        ("secret", &[Is::Part(&SECRET)]),
        ("vsphereVolume", &[Is::Part(&VSPHERE)]),
    ],
    together: &[|validator, volume| {
        // Without any, it is an empty folder.
        validator.at_most_one(volume, "what a volume is", SOURCES);
    }],
};

const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// The bits of a file's mode.
const MODE: &[Is] = &[Is::Within(0, 0o777)];

static CONFIG_MAP: Shape = Shape {
    fields: &[("name", &[Is::Required]), ("defaultMode", MODE), ("items", &[Is::Each(&FILE)])],
    together: &[],
};

static SECRET: Shape = Shape {
    fields: &[
        ("secretName", &[Is::Required]),
        ("defaultMode", MODE),
        ("items", &[Is::Each(&FILE)]),
    ],
    together: &[],
};

static FILE: Shape = Shape {
    fields: &[
        ("key", &[Is::Required]),
        ("path", &[Is::Required, Is::Text(&FILE_PATH)]),
        ("mode", MODE),
    ],
    together: &[],
};

static DOWNWARD: Shape = Shape {
    fields: &[("defaultMode", MODE), ("items", &[Is::Each(&DOWNWARD_FILE)])],
    together: &[],
};

static DOWNWARD_FILE: Shape = Shape {
    fields: &[
        ("path", &[Is::Required, Is::Text(&FILE_PATH)]),
        ("mode", MODE),
        ("fieldRef", &[Is::Part(&FIELD_OF_FILE)]),
        ("resourceFieldRef", &[Is::Part(&RESOURCE_FIELD)]),
    ],
    together: &[|validator, file| {
        validator.exactly_one(file, "what a file contains", &["fieldRef", "resourceFieldRef"]);
        if file["resourceFieldRef"].is_object() {
            validator.required(&file["resourceFieldRef"], "containerName");
        }
    }],
};

static PROJECTED: Shape = Shape {
    fields: &[("defaultMode", MODE), ("sources", &[Is::Each(&PROJECTION), Is::Also(paths)])],
    together: &[],
};

static PROJECTION: Shape = Shape {
    fields: &[
        ("configMap", &[Is::Part(&PROJECTED_KEYS)]),
        ("downwardAPI", &[Is::Part(&DOWNWARD)]),
        ("secret", &[Is::Part(&PROJECTED_KEYS)]),
        ("serviceAccountToken", &[Is::Part(&TOKEN)]),
    ],
    together: &[|validator, source| {
        let fields = [
            "secret",
            "configMap",
            "downwardAPI",
            "serviceAccountToken",
            "clusterTrustBundle",
            "podCertificate",
        ];
        validator.at_most_one(source, "what a source of a projected volume is", &fields);
    }],
};

static PROJECTED_KEYS: Shape =
    Shape { fields: &[("name", &[Is::Required]), ("items", &[Is::Each(&FILE)])], together: &[] };

static TOKEN: Shape = Shape {
    fields: &[
        ("expirationSeconds", &[Is::Within(600, 1 << 32)]),
        ("path", &[Is::Required, Is::Text(&FILE_PATH)]),
    ],
    together: &[],
};

/// Two sources of a projected volume cannot write one file.
fn paths<'a>(validator: &mut Validator<'a>, sources: &'a Value) {
    let mut seen = HashSet::new();
    for source in list(sources) {
        let items = ["secret", "configMap", "downwardAPI"]
            .into_iter()
            .flat_map(|kind| list(&source[kind]["items"]));
        for item in items {
            let Some(path) = text(&item["path"]).filter(|path| !path.is_empty()) else { continue };
            if !seen.insert(path) {
                let message = format!("two sources write the file {path}");
                validator.refuse(Mistake::DuplicateName, At::Value(&item["path"]), message);
            }
        }
    }
}

static EMPTY: Shape =
    Shape { fields: &[("sizeLimit", &[Is::Quantity(Amount::NotNegative)])], together: &[] };

static EPHEMERAL: Shape = Shape {
    fields: &[("volumeClaimTemplate", &[Is::Required, Is::Part(&CLAIM_TEMPLATE)])],
    together: &[],
};

static CLAIM_TEMPLATE: Shape = Shape {
    fields: &[
        ("metadata", &[Is::Part(&metadata::TEMPLATE)]),
        ("spec", &[Is::Required, Is::Part(&CLAIM_SPEC)]),
    ],
    together: &[],
};

static CLAIM: Shape = Shape { fields: &[("claimName", &[Is::Required])], together: &[] };

static CSI: Shape = Shape {
    fields: &[
        ("driver", &[Is::Required, Is::Also(driver)]),
        ("nodePublishSecretRef", &[Is::Part(&metadata::REFERENCE)]),
    ],
    together: &[],
};

/// The name of a CSI driver.
pub(super) fn driver<'a>(validator: &mut Validator<'a>, name: &'a Value) {
    let Some(written) = text(name).filter(|written| !written.is_empty()) else { return };
    if written.len() > 63 {
        let message = "the name of the driver is longer than 63 characters";
        validator.refuse(Mistake::Name, At::Value(name), message);
    } else if super::text::subdomain(&written.to_lowercase()).is_some() {
        let message = format!("{written:?} is no name of a driver, such as ebs.csi.aws.com");
        validator.refuse(Mistake::Name, At::Value(name), message);
    }
}

/// A folder or file of the node.
pub(super) static HOST_PATH: Shape = Shape {
    fields: &[("path", &[Is::Required, Is::Text(&PATH_WITHOUT_BACKSTEPS)])],
    together: &[],
};

/// A folder of a server.
pub(super) static NFS: Shape = Shape {
    fields: &[("server", &[Is::Required]), ("path", &[Is::Required, Is::Text(&ABSOLUTE_PATH)])],
    together: &[],
};

static IMAGE: Shape = Shape { fields: &[("reference", &[Is::Required])], together: &[] };

static GIT: Shape = Shape {
    fields: &[("repository", &[Is::Required]), ("directory", &[Is::Text(&RELATIVE_PATH)])],
    together: &[],
};

static ISCSI: Shape = Shape {
    fields: &[
        ("targetPortal", &[Is::Required]),
        ("iqn", &[Is::Required, Is::Also(iqn)]),
        ("lun", &[Is::Within(0, 255)]),
    ],
    together: &[],
};

fn iqn<'a>(validator: &mut Validator<'a>, name: &'a Value) {
    let Some(written) = text(name).filter(|written| !written.is_empty()) else { return };
    if !["iqn.", "eui.", "naa."].iter().any(|prefix| written.starts_with(prefix))
        || !is_iqn(written)
    {
        let message =
            format!("{written:?} is no name of iSCSI, such as iqn.2001-04.com.example:storage");
        validator.refuse(Mistake::Name, At::Value(name), message);
    }
}

/// `iqn.`, a year and a month, and the name of a domain, with more behind a colon.
fn is_iqn(written: &str) -> bool {
    let Some(rest) = written.strip_prefix("iqn.") else {
        return written
            .get(4..)
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    };
    let Some((date, rest)) = rest.split_once('.') else { return false };
    let is_date = date.len() == 7
        && date
            .bytes()
            .enumerate()
            .all(|(place, byte)| if place == 4 { byte == b'-' } else { byte.is_ascii_digit() });
    let (domain, path) =
        rest.split_once(':').map_or((rest, None), |(domain, path)| (domain, Some(path)));
    let is_domain = domain.split('.').all(|part| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
            && part.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    is_date
        && is_domain
        && path.is_none_or(|path| !path.is_empty() && !path.starts_with(char::is_whitespace))
}

static FIBRE_CHANNEL: Shape = Shape {
    fields: &[("lun", &[Is::Within(0, 255)])],
    together: &[|validator, channel| {
        let (names, ids) = (list(&channel["targetWWNs"]), list(&channel["wwids"]));
        if names.is_empty() == ids.is_empty() {
            let message = "either targetWWNs or wwids says what it is";
            validator.refuse(Mistake::OneOf, At::Value(channel), message);
        }
        if !names.is_empty() && channel["lun"].is_null() {
            validator.refuse(
                Mistake::MissingValue,
                At::Missing(channel, "lun"),
                "targetWWNs needs lun",
            );
        }
    }],
};

static DISK_BY_ID: Shape = Shape {
    fields: &[("volumeID", &[Is::Required]), ("partition", &[Is::Within(0, 255)])],
    together: &[],
};

static DISK_BY_NAME: Shape = Shape {
    fields: &[("pdName", &[Is::Required]), ("partition", &[Is::Within(0, 255)])],
    together: &[],
};

static BY_VOLUME_ID: Shape = Shape { fields: &[("volumeID", &[Is::Required])], together: &[] };

static PHOTON: Shape = Shape { fields: &[("pdID", &[Is::Required])], together: &[] };

static VSPHERE: Shape = Shape { fields: &[("volumePath", &[Is::Required])], together: &[] };

static GLUSTER: Shape =
    Shape { fields: &[("endpoints", &[Is::Required]), ("path", &[Is::Required])], together: &[] };

static RBD: Shape =
    Shape { fields: &[("monitors", &[Is::Required]), ("image", &[Is::Required])], together: &[] };

static CEPH: Shape = Shape { fields: &[("monitors", &[Is::Required])], together: &[] };

static FLEX: Shape = Shape { fields: &[("driver", &[Is::Required])], together: &[] };

static AZURE_FILE: Shape = Shape {
    fields: &[("secretName", &[Is::Required]), ("shareName", &[Is::Required])],
    together: &[],
};

static AZURE_DISK: Shape = Shape {
    fields: &[
        ("kind", &[Is::Filled]),
        ("cachingMode", &[Is::Filled]),
        ("diskName", &[Is::Required]),
        ("diskURI", &[Is::Required]),
    ],
    together: &[|validator, disk| {
        let uri = text(&disk["diskURI"]).unwrap_or_default();
        let prefix = match text(&disk["kind"]) {
            Some("Managed") => "/subscriptions/",
            _ => "https://",
        };
        if !uri.is_empty() && !uri.starts_with(prefix) {
            let message = format!("diskURI has to begin with {prefix}");
            validator.refuse(Mistake::UnsupportedValue, At::Value(&disk["diskURI"]), message);
        }
    }],
};

static QUOBYTE: Shape = Shape {
    fields: &[
        (
            "registry",
            &[
                Is::Required,
                Is::Also(|validator, registry| {
                    let Some(written) = text(registry).filter(|written| !written.is_empty()) else {
                        return;
                    };
                    if !written.split(',').all(|pair| pair.matches(':').count() == 1) {
                        let message = format!("{written:?} is no list of hosts with ports");
                        validator.refuse(Mistake::Address, At::Value(registry), message);
                    }
                }),
            ],
        ),
        ("volume", &[Is::Required]),
    ],
    together: &[],
};
