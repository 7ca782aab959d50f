//! Monitors of nothing.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;

pub(in crate::check) static RULE: Rule = Rule {
    name: "monitor-without-targets",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A ServiceMonitor or PodMonitor selects nothing",
    consequence: "nothing is scraped: its metrics are missing, and alerts on them never fire",
    explanation: "A ServiceMonitor counts the labels of Services, not those of the pods behind them. It is looked at \
                  where it names its namespaces and workloads or Services of each are here. A selector is told to \
                  select nothing where pods of the namespace are here, and nothing that may make others is: no chart \
                  that was not rendered, no object of an unknown operator.",
    remedy: "correct the selector, its namespaces, or the labels of what it is for",
    upstream: "https://prometheus-operator.dev/docs/developer/getting-started/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for monitor in graph.monitors() {
        let Some(namespaces) = monitor.namespaces() else { continue };
        if !graph.sees_all_monitored(monitor) {
            continue;
        }
        let (kind, nothing) = if monitor.of_services {
            ("Service", graph.monitored_services(monitor).is_empty())
        } else {
            ("pod", graph.monitored_pods(monitor).is_empty())
        };
        if nothing {
            let namespaces = namespaces.join(", ");
            let message = format!("no {kind} in {namespaces} has these labels");
            findings.add(
                monitor.object,
                At::Value(&monitor.object.json["spec"]["selector"]),
                message,
            );
        }
    }
}
