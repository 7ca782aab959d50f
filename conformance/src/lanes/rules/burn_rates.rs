//! Every burn-rate alert is seen to fire and to stay silent, by promtool, on requests that are made up here.
//!
//! Factors and windows stand here a second time: the lane takes only from the rules what may differ between services.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use harness::{Failure, Program, Programs, Report};
use serde_json::{Value, json};

use super::{rule_file, rule_objects, said, write};
use crate::rendered::{Object, Rendered};

/// An alert of the workbook.
///
/// Upstream: <https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts>
struct BurnRate {
    severity: &'static str,
    factor: f64,
    long: &'static str,
    /// A sixtieth of the long window and a fifth of the short one.
    step: &'static str,
}

const BURN_RATES: [BurnRate; 4] = [
    BurnRate { severity: "critical", factor: 14.4, long: "1h", step: "1m" },
    BurnRate { severity: "critical", factor: 6.0, long: "6h", step: "6m" },
    BurnRate { severity: "warning", factor: 3.0, long: "1d", step: "24m" },
    BurnRate { severity: "warning", factor: 1.0, long: "3d", step: "72m" },
];

/// Steps of the long window.
const STEPS: u32 = 60;

/// Steps after which the failures end, so that the short window has seen none.
const END: u32 = 53;

/// Requests of each step.
const REQUESTS: u32 = 100_000;

/// Steps of the short window.
const SHORT: u32 = 5;

/// Bad requests that are too few for an alert, and such that are enough, when every request is bad.
const TOO_FEW: u32 = 8;
const ENOUGH: u32 = 12;

/// What an alert is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Indicator {
    Availability,
    Latency,
}

impl Indicator {
    const ALL: [Self; 2] = [Self::Availability, Self::Latency];

    fn alert(self) -> &'static str {
        match self {
            Self::Availability => "AvailabilityBudgetBurn",
            Self::Latency => "LatencyBudgetBurn",
        }
    }
}

/// A service as its rules name it.
struct Service<'a> {
    name: &'a str,
    namespace: &'a str,
    /// Boundary of the histogram below which an answer is in time.
    bound: &'a str,
}

/// Requests that are made up, and which alerts fire at their end.
struct Case {
    series: Vec<Value>,
    firing: Vec<Indicator>,
}

/// How much of the requests is bad, and until when.
struct Course {
    /// Times what the alert allows.
    times: f64,
    /// The step after which nothing is bad any more; with 0 there are no requests at all.
    end: u32,
}

/// Rules that were tested; those of another environment are often the same.
#[derive(Default)]
pub struct Tested(BTreeSet<String>);

/// Writes and runs the tests of every object whose rules were not tested yet.
pub fn check(
    programs: &Programs,
    rendered: &Rendered,
    folder: &Path,
    tested: &mut Tested,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let promtool = programs.path(Program::PROMTOOL)?;
    let mut alerts = 0;
    let mut known = 0;
    for object in rule_objects(rendered) {
        if !tested.0.insert(object.value["spec"].to_string()) {
            known += 1;
            continue;
        }
        let tests = match tests(object, &rule_file(folder, object)) {
            Ok(tests) => tests,
            Err(problem) => {
                report.finding(format!("{name}: {object} ({}): {problem}", object.origin));
                continue;
            }
        };
        let mut command = Command::new(&promtool);
        command.args(["test", "rules"]);
        for (index, test) in tests.iter().enumerate() {
            let file = folder.join(format!("{}.test-{index}.yaml", object.identity.name));
            write(&file, test)?;
            command.arg(file);
        }
        let output = programs.run(&mut command)?;
        if output.status.success() {
            alerts += BURN_RATES.len() * Indicator::ALL.len();
        } else {
            report.finding(format!(
                "{name}: {object} ({}): an alert does not fire when it has to, or fires when it must not: {}",
                object.origin,
                said(&output)
            ));
        }
    }
    if known > 0 {
        report.note(format!(
            "{name}: the rules of {known} services are those that were tested before"
        ));
    }
    report.compared(alerts, format!("burn-rate alerts of {name} seen to fire and to stay silent"));
    Ok(())
}

/// One file of tests for each burn rate; a sentence where the rules are not as this lane knows them.
fn tests(object: &Object, rule_file: &Path) -> Result<Vec<Value>, String> {
    let group = &object.value["spec"]["groups"][0];
    let rules: Vec<&Value> = group["rules"].as_array().into_iter().flatten().collect();
    let known = Indicator::ALL.map(Indicator::alert);
    let unknown =
        rules.iter().filter_map(|rule| rule["alert"].as_str()).find(|alert| !known.contains(alert));
    if let Some(alert) = unknown {
        return Err(format!(
            "nothing tests the alert {alert}: add its test to conformance/src/lanes/rules"
        ));
    }
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let labels = &group["rules"][0]["labels"];
    let (name, namespace) = (text(&labels["service"]), text(&labels["namespace"]));
    let bound = rules
        .iter()
        .filter_map(|rule| rule["expr"].as_str())
        .find_map(|expression| expression.split_once("le=\"")?.1.split_once('"'))
        .map(|(bound, _)| bound)
        .ok_or("no rule has a boundary of the histogram: which answers are in time?")?;
    let service = Service { name: &name, namespace: &namespace, bound };
    let budgets = [budget(&rules, Indicator::Availability)?, budget(&rules, Indicator::Latency)?];
    let tests = BURN_RATES.iter().enumerate().map(|(index, rate)| {
        let mut cases = service.cases(budgets.map(|budget| rate.factor * budget));
        if index == 0 {
            cases.extend(service.extremes());
        }
        let tests: Vec<Value> = cases.iter().map(|case| service.test(rate, case)).collect();
        json!({
            "rule_files": [rule_file.display().to_string()],
            "evaluation_interval": rate.step,
            "tests": tests,
        })
    });
    Ok(tests.collect())
}

/// What may fail, as the alerts say it.
fn budget(rules: &[&Value], indicator: Indicator) -> Result<f64, String> {
    let alert = indicator.alert();
    rules
        .iter()
        .filter(|rule| rule["alert"] == alert)
        .filter_map(|rule| rule["expr"].as_str()?.lines().next())
        .find_map(|line| line.rsplit_once("* ")?.1.trim().parse().ok())
        .ok_or_else(|| format!("there is no alert {alert} that says what may fail"))
}

impl Service<'_> {
    /// Somewhat too much, somewhat less, and enough for the long window that the short one no longer shows.
    fn cases(&self, thresholds: [f64; 2]) -> Vec<Case> {
        let course = |times, end, firing: &[Indicator]| {
            let course = Course { times, end };
            let series = Indicator::ALL
                .into_iter()
                .zip(thresholds)
                .flat_map(|(indicator, threshold)| self.requests(indicator, threshold, &course));
            Case { series: series.collect(), firing: firing.to_vec() }
        };
        vec![
            course(1.25, STEPS, &Indicator::ALL),
            course(0.8, STEPS, &[]),
            course(2.0, END, &[]),
            self.all_bad(TOO_FEW, &[]),
            self.all_bad(ENOUGH, &Indicator::ALL),
        ]
    }

    /// So many requests in the short window and none before, each of them bad.
    fn all_bad(&self, number: u32, firing: &[Indicator]) -> Case {
        let before = STEPS - SHORT;
        // promtool knows no other way to write a counter that begins to grow.
        let steps = (1..=SHORT).map(|step| (number * step / SHORT).to_string());
        let values = format!("0x{before} {}", steps.collect::<Vec<_>>().join(" "));
        let code = |code: &str| format!(r#"reporter="destination",response_code="{code}""#);
        let durations = |suffix: &str, labels: &str, values: &str| {
            let metric = format!("istio_request_duration_milliseconds_{suffix}");
            self.series(&metric, &format!("{}{labels}", code("200")), values)
        };
        let bound = format!(r#",le="{}""#, self.bound);
        Case {
            series: vec![
                self.series("istio_requests_total", &code("503"), &values),
                durations("count", "", &values),
                durations("bucket", &bound, &format!("0x{STEPS}")),
            ],
            firing: firing.to_vec(),
        }
    }

    /// No requests, and only requests that reach no pod.
    fn extremes(&self) -> [Case; 2] {
        let nothing = Course { times: 0.0, end: 0 };
        let series = Indicator::ALL
            .into_iter()
            .flat_map(|indicator| self.requests(indicator, 0.0, &nothing));
        [
            Case { series: series.collect(), firing: Vec::new() },
            Case {
                series: vec![self.series(
                    "istio_requests_total",
                    r#"reporter="source",response_code="503",response_flags="UF,URX""#,
                    &counter(REQUESTS, STEPS),
                )],
                firing: vec![Indicator::Availability],
            },
        ]
    }

    /// Requests that take this course.
    fn requests(&self, indicator: Indicator, threshold: f64, course: &Course) -> Vec<Value> {
        let &Course { times, end } = course;
        // More than all cannot be bad.
        let part = (threshold * times).min(f64::midpoint(threshold, 1.0).max(threshold * 0.8));
        let all = if end == 0 { 0 } else { REQUESTS };
        // At most as many as there are requests.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bad = (f64::from(all) * part).round() as u32;
        match indicator {
            Indicator::Availability => [("200", all - bad, STEPS), ("503", bad, end)]
                .map(|(code, each, end)| {
                    let labels = format!(r#"reporter="destination",response_code="{code}""#);
                    self.series("istio_requests_total", &labels, &counter(each, end))
                })
                .into(),
            Indicator::Latency => {
                let labels = r#"reporter="destination",response_code="200""#;
                let bucket = format!(r#"{labels},le="{}""#, self.bound);
                let name = |suffix| format!("istio_request_duration_milliseconds_{suffix}");
                let in_time = if end < STEPS {
                    // After the end all of them are.
                    let slow = (all - bad) * end;
                    format!("0+{}x{end} {}+{all}x{STEPS}", all - bad, slow + all)
                } else {
                    counter(all - bad, STEPS)
                };
                vec![
                    self.series(&name("bucket"), &bucket, &in_time),
                    self.series(&name("count"), labels, &counter(all, STEPS)),
                ]
            }
        }
    }

    fn series(&self, metric: &str, labels: &str, values: &str) -> Value {
        let Self { name, namespace, .. } = self;
        json!({
            "series": format!(
                "{metric}{{destination_service_name=\"{name}\",destination_service_namespace=\"{namespace}\",{labels}}}"
            ),
            "values": values,
        })
    }

    fn test(&self, rate: &BurnRate, case: &Case) -> Value {
        let Self { name, namespace, .. } = self;
        let BurnRate { severity, long, step, .. } = rate;
        let expectations = Indicator::ALL.map(|indicator| {
            let alert = indicator.alert();
            let expected = if case.firing.contains(&indicator) {
                json!([{ "labels": "{}", "value": 1 }])
            } else {
                json!([])
            };
            json!({
                "expr": format!(
                    "count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",namespace=\"{namespace}\",service=\"{name}\",\
                     severity=\"{severity}\",window=\"{long}\"}})"
                ),
                "eval_time": long,
                "exp_samples": expected,
            })
        });
        json!({
            "interval": step,
            "input_series": case.series,
            "promql_expr_test": expectations,
        })
    }
}

/// A counter that grows by so many each step until a step, and then no more.
fn counter(each: u32, end: u32) -> String {
    let last = u64::from(each) * u64::from(end);
    format!("0+{each}x{end} {last}x{STEPS}")
}
