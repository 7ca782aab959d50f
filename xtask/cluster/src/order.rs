//! In which order objects are written: wave by wave, and within a wave what others need first.

use std::collections::BTreeMap;

use analysis::objects::Identity;

use crate::request::Job;

/// Objects that are written before the next ones, by their positions.
#[derive(Debug, PartialEq, Eq)]
pub struct Wave {
    /// The waves of the Applications that deploy them, then their own.
    pub waves: Vec<i64>,
    /// The parts of the wave, one after the other.
    pub parts: Vec<Part>,
}

/// Objects that are written at once.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub rank: Rank,
    pub positions: Vec<usize>,
}

/// What others need comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Namespaces, CRDs, and what pods are admitted by: waited for before the next.
    Ground,
    /// What is read or used.
    Configuration,
    /// What runs.
    Workload,
    /// Custom resources, whose controllers act on the rest.
    Custom,
    /// What judges other objects, or serves them.
    Admission,
}

impl Wave {
    /// Every position of the wave.
    pub fn positions(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().flat_map(|part| part.positions.iter().copied())
    }

    /// As people read it: `3.5.-2`.
    pub fn name(&self) -> String {
        let waves: Vec<String> = self.waves.iter().map(i64::to_string).collect();
        waves.join(".")
    }

    /// The bundles whose objects are in it.
    pub fn bundles<'a>(&self, job: &'a Job) -> Vec<&'a str> {
        let mut bundles: Vec<&str> =
            self.positions().map(|position| job.objects[position].bundle()).collect();
        bundles.sort_unstable();
        bundles.dedup();
        bundles
    }
}

/// The waves of objects, in order.
pub fn waves(job: &Job, positions: impl IntoIterator<Item = usize>) -> Vec<Wave> {
    let mut by_wave: BTreeMap<&[i64], BTreeMap<Rank, Vec<usize>>> = BTreeMap::new();
    for position in positions {
        let wanted = &job.objects[position];
        by_wave
            .entry(&wanted.waves)
            .or_default()
            .entry(rank_of(&wanted.identity))
            .or_default()
            .push(position);
    }
    let part = |(rank, mut positions): (Rank, Vec<usize>)| {
        positions
            .sort_by(|one, other| job.objects[*one].identity.cmp(&job.objects[*other].identity));
        Part { rank, positions }
    };
    by_wave
        .into_iter()
        .map(|(waves, parts)| Wave {
            waves: waves.to_vec(),
            parts: parts.into_iter().map(part).collect(),
        })
        .collect()
}

/// What of a wave an object belongs to.
pub fn rank_of(identity: &Identity) -> Rank {
    let (group, kind) = (identity.group.as_str(), identity.kind.as_str());
    match (group, kind) {
        ("", "Namespace" | "LimitRange" | "ResourceQuota")
        | ("apiextensions.k8s.io" | "scheduling.k8s.io" | "storage.k8s.io", _) => Rank::Ground,
        ("apps" | "batch", _) | ("", "Pod" | "ReplicationController") => Rank::Workload,
        ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => Rank::Admission,
        (
            ""
            | "autoscaling"
            | "coordination.k8s.io"
            | "discovery.k8s.io"
            | "networking.k8s.io"
            | "node.k8s.io"
            | "policy"
            | "rbac.authorization.k8s.io",
            _,
        ) => Rank::Configuration,
        _ => Rank::Custom,
    }
}
