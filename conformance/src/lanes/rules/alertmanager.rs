//! amtool reads Alertmanager's configuration and says whom it tells of an alert.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use harness::{Failure, Program, Programs, Report};
use serde_json::Value;

use super::{refusal, said, write};
use crate::rendered::Rendered;

/// The chart whose values hold the configuration.
const CHART: &str = "kube-prometheus-stack";

/// Labels of an alert, and who is told where somebody is.
const ALERTS: [(&[&str], &str); 5] = [
    (&["alertname=AvailabilityBudgetBurn", "severity=critical"], "page"),
    (&["alertname=AvailabilityBudgetBurn", "severity=warning"], "ticket"),
    // Of unknown severity.
    (&["alertname=SomethingIsWrong"], "ticket"),
    (&["alertname=Watchdog", "severity=none"], NOBODY),
    (&["alertname=KubeQuotaAlmostFull", "severity=info"], NOBODY),
];

/// The receiver that tells nobody.
const NOBODY: &str = "nobody";

/// Checks the configuration of an environment.
pub fn check(
    programs: &Programs,
    rendered: &Rendered,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let configuration = configuration(rendered)?;
    let file = folder.join("alertmanager.yaml");
    write(&file, configuration)?;
    if let Some(refusal) = refusal(programs, Program::AMTOOL, &["check-config"], &file)? {
        report.finding(format!("{name}: Alertmanager does not take its configuration: {refusal}"));
        return Ok(());
    }
    report.compared(1, format!("configuration of {name} read by Alertmanager"));
    let receivers: Vec<&Value> =
        configuration["receivers"].as_array().into_iter().flatten().collect();
    if rendered.has_to_tell_people {
        let told: BTreeSet<&str> = ALERTS.iter().map(|(_, receiver)| *receiver).collect();
        let mut ways = 0;
        for receiver in told.into_iter().filter(|receiver| *receiver != NOBODY) {
            if receivers.iter().any(|found| found["name"] == receiver && has_way(found)) {
                ways += 1;
            } else {
                report.finding(format!(
                    "{name}: the receiver {receiver} is missing or tells nobody: no alert would wake anybody"
                ));
            }
        }
        report.compared(ways, format!("receivers of {name} that tell people"));
    } else {
        report.note(format!("alerts of {name} may reach nobody: it runs on a laptop"));
    }
    let tells_nobody =
        !rendered.has_to_tell_people && receivers.iter().all(|receiver| receiver["name"] == NOBODY);
    let amtool = programs.path(Program::AMTOOL)?;
    let mut routed = 0;
    for (labels, receiver) in ALERTS {
        let receiver = if tells_nobody { NOBODY } else { receiver };
        let mut command = Command::new(&amtool);
        command
            .args(["config", "routes", "test", "--config.file"])
            .arg(&file)
            .arg(format!("--verify.receivers={receiver}"))
            .args(labels);
        let output = programs.run(&mut command)?;
        if output.status.success() {
            routed += 1;
        } else {
            report.finding(format!(
                "{name}: an alert with {} does not reach {receiver}: {}",
                labels.join(", "),
                said(&output)
            ));
        }
    }
    report.compared(routed, format!("alerts of {name} routed to the right receiver"));
    Ok(())
}

/// Whether a receiver has a way to tell people, such as `slack_configs`.
fn has_way(receiver: &Value) -> bool {
    let fields = receiver.as_object().into_iter().flatten();
    let mut ways = fields.filter(|(field, _)| field.ends_with("_configs"));
    ways.any(|(_, ways)| ways.as_array().is_some_and(|ways| !ways.is_empty()))
}

/// The configuration that the chart writes into a Secret.
fn configuration(rendered: &Rendered) -> Result<&Value, Failure> {
    rendered
        .objects
        .iter()
        .filter(|object| object.identity.kind == "Application")
        .filter_map(|object| object.value["spec"]["sources"].as_array())
        .flatten()
        .find(|source| source["chart"] == CHART)
        .map(|source| &source["helm"]["valuesObject"]["alertmanager"]["config"])
        .ok_or_else(|| {
            Failure::new(format!(
                "no Application of {} deploys {CHART}: where is Alertmanager's configuration? Correct \
                 conformance/src/lanes/rules/alertmanager.rs",
                rendered.environment
            ))
        })
}
