//! In which order bundles are deployed: derived from the namespaces and storage classes that they create and the CRDs that
//! they install.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::storage::v1 as storage;

use super::Prerequisites;
use crate::model::error::BuildError;
use crate::model::group_kind::GroupKind;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::platform::BuiltBundle;
use crate::values::Name;

/// Which bundles wait for which others, and why; bundles are known by their positions.
pub(super) struct Order {
    needs: Vec<BTreeMap<usize, Why>>,
}

/// Why a bundle waits for another one.
#[derive(Clone, Debug)]
enum Why {
    Namespace(String),
    StorageClass(String),
    ApiGroup(&'static str),
    After(Origin),
}

/// An Application of one level of the App of Apps, and all bundles that it leads to.
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) origin: Origin,
    pub(super) bundles: Vec<usize>,
}

impl Order {
    /// Looks at every bundle; what nobody provides is an error, because the bundle could never be deployed.
    pub(super) fn of(
        bundles: &[BuiltBundle],
        prerequisites: &Prerequisites,
    ) -> (Self, Vec<BuildError>) {
        let providers = Providers::of(bundles, prerequisites);
        let mut missing = Missing::default();
        let needs = bundles
            .iter()
            .enumerate()
            .map(|(position, built)| {
                let mut needs = Needs {
                    position,
                    built,
                    providers: &providers,
                    missing: &mut missing,
                    found: BTreeMap::new(),
                };
                needs.namespaces();
                needs.api_groups();
                needs.storage_classes();
                needs.declared();
                needs.found
            })
            .collect();
        (Self { needs }, missing.errors().collect())
    }

    /// The wave of each member: the last one if no member waits for it, or one less than that of the first member that does.
    ///
    /// Argo CD does not wait for the last wave: a member that nobody needs holds up nobody while it is not healthy.
    pub(super) fn waves(&self, members: &[Member]) -> Result<Vec<u32>, Vec<BuildError>> {
        let mut owners = BTreeMap::new();
        for (member, Member { bundles, .. }) in members.iter().enumerate() {
            owners.extend(bundles.iter().map(|bundle| (*bundle, member)));
        }
        let edges = (0..members.len()).map(|member| self.edges(member, members, &owners)).collect();
        Level { members, edges }.waves()
    }

    /// The members that one of them waits for: any bundle of one for any bundle of the other.
    fn edges(
        &self,
        member: usize,
        members: &[Member],
        owners: &BTreeMap<usize, usize>,
    ) -> Vec<(usize, Why)> {
        let mut edges = BTreeMap::new();
        for (needed, why) in members[member].bundles.iter().flat_map(|at| &self.needs[*at]) {
            if let Some(owner) = owners.get(needed).filter(|owner| **owner != member) {
                edges.entry(*owner).or_insert_with(|| why.clone());
            }
        }
        edges.into_iter().collect()
    }
}

/// One level while its waves are found.
struct Level<'a> {
    members: &'a [Member],
    /// What each member waits for.
    edges: Vec<Vec<(usize, Why)>>,
}

/// How many circles are told at once.
const CIRCLES: usize = 5;

/// How many steps of a circle are told.
const STEPS: usize = 8;

impl Level<'_> {
    fn waves(&self) -> Result<Vec<u32>, Vec<BuildError>> {
        let order = self.order()?;
        // How many members wait for each other after each one, at most.
        let mut heights = vec![0; self.members.len()];
        for member in order.into_iter().rev() {
            for (needed, _) in &self.edges[member] {
                heights[*needed] = heights[*needed].max(heights[member] + 1);
            }
        }
        let highest = heights.iter().copied().max().unwrap_or_default();
        Ok(heights.into_iter().map(|height| highest - height).collect())
    }

    /// All members, each behind those that it waits for.
    fn order(&self) -> Result<Vec<usize>, Vec<BuildError>> {
        let mut waiting = vec![Vec::new(); self.members.len()];
        for (member, edges) in self.edges.iter().enumerate() {
            for (needed, _) in edges {
                waiting[*needed].push(member);
            }
        }
        let mut open: Vec<usize> = self.edges.iter().map(Vec::len).collect();
        let mut placed = vec![false; self.members.len()];
        let mut order: Vec<usize> = Vec::with_capacity(self.members.len());
        let mut ready: Vec<usize> =
            (0..self.members.len()).filter(|member| open[*member] == 0).collect();
        let mut circles = Vec::new();
        loop {
            while let Some(member) = ready.pop() {
                if std::mem::replace(&mut placed[member], true) {
                    continue;
                }
                order.push(member);
                for other in &waiting[member] {
                    open[*other] -= 1;
                    if open[*other] == 0 {
                        ready.push(*other);
                    }
                }
            }
            let Some(first) = placed.iter().position(|placed| !placed) else { break };
            if circles.len() == CIRCLES {
                break;
            }
            let circle = self.circle_before(first, &placed);
            circles.push(self.told(&circle));
            // Others that wait for it may be in a circle of their own.
            ready = circle;
        }
        if circles.is_empty() { Ok(order) } else { Err(circles) }
    }

    /// Members that wait for each other, and for which a member waits that is not placed.
    fn circle_before(&self, first: usize, placed: &[bool]) -> Vec<usize> {
        let mut positions = BTreeMap::new();
        let mut path = Vec::new();
        let mut member = first;
        loop {
            if let Some(start) = positions.insert(member, path.len()) {
                return path.split_off(start);
            }
            path.push(member);
            let next = self.edges[member].iter().map(|(needed, _)| *needed).find(|it| !placed[*it]);
            let Some(next) = next else { return path };
            member = next;
        }
    }

    /// No member of the circle can be deployed first.
    fn told(&self, circle: &[usize]) -> BuildError {
        let step = |position: usize| {
            let (member, next) = (circle[position], circle[(position + 1) % circle.len()]);
            let why = self.edges[member]
                .iter()
                .find(|(needed, _)| *needed == next)
                .map(|(_, why)| why.to_string())
                .unwrap_or_default();
            format!("{} waits for {} ({why})", self.members[member].name, self.members[next].name)
        };
        let last = circle.len() - 1;
        let shown: Vec<usize> = if circle.len() > STEPS {
            (0..STEPS - 1).chain([last]).collect()
        } else {
            (0..circle.len()).collect()
        };
        let mut steps: Vec<String> = shown.iter().map(|position| step(*position)).collect();
        if circle.len() > STEPS {
            steps.insert(STEPS - 1, format!("{} more wait likewise", circle.len() - STEPS));
        }
        let first = self.members[circle[0]].origin;
        let origins = shown.into_iter().map(|position| self.members[circle[position]].origin);
        BuildError::new(
            Rule::DeploymentCycle,
            first,
            format!(
                "there is no order of deployment: {}; move what the others wait for into a bundle of its own",
                steps.join(", ")
            ),
        )
        .related(origins.filter(|origin| *origin != first).collect::<BTreeSet<_>>())
    }
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace(namespace) => write!(formatter, "it creates the namespace {namespace}"),
            Self::StorageClass(class) => write!(formatter, "it creates the storage class {class}"),
            Self::ApiGroup(group) => write!(formatter, "it installs the CRDs of {group}"),
            Self::After(origin) => write!(formatter, "{origin} says so"),
        }
    }
}

/// The bundles that create namespaces and storage classes and install CRDs, and all bundles by name.
struct Providers<'a> {
    namespaces: BTreeMap<&'a str, usize>,
    storage_classes: BTreeMap<&'a str, usize>,
    api_groups: BTreeMap<&'static str, BTreeSet<usize>>,
    bundles: BTreeMap<&'a Name, usize>,
    prerequisites: &'a Prerequisites,
}

impl<'a> Providers<'a> {
    fn of(bundles: &'a [BuiltBundle], prerequisites: &'a Prerequisites) -> Self {
        let mut providers = Self {
            namespaces: BTreeMap::new(),
            storage_classes: BTreeMap::new(),
            api_groups: BTreeMap::new(),
            bundles: BTreeMap::new(),
            prerequisites,
        };
        for (position, built) in bundles.iter().enumerate() {
            providers.bundles.insert(&built.name, position);
            for resource in &built.resources {
                if let Some(core::Namespace { metadata, .. }) = resource.get()
                    && let Some(name) = &metadata.name
                {
                    providers.namespaces.insert(name, position);
                }
                if let Some(storage::StorageClass { metadata, .. }) = resource.get()
                    && let Some(name) = &metadata.name
                {
                    providers.storage_classes.insert(name, position);
                }
            }
            for group in built.sources.iter().flat_map(|source| &source.crd_groups) {
                providers.api_groups.entry(group).or_default().insert(position);
            }
        }
        providers
    }
}

/// What nobody provides, with the lines that need it: one mistake each, however many bundles meet it.
#[derive(Default)]
struct Missing {
    namespaces: BTreeMap<String, Vec<Origin>>,
    api_groups: BTreeMap<&'static str, Vec<(GroupKind, Origin)>>,
}

impl Missing {
    fn errors(self) -> impl Iterator<Item = BuildError> {
        let namespaces = self.namespaces.into_iter().map(|(namespace, origins)| {
            BuildError::new(
                Rule::MissingNamespace,
                origins[0],
                format!(
                    "nothing creates the namespace {namespace}, and the API server refuses what lives in a namespace that does not \
                     exist: create it in a bundle, or list it in `Prerequisites` where the cluster has it{}",
                    others(origins.len())
                ),
            )
        });
        let api_groups = self.api_groups.into_iter().map(|(group, needs)| {
            let (kind, origin) = needs[0];
            BuildError::new(
                Rule::MissingCrd,
                origin,
                format!(
                    "nothing installs the CRD of {kind}, and the API server refuses objects of a kind that it does not know: add \
                     the chart or kustomization whose `crd_groups` name {group}, or list the group in `Prerequisites` where the cluster has \
                     it{}",
                    others(needs.len())
                ),
            )
        });
        namespaces.chain(api_groups)
    }
}

/// How many more lines need it.
fn others(lines: usize) -> String {
    match lines {
        1 => String::new(),
        2 => " (another line needs it too)".to_owned(),
        lines => format!(" ({} other lines need it too)", lines - 1),
    }
}

/// The needs of one bundle while they are found.
struct Needs<'a> {
    position: usize,
    built: &'a BuiltBundle,
    providers: &'a Providers<'a>,
    missing: &'a mut Missing,
    found: BTreeMap<usize, Why>,
}

impl Needs<'_> {
    fn add(&mut self, provider: usize, why: Why) {
        if provider != self.position {
            self.found.entry(provider).or_insert(why);
        }
    }

    fn namespaces(&mut self) {
        let Providers { namespaces, prerequisites, .. } = self.providers;
        for (namespace, origin) in self.built.namespaces() {
            let exists = |other: &Namespace| other.name().as_str() == namespace;
            if let Some(provider) = namespaces.get(namespace.as_str()) {
                self.add(*provider, Why::Namespace(namespace));
            } else if !prerequisites.namespaces.iter().any(exists) {
                self.missing.namespaces.entry(namespace).or_default().push(origin);
            }
        }
    }

    fn api_groups(&mut self) {
        let Providers { api_groups, prerequisites, .. } = self.providers;
        for (kind, origin) in self.built.kinds() {
            if kind.is_built_in() || prerequisites.api_groups.contains(&kind.group) {
                continue;
            }
            if let Some(providers) = api_groups.get(kind.group) {
                for provider in providers {
                    self.add(*provider, Why::ApiGroup(kind.group));
                }
            } else {
                self.missing.api_groups.entry(kind.group).or_default().push((kind, origin));
            }
        }
    }

    /// A class that no bundle creates comes with the cluster.
    fn storage_classes(&mut self) {
        for class in self.built.storage_classes() {
            if let Some(provider) = self.providers.storage_classes.get(class.as_str()) {
                self.add(*provider, Why::StorageClass(class));
            }
        }
    }

    /// Bundles of another platform are refused where they are named.
    fn declared(&mut self) {
        for (origin, name) in &self.built.delivery.after {
            if let Some(provider) = self.providers.bundles.get(name) {
                self.add(*provider, Why::After(*origin));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members that each wait for the next one, and what comes of it.
    fn waves(members: usize, last_waits_for: Option<usize>) -> Result<Vec<u32>, Vec<BuildError>> {
        let origin = Origin::here();
        let named = |member: usize| Member {
            name: Name::new(format!("m{member}")).expect("a name"),
            origin,
            bundles: vec![member],
        };
        let waits = |member: usize| {
            let needed = if member + 1 < members { Some(member + 1) } else { last_waits_for };
            needed.map(|needed| (needed, Why::After(origin))).into_iter().collect()
        };
        let all: Vec<Member> = (0..members).map(named).collect();
        Level { members: &all, edges: (0..members).map(waits).collect() }.waves()
    }

    #[test]
    fn a_long_chain_has_as_many_waves() {
        let waves = waves(100_000, None).expect("no circle");
        assert_eq!(waves.first(), Some(&99_999));
        assert_eq!(waves.last(), Some(&0));
    }

    #[test]
    fn a_long_circle_is_told_shortly() {
        let errors = waves(100_000, Some(0)).expect_err("a circle");
        let [error] = errors.as_slice() else { panic!("one circle, not {}", errors.len()) };
        assert!(error.to_string().len() < 1_500, "{error}");
        assert!(error.message.contains("99992 more wait likewise"), "{error}");
    }
}
