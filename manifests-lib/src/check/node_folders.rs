//! Folders of nodes that volumes give to pods.

use k8s_openapi::api::core::v1 as core;

use super::Mistake;
use crate::model::rule::Rule;
use crate::workload::volume::is_below;

/// Folders that a node runs on.
const OF_NODE: [&str; 17] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/run",
];

/// A volume that is a folder of the system of its node, or has one in it.
pub(super) fn of_system(volume: &core::PersistentVolume) -> Option<Mistake> {
    let spec = volume.spec.as_ref()?;
    let local = spec.local.as_ref().map(|local| &local.path);
    let path = local.or_else(|| spec.host_path.as_ref().map(|folder| &folder.path))?;
    let trimmed = path.trim_end_matches('/');
    let below =
        OF_NODE.into_iter().find(|it| is_below(trimmed, it)).map(|it| format!("is below {it}"));
    let above =
        || OF_NODE.into_iter().find(|it| is_below(it, trimmed)).map(|it| format!("contains {it}"));
    let where_it_is = below.or_else(above)?;
    Some(Mistake::new(
        Rule::SystemFolder,
        format!(
            "the folder {path} of the nodes {where_it_is}, which the node itself runs on: whoever writes there owns the node; \
             keep data elsewhere, such as below /data or /mnt"
        ),
    ))
}
