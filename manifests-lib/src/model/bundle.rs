//! Resources that are deployed together: one folder of snapshots, one Argo CD Application.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::Range;
use std::rc::Rc;

use crate::check::{self, Accepted, CheckRule, ServedHost};
use crate::data::{ExternalSecretFact, NotSecret};
use crate::delivery::gitops::Declared;
use crate::model::acceptance::Acceptance;
use crate::model::component::Component;
use crate::model::conventions::Conventions;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::label::Labels;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, NoHandle, Of, Patch, patchable};
use crate::model::platform_id::PlatformId;
use crate::model::resource::{Manifest, Namespaced, Resource};
use crate::model::rule::Rule;
use crate::network::outbound::{Destination, is_below};
use crate::network::tool::ToolPods;
use crate::values::{Bytes, Name};
use crate::workload::{Allowance, NodeGroup, SecurityException};

/// Resources that are deployed together.
///
/// A [`Team`](super::Team) or the [`Platform`](crate::platform::Platform) starts one. Parts are added through handles
/// ([`Bundle::app`], [`Bundle::add`]); a part that is written is deployed, there is no list to forget it in.
/// [`Platform::build`](crate::platform::Platform::build) turns the parts into objects.
#[derive(Clone)]
pub struct Bundle {
    state: Rc<BundleState>,
}

pub(crate) struct BundleState {
    pub(crate) name: Name,
    pub(crate) namespace: Namespace,
    pub(crate) place: Rc<Place>,
    origin: Origin,
    parts: RefCell<Vec<Box<dyn Part>>>,
    patches: RefCell<Vec<Patch>>,
    accepted: RefCell<Vec<Acceptance>>,
    declared: Declared,
    tool_pods: RefCell<BTreeMap<Labels, ToolPods>>,
    destinations: RefCell<BTreeMap<Name, BTreeSet<Destination>>>,
    /// The line of each component's workload.
    workloads: RefCell<BTreeMap<Name, Origin>>,
    /// Components whose pods have rights in AWS.
    with_rights: RefCell<BTreeSet<Name>>,
    /// Components whose pods carry a token, the line that says so, and why.
    tokens: RefCell<BTreeMap<Name, (Origin, &'static str)>>,
    /// Services of its components, by their names.
    services: RefCell<BTreeMap<String, Origin>>,
    /// Hosts of each component's own Services.
    hosts: RefCell<BTreeMap<Name, BTreeSet<String>>>,
}

/// What all bundles of a platform have in common.
pub(crate) struct Place {
    pub(crate) platform: PlatformId,
    /// Value of the label for the environment.
    pub(crate) environment: Name,
    pub(crate) conventions: Conventions,
    /// Namespace of the Applications.
    pub(crate) applications_in: Namespace,
}

impl Place {
    /// What is wrong with using `what` of a platform here, if anything.
    pub(crate) fn foreign(
        &self,
        (platform, environment): (PlatformId, &Name),
        what: impl Display,
        origin: Origin,
    ) -> Option<BuildError> {
        (self.platform != platform).then(|| {
            BuildError::new(
                Rule::ForeignBundle,
                origin,
                format!(
                    "{what} is of another platform, that of {}, whose objects the cluster of {} does not have: make it in a bundle of \
                     this platform",
                    environment, self.environment
                ),
            )
        })
    }
}

/// Something that becomes objects once everything around it is known.
pub(crate) trait Part {
    fn build(&self, output: &mut Output<'_>);

    /// What it declares, from which other parts are built.
    fn declare(&self, _: &mut Facts) {}
}

/// What the parts of a bundle have become.
pub(crate) struct Output<'a> {
    /// What parts of all bundles have declared.
    pub(crate) declared: &'a Facts,
    pub(crate) conventions: &'a Conventions,
    pub(crate) resources: Vec<Resource>,
    pub(crate) errors: Vec<BuildError>,
    pub(crate) exceptions: Vec<SecurityException>,
    pub(crate) not_secret: Vec<NotSecret>,
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) external: Vec<ExternalSecretFact>,
    /// What parts tell beside their objects.
    pub(crate) facts: &'a mut Facts,
}

impl<'a> Output<'a> {
    fn new(declared: &'a Facts, conventions: &'a Conventions, facts: &'a mut Facts) -> Self {
        Self {
            declared,
            conventions,
            resources: Vec::new(),
            errors: Vec::new(),
            exceptions: Vec::new(),
            not_secret: Vec::new(),
            accepted: Vec::new(),
            external: Vec::new(),
            facts,
        }
    }

    pub(crate) fn add<T: Manifest>(&mut self, origin: Origin, object: T) {
        self.add_patched(origin, Vec::new(), object);
    }

    /// An object of which other lines have already adjusted a part.
    pub(crate) fn add_patched<T: Manifest>(
        &mut self,
        origin: Origin,
        patched: Vec<Origin>,
        object: T,
    ) {
        self.resources.push(Resource::new(origin, patched, object));
    }
}

/// The longest bundle name from which every name of this library can be derived: `<bundle>-db-stateful-set` and the
/// suffix of its pods' revision label share 63 characters.
const LONGEST_NAME: usize = 36;

impl Bundle {
    pub(crate) fn new(
        origin: Origin,
        name: Name,
        namespace: &Namespace,
        place: &Rc<Place>,
    ) -> Self {
        let bundle = Self {
            state: Rc::new(BundleState {
                name,
                namespace: namespace.clone(),
                place: Rc::clone(place),
                origin,
                parts: RefCell::default(),
                patches: RefCell::default(),
                accepted: RefCell::default(),
                declared: Declared::default(),
                tool_pods: RefCell::default(),
                destinations: RefCell::default(),
                workloads: RefCell::default(),
                with_rights: RefCell::default(),
                tokens: RefCell::default(),
                services: RefCell::default(),
                hosts: RefCell::default(),
            }),
        };
        if let Some(error) = name_too_long("bundle", bundle.name(), origin) {
            bundle.refuse(error);
        }
        bundle
    }

    /// The name: folder of the snapshots and `app` label.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.state.name
    }

    /// The line that started the bundle.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.state.origin
    }

    /// The namespace of the bundle's objects.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.state.namespace
    }

    /// The component `app`: objects named `<bundle>-app-<kind>`, labels `app`, `component` and `env`, pods on these nodes.
    #[must_use]
    pub fn app(&self, nodes: &NodeGroup) -> Component {
        self.component(name!("app"), nodes)
    }

    /// A component of another name.
    #[must_use]
    pub fn component(&self, name: Name, nodes: &NodeGroup) -> Component {
        Component::new(Rc::clone(&self.state), name, nodes.clone())
    }

    /// Adds any object of k8s-openapi or of the generated custom resources as it stands: the typed way out.
    ///
    /// A namespaced object without a namespace gets the bundle's. The `env` label is added.
    ///
    /// ```
    /// # use k8s_openapi::api::core::v1 as core;
    /// # use manifests_lib::model::{Bundle, named};
    /// # fn example(bundle: &Bundle) {
    /// let settings = core::ConfigMap { metadata: named("settings"), ..core::ConfigMap::default() };
    /// let settings = bundle.add(settings);
    /// settings.patch(|settings| settings.immutable = Some(true));
    /// # }
    /// ```
    #[track_caller]
    pub fn add<T: Manifest + Clone>(&self, object: T) -> Added<T> {
        let object = Rc::new(RefCell::new(object));
        let made = self.push(AddedPart { origin: Origin::here(), object: Rc::clone(&object) });
        Added { object, made }
    }

    /// Adjusts every `T` of the bundle after it has been built, whatever wrote it.
    ///
    /// ```
    /// # use manifests_lib::model::Bundle;
    /// # fn example(bundle: &Bundle) {
    /// bundle.patch(|deployment: &mut k8s_openapi::api::apps::v1::Deployment| {
    ///     deployment.spec.get_or_insert_default().min_ready_seconds = Some(5);
    /// });
    /// # }
    /// ```
    ///
    /// The objects of one part are patched at its handle ([`Makes`](super::Makes)), some of the bundle by
    /// [`patch_where`](Self::patch_where).
    ///
    /// Patches run in the order of their lines. The build reports one that finds no `T`, and one after which the platform no
    /// longer holds together.
    #[track_caller]
    pub fn patch<T: Manifest>(&self, patch: impl Fn(&mut T) + NoHandle + 'static) {
        self.state.patch(Patch::new(Origin::here(), Of::Bundle, |_: &T| true, patch));
    }

    /// Adjusts the `T` of the bundle for which a condition holds, as [`patch`](Self::patch) does. It sees the object as earlier
    /// patches have left it.
    ///
    /// ```
    /// # use k8s_openapi::api::core::v1 as core;
    /// # use manifests_lib::model::Bundle;
    /// # fn example(bundle: &Bundle) {
    /// let headless = |service: &core::Service| {
    ///     service.spec.as_ref().is_some_and(|spec| spec.cluster_ip.as_deref() == Some("None"))
    /// };
    /// bundle.patch_where(headless, |service| {
    ///     service.spec.get_or_insert_default().publish_not_ready_addresses = Some(true);
    /// });
    /// # }
    /// ```
    ///
    /// The build reports a condition that holds for no object.
    #[track_caller]
    pub fn patch_where<T: Manifest>(
        &self,
        condition: impl Fn(&T) -> bool + NoHandle + 'static,
        patch: impl Fn(&mut T) + NoHandle + 'static,
    ) {
        self.state.patch(Patch::new(Origin::here(), Of::Bundle, condition, patch));
    }

    /// Declares that a container of a workload that was [added](Self::add) or [patched](Self::patch) is allowed more than the
    /// rule, and why. Without it the build fails.
    #[track_caller]
    pub fn allow(
        &self,
        workload: &Name,
        container: &Name,
        allows: Allowance,
        reason: &'static str,
    ) {
        self.state.note(Allowed(SecurityException {
            origin: Origin::here(),
            container: format!("{workload}/{container}"),
            allows,
            reason,
        }));
    }

    /// Accepts what a rule of `cargo xtask check` finds at any object of the bundle, and says why.
    ///
    /// At a handle, `accept` is for its objects alone. An acceptance that nothing needs is a finding itself.
    #[track_caller]
    pub fn accept(&self, rule: CheckRule, reason: &'static str) {
        self.state.accept(Acceptance::of_bundle(Origin::here(), rule, reason));
    }

    pub(crate) fn declare(&self, declared: &mut Facts) {
        for part in &*self.state.parts.borrow() {
            part.declare(declared);
        }
        for host in self.state.hosts.borrow().values().flatten() {
            declared.push(ServedHost(host.clone()));
        }
    }

    pub(crate) fn build<'a>(&'a self, declared: &'a Facts, facts: &'a mut Facts) -> Output<'a> {
        let mut output = Output::new(declared, &self.state.place.conventions, facts);
        let made: Vec<Range<usize>> = self
            .state
            .parts
            .borrow()
            .iter()
            .map(|part| {
                let first = output.resources.len();
                part.build(&mut output);
                first..output.resources.len()
            })
            .collect();
        for resource in &mut output.resources {
            complete(resource, &self.state.namespace, &self.state.place);
        }
        let when_built: Vec<usize> =
            output.resources.iter().map(|resource| resource.patched().len()).collect();
        for patch in &*self.state.patches.borrow() {
            output.errors.extend(patch.apply(&self.state.name, &mut output.resources, &made));
        }
        let uncalled =
            check::uncalled_addresses(&self.state, declared, &output.resources, &when_built);
        output.errors.extend(uncalled);
        for acceptance in &*self.state.accepted.borrow() {
            match acceptance.of(&self.state.name, &output.resources, &made) {
                Ok(accepted) => output.accepted.push(accepted),
                Err(error) => output.errors.push(error),
            }
        }
        output
    }

    /// Lets go of everything that was added, which is kept in memory otherwise: parts know their bundle.
    pub(crate) fn forget(&self) {
        self.state.parts.take();
        self.state.patches.take();
    }

    pub(crate) fn push(&self, part: impl Part + 'static) -> Made {
        self.state.push(part)
    }

    pub(crate) fn note(&self, part: impl Part + 'static) {
        self.state.note(part);
    }

    /// What the bundle declares about its Application.
    pub(crate) fn declared(&self) -> &Declared {
        &self.state.declared
    }

    pub(crate) fn error(&self, rule: Rule, origin: Origin, message: String) {
        self.refuse(BuildError::new(rule, origin, message));
    }

    pub(crate) fn refuse(&self, mistake: BuildError) {
        self.state.error(mistake);
    }

    /// The pods of tools with these labels, if a line has named them before.
    pub(crate) fn known_pods(&self, labels: &Labels) -> Option<ToolPods> {
        self.state.tool_pods.borrow().get(labels).cloned()
    }

    /// From now on they are known.
    pub(crate) fn know_pods(&self, labels: Labels, pods: ToolPods) {
        self.state.tool_pods.borrow_mut().insert(labels, pods);
    }

    pub(crate) fn state(&self) -> &BundleState {
        &self.state
    }

    pub(crate) fn place(&self) -> &Rc<Place> {
        &self.state.place
    }

    pub(crate) fn of(state: Rc<BundleState>) -> Self {
        Self { state }
    }

    /// A bundle that deploys the Applications of others.
    pub(crate) fn of_applications(origin: Origin, name: Name, place: &Rc<Place>) -> Self {
        Self::new(origin, name, &place.applications_in, place)
    }
}

/// A name from which not every name can be derived.
pub(crate) fn name_too_long(of: &str, name: &Name, origin: Origin) -> Option<BuildError> {
    let name = name.as_str();
    let length = name.len();
    (length > LONGEST_NAME).then(|| {
        BuildError::new(
            Rule::NameTooLong,
            origin,
            format!(
                "the {of} name {name:?} has {length} characters; names derived from it fit into 63 up to {LONGEST_NAME}: \
                 shorten it"
            ),
        )
    })
}

/// The namespace and the label that every object of a bundle has.
pub(crate) fn complete(resource: &mut Resource, namespace: &Namespace, place: &Place) {
    let namespaced = resource.is_namespaced();
    let metadata = resource.metadata_mut();
    if namespaced && metadata.namespace.is_none() {
        metadata.namespace = Some(namespace.to_string());
    }
    metadata
        .labels
        .get_or_insert_default()
        .entry(String::from(&place.conventions.labels.environment))
        .or_insert_with(|| place.environment.to_string());
}

impl BundleState {
    /// Adds what becomes objects; its handle keeps what is returned, so that they can be patched.
    pub(crate) fn push(self: &Rc<Self>, part: impl Part + 'static) -> Made {
        self.note(part);
        Made::by(self, self.parts.borrow().len() - 1)
    }

    /// Adds what becomes no object.
    pub(crate) fn note(&self, part: impl Part + 'static) {
        self.parts.borrow_mut().push(Box::new(part));
    }

    pub(super) fn accept(&self, acceptance: Acceptance) {
        self.accepted.borrow_mut().push(acceptance);
    }

    pub(super) fn patch(&self, patch: Patch) {
        self.patches.borrow_mut().push(patch);
    }

    /// From now on there is a Service of this name; the line of the first one, if there is one already.
    pub(crate) fn know_service(&self, name: String, origin: Origin) -> Option<Origin> {
        let mut services = self.services.borrow_mut();
        let first = *services.entry(name).or_insert(origin);
        (first != origin).then_some(first)
    }

    /// The component has a Service at this host.
    pub(crate) fn serve_at(&self, component: &Name, host: String) {
        self.hosts.borrow_mut().entry(component.clone()).or_default().insert(host);
    }

    /// Whether a component has a Service at a host, or has said that it sends there.
    pub(crate) fn knows_host(&self, component: &Name, host: &str) -> bool {
        let own = self.hosts.borrow();
        own.get(component).into_iter().flatten().any(|known| is_below(host, known))
            || self.destinations(component).iter().any(|destination| destination.leads_to(host))
    }

    /// Lets pods of a component send there.
    pub(crate) fn send(&self, component: &Name, destination: Destination) {
        let mut destinations = self.destinations.borrow_mut();
        destinations.entry(component.clone()).or_default().insert(destination);
    }

    /// Where pods of a component send to.
    pub(crate) fn destinations(&self, component: &Name) -> BTreeSet<Destination> {
        self.destinations.borrow().get(component).cloned().unwrap_or_default()
    }

    /// Notes the workload of a component; the line of another one that it has already.
    pub(crate) fn runs(&self, component: &Name, origin: Origin) -> Option<Origin> {
        let mut workloads = self.workloads.borrow_mut();
        let first = workloads.get(component).copied();
        workloads.entry(component.clone()).or_insert(origin);
        first
    }

    /// Whether a component has a workload of this library.
    pub(crate) fn is_running(&self, component: &Name) -> bool {
        self.workloads.borrow().contains_key(component)
    }

    /// Notes that pods of a component have rights in AWS; whether no line before has said so.
    pub(crate) fn gains_rights(&self, component: &Name) -> bool {
        self.with_rights.borrow_mut().insert(component.clone())
    }

    /// Lets the pods of a component carry a token of their ServiceAccount.
    pub(crate) fn carry_token(&self, component: &Name, origin: Origin, reason: &'static str) {
        self.tokens.borrow_mut().entry(component.clone()).or_insert((origin, reason));
    }

    /// Why the pods of a component carry a token, where they do.
    pub(crate) fn token(&self, component: &Name) -> Option<(Origin, &'static str)> {
        self.tokens.borrow().get(component).copied()
    }

    pub(crate) fn error(&self, error: BuildError) {
        self.note(Mistake(error));
    }

    /// Refuses what a bundle of another platform has made.
    pub(crate) fn refuse_foreign(&self, what: impl Display, of: &Self, origin: Origin) {
        let other = (of.place.platform, &of.place.environment);
        if let Some(mistake) = self.place.foreign(other, what, origin) {
            self.error(mistake.related([of.origin]));
        }
    }

    /// Refuses what has no room.
    pub(crate) fn refuse_zero(&self, origin: Origin, what: &str, size: Bytes) {
        if size.as_mebibytes() == 0 {
            self.error(BuildError::new(
                Rule::ZeroSize,
                origin,
                format!("{what} has the size 0, which the API server refuses or reads as no limit: say how much it holds"),
            ));
        }
    }
}

impl<T: Part + ?Sized> Part for Rc<T> {
    fn build(&self, output: &mut Output<'_>) {
        (**self).build(output);
    }

    fn declare(&self, declared: &mut Facts) {
        (**self).declare(declared);
    }
}

/// A mistake that was found while a part was written.
struct Mistake(BuildError);

impl Part for Mistake {
    fn build(&self, output: &mut Output<'_>) {
        output.errors.push(self.0.clone());
    }
}

/// An exception for a container that this library did not build.
struct Allowed(SecurityException);

impl Part for Allowed {
    fn build(&self, output: &mut Output<'_>) {
        output.exceptions.push(self.0.clone());
    }
}

/// An object that joined a bundle as it stands.
pub struct Added<T> {
    object: Rc<RefCell<T>>,
    pub(crate) made: Made,
}

patchable! {
    impl [T: Manifest] Added<T> { made: T; }
}

impl<T: Manifest> Added<T> {
    /// Puts the object into another namespace than the bundle's.
    pub fn namespace(&self, namespace: &Namespace)
    where
        T: Namespaced,
    {
        self.object.borrow_mut().metadata_mut().namespace = Some(namespace.to_string());
    }
}

struct AddedPart<T> {
    origin: Origin,
    object: Rc<RefCell<T>>,
}

impl<T: Manifest + Clone> Part for AddedPart<T> {
    fn build(&self, output: &mut Output<'_>) {
        output.add(self.origin, self.object.borrow().clone());
    }
}
