//! What a bundle says of its own Application.

use std::cell::{Cell, RefCell};

use crate::delivery::chart::Source;
use crate::model::bundle::Bundle;
use crate::model::group_kind::GroupKind;
use crate::model::origin::Origin;
use crate::values::Name;

/// What a bundle says of its own Application.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) sources: RefCell<Vec<Source>>,
    pub(crate) applications: RefCell<Vec<Bundle>>,
    pub(crate) after: RefCell<Vec<(Origin, Name)>>,
    pub(crate) ignored: RefCell<Vec<IgnoredDifference>>,
    pub(crate) never_pruned: Cell<bool>,
    pub(crate) adopts: Cell<bool>,
}

/// Fields that a controller writes and Argo CD leaves alone.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredDifference {
    /// Kind of the objects.
    pub kind: GroupKind,
    /// The one object that is meant; every object of the kind in the Application without it.
    pub name: Option<Name>,
    /// The fields, as jq path expressions: `.webhooks[].clientConfig.caBundle`.
    pub fields: Vec<&'static str>,
}

impl Bundle {
    /// Makes this a bundle of Applications: those of `bundles`. It belongs to the project `root`.
    ///
    /// The build reports a bundle that would hold its own Application, itself or through others.
    #[track_caller]
    pub fn applications(&self, bundles: impl IntoIterator<Item = Bundle>) {
        let origin = Origin::here();
        for bundle in bundles {
            if bundle.holds(self.name()) {
                self.error(
                    origin,
                    format!(
                        "the bundle {} would hold its own Application through {}, and neither would ever be deployed: leave it out",
                        self.name(),
                        bundle.name()
                    ),
                );
            } else {
                self.declared().applications.borrow_mut().push(bundle);
            }
        }
    }

    /// Whether it is the bundle of this name, or one whose Applications lead there.
    fn holds(&self, name: &Name) -> bool {
        let children = self.declared().applications.borrow();
        self.name() == name || children.iter().any(|child| child.holds(name))
    }

    /// Deploys this bundle after another one, where neither a namespace nor a kind of object says so already.
    #[track_caller]
    pub fn after(&self, other: &Bundle) {
        let entry = (Origin::here(), other.name().clone());
        self.declared().after.borrow_mut().push(entry);
    }

    /// Leaves fields to the controllers that write them: Argo CD neither reports nor overwrites them.
    pub fn ignore_difference(&self, difference: IgnoredDifference) {
        self.declared().ignored.borrow_mut().push(difference);
    }

    /// Never removes the Application or anything in it by itself, such as a control plane that others still run on.
    ///
    /// Bundles that install CRDs are kept anyway: with a CRD go all objects of its kind.
    pub fn never_prune(&self) {
        self.declared().never_pruned.set(true);
    }

    /// Adopts objects that another Application has deployed, such as a canary that becomes the stable one.
    ///
    /// Without it, the sync fails instead: two Applications that claim one object are nearly always a mistake.
    pub fn adopt(&self) {
        self.declared().adopts.set(true);
    }

    /// Whether Applications of other bundles are in this one.
    pub(crate) fn holds_applications(&self) -> bool {
        !self.declared().applications.borrow().is_empty()
    }

    pub(crate) fn push_source(&self, source: Source) -> usize {
        let mut sources = self.declared().sources.borrow_mut();
        sources.push(source);
        sources.len() - 1
    }

    pub(crate) fn change_source(&self, index: usize, change: impl FnOnce(&mut Source)) {
        if let Some(source) = self.declared().sources.borrow_mut().get_mut(index) {
            change(source);
        }
    }
}
