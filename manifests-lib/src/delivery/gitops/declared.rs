//! What a bundle declares about its own Application.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use k8s_openapi::api::admissionregistration::v1 as admission;

use crate::delivery::chart::Source;
use crate::model::bundle::Bundle;
use crate::model::group_kind::GroupKind;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::Name;

/// What a bundle declares about its own Application, while others may still add to it.
#[derive(Default)]
pub(crate) struct Declared {
    sources: RefCell<Vec<Rc<RefCell<Source>>>>,
    applications: RefCell<Vec<Bundle>>,
    after: RefCell<Vec<(Origin, Name)>>,
    ignored: RefCell<Vec<IgnoredDifference>>,
    never_prune: Cell<bool>,
    adopts: Cell<bool>,
}

/// What a bundle has declared about its own Application.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// Bundles that it is deployed after, and the lines that say so.
    pub(crate) after: Vec<(Origin, Name)>,
    pub(crate) ignored: Vec<IgnoredDifference>,
    pub(crate) never_prune: bool,
    pub(crate) adopts: bool,
}

/// Fields that a controller writes and Argo CD leaves alone.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredDifference {
    /// Kind of the objects.
    pub kind: GroupKind,
    /// The one object that is meant; every object of the kind in the Application without it. `Some(name!("web"))`.
    pub name: Option<Name>,
    /// The fields, as jq path expressions: `.webhooks[].clientConfig.caBundle`.
    pub fields: Vec<&'static str>,
}

impl Bundle {
    /// Deploys this bundle after another one, where neither a call, a namespace nor a kind of object says so already.
    ///
    /// The build reports a bundle that waits for itself or for one of another platform, and circles.
    #[track_caller]
    pub fn after(&self, other: &Bundle) {
        let origin = Origin::here();
        self.state().refuse_foreign(format!("the bundle {}", other.name()), other.state(), origin);
        let same_platform = self.place().platform == other.place().platform;
        if same_platform && self.name() == other.name() {
            let message = format!(
                "the bundle {} would be deployed after itself, which is never: remove this line, or name the bundle that it waits for",
                self.name()
            );
            self.error(Rule::DeploymentCycle, origin, message);
        } else if same_platform {
            self.declared().after.borrow_mut().push((origin, other.name().clone()));
        }
    }

    /// Leaves fields to the controllers that write them: Argo CD neither reports nor overwrites them.
    pub fn ignore_difference(&self, difference: IgnoredDifference) {
        self.declared().ignored.borrow_mut().push(difference);
    }

    /// Leaves the CA bundles of the bundle's webhooks to their writers: cert-manager, or a job of the chart.
    pub fn ignore_injected_ca_bundles(&self) {
        for kind in [
            GroupKind::of::<admission::MutatingWebhookConfiguration>(),
            GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        ] {
            let fields = vec![".webhooks[].clientConfig.caBundle"];
            self.ignore_difference(IgnoredDifference { kind, name: None, fields });
        }
    }

    /// Never removes the Application or anything in it by itself, such as a control plane that others still run on.
    ///
    /// Bundles that install CRDs are kept anyway: with a CRD go all objects of its kind.
    pub fn never_prune(&self) {
        self.declared().never_prune.set(true);
    }

    /// Adopts objects that another Application has deployed, such as a canary that becomes the stable one.
    ///
    /// Without it, the sync fails instead: two Applications that claim one object are nearly always a mistake.
    pub fn adopt(&self) {
        self.declared().adopts.set(true);
    }

    /// The bundles whose Applications this one deploys.
    pub(crate) fn applications(&self) -> Vec<Bundle> {
        self.declared().applications.borrow().clone()
    }

    /// Deploys the Application of another bundle.
    pub(crate) fn hold(&self, bundle: Bundle) {
        self.declared().applications.borrow_mut().push(bundle);
    }

    pub(crate) fn sources(&self) -> Vec<Source> {
        let sources = self.declared().sources.borrow();
        sources.iter().map(|source| source.borrow().clone()).collect()
    }

    pub(crate) fn push_source(&self, source: Source) -> Rc<RefCell<Source>> {
        let source = Rc::new(RefCell::new(source));
        self.declared().sources.borrow_mut().push(Rc::clone(&source));
        source
    }

    pub(crate) fn delivery(&self) -> Delivery {
        let Declared { sources: _, applications: _, after, ignored, never_prune, adopts } =
            self.declared();
        Delivery {
            after: after.borrow().clone(),
            ignored: ignored.borrow().clone(),
            never_prune: never_prune.get(),
            adopts: adopts.get(),
        }
    }
}
