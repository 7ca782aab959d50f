//! Owners of bundles: a team, or a bundle that deploys the Applications of others.

use std::cell::RefCell;
use std::rc::Rc;

use super::bundle::{Bundle, Place};
use super::namespace::Namespace;
use super::origin::Origin;
use crate::values::Name;

/// A team of a [`Platform`](crate::platform::Platform): the Argo CD project `<name>`, and the Application
/// `<name>-parent-application` above one Application for each of its bundles.
#[derive(Clone)]
pub struct Team {
    state: Rc<TeamState>,
}

pub(crate) struct TeamState {
    pub(crate) origin: Origin,
    pub(crate) name: Name,
    place: Rc<Place>,
    bundles: RefCell<Vec<Bundle>>,
}

/// A bundle of a team that deploys one Application for each of its own bundles, such as the parts of a service mesh. It belongs
/// to the project `root`: whoever may create Applications may reach any project.
#[derive(Clone)]
pub struct Applications {
    bundle: Bundle,
}

impl Team {
    pub(crate) fn new(origin: Origin, name: Name, place: &Rc<Place>) -> Self {
        let state =
            TeamState { origin, name, place: Rc::clone(place), bundles: RefCell::default() };
        Self { state: Rc::new(state) }
    }

    /// The name: that of its project.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.state.name
    }

    /// Starts a bundle of the team: `name` is its folder of snapshots, the label `app` of its components and the first half of
    /// its Application's name; its objects live in `namespace` unless they say otherwise.
    ///
    /// A name above 36 characters leaves no room for derived names; the build reports it.
    #[track_caller]
    pub fn bundle(&self, name: Name, namespace: &Namespace) -> Bundle {
        self.add(Bundle::new(Origin::here(), name, namespace, &self.state.place))
    }

    /// Starts a bundle that deploys the Applications of others.
    #[track_caller]
    pub fn applications(&self, name: Name) -> Applications {
        let bundle = Bundle::of_applications(Origin::here(), name, &self.state.place);
        Applications { bundle: self.add(bundle) }
    }

    fn add(&self, bundle: Bundle) -> Bundle {
        self.state.bundles.borrow_mut().push(bundle.clone());
        bundle
    }

    pub(crate) fn origin(&self) -> Origin {
        self.state.origin
    }

    pub(crate) fn bundles(&self) -> Vec<Bundle> {
        self.state.bundles.borrow().clone()
    }
}

impl Applications {
    /// Starts a bundle whose Application this one deploys.
    #[track_caller]
    pub fn bundle(&self, name: Name, namespace: &Namespace) -> Bundle {
        let place = self.bundle.place();
        let bundle = Bundle::new(Origin::here(), name, namespace, place);
        self.bundle.hold(bundle.clone());
        bundle
    }
}
