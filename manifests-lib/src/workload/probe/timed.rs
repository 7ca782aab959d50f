//! How often the kubelet asks, and how long it waits.

use k8s_openapi::api::core::v1 as core;

use super::Probe;
use crate::model::ProbeTimes;
use crate::values::{Port, Seconds, seconds};

/// A [`Probe`] with times of its own, as its methods give it: `Probe::Grpc.every(seconds(10)).failures(5)`. What is not said has the
/// default of the probe that it becomes, as the [conventions](crate::model::Conventions::probes) of the platform have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedProbe {
    pub(super) probe: Probe,
    every: Option<Seconds>,
    timeout: Option<Seconds>,
    pub(super) failures: Option<u16>,
    initial_delay: Option<Seconds>,
}

impl From<Probe> for TimedProbe {
    fn from(probe: Probe) -> Self {
        Self { probe, every: None, timeout: None, failures: None, initial_delay: None }
    }
}

impl Probe {
    /// Asks this often.
    #[must_use]
    pub fn every(self, period: Seconds) -> TimedProbe {
        TimedProbe::from(self).every(period)
    }

    /// Takes no answer within this time for a failure.
    #[must_use]
    pub fn timeout(self, timeout: Seconds) -> TimedProbe {
        TimedProbe::from(self).timeout(timeout)
    }

    /// Takes this many failures in a row for the end.
    #[must_use]
    pub fn failures(self, failures: u16) -> TimedProbe {
        TimedProbe::from(self).failures(failures)
    }

    /// Does not ask before the container has run this long. A startup probe does without: it asks until the container answers.
    #[must_use]
    pub fn initial_delay(self, delay: Seconds) -> TimedProbe {
        TimedProbe::from(self).initial_delay(delay)
    }
}

impl TimedProbe {
    /// Asks this often.
    #[must_use]
    pub fn every(self, period: Seconds) -> Self {
        Self { every: Some(period), ..self }
    }

    /// Takes no answer within this time for a failure.
    #[must_use]
    pub fn timeout(self, timeout: Seconds) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Takes this many failures in a row for the end.
    #[must_use]
    pub fn failures(self, failures: u16) -> Self {
        Self { failures: Some(failures), ..self }
    }

    /// Does not ask before the container has run this long. A startup probe does without: it asks until the container answers.
    #[must_use]
    pub fn initial_delay(self, delay: Seconds) -> Self {
        Self { initial_delay: Some(delay), ..self }
    }

    /// The same for the time in which a container starts, as often as others where it answers as fast.
    pub(super) fn at_start(&self, startup: ProbeTimes) -> Self {
        let every = self.timeout.filter(|timeout| *timeout > startup.period);
        Self { every, timeout: self.timeout, ..Self::from(self.probe.clone()) }
    }

    /// What is wrong with it, if anything.
    pub(super) fn mistake(&self, port: Option<Port>, every: Seconds) -> Option<String> {
        let zero = |time: Option<Seconds>| time == Some(seconds(0));
        let ignored = if zero(self.every) {
            Some("period")
        } else if zero(self.timeout) {
            Some("timeout")
        } else {
            (self.failures == Some(0)).then_some("number of failures")
        };
        if let Some(what) = ignored {
            return Some(format!(
                "has 0 as its {what}, in whose place the API server would take another: say how many"
            ));
        }
        let every = self.every.unwrap_or(every);
        if let Some(timeout) = self.timeout.filter(|timeout| *timeout > every) {
            return Some(format!(
                "waits {} s for an answer and is to ask every {} s: it would ask less often than it says; wait no longer than the \
                 period (`every`)",
                timeout.as_seconds(),
                every.as_seconds()
            ));
        }
        if matches!(self.probe, Probe::Exec([])) {
            return Some("runs no command, which always fails: name the program to run".to_owned());
        }
        self.probe.action(port).is_none().then(|| {
            "asks a port, and the container listens on none: run a command (Probe::Exec), or name the port \
             (HttpGet::port)"
                .to_owned()
        })
    }

    /// As the kubelet reads it, with the defaults of its kind; nothing where it needs a port that is not there.
    pub(super) fn build(
        &self,
        port: Option<Port>,
        default: ProbeTimes,
        failures: impl Fn(u16) -> u32,
    ) -> Option<core::Probe> {
        let every = self.every.unwrap_or(default.period).as_seconds().max(1);
        // A period of one second leaves no time for the default.
        let timeout = self
            .timeout
            .map_or_else(|| every.min(default.timeout.as_seconds()), Seconds::as_seconds);
        Some(core::Probe {
            failure_threshold: Some(
                i32::try_from(self.failures.map_or_else(|| failures(every), u32::from))
                    .unwrap_or(i32::MAX),
            ),
            initial_delay_seconds: self.initial_delay.map(|delay| delay.as_seconds().into()),
            period_seconds: Some(every.into()),
            timeout_seconds: Some(timeout.into()),
            ..self.probe.action(port)?
        })
    }
}
