//! The probes of a container.

use k8s_openapi::api::core::v1 as core;

use super::{Probe, TimedProbe};
use crate::data::NotSecret;
use crate::model::conventions::{ProbeDefaults, ProbeTimes};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Name, Port, Seconds, seconds};
use crate::workload::{ContainerHandle, WithPort, WithoutPort};

/// What keeps running, so that the kubelet can ask whether it works and tell it to stop.
#[diagnostic::on_unimplemented(
    message = "an init container runs to its end: it has no probe and no hook before it is stopped",
    label = "this container ends before the others start",
    note = "add it as a `sidecar` where it is to run beside the others"
)]
pub trait KeepsRunning {}

impl KeepsRunning for WithPort {}
impl KeepsRunning for WithoutPort {}

/// Probes that are said apart from the one that is the container's own.
#[derive(Default)]
pub(in crate::workload) struct Apart {
    said: Vec<(Origin, Kind, Said)>,
}

enum Said {
    With(TimedProbe),
    /// And why.
    Without(&'static str),
}

impl Said {
    fn probe(&self) -> Option<&TimedProbe> {
        match self {
            Self::With(probe) => Some(probe),
            Self::Without(_) => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Startup,
    Readiness,
    Liveness,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Readiness => "readiness",
            Self::Liveness => "liveness",
        }
    }

    /// How often it asks where the container does not say it.
    const fn times(self, defaults: &ProbeDefaults) -> ProbeTimes {
        match self {
            Self::Startup => defaults.startup,
            Self::Readiness => defaults.readiness,
            Self::Liveness => defaults.liveness,
        }
    }
}

impl<P> ContainerHandle<P> {
    /// Gives the container another time to start before the kubelet restarts it than the
    /// [conventions](crate::model::Conventions::probes): 5 minutes, unless the platform has it otherwise.
    ///
    /// A Deployment whose pods may take 10 minutes or more gets a `progressDeadlineSeconds` of 10 minutes beyond that: Argo CD would
    /// call it degraded while they start.
    ///
    /// The build reports a time of 0, in whose place the API server would take another.
    #[track_caller]
    pub fn startup_time(&self, time: Seconds)
    where
        P: KeepsRunning,
    {
        if time == seconds(0) {
            let message = "0 seconds are no time to start, and the API server would take 6 in their place: give it longer";
            self.refuse(Origin::here(), Rule::ZeroSize, message.to_owned());
        }
        self.start_within(time);
    }

    /// Lets the kubelet wait by this probe until the container has started, for as long as
    /// [`startup_time`](Self::startup_time) says: every 2 s, unless the [conventions](crate::model::Conventions::probes) have it
    /// otherwise. Until then neither of the others asks.
    ///
    /// The build reports one that is said twice, or whose times contradict each other.
    #[track_caller]
    pub fn startup(&self, probe: impl Into<TimedProbe>)
    where
        P: KeepsRunning,
    {
        self.probe_at(Origin::here(), Kind::Startup, Said::With(probe.into()));
    }

    /// Lets the kubelet ask by this probe whether the container is ready: every 5 s, and after 3 failures in a row the pod leaves its
    /// Services, unless the [conventions](crate::model::Conventions::probes) have it otherwise.
    ///
    /// The build reports one that is said twice, or whose times contradict each other.
    #[track_caller]
    pub fn readiness(&self, probe: impl Into<TimedProbe>)
    where
        P: KeepsRunning,
    {
        self.probe_at(Origin::here(), Kind::Readiness, Said::With(probe.into()));
    }

    /// Lets the kubelet ask by this probe whether the container hangs: every 10 s, and after 6 failures in a row it is restarted,
    /// unless the [conventions](crate::model::Conventions::probes) have it otherwise.
    ///
    /// A container without a port has this one alone, and waits for its start by it.
    ///
    /// The build reports one that is said twice, or whose times contradict each other.
    #[track_caller]
    pub fn liveness(&self, probe: impl Into<TimedProbe>)
    where
        P: KeepsRunning,
    {
        self.probe_at(Origin::here(), Kind::Liveness, Said::With(probe.into()));
    }

    /// Leaves the liveness probe out, and why: a container that hangs is never restarted, but leaves its Services. The reason is
    /// a [`Departure`](crate::workload::Departure) for those who review.
    ///
    /// The build reports an empty reason, and a liveness probe beside it.
    #[track_caller]
    pub fn without_liveness(&self, reason: &'static str)
    where
        P: KeepsRunning,
    {
        let origin = Origin::here();
        if reason.trim().is_empty() {
            let message = "the reason why a container has no liveness probe is empty: say why one that hangs is to stay";
            self.refuse(origin, Rule::MissingReason, message.to_owned());
        }
        self.probe_at(origin, Kind::Liveness, Said::Without(reason));
    }

    fn probe_at(&self, origin: Origin, kind: Kind, said: Said) {
        self.probes(|apart| apart.said.push((origin, kind, said)));
    }
}

impl Apart {
    /// What is said of a kind apart.
    fn of(&self, kind: Kind) -> Option<&Said> {
        self.said.iter().find(|(_, other, _)| *other == kind).map(|(_, _, said)| said)
    }

    /// The probe of a kind: the one that is said apart, otherwise the container's own.
    fn in_effect(
        &self,
        kind: Kind,
        own: Option<&(Port, Probe)>,
        defaults: &ProbeDefaults,
    ) -> Option<TimedProbe> {
        match (self.of(kind), own) {
            (Some(said), _) => said.probe().cloned(),
            (None, Some((_, probe))) => Some(probe.clone().into()),
            // What is restarted needs time to start.
            (None, None) if kind == Kind::Startup => {
                Some(self.of(Kind::Liveness)?.probe()?.at_start(defaults.startup))
            }
            (None, None) => None,
        }
    }

    /// Where a probe is left out, and why.
    pub(in crate::workload) fn left_out(
        &self,
    ) -> impl Iterator<Item = (Origin, String, &'static str)> {
        self.said.iter().filter_map(|(origin, kind, said)| match said {
            Said::With(_) => None,
            Said::Without(reason) => {
                Some((*origin, format!("has no {} probe", kind.name()), *reason))
            }
        })
    }

    /// Gives a container its probes.
    pub(in crate::workload) fn build(
        &self,
        container: &mut core::Container,
        own: Option<&(Port, Probe)>,
        startup_time: Option<Seconds>,
        defaults: &ProbeDefaults,
    ) {
        let time = startup_time
            .map_or_else(|| defaults.startup.as_seconds(), |time| time.as_seconds().into());
        let build = |kind: Kind, failures: &dyn Fn(u16) -> u32| {
            let probe = self.in_effect(kind, own, defaults)?;
            probe.build(own.map(|(port, _)| *port), kind.times(defaults), failures)
        };
        let failures = |times: ProbeTimes| move |_| times.failures.into();
        container.startup_probe = build(Kind::Startup, &|every| time.div_ceil(every.into()));
        container.readiness_probe = build(Kind::Readiness, &failures(defaults.readiness));
        container.liveness_probe = build(Kind::Liveness, &failures(defaults.liveness));
    }

    /// Headers that read like secrets and are none, where the container stands at a path of the object.
    pub(in crate::workload) fn not_secret(
        &self,
        own: Option<&(Port, Probe)>,
        object: &str,
        path: &str,
        defaults: &ProbeDefaults,
    ) -> Vec<NotSecret> {
        let mut found = Vec::new();
        for kind in [Kind::Startup, Kind::Readiness, Kind::Liveness] {
            if let Some(TimedProbe { probe: Probe::HttpGet(get), .. }) =
                self.in_effect(kind, own, defaults)
            {
                found.extend(get.not_secret(object, &format!("{path}.{}Probe", kind.name())));
            }
        }
        found
    }

    /// What is wrong with them.
    pub(in crate::workload) fn mistakes(
        &self,
        name: &Name,
        own: Option<&(Port, Probe)>,
        startup_time: Option<Seconds>,
        defaults: &ProbeDefaults,
    ) -> Vec<BuildError> {
        let mut errors = Vec::new();
        let port = own.map(|(port, _)| *port);
        for (index, (origin, kind, said)) in self.said.iter().enumerate() {
            let mut refuse = |message: String| {
                let message = format!("the {} probe of container {name} {message}", kind.name());
                errors.push(BuildError::new(Rule::InvalidProbe, *origin, message));
            };
            let first = self.said[..index].iter().find(|(_, other, _)| other == kind);
            if first.is_some() {
                refuse("is said twice: only the first one would ask; remove one".to_owned());
            }
            let Some(probe) = said.probe() else { continue };
            if let Some(mistake) = probe.mistake(port, kind.times(defaults).period) {
                refuse(mistake);
            }
            if *kind == Kind::Startup && probe.failures.is_some() && startup_time.is_some() {
                refuse(
                    "says how often it may fail, and another line says how long the container may take to start: remove one"
                        .to_owned(),
                );
            }
        }
        let of_own = own.map(|(_, probe)| probe);
        let said = self.said.iter().filter_map(|(_, _, said)| Some(&said.probe()?.probe));
        for probe in of_own.into_iter().chain(said) {
            if let Probe::HttpGet(get) = probe {
                errors.extend(get.mistakes());
            }
        }
        errors
    }
}
