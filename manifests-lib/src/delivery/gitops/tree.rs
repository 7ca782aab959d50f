//! The App of Apps: from bundles to Applications and projects.

use std::collections::BTreeMap;

use custom_resources::argoproj::v1alpha1 as argo;

use super::application::{Application, ObjectsOfOthers};
use super::order::{Member, Order};
use super::{GitSource, Parent, Root, project, protection};
use crate::model::bundle::{Bundle, complete};
use crate::model::error::BuildError;
use crate::model::group_kind::GroupKind;
use crate::model::origin::Origin;
use crate::model::resource::{Manifest, Resource};
use crate::platform::BuiltBundle;
use crate::values::Name;

/// The project of everything that holds Applications, and the bundle of the Application above all others.
const ROOT: Name = Root::NAME;

/// Adds to the built bundles what Argo CD needs: annotations, Applications, and the bundles of the App of Apps itself.
///
/// `built` are the bundles of [`Root::all`], in that order.
pub(crate) fn deliver(
    environment: &Name,
    root: &Root,
    mut built: Vec<BuiltBundle>,
) -> (Vec<BuiltBundle>, Vec<BuildError>) {
    let all = root.all();
    let (waves, mut errors) = waves(root, &all, &built);
    errors.extend(
        all.iter().zip(&built).filter_map(|(bundle, built)| nothing_to_deploy(bundle, built)),
    );
    errors.extend(root.parents.iter().filter_map(nothing_to_hold));
    for bundle in &mut built {
        annotate(bundle);
    }
    let mut tree = Tree { environment, git_source: &root.git_source, waves, built };
    let generated = tree.generate(root, &all);
    (tree.built.into_iter().chain(generated).collect(), errors)
}

impl Root {
    /// Every bundle, one that holds Applications before theirs.
    pub(crate) fn all(&self) -> Vec<Bundle> {
        let mut all: Vec<Bundle> = self.bundles.iter().flat_map(all_below).collect();
        all.extend(self.parents.iter().flat_map(Parent::all));
        all
    }
}

impl Parent {
    /// Every bundle, one that holds Applications before theirs.
    fn all(&self) -> Vec<Bundle> {
        self.bundles.iter().flat_map(all_below).collect()
    }

    /// The bundle of its Applications: `infra-parent` of the parent `infra`.
    fn folder(&self) -> Name {
        self.name.with_suffix("parent")
    }
}

fn add_all(bundle: &Bundle, all: &mut Vec<Bundle>) {
    all.push(bundle.clone());
    for child in bundle.declared().applications.borrow().iter() {
        add_all(child, all);
    }
}

/// The bundle itself and every one whose Application it holds, directly or not.
fn all_below(bundle: &Bundle) -> Vec<Bundle> {
    let mut all = Vec::new();
    add_all(bundle, &mut all);
    all
}

/// The wave of every Application, by the bundle that it deploys.
fn waves(
    root: &Root,
    all: &[Bundle],
    built: &[BuiltBundle],
) -> (BTreeMap<Name, u32>, Vec<BuildError>) {
    let pairs: Vec<(&Bundle, &BuiltBundle)> = all.iter().zip(built).collect();
    let (order, mut errors) = Order::of(&pairs, &root.git_source.prerequisites);
    let mut waves = BTreeMap::new();
    let mut level = |members: Vec<Member>| match order.waves(&members) {
        Ok(found) => waves.extend(members.into_iter().map(|member| member.name).zip(found)),
        Err(error) => errors.push(error),
    };
    let bundles = root.bundles.iter().map(Member::of_bundle);
    let parents = root.parents.iter().map(|parent| Member {
        name: parent.folder(),
        origin: parent.origin,
        bundles: names(&parent.all()),
    });
    level(bundles.chain(parents).collect());
    for parent in &root.parents {
        level(parent.bundles.iter().map(Member::of_bundle).collect());
    }
    for bundle in all {
        let children = bundle.declared().applications.borrow();
        level(children.iter().map(Member::of_bundle).collect());
    }
    (waves, errors)
}

impl Member {
    fn of_bundle(bundle: &Bundle) -> Self {
        Self {
            name: bundle.name().clone(),
            origin: bundle.origin(),
            bundles: names(&all_below(bundle)),
        }
    }
}

fn names(bundles: &[Bundle]) -> Vec<Name> {
    bundles.iter().map(|bundle| bundle.name().clone()).collect()
}

/// An Application without sources is an error for Argo CD.
fn nothing_to_deploy(bundle: &Bundle, built: &BuiltBundle) -> Option<BuildError> {
    let empty =
        built.resources.is_empty() && built.sources.is_empty() && !bundle.holds_applications();
    empty.then(|| {
        BuildError::new(
            built.origin,
            format!(
                "the bundle {} deploys nothing, and an Application without a source is refused: add to it or remove it",
                built.name
            ),
        )
    })
}

/// A folder without files is not in Git, and an Application of it is an error for Argo CD.
fn nothing_to_hold(parent: &Parent) -> Option<BuildError> {
    parent.bundles.is_empty().then(|| {
        BuildError::new(
            parent.origin,
            format!(
                "the parent {} has no bundle, and Argo CD finds no folder for it: give it one or remove it",
                parent.name
            ),
        )
    })
}

/// What Argo CD is told about single objects.
fn annotate(bundle: &mut BuiltBundle) {
    let own_groups: Vec<&str> =
        bundle.sources.iter().flat_map(|source| source.crd_groups.iter().copied()).collect();
    for resource in &mut bundle.resources {
        protection::protect(resource);
        if own_groups.contains(&resource.object_ref().group) {
            protection::wait_for_own_kinds(resource);
        }
    }
}

struct Tree<'a> {
    environment: &'a Name,
    git_source: &'a GitSource,
    waves: BTreeMap<Name, u32>,
    built: Vec<BuiltBundle>,
}

impl Tree<'_> {
    /// Returns the bundles of the root and the parents; bundles of Applications get theirs.
    fn generate(&mut self, root: &Root, all: &[Bundle]) -> Vec<BuiltBundle> {
        for bundle in all {
            self.add_applications(bundle, root);
        }
        let parents: Vec<BuiltBundle> = root
            .parents
            .iter()
            .map(|parent| {
                let applications = parent
                    .bundles
                    .iter()
                    .map(|bundle| self.application(bundle, &parent.name))
                    .collect();
                self.generated(parent.origin, parent.folder(), applications)
            })
            .collect();
        let mut applications = vec![self.generated_application(root.origin, ROOT)];
        for parent in &root.parents {
            applications.push(self.generated_application(parent.origin, parent.folder()));
        }
        for bundle in &root.bundles {
            applications.push(self.application(bundle, &ROOT));
        }
        let mut top = self.generated(root.origin, ROOT, applications);
        let projects = self.projects(root, &top, &parents);
        top.resources.splice(0..0, projects);
        let mut generated = vec![top];
        generated.extend(parents);
        generated
    }

    /// The Applications of a bundle that holds some.
    fn add_applications(&mut self, bundle: &Bundle, root: &Root) {
        let children = bundle.declared().applications.borrow();
        if children.is_empty() {
            return;
        }
        let project = project_of(root, bundle);
        let applications: Vec<Resource> =
            children.iter().map(|child| self.application(child, &project)).collect();
        if let Some(built) = self.find_mut(bundle.name()) {
            built.resources.extend(applications);
        }
    }

    /// The Application that deploys a bundle.
    fn application(&self, bundle: &Bundle, project: &Name) -> Resource {
        let declared = bundle.declared();
        let holds_applications = bundle.holds_applications();
        let built = self.find(bundle.name());
        let sources = built.map_or(&[][..], |built| &built.sources);
        let keeps_contents = declared.never_pruned.get()
            || sources.iter().any(|source| !source.crd_groups.is_empty());
        let application = Application {
            bundle: bundle.name().clone(),
            project: if holds_applications { ROOT } else { project.clone() },
            namespace: bundle.namespace(),
            has_folder: holds_applications
                || built.is_some_and(|built| !built.resources.is_empty()),
            sources,
            ignored: &declared.ignored.borrow(),
            keep: holds_applications || keeps_contents,
            prune: !keeps_contents,
            of_others: if declared.adopts.get() {
                ObjectsOfOthers::Adopt
            } else {
                ObjectsOfOthers::Refuse
            },
            wave: self.wave(bundle.name()),
        };
        self.resource(bundle.origin(), application.build(self.environment, self.git_source))
    }

    /// The Application that deploys generated Applications.
    fn generated_application(&self, origin: Origin, folder: Name) -> Resource {
        let application = Application {
            wave: self.wave(&folder),
            bundle: folder,
            project: ROOT,
            namespace: &self.git_source.namespace,
            has_folder: true,
            sources: &[],
            ignored: &[],
            keep: true,
            prune: true,
            of_others: ObjectsOfOthers::Refuse,
        };
        self.resource(origin, application.build(self.environment, self.git_source))
    }

    /// The project `root` and one for each parent.
    fn projects(&self, root: &Root, top: &BuiltBundle, parents: &[BuiltBundle]) -> Vec<Resource> {
        let mut of_root: Vec<&BuiltBundle> = vec![top];
        of_root.extend(parents);
        for bundle in &root.bundles {
            of_root.extend(self.members(&all_below(bundle), |_| true));
        }
        let mut resources = Vec::new();
        for parent in &root.parents {
            let below = parent.all();
            of_root.extend(self.members(&below, |holds_applications| holds_applications));
            let members = self.members(&below, |holds_applications| !holds_applications);
            let project = project::project(&parent.name, self.git_source, members, []);
            resources.push(self.resource(parent.origin, project));
        }
        let project = project::project(
            &ROOT,
            self.git_source,
            of_root,
            [GroupKind::of::<argo::AppProject>()],
        );
        resources.insert(0, self.resource(root.origin, project));
        resources
    }

    /// Those bundles of which `wanted` is true, given whether they hold Applications.
    fn members(&self, bundles: &[Bundle], wanted: impl Fn(bool) -> bool) -> Vec<&BuiltBundle> {
        bundles
            .iter()
            .filter(|bundle| wanted(bundle.holds_applications()))
            .filter_map(|bundle| self.find(bundle.name()))
            .collect()
    }

    fn generated(&self, origin: Origin, name: Name, resources: Vec<Resource>) -> BuiltBundle {
        BuiltBundle {
            name,
            namespace: self.git_source.namespace.clone(),
            origin,
            resources,
            sources: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    fn resource(&self, origin: Origin, object: impl Manifest) -> Resource {
        let mut resource = Resource::new(origin, Vec::new(), object);
        complete(&mut resource, &self.git_source.namespace, self.environment);
        resource
    }

    fn wave(&self, bundle: &Name) -> u32 {
        self.waves.get(bundle).copied().unwrap_or_default()
    }

    fn find(&self, bundle: &Name) -> Option<&BuiltBundle> {
        self.built.iter().find(|built| built.name == *bundle)
    }

    fn find_mut(&mut self, bundle: &Name) -> Option<&mut BuiltBundle> {
        self.built.iter_mut().find(|built| built.name == *bundle)
    }
}

/// The project of the bundles below a bundle.
fn project_of(root: &Root, bundle: &Bundle) -> Name {
    root.parents
        .iter()
        .find(|parent| {
            let mut below = parent.all().into_iter();
            below.any(|other| other.name() == bundle.name())
        })
        .map_or(ROOT, |parent| parent.name.clone())
}
