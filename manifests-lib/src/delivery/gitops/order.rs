//! In which order bundles are deployed: derived from the namespaces and storage classes that they create and the CRDs that
//! they install.

use std::cmp::Reverse;
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
        let mut errors = Vec::new();
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
                errors.extend(needs.declared());
                needs.found
            })
            .collect();
        (Self { needs }, missing.errors().chain(errors).collect())
    }

    /// The wave of each member: the last one if no member waits for it, or one less than that of the first member that does.
    ///
    /// Argo CD does not wait for the last wave: a member that nobody needs holds up nobody while it is not healthy.
    pub(super) fn waves(&self, members: &[Member]) -> Result<Vec<u32>, BuildError> {
        let mut owners = BTreeMap::new();
        for (member, Member { bundles, .. }) in members.iter().enumerate() {
            owners.extend(bundles.iter().map(|bundle| (*bundle, member)));
        }
        let edges = (0..members.len()).map(|member| self.edges(member, members, &owners)).collect();
        let mut level =
            Level { members, edges, depths: vec![None; members.len()], path: Vec::new() };
        let depths = (0..members.len()).map(|member| level.visit(member));
        let depths = depths.collect::<Result<Vec<u32>, _>>()?;
        let heights = level.heights(&depths);
        let last = depths.into_iter().max().unwrap_or_default();
        Ok(heights.into_iter().map(|height| last - height).collect())
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
    edges: Vec<Vec<(usize, Why)>>,
    depths: Vec<Option<u32>>,
    /// The members that wait for each other on the way to the one that is looked at.
    path: Vec<usize>,
}

impl Level<'_> {
    /// How many members wait for each other before this one, at most.
    fn visit(&mut self, member: usize) -> Result<u32, BuildError> {
        if let Some(depth) = self.depths[member] {
            return Ok(depth);
        }
        if let Some(start) = self.path.iter().position(|other| *other == member) {
            return Err(self.circle(start));
        }
        self.path.push(member);
        let mut depth = 0;
        for needed in 0..self.edges[member].len() {
            depth = depth.max(self.visit(self.edges[member][needed].0)? + 1);
        }
        self.path.pop();
        self.depths[member] = Some(depth);
        Ok(depth)
    }

    /// How many members wait for each other after each one, at most.
    fn heights(&self, depths: &[u32]) -> Vec<u32> {
        let mut heights = vec![0; self.members.len()];
        let mut deepest_first: Vec<usize> = (0..self.members.len()).collect();
        deepest_first.sort_by_key(|member| Reverse(depths[*member]));
        for member in deepest_first {
            for (needed, _) in &self.edges[member] {
                heights[*needed] = heights[*needed].max(heights[member] + 1);
            }
        }
        heights
    }

    /// No member of the circle can be deployed first.
    fn circle(&self, start: usize) -> BuildError {
        let circle = &self.path[start..];
        let mut steps = Vec::new();
        for (position, member) in circle.iter().enumerate() {
            let next = circle[(position + 1) % circle.len()];
            let why = self.edges[*member]
                .iter()
                .find(|(needed, _)| *needed == next)
                .map(|(_, why)| why.to_string())
                .unwrap_or_default();
            steps.push(format!(
                "{} waits for {} ({why})",
                self.members[*member].name, self.members[next].name
            ));
        }
        let origins = circle.iter().map(|member| self.members[*member].origin);
        let first = self.members[circle[0]].origin;
        BuildError::new(
            Rule::DeploymentCycle,
            first,
            format!(
                "there is no order of deployment: {}; move what the others wait for into a bundle of its own",
                steps.join(", ")
            ),
        )
        .related(origins.filter(|origin| *origin != first))
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

    fn declared(&mut self) -> Vec<BuildError> {
        let mut errors = Vec::new();
        for (origin, name) in &self.built.delivery.after {
            match self.providers.bundles.get(name) {
                Some(provider) => self.add(*provider, Why::After(*origin)),
                None => errors.push(BuildError::new(
                    Rule::ForeignBundle,
                    *origin,
                    format!(
                        "{} waits for {name}, which is a bundle of another platform: make both of one platform",
                        self.built.name
                    ),
                )),
            }
        }
        errors
    }
}
