//! Service level objectives: how many requests may fail or be slow, and the alerts when too many do.

mod rules;

use std::rc::Rc;

use custom_resources::coreos::monitoring::v1 as monitoring;

use crate::check;
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::protocol::{Grpc, Http, Http2, Protocol, RequestProtocol};
use crate::network::service::{Service, ServicePort};

/// What callers of a service may expect over 30 days.
///
/// Upstream: <https://sre.google/workbook/implementing-slos/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slo {
    /// How many requests have an answer other than a server error: `slo_target!(999)`.
    pub availability: SloTarget,
    /// How many of these come in time.
    pub latency: Latency,
}

impl Slo {
    /// The `response_flags` of a proxy that could not reach a pod, as a pattern: no healthy one, no connection, or too many
    /// requests under way. No pod counts such a request.
    ///
    /// Upstream: <https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>
    pub const UNREACHED: &'static str = ".*(UF|UH|UO).*";
}

/// In which time a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// How many answers come in time: `slo_target!(990)`.
    pub target: SloTarget,
    /// The time.
    pub within: LatencyBound,
}

/// The target of an SLO, in per mille of requests, from 931 to 999: with 1000 no request might ever fail, and below 931 the fastest alert asks for
/// more failures than there are requests. Write a literal as [`slo_target!(995)`](crate::slo_target!).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SloTarget(u16);

impl SloTarget {
    /// Takes a number. [`slo_target!`](crate::slo_target!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where the number is outside 931 to 999.
    #[must_use]
    #[track_caller]
    pub const fn from_static(number: u16) -> Self {
        assert!(
            number >= 931 && number <= 999,
            "the target of an SLO is a number of requests in 1000, from 931 to 999"
        );
        Self(number)
    }

    /// What may fail, as a decimal fraction.
    fn budget(self) -> String {
        format!("0.{:03}", 1000 - self.0)
    }

    /// What may fail, for people.
    fn percent(self) -> String {
        let budget = 1000 - self.0;
        format!("{}.{} %", budget / 10, budget % 10)
    }
}

/// A [`SloTarget`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! slo_target {
    ($literal:expr) => {{
        const VALUE: $crate::observability::SloTarget =
            $crate::observability::SloTarget::from_static($literal);
        VALUE
    }};
}

/// A time that the proxies of the mesh count answers by: the boundaries of their histogram.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/metrics/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LatencyBound {
    /// 10 ms.
    Milliseconds10,
    /// 25 ms.
    Milliseconds25,
    /// 50 ms.
    Milliseconds50,
    /// 100 ms.
    Milliseconds100,
    /// 250 ms.
    Milliseconds250,
    /// 500 ms.
    Milliseconds500,
    /// 1 s.
    Second1,
    /// 2.5 s.
    Milliseconds2500,
    /// 5 s.
    Seconds5,
    /// 10 s.
    Seconds10,
}

impl LatencyBound {
    fn milliseconds(self) -> u32 {
        match self {
            Self::Milliseconds10 => 10,
            Self::Milliseconds25 => 25,
            Self::Milliseconds50 => 50,
            Self::Milliseconds100 => 100,
            Self::Milliseconds250 => 250,
            Self::Milliseconds500 => 500,
            Self::Second1 => 1_000,
            Self::Milliseconds2500 => 2_500,
            Self::Seconds5 => 5_000,
            Self::Seconds10 => 10_000,
        }
    }
}

/// How soon somebody has to look at an alert; the values of the label `severity` are those of the alerts that come with
/// Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// At once, day or night.
    Page,
    /// On the next working day.
    Ticket,
}

impl Severity {
    /// The value of the label `severity`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "critical",
            Self::Ticket => "warning",
        }
    }
}

/// The alerts of a service's [`Slo`].
#[derive(Clone)]
pub struct SloHandle {
    made: Made,
}

patchable! {
    SloHandle { made: monitoring::PrometheusRule; }
}

impl<P> Service<P> {
    /// Gives the service an SLO: alerts fire when its error budget burns too fast.
    ///
    /// Of HTTP, an answer of 500 and above has failed. Of gRPC, a call that ended with the status `UNKNOWN` (2), `DEADLINE_EXCEEDED`
    /// (4), `UNIMPLEMENTED` (12), `INTERNAL` (13), `UNAVAILABLE` (14) or `DATA_LOSS` (15); not one that its caller left. Whatever is
    /// spoken, what reached no pod has failed, too. A stream is one request, which takes as long as it lasts: where a service has many,
    /// an objective for latency says little.
    ///
    /// The proxies count by Service, and tell HTTP from gRPC, but not one port from another. The build reports an SLO of a port beside
    /// which another one has requests of the same kind, or an SLO of its own.
    ///
    /// Becomes a PrometheusRule in the service's bundle: the parts of requests that fail or are slow over seven windows, and
    /// alerts that compare a long window and a short one with what may fail over 30 days. None fires where fewer than ten
    /// requests of the long window failed or were slow: one of three at night proves nothing, and a longer window sees it if it
    /// goes on.
    ///
    /// Upstream: <https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts>
    #[track_caller]
    pub fn slo(&self, slo: Slo) -> SloHandle
    where
        P: RequestProtocol,
    {
        let port = self.state();
        let bundle = Rc::clone(&port.component().bundle);
        port.promise(Origin::here());
        SloHandle { made: bundle.push(SloPart { origin: Origin::here(), port, slo }) }
    }
}

struct SloPart {
    origin: Origin,
    port: ServicePort,
    slo: Slo,
}

impl Part for SloPart {
    fn build(&self, output: &mut Output<'_>) {
        if !output.conventions.has_mesh() {
            let what = "the proxies of a mesh count the requests of an SLO";
            output.errors.push(check::needs_mesh(self.origin, what));
            return;
        }
        let service = self.port.service();
        output.errors.extend(indistinct(self.origin, &self.port));
        output.add(
            self.origin,
            monitoring::PrometheusRule {
                metadata: service.metadata("objective"),
                spec: monitoring::PrometheusRuleSpec {
                    groups: Some(vec![monitoring::PrometheusRuleGroup {
                        // The windows overlap so much that a minute is often enough.
                        interval: Some("1m".to_owned()),
                        rules: Some(rules::of(&self.port, self.slo)),
                        ..monitoring::PrometheusRuleGroup::required(format!(
                            "{}-objective",
                            service.name()
                        ))
                    }]),
                },
            },
        );
    }
}

/// What is wrong where the proxies cannot tell the requests of a port from those of others of its Service.
fn indistinct(origin: Origin, port: &ServicePort) -> Option<BuildError> {
    let service = port.service();
    let others = service.ports().into_iter().filter(|other| other.port() != port.port());
    let mut of_requests = others.filter(|other| Kind::of(other) != Kind::Connections);
    let other = of_requests
        .find(|other| Kind::of(other) == Kind::of(port) || other.promised().is_some())?;
    let mistake = BuildError::new(
        Rule::IndistinctObjective,
        origin,
        format!(
            "the proxies count the requests to {} by Service and not by port, and those to port {} would be counted among those to port \
             {}, or have an objective of the same name: expose one of the ports as a Service of its own, such as expose_http_as(name, …)",
            service.name(),
            other.port(),
            port.port()
        ),
    );
    Some(mistake.related([other.origin()]))
}

/// What the proxies count on a port.
#[derive(PartialEq)]
enum Kind {
    Http,
    Grpc,
    Connections,
}

impl Kind {
    fn of(port: &ServicePort) -> Self {
        match port.protocol() {
            name if name == Grpc::NAME => Self::Grpc,
            name if name == Http::NAME || name == Http2::NAME => Self::Http,
            _ => Self::Connections,
        }
    }
}
