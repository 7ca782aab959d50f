//! Volumes of a component that outlive its pods.

use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;

use super::volume::{PodVolume, PodVolumeSource, volume_claim};
use super::{User, Volume};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::values::{Bytes, Name};

/// A volume that one pod of a component at a time writes to, and that outlives it.
///
/// Becomes a PersistentVolumeClaim named `<bundle>-<component>-persistent-volume-claim-<name>`. Its Deployment has one pod, and stops it
/// before it starts another one: see [`recreate`](super::Deployment::recreate). A Job has one pod, too, and a CronJob one run at a time
/// (`Concurrency::Forbid`).
///
/// Argo CD applies it no earlier than the first pod that mounts it, by which it gets its volume. That of a CronJob may have none until
/// the first run, and until then the Application is not healthy: start one by hand (`kubectl create job --from=cronjob/…`) where others
/// wait for that.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/persistent-volumes/>
#[derive(Clone, Debug)]
pub struct VolumeClaim {
    /// Name, unique in the component: `name!("data")`.
    pub name: Name,
    /// Size to ask for: `gibibytes(5)`.
    pub size: Bytes,
    /// Storage class that provides it: `Eks::GP3`.
    pub storage_class: Name,
    /// User whose group owns the files: `uid!(65532)`.
    pub owner: User,
}

/// A [`VolumeClaim`] that a container can mount.
#[derive(Clone)]
pub struct VolumeClaimHandle {
    state: Rc<VolumeClaimState>,
    made: Made,
}

patchable! {
    VolumeClaimHandle { made: core::PersistentVolumeClaim; }
}

struct VolumeClaimState {
    component: Component,
    origin: Origin,
    claim: VolumeClaim,
}

impl VolumeClaimState {
    fn name(&self) -> String {
        self.component.object_name(&format!("persistent-volume-claim-{}", self.claim.name))
    }
}

impl Component {
    /// Asks for a volume that outlives the component's pods.
    #[track_caller]
    #[must_use = "mount the claim into a container"]
    pub fn volume_claim(&self, claim: VolumeClaim) -> VolumeClaimHandle {
        let origin = Origin::here();
        self.bundle.refuse_zero(origin, &format!("the volume {}", claim.name), claim.size);
        let state = Rc::new(VolumeClaimState { component: self.clone(), origin, claim });
        let made = self.bundle.push(Rc::clone(&state));
        VolumeClaimHandle { state, made }
    }
}

impl Volume for VolumeClaimHandle {
    fn declare(&self) -> PodVolume {
        let VolumeClaimState { component, origin, claim } = &*self.state;
        PodVolume {
            name: claim.name.to_string(),
            source: PodVolumeSource::Claim {
                name: self.state.name(),
                on: component.nodes().clone(),
                made_for: MadeFor::component(component, *origin),
                exclusive: Some((claim.owner.id(), *origin)),
            },
        }
    }
}

impl Part for VolumeClaimState {
    fn build(&self, output: &mut Output<'_>) {
        output.add(
            self.origin,
            core::PersistentVolumeClaim {
                metadata: self.component.metadata_named(self.name()),
                spec: Some(volume_claim(self.claim.size, &self.claim.storage_class)),
                status: None,
            },
        );
    }
}
