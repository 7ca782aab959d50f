//! The App of Apps: from bundles to Applications and projects.

use std::collections::BTreeSet;

use custom_resources::argoproj::v1alpha1 as argo;

use super::application::{Application, ObjectsOfOthers};
use super::order::{Member, Order};
use super::{GitSource, jobs, project, protection};
use crate::model::bundle::{Place, complete, name_too_long};
use crate::model::error::BuildError;
use crate::model::group_kind::GroupKind;
use crate::model::origin::Origin;
use crate::model::resource::{Manifest, Resource};
use crate::model::rule::Rule;
use crate::platform::BuiltBundle;
use crate::values::Name;

/// The project of everything that holds Applications, and the bundle of the Application above all others.
pub const ROOT: Name = name!("root");

/// The built bundles of a platform, and which of them hold which Applications, by position.
pub(crate) struct Tree {
    /// One that holds Applications before theirs.
    pub(crate) bundles: Vec<BuiltBundle>,
    /// The bundles beside the teams.
    pub(crate) top: Vec<usize>,
    /// The teams.
    pub(crate) teams: Vec<BuiltTeam>,
}

/// A team and its bundles.
pub(crate) struct BuiltTeam {
    pub(crate) name: Name,
    pub(crate) origin: Origin,
    pub(crate) bundles: Vec<usize>,
}

impl BuiltTeam {
    /// The bundle of its Applications: `infra-parent` of the team `infra`.
    fn folder(&self) -> Name {
        self.name.with_suffix("parent")
    }
}

/// Adds to the built bundles what Argo CD needs: annotations, Applications, and the bundles of the App of Apps itself.
pub(crate) fn deliver(
    place: &Place,
    origin: Origin,
    source: &GitSource,
    mut tree: Tree,
) -> (Vec<BuiltBundle>, Vec<BuildError>) {
    let (waves, mut errors) = tree.waves(&source.prerequisites);
    errors.extend(project::namespaces_of_others(&tree.bundles, &source.prerequisites));
    errors.extend(tree.bundles.iter().filter_map(nothing_to_deploy));
    errors.extend(tree.teams.iter().filter_map(nothing_to_hold));
    errors.extend(
        tree.teams.iter().filter_map(|team| name_too_long("team", &team.name, team.origin)),
    );
    tree.bundles.iter_mut().for_each(annotate);
    let applications = Applications { place, source, waves };
    let generated = applications.generate(origin, &mut tree);
    tree.bundles.extend(generated);
    (tree.bundles, errors)
}

impl Tree {
    /// The bundle itself and every one whose Application it holds, directly or not.
    fn below(&self, bundle: usize) -> Vec<usize> {
        let mut all = vec![bundle];
        let mut next = 0;
        while let Some(bundle) = all.get(next) {
            all.extend(&self.bundles[*bundle].applications);
            next += 1;
        }
        all
    }

    fn all_below(&self, bundles: &[usize]) -> Vec<usize> {
        bundles.iter().flat_map(|bundle| self.below(*bundle)).collect()
    }

    /// The wave of every Application.
    fn waves(&self, prerequisites: &super::Prerequisites) -> (Waves, Vec<BuildError>) {
        let (order, mut errors) = Order::of(&self.bundles, prerequisites);
        let mut of_bundles = vec![0; self.bundles.len()];
        let mut of_teams = vec![0; self.teams.len()];
        let mut level = |bundles: &[usize], teams: &[BuiltTeam]| {
            let members = bundles.iter().map(|bundle| self.member(*bundle));
            let teams = teams.iter().map(|team| Member {
                name: team.folder(),
                origin: team.origin,
                bundles: self.all_below(&team.bundles),
            });
            match order.waves(&members.chain(teams).collect::<Vec<_>>()) {
                Ok(waves) => {
                    let (bundle_waves, team_waves) = waves.split_at(bundles.len());
                    for (bundle, wave) in bundles.iter().zip(bundle_waves) {
                        of_bundles[*bundle] = *wave;
                    }
                    if !team_waves.is_empty() {
                        of_teams = team_waves.to_vec();
                    }
                }
                Err(circles) => errors.extend(circles),
            }
        };
        level(&self.top, &self.teams);
        for team in &self.teams {
            level(&team.bundles, &[]);
        }
        for bundle in &self.bundles {
            level(&bundle.applications, &[]);
        }
        // Nobody waits for the root, least of all itself.
        let beside_root = self.top.iter().map(|bundle| of_bundles[*bundle]).chain(of_teams.clone());
        let root = beside_root.max().unwrap_or_default();
        (Waves { root, bundles: of_bundles, teams: of_teams }, errors)
    }

    fn leaves(&self, team: &Name, bundles: &[usize]) -> Leaves {
        let below = self.all_below(bundles).into_iter().map(|bundle| &self.bundles[bundle]);
        let leaves = below.filter(|bundle| bundle.applications.is_empty());
        Leaves { team: team.clone(), kinds: kinds_of(leaves) }
    }

    fn member(&self, bundle: usize) -> Member {
        let BuiltBundle { name, origin, .. } = &self.bundles[bundle];
        Member { name: name.clone(), origin: *origin, bundles: self.below(bundle) }
    }
}

/// An Application without sources is an error for Argo CD.
fn nothing_to_deploy(bundle: &BuiltBundle) -> Option<BuildError> {
    let empty =
        bundle.resources.is_empty() && bundle.sources.is_empty() && bundle.applications.is_empty();
    empty.then(|| {
        BuildError::new(
            Rule::EmptyBundle,
            bundle.origin,
            format!(
                "the bundle {} deploys nothing, and an Application without a source is refused: add to it or remove it",
                bundle.name
            ),
        )
    })
}

/// A folder without files is not in Git, and an Application of it is an error for Argo CD.
fn nothing_to_hold(team: &BuiltTeam) -> Option<BuildError> {
    team.bundles.is_empty().then(|| {
        BuildError::new(
            Rule::EmptyTeam,
            team.origin,
            format!(
                "the team {} has no bundle, and Argo CD finds no folder for it: give it one or remove it",
                team.name
            ),
        )
    })
}

/// Adds the annotations of single objects that Argo CD reads.
fn annotate(bundle: &mut BuiltBundle) {
    let own_groups: Vec<&str> =
        bundle.sources.iter().flat_map(|source| source.crd_groups.iter().copied()).collect();
    for resource in &mut bundle.resources {
        protection::protect(resource);
        protection::apply_large(resource);
        if own_groups.contains(&resource.object_ref().group) {
            protection::allow_missing_kind(resource);
        }
    }
    jobs::order(&mut bundle.resources);
}

/// The bundles of a team that hold no Applications; of `root`, those beside the teams.
struct Leaves {
    team: Name,
    /// Kinds of all of them: what leaves one is still admitted by its project, and so it is pruned.
    kinds: BTreeSet<GroupKind>,
}

/// The waves of a platform's Applications.
struct Waves {
    root: u32,
    bundles: Vec<u32>,
    teams: Vec<u32>,
}

/// Writes the Applications of a platform.
struct Applications<'a> {
    place: &'a Place,
    source: &'a GitSource,
    waves: Waves,
}

impl Applications<'_> {
    /// Returns the bundles of the root and the teams; bundles of Applications get theirs.
    fn generate(&self, origin: Origin, tree: &mut Tree) -> Vec<BuiltBundle> {
        let teams: Vec<Leaves> =
            tree.teams.iter().map(|team| tree.leaves(&team.name, &team.bundles)).collect();
        let beside = tree.leaves(&ROOT, &tree.top);
        self.add_applications(tree, &beside, &teams);
        let parents: Vec<BuiltBundle> = tree
            .teams
            .iter()
            .zip(&teams)
            .map(|(team, leaves)| {
                let applications = self.applications(tree, &team.bundles, leaves);
                self.generated(team.origin, team.folder(), applications)
            })
            .collect();
        let mut applications = vec![self.above(origin, ROOT, self.waves.root)];
        for (team, wave) in tree.teams.iter().zip(&self.waves.teams) {
            applications.push(self.above(team.origin, team.folder(), *wave));
        }
        applications.extend(self.applications(tree, &tree.top, &beside));
        let mut root = self.generated(origin, ROOT, applications);
        let projects = self.projects(tree, &root, &parents);
        root.resources.splice(0..0, projects);
        [root].into_iter().chain(parents).collect()
    }

    /// The Applications of the bundles that hold some.
    fn add_applications(&self, tree: &mut Tree, beside: &Leaves, teams: &[Leaves]) {
        let of_root = tree.top.iter().map(|bundle| (*bundle, beside));
        let of_teams =
            tree.teams.iter().zip(teams).flat_map(|(team, leaves)| {
                team.bundles.iter().map(move |bundle| (*bundle, leaves))
            });
        let roots: Vec<(usize, &Leaves)> = of_root.chain(of_teams).collect();
        for (root, leaves) in roots {
            for bundle in tree.below(root) {
                let applications =
                    self.applications(tree, &tree.bundles[bundle].applications, leaves);
                tree.bundles[bundle].resources.extend(applications);
            }
        }
    }

    /// The Applications that deploy bundles, each with its project in the same folder: one sync makes both, the project first.
    fn applications(&self, tree: &Tree, bundles: &[usize], leaves: &Leaves) -> Vec<Resource> {
        let of_bundle = |bundle: &usize| {
            let application = self.application(tree, *bundle, leaves);
            self.project(&tree.bundles[*bundle], leaves).into_iter().chain([application])
        };
        bundles.iter().flat_map(of_bundle).collect()
    }

    /// The project of a bundle that holds no Applications.
    fn project(&self, bundle: &BuiltBundle, leaves: &Leaves) -> Option<Resource> {
        bundle.applications.is_empty().then(|| {
            let Leaves { team, kinds } = leaves;
            let project = project::project(
                project::name_of_leaf(team, &bundle.name),
                format!(
                    "Where {} deploys, and kinds that the bundles of {team} contain",
                    bundle.name
                ),
                self.source,
                [bundle],
                kinds.iter().copied(),
            );
            self.resource(bundle.origin, project)
        })
    }

    /// The Application that deploys a bundle.
    fn application(&self, tree: &Tree, bundle: usize, leaves: &Leaves) -> Resource {
        let wave = self.waves.bundles[bundle];
        let bundle = &tree.bundles[bundle];
        let holds_applications = !bundle.applications.is_empty();
        let keeps_contents = bundle.delivery.never_prune
            || bundle.sources.iter().any(|source| !source.crd_groups.is_empty());
        let application = Application {
            bundle: bundle.name.clone(),
            project: if holds_applications {
                ROOT.to_string()
            } else {
                project::name_of_leaf(&leaves.team, &bundle.name)
            },
            namespace: &bundle.namespace,
            has_folder: holds_applications || !bundle.resources.is_empty(),
            sources: &bundle.sources,
            ignored: &bundle.delivery.ignored,
            keep: holds_applications || keeps_contents,
            prune: !keeps_contents,
            of_others: if bundle.delivery.adopts {
                ObjectsOfOthers::Adopt
            } else {
                ObjectsOfOthers::Refuse
            },
            wave,
        };
        self.resource(bundle.origin, application.build(&self.place.environment, self.source))
    }

    /// The Application that deploys generated Applications.
    fn above(&self, origin: Origin, folder: Name, wave: u32) -> Resource {
        let application = Application {
            bundle: folder,
            project: ROOT.to_string(),
            namespace: &self.source.namespace,
            has_folder: true,
            sources: &[],
            ignored: &[],
            keep: true,
            prune: true,
            of_others: ObjectsOfOthers::Refuse,
            wave,
        };
        self.resource(origin, application.build(&self.place.environment, self.source))
    }

    /// The projects `root`, of everything that holds Applications, and `default`.
    fn projects(&self, tree: &Tree, root: &BuiltBundle, parents: &[BuiltBundle]) -> [Resource; 2] {
        let holders = tree.bundles.iter().filter(|bundle| !bundle.applications.is_empty());
        let holders: Vec<&BuiltBundle> = [root].into_iter().chain(parents).chain(holders).collect();
        let mut kinds = kinds_of(holders.iter().copied());
        // Root's own folder is not there yet.
        kinds.insert(GroupKind::of::<argo::AppProject>());
        let of_root = project::project(
            ROOT.to_string(),
            format!("What the bundles of {ROOT} contain"),
            self.source,
            holders,
            kinds,
        );
        [of_root, project::default()].map(|project| self.resource(root.origin, project))
    }

    fn generated(&self, origin: Origin, name: Name, resources: Vec<Resource>) -> BuiltBundle {
        BuiltBundle::of_applications(origin, name, self.source.namespace.clone(), resources)
    }

    fn resource(&self, origin: Origin, object: impl Manifest) -> Resource {
        let mut resource = Resource::new(origin, Vec::new(), object);
        complete(&mut resource, &self.source.namespace, self.place);
        resource
    }
}

fn kinds_of<'a>(bundles: impl IntoIterator<Item = &'a BuiltBundle>) -> BTreeSet<GroupKind> {
    bundles.into_iter().flat_map(|bundle| bundle.kinds().into_keys()).collect()
}
