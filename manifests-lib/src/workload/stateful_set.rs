//! Stateful sets: pods that keep their name and their data.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as istio;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;

use super::pod::Pod;
use super::volume::{PodVolume, PodVolumeSource, volume_claim};
use super::{User, Volume, Workload};
use crate::check::properties::repeated;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::service::{Service, ServiceState};
use crate::values::{Bytes, Name};

/// Pods that keep their name and their data.
///
/// Becomes a StatefulSet with a ServiceAccount of its own whose token is not mounted. Its claims, and with them the
/// data, stay when it is deleted or scaled down.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/>
#[derive(Clone)]
pub struct StatefulSet {
    state: Rc<StatefulSetState>,
    made: Made,
}

patchable! {
    StatefulSet {
        made: apps::StatefulSet, core::ServiceAccount, policy::PodDisruptionBudget, networking::NetworkPolicy, istio::Sidecar;
    }
}

/// A volume that each pod of a [StatefulSet] has for itself.
#[derive(Clone, Debug)]
pub struct VolumeClaimTemplate {
    /// Name; the claim of the first pod is called `<name>-<stateful set>-0`. `name!("data")`.
    pub name: Name,
    /// Size to ask for: `gibibytes(5)`.
    pub size: Bytes,
    /// Storage class that provides it: `Eks::GP3`.
    pub storage_class: Name,
    /// User whose group owns the files: `uid!(65532)`.
    pub owner: User,
}

struct StatefulSetState {
    pod: Rc<Pod>,
    claims: RefCell<Vec<(Origin, VolumeClaimTemplate)>>,
    service: RefCell<Option<Rc<ServiceState>>>,
}

/// A [`VolumeClaimTemplate`] that containers can mount.
pub struct VolumeClaimTemplateHandle(PodVolume);

impl Component {
    /// Runs a StatefulSet of this many pods.
    #[track_caller]
    pub fn stateful_set(&self, replicas: u16) -> StatefulSet {
        self.stateful_set_at(Origin::here(), replicas)
    }

    pub(crate) fn stateful_set_at(&self, origin: Origin, replicas: u16) -> StatefulSet {
        let rule = SelectorLabels::AppComponent;
        let state = Rc::new(StatefulSetState {
            pod: Pod::new(self, "stateful-set", origin, replicas, rule),
            claims: RefCell::default(),
            service: RefCell::default(),
        });
        let made = self.bundle.push(Rc::clone(&state));
        StatefulSet { state, made }
    }
}

impl Workload for StatefulSet {
    fn pod(&self) -> &Pod {
        &self.state.pod
    }
}

impl StatefulSet {
    /// Gives each pod a volume of its own.
    #[track_caller]
    #[must_use = "mount the claim into a container"]
    pub fn volume_claim_template(&self, claim: VolumeClaimTemplate) -> VolumeClaimTemplateHandle {
        self.volume_claim_template_at(Origin::here(), claim)
    }

    pub(crate) fn volume_claim_template_at(
        &self,
        origin: Origin,
        claim: VolumeClaimTemplate,
    ) -> VolumeClaimTemplateHandle {
        let name = claim.name.to_string();
        self.state.pod.own_volumes(origin, claim.owner.id());
        let component = &self.state.pod.component;
        component.bundle.refuse_zero(origin, &format!("the volume {name}"), claim.size);
        self.state.claims.borrow_mut().push((origin, claim));
        let stateful_set = self.state.pod.name();
        VolumeClaimTemplateHandle(PodVolume {
            name,
            source: PodVolumeSource::ClaimTemplate { stateful_set, made_at: origin },
        })
    }

    /// Names the Service that gives each pod a DNS name, and makes it headless. Without one the build fails.
    #[track_caller]
    pub fn governed_by<P>(&self, service: &Service<P>) {
        let service = Rc::clone(service.state().service());
        let component = &self.state.pod.component;
        if service.belongs_to(component) {
            service.make_headless();
        } else {
            component.bundle.error(BuildError::new(
                Rule::ForeignGoverningService,
                Origin::here(),
                format!(
                    "{} stands before other pods than this StatefulSet's, which would have no DNS names: expose a container of \
                     this StatefulSet",
                    service.name()
                ),
            ));
        }
        *self.state.service.borrow_mut() = Some(service);
    }

    /// Keeps the selector of a StatefulSet that a cluster already has: selectors are immutable.
    ///
    /// The rule is `app` and `component`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.state.pod.keep_selector(labels);
    }
}

impl Volume for VolumeClaimTemplateHandle {
    fn declare(&self) -> PodVolume {
        self.0.clone()
    }
}

impl Part for StatefulSetState {
    fn build(&self, output: &mut Output<'_>) {
        let pod = &self.pod;
        if pod.is_refused() {
            return;
        }
        let rollout = output.conventions.rollout;
        let (template, patched) = pod.template(output);
        let service = self.service.borrow();
        if service.is_none() {
            output.errors.push(BuildError::new(
                Rule::MissingGoverningService,
                pod.origin(),
                "a stateful set without a Service of its own gives its pods no DNS names: expose a container and call \
                 governed_by with the Service",
            ));
        }
        let claims = self.claims.borrow();
        output.errors.extend(twice_claimed(&claims));
        output.add_patched(
            pod.origin(),
            patched,
            apps::StatefulSet {
                metadata: pod.metadata(),
                spec: Some(apps::StatefulSetSpec {
                    min_ready_seconds: rollout.min_ready_seconds(),
                    persistent_volume_claim_retention_policy: Some(
                        apps::StatefulSetPersistentVolumeClaimRetentionPolicy {
                            when_deleted: Some("Retain".to_owned()),
                            when_scaled: Some("Retain".to_owned()),
                        },
                    ),
                    replicas: Some(pod.replicas()),
                    revision_history_limit: Some(rollout.revision_history.into()),
                    selector: pod.selector(),
                    service_name: service.as_ref().map(|service| service.name()),
                    template,
                    volume_claim_templates: (!claims.is_empty()).then(|| {
                        claims.iter().map(|(_, claim)| claim.build(&pod.component)).collect()
                    }),
                    ..apps::StatefulSetSpec::default()
                }),
                status: None,
            },
        );
        pod.build_companions(output);
    }
}

fn twice_claimed(claims: &[(Origin, VolumeClaimTemplate)]) -> Vec<BuildError> {
    let named = claims.iter().map(|(origin, claim)| (&claim.name, (&claim.name, *origin)));
    let twice = repeated(named).into_iter().map(|((_, first), (name, origin))| {
        let message = format!(
            "two claims of one stateful set are named {name}: its pods would see one volume; rename one"
        );
        BuildError::new(Rule::DuplicateClaimTemplate, origin, message).related([first])
    });
    twice.collect()
}

impl VolumeClaimTemplate {
    fn build(&self, component: &Component) -> core::PersistentVolumeClaim {
        core::PersistentVolumeClaim {
            metadata: component.metadata_named(self.name.to_string()),
            spec: Some(volume_claim(self.size, &self.storage_class)),
            status: None,
        }
    }
}
