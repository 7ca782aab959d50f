//! The queries of Prometheus for an SLO: what is recorded, and alerts over several windows.
//!
//! Upstream: <https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts>

use std::collections::BTreeMap;

use custom_resources::coreos::monitoring::v1 as monitoring;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{LatencyBound, Severity, Slo, SloTarget};
use crate::network::protocol::{Grpc, Protocol};
use crate::network::service::ServicePort;

/// The parts of requests that are bad over every window, and the alerts that compare them with what may be.
pub(super) fn of(port: &ServicePort, slo: Slo) -> Vec<monitoring::GroupRule> {
    let Slo { availability, latency } = slo;
    let requests = Requests::of(port);
    let failures = Indicator {
        record: "service:request_failures:ratio_rate",
        alert: "AvailabilityBudgetBurn",
        what: "failed",
        target: availability,
    };
    let slowness = Indicator {
        record: "service:slow_requests:ratio_rate",
        alert: "LatencyBudgetBurn",
        what: "were slow",
        target: latency.target,
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
    records.chain(alerts).collect()
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

/// How many requests of the long window have to be bad before an alert fires.
const ENOUGH: u32 = 10;

/// An indicator of a service level (SLI), and the texts of its alerts.
struct Indicator {
    /// Name of the recorded part of requests, without the window.
    record: &'static str,
    alert: &'static str,
    what: &'static str,
    target: SloTarget,
}

/// The requests of one service, as the proxies count them.
struct Requests {
    service: String,
    namespace: String,
    /// What tells the requests from others of the Service, as a condition.
    protocol: &'static str,
    status: Status,
}

/// How the proxies tell a server error from other answers, as conditions.
struct Status {
    error: &'static str,
    other: &'static str,
}

impl Status {
    /// By the status of the answer.
    const HTTP: Self = Self { error: ",response_code=~\"5..\"", other: ",response_code!~\"5..\"" };

    /// By the status of the call: `UNKNOWN`, `DEADLINE_EXCEEDED`, `UNIMPLEMENTED`, `INTERNAL`, `UNAVAILABLE` and `DATA_LOSS` are the
    /// server's. The proxy reads it from the trailers or the headers; of an answer without one it takes what the status of HTTP stands
    /// for, which is `UNKNOWN` for a stream that its caller left. Where there was no answer at all the label is empty.
    const GRPC: Self = Self {
        error: ",grpc_response_status=~\"2|4|12|13|14|15\",response_flags!~\"(.*,)?(DC|DR)(,.*)?\"",
        other: ",grpc_response_status!~\"2|4|12|13|14|15\"",
    };
}

impl Requests {
    fn of(port: &ServicePort) -> Self {
        let service = port.service();
        let calls = port.protocol() == Grpc::NAME;
        let protocol = match (calls, service.ports().len()) {
            (true, _) => ",request_protocol=\"grpc\"",
            (false, 1) => "",
            (false, _) => ",request_protocol=\"http\"",
        };
        Self {
            service: service.name(),
            namespace: service.namespace().to_string(),
            protocol,
            status: if calls { Status::GRPC } else { Status::HTTP },
        }
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
        let Self { service, namespace, protocol, .. } = self;
        format!(
            "{how}({metric}{{reporter=\"{reporter}\",destination_service_name=\"{service}\",\
             destination_service_namespace=\"{namespace}\"{protocol}{condition}}}[{window}])"
        )
    }

    /// Requests that got a server error.
    fn errors(&self, how: &str, window: &str) -> String {
        self.counted(how, "istio_requests_total", "destination", self.status.error, window)
    }

    /// Requests that reached no pod.
    fn unreached(&self, how: &str, window: &str) -> String {
        let flags = format!(",response_flags=~\"{}\"", Slo::UNREACHED);
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
        let condition = format!("{}{condition}", self.status.other);
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
            alert: None,
            annotations: None,
            expr: IntOrString::String(expression),
            for_: None,
            keep_firing_for: None,
            labels: Some(self.labels()),
            record: Some(format!("{}{window}", indicator.record)),
        }
    }

    /// An alert on the part of bad requests, where their `number` over the long window is [`ENOUGH`].
    fn alert(&self, indicator: &Indicator, rate: &BurnRate, number: &str) -> monitoring::GroupRule {
        let Self { service, namespace, .. } = self;
        let Indicator { record, alert, what, target } = indicator;
        let budget = target.budget();
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
                        target.percent()
                    ),
                ),
            ])),
            expr: IntOrString::String(format!(
                "{}\nand\n{}\nand on ()\n{number} >= {ENOUGH}\n",
                burns(long),
                burns(short)
            )),
            for_: None,
            keep_firing_for: None,
            labels: Some(
                self.labels()
                    .into_iter()
                    .chain([
                        ("severity".to_owned(), severity.as_str().to_owned()),
                        ("window".to_owned(), (*long).to_owned()),
                    ])
                    .collect(),
            ),
            record: None,
        }
    }

    fn labels(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("namespace".to_owned(), self.namespace.clone()),
            ("service".to_owned(), self.service.clone()),
        ])
    }
}
