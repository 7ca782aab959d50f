//! Objectives of services: how many requests may fail or be slow, and who is told when too many do.

use std::collections::BTreeMap;

use custom_resources::coreos::monitoring::v1 as monitoring;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::bundle::{Output, Part};
use crate::{Component, Origin, Protocol, Service};

/// What a service owes to its callers over 30 days.
///
/// Upstream: <https://sre.google/workbook/implementing-slos/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// How many requests have an answer other than a server error.
    pub availability: PerMille,
    /// How many of these come in time.
    pub latency: Latency,
}

impl Objective {
    /// The `response_flags` of a proxy that could not reach a pod, as a pattern: no healthy one, no connection, or too many
    /// requests under way. No pod counts such a request.
    ///
    /// Upstream: <https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>
    pub const UNREACHED: &'static str = ".*(UF|UH|UO).*";
}

/// In which time a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// How many answers come in time.
    pub share: PerMille,
    /// The time.
    pub within: LatencyBound,
}

/// A part of 1000 requests, from 931 to 999: with 1000 no request might ever fail, and below 931 the fastest alert asks for
/// more failures than there are requests. Write a literal as [`per_mille!(995)`](crate::per_mille!).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PerMille(u16);

impl PerMille {
    /// Takes a number. [`per_mille!`](crate::per_mille!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where the number is outside 931 to 999.
    #[must_use]
    #[track_caller]
    pub const fn from_static(number: u16) -> Self {
        assert!(
            number >= 931 && number <= 999,
            "an objective is a number of 1000 requests, from 931 to 999"
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

/// A [`PerMille`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! per_mille {
    ($literal:expr) => {
        $crate::literal!($crate::PerMille, $literal)
    };
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

impl Service {
    /// Gives the service an objective: who is on call is told when its budget of failures is used up too fast.
    ///
    /// Becomes a PrometheusRule in the service's bundle: the parts of requests that fail or are slow over seven windows, and
    /// alerts that compare a long window and a short one with what may fail over 30 days. None fires where fewer than ten
    /// requests of the long window failed or were slow: one of three at night proves nothing, and a longer window sees it if it
    /// goes on.
    ///
    /// The build reports a service that speaks no HTTP: the mesh counts no requests of it.
    ///
    /// Upstream: <https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts>
    #[track_caller]
    pub fn objective(&self, objective: Objective) {
        let origin = Origin::here();
        let bundle = &self.component().bundle;
        if self.protocol() == Protocol::Http {
            bundle.push(ObjectivePart { origin, service: self.clone(), objective });
        } else {
            bundle.error(crate::BuildError::new(
                origin,
                format!(
                    "{} has an objective, but speaks no HTTP: the mesh counts no requests of it; expose it as `Protocol::Http` or \
                     remove the objective",
                    self.name()
                ),
            ));
        }
    }
}

struct ObjectivePart {
    origin: Origin,
    service: Service,
    objective: Objective,
}

impl Part for ObjectivePart {
    fn build(&self, output: &mut Output) {
        let component: &Component = self.service.component();
        let Objective { availability, latency } = self.objective;
        let requests = Requests::of(&self.service);
        let failures = Indicator {
            record: "service:request_failures:ratio_rate",
            alert: "AvailabilityBudgetBurn",
            what: "failed",
            owed: availability,
        };
        let slowness = Indicator {
            record: "service:slow_requests:ratio_rate",
            alert: "LatencyBudgetBurn",
            what: "were slow",
            owed: latency.share,
        };
        let records = WINDOWS.iter().flat_map(|window| {
            [
                requests.record(&failures, window, requests.failed(window)),
                requests.record(&slowness, window, requests.slow(latency.within, window)),
            ]
        });
        let alerts_on_failures = BURN_RATES
            .iter()
            .map(|rate| requests.alert(&failures, rate, &requests.number_failed(rate.long)));
        let alerts_on_slowness = BURN_RATES.iter().map(|rate| {
            let number = requests.number_slow(latency.within, rate.long);
            requests.alert(&slowness, rate, &number)
        });
        let alerts = alerts_on_failures.chain(alerts_on_slowness);
        output.add(
            self.origin,
            monitoring::PrometheusRule {
                metadata: component.metadata("objective"),
                spec: monitoring::PrometheusRuleSpec {
                    groups: Some(vec![monitoring::PrometheusRuleGroup {
                        // The windows overlap so much that a minute is often enough.
                        interval: Some("1m".to_owned()),
                        rules: Some(records.chain(alerts).collect()),
                        ..monitoring::PrometheusRuleGroup::required(format!(
                            "{}-objective",
                            self.service.name()
                        ))
                    }]),
                },
            },
        );
    }
}

/// Every window of [`BURN_RATES`].
const WINDOWS: [&str; 7] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

/// How fast the budget is used up, seen over two windows: the short one ends the alert soon after the failures.
struct BurnRate {
    severity: Severity,
    /// Times as fast as the budget lasts 30 days.
    factor: &'static str,
    long: &'static str,
    short: &'static str,
}

/// 2 % of the budget in 1 h, 5 % in 6 h, 10 % in 1 d and in 3 d.
const BURN_RATES: [BurnRate; 4] = [
    BurnRate { severity: Severity::Page, factor: "14.4", long: "1h", short: "5m" },
    BurnRate { severity: Severity::Page, factor: "6", long: "6h", short: "30m" },
    BurnRate { severity: Severity::Ticket, factor: "3", long: "1d", short: "2h" },
    BurnRate { severity: Severity::Ticket, factor: "1", long: "3d", short: "6h" },
];

/// How many requests of the long window have to be bad before anybody is told.
const ENOUGH: u32 = 10;

/// What is bad about a request, and what of it is told.
struct Indicator {
    /// Name of the recorded part of requests, without the window.
    record: &'static str,
    alert: &'static str,
    what: &'static str,
    owed: PerMille,
}

/// The requests of one service, as the proxies count them.
struct Requests {
    service: String,
    namespace: String,
}

impl Requests {
    fn of(service: &Service) -> Self {
        Self { service: service.name(), namespace: service.namespace().to_string() }
    }

    /// Requests over a window by who counts them: how fast they come (`rate`) or how many they are (`increase`).
    fn counted(
        &self,
        how: &str,
        metric: &str,
        reporter: &str,
        condition: &str,
        window: &str,
    ) -> String {
        let Self { service, namespace } = self;
        format!(
            "{how}({metric}{{reporter=\"{reporter}\",destination_service_name=\"{service}\",\
             destination_service_namespace=\"{namespace}\"{condition}}}[{window}])"
        )
    }

    /// Requests that got a server error.
    fn errors(&self, how: &str, window: &str) -> String {
        let errors = ",response_code=~\"5..\"";
        self.counted(how, "istio_requests_total", "destination", errors, window)
    }

    /// Requests that reached no pod.
    fn unreached(&self, how: &str, window: &str) -> String {
        let flags = format!(",response_flags=~\"{}\"", Objective::UNREACHED);
        self.counted(how, "istio_requests_total", "source", &flags, window)
    }

    /// Answers other than server errors, which count once, as failures.
    fn answers(&self, how: &str, window: &str) -> String {
        self.durations(how, "count", "", window)
    }

    /// Those of the [`Self::answers`] that came in time.
    fn in_time(&self, how: &str, within: LatencyBound, window: &str) -> String {
        // Prometheus writes every boundary with a decimal point.
        let bound = format!(",le=\"{}.0\"", within.milliseconds());
        self.durations(how, "bucket", &bound, window)
    }

    fn durations(&self, how: &str, part: &str, condition: &str, window: &str) -> String {
        let metric = format!("istio_request_duration_milliseconds_{part}");
        let condition = format!(",response_code!~\"5..\"{condition}");
        self.counted(how, &metric, "destination", &condition, window)
    }

    /// The part of requests that got a server error or reached no pod. Without requests there is none.
    fn failed(&self, window: &str) -> String {
        let errors = self.errors("rate", window);
        let unreached = self.unreached("rate", window);
        let all = self.counted("rate", "istio_requests_total", "destination", "", window);
        format!("(sum({errors} or {unreached}) or vector(0))\n/\n(sum({all} or {unreached}) > 0)\n")
    }

    /// How many requests got a server error or reached no pod.
    fn number_failed(&self, window: &str) -> String {
        let errors = self.errors("increase", window);
        let unreached = self.unreached("increase", window);
        format!("sum({errors} or {unreached})")
    }

    /// The part of answers that came too late. Without answers there is none.
    fn slow(&self, within: LatencyBound, window: &str) -> String {
        let in_time = self.in_time("rate", within, window);
        let all = self.answers("rate", window);
        format!("1 - (\nsum({in_time})\n/\n(sum({all}) > 0)\n)\n")
    }

    /// How many answers came too late.
    fn number_slow(&self, within: LatencyBound, window: &str) -> String {
        let in_time = self.in_time("increase", within, window);
        let all = self.answers("increase", window);
        format!("sum({all}) - sum({in_time})")
    }

    fn record(
        &self,
        indicator: &Indicator,
        window: &str,
        expression: String,
    ) -> monitoring::GroupRule {
        monitoring::GroupRule {
            labels: Some(self.labels()),
            record: Some(format!("{}{window}", indicator.record)),
            ..monitoring::GroupRule::required(IntOrString::String(expression))
        }
    }

    /// An alert on the part of bad requests, where their `number` over the long window is [`ENOUGH`].
    fn alert(&self, indicator: &Indicator, rate: &BurnRate, number: &str) -> monitoring::GroupRule {
        let Self { service, namespace } = self;
        let Indicator { record, alert, what, owed } = indicator;
        let budget = owed.budget();
        let BurnRate { severity, factor, long, short } = rate;
        let burns = |window| {
            format!(
                "{record}{window}{{namespace=\"{namespace}\",service=\"{service}\"}} > {factor} * {budget}"
            )
        };
        monitoring::GroupRule {
            alert: Some((*alert).to_owned()),
            annotations: Some(BTreeMap::from([
                ("summary".to_owned(), format!("Too many requests to {service} {what}")),
                (
                    "description".to_owned(),
                    format!(
                        "{{{{ $value | humanizePercentage }}}} of the requests of the last {long} {what}, more than {factor} times \
                         the {} that may over 30 days.",
                        owed.percent()
                    ),
                ),
            ])),
            labels: Some(
                self.labels()
                    .into_iter()
                    .chain([
                        ("severity".to_owned(), severity.as_str().to_owned()),
                        ("window".to_owned(), (*long).to_owned()),
                    ])
                    .collect(),
            ),
            ..monitoring::GroupRule::required(IntOrString::String(format!(
                "{}\nand\n{}\nand on ()\n{number} >= {ENOUGH}\n",
                burns(long),
                burns(short)
            )))
        }
    }

    fn labels(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("namespace".to_owned(), self.namespace.clone()),
            ("service".to_owned(), self.service.clone()),
        ])
    }
}
