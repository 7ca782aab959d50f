//! What a platform's workloads do where their lines say nothing else: how a new version replaces an old one, and how often the kubelet
//! asks.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::check::properties::{PROGRESS_DEADLINE, is_available_too_late, is_stuck};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Percent, Seconds, seconds};

/// How a new version of a workload replaces an old one.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// How many pods a Deployment may have beyond its number, so that new ones start before old ones stop: `Portion::Pods(1)`. A part
    /// of a pod counts as one.
    pub max_surge: Portion,
    /// How many of a Deployment's number may be missing, so that old ones stop before new ones are available: `Portion::Pods(0)`. A
    /// part of a pod counts as none.
    ///
    /// A DaemonSet replaces its pods one node at a time, the old one first, and a StatefulSet one pod at a time, whatever this says.
    pub max_unavailable: Portion,
    /// How many old versions a Deployment, DaemonSet or StatefulSet keeps for `kubectl rollout undo`: `5`.
    pub revision_history: u16,
    /// How long a new pod of a Deployment, DaemonSet or StatefulSet has been ready until it counts as available: `seconds(0)` for at
    /// once. [`Deployment::min_ready`](crate::workload::Deployment::min_ready) says another time.
    pub min_ready: Seconds,
}

/// A number of a workload's pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// This many: `Portion::Pods(1)`.
    Pods(u16),
    /// This share of them: `Portion::Percent(percent!(25))`.
    Percent(Percent),
}

/// How often the kubelet asks by each kind of probe, and what it makes of no answer.
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeDefaults {
    /// Until the container has started. Period times failures is the time that it may take, unless it says one of its
    /// [own](crate::workload::ContainerHandle::startup_time).
    pub startup: ProbeTimes,
    /// Whether it is ready: after the last failure the pod leaves its Services.
    pub readiness: ProbeTimes,
    /// Whether it hangs: after the last failure it is restarted.
    pub liveness: ProbeTimes,
}

/// How often the kubelet asks, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeTimes {
    /// How often it asks: `seconds(5)`.
    pub period: Seconds,
    /// How long it waits for an answer, no longer than the period: `seconds(2)`.
    pub timeout: Seconds,
    /// How many failures in a row are the end: `3`.
    pub failures: u16,
}

impl Rollout {
    /// A new pod is available before an old one stops, one at a time, and five old versions are kept.
    pub(super) const ONE_BY_ONE: Self = Self {
        max_surge: Portion::Pods(1),
        max_unavailable: Portion::Pods(0),
        revision_history: 5,
        min_ready: seconds(0),
    };

    /// As the API has it, where 0 is left out.
    pub(crate) fn min_ready_seconds(&self) -> Option<i32> {
        (self.min_ready != seconds(0)).then(|| self.min_ready.as_seconds().into())
    }

    fn mistake(&self) -> Option<String> {
        let [surge, unavailable] = [self.max_surge, self.max_unavailable].map(Portion::number);
        if is_stuck(surge, unavailable) {
            return Some(
                "no pod more and no pod less (`Conventions::rollout`) leaves no way to replace one, and the API server would refuse every \
                 Deployment: start a new pod first, `max_surge: Portion::Pods(1)`"
                    .to_owned(),
            );
        }
        mistake_of_min_ready(self.min_ready)
    }
}

/// What is wrong with the time after which a Deployment's pods count as available.
pub(crate) fn mistake_of_min_ready(time: Seconds) -> Option<String> {
    is_available_too_late(time.as_seconds().into(), None).then(|| {
        format!(
            "new pods of a Deployment that count as available after {} s come later than its progress deadline of {} s, and the API \
             server would refuse it: say less",
            time.as_seconds(),
            PROGRESS_DEADLINE
        )
    })
}

impl Portion {
    /// How many of a hundred pods it is, or how many pods.
    fn number(self) -> u64 {
        match self {
            Self::Pods(number) => number.into(),
            Self::Percent(share) => share.number().into(),
        }
    }

    pub(crate) fn build(self) -> IntOrString {
        match self {
            Self::Pods(number) => IntOrString::Int(number.into()),
            Self::Percent(share) => IntOrString::String(format!("{}%", share.number())),
        }
    }
}

impl ProbeDefaults {
    /// 5 minutes to start; out of the Services after 15 s, restarted after 60 s.
    pub(super) const PATIENT: Self = Self {
        startup: ProbeTimes { period: seconds(2), timeout: seconds(2), failures: 150 },
        readiness: ProbeTimes { period: seconds(5), timeout: seconds(2), failures: 3 },
        liveness: ProbeTimes { period: seconds(10), timeout: seconds(2), failures: 6 },
    };

    fn mistakes(&self) -> impl Iterator<Item = String> {
        let kinds =
            [("startup", self.startup), ("readiness", self.readiness), ("liveness", self.liveness)];
        kinds.into_iter().filter_map(|(kind, times)| {
            let mistake = times.mistake()?;
            Some(format!("the {kind} probe of all containers (`Conventions::probes`) {mistake}"))
        })
    }
}

impl ProbeTimes {
    /// How long it takes until the last failure.
    pub(crate) fn as_seconds(self) -> u32 {
        u32::from(self.period.as_seconds()) * u32::from(self.failures)
    }

    fn mistake(self) -> Option<String> {
        let Self { period, timeout, failures } = self;
        if [period, timeout].contains(&seconds(0)) || failures == 0 {
            return Some(
                "has 0 as a period, timeout or number of failures, in whose place the API server would take another: say how many"
                    .to_owned(),
            );
        }
        (timeout > period).then(|| {
            format!(
                "waits {} s for an answer and is to ask every {} s: it would ask less often than it says; wait no longer than the period",
                timeout.as_seconds(),
                period.as_seconds()
            )
        })
    }
}

/// What is wrong with them, of the platform that began at this line.
pub(crate) fn mistakes(
    rollout: &Rollout,
    probes: &ProbeDefaults,
    origin: Origin,
) -> Vec<BuildError> {
    let rollout = rollout.mistake().map(|message| (Rule::InvalidRollout, message));
    let probes = probes.mistakes().map(|message| (Rule::InvalidProbe, message));
    let mistakes = rollout.into_iter().chain(probes);
    mistakes.map(|(rule, message)| BuildError::new(rule, origin, message)).collect()
}
