//! Empty folders that the containers of a pod share.

use super::Volume;
use super::pod::Pod;
use super::volume::{PodVolume, PodVolumeSource};
use crate::model::origin::Origin;
use crate::values::{Bytes, Name};

/// An empty folder that the containers of one workload share, and that lives as long as the pod: one writes, another reads.
///
/// Becomes an `emptyDir` of the pod. All users of the containers may write to it; a file belongs to who has written it.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/volumes/#emptydir>
#[derive(Clone, Debug)]
pub struct Scratch(PodVolume);

impl Scratch {
    pub(super) fn of(pod: &Pod, origin: Origin, name: &Name, size: Bytes, memory: bool) -> Self {
        pod.component.bundle.refuse_zero(origin, &format!("the folder {name}"), size);
        let source =
            PodVolumeSource::Scratch { workload: pod.name(), made_at: origin, size, memory };
        Self(PodVolume { name: name.to_string(), source })
    }
}

impl Volume for Scratch {
    fn declare(&self) -> PodVolume {
        self.0.clone()
    }
}
