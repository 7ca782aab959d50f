//! Fluent Bit reads logs as the kubelet writes them, is ended, and started again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use harness::{Failure, Process, Program, Programs, Report, cannot_write, free_port};
use serde_json::Value;

use super::node::{NAMESPACE, Node, POD};
use super::{Configuration, complaints, text_of};

/// How long lines may take: it looks for new files every 10 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long they may take once others have not come in time.
const NO_PATIENCE: Duration = Duration::from_secs(2);

/// How long Fluent Bit may take to end: it gives itself 5 s.
const END: Duration = Duration::from_secs(20);

/// What Fluent Bit says outside of a pod, and whenever it is ended.
const EXPLAINED: [&str; 2] = [
    "cannot open /var/run/secrets/kubernetes.io/serviceaccount/namespace",
    "service will shutdown in max",
];

/// The lines of a container before Fluent Bit is started; a long one is written in parts.
const BEFORE: [(&str, &str); 4] = [
    ("stdout F", "before the start"),
    ("stdout F", r#"{"level":"info"}"#),
    ("stderr P", "first part, "),
    ("stderr F", "second part"),
];

/// Those lines as they have to arrive.
const BEFORE_READ: [&str; 3] =
    ["before the start", r#"{"level":"info"}"#, "first part, second part"];

/// Runs Fluent Bit twice; every line has to arrive once.
pub fn check(
    programs: &Programs,
    configuration: &Configuration,
    report: &mut Report,
) -> Result<(), Failure> {
    let node = Node::new(programs)?;
    let mut arrived = Arrived::default();
    let mut expected = BEFORE_READ.to_vec();
    for (kind, line) in BEFORE {
        node.log("app", kind, line)?;
    }
    node.log("sidecar", "stdout F", "of another container")?;
    expected.push("of another container");
    node.own_log(configuration)?;

    let mut first = Running::start(&node, programs, configuration, "first")?;
    first.wait_for(&expected, &mut arrived);
    node.log("app", "stdout F", "while it runs")?;
    expected.push("while it runs");
    first.wait_for(&expected, &mut arrived);
    node.rotate("app")?;
    node.log("app", "stdout F", "after a rotation")?;
    expected.push("after a rotation");
    first.wait_for(&expected, &mut arrived);
    if !first.is_healthy() {
        report.finding(format!(
            "{}: Fluent Bit does not say that it is healthy, which its pod's probe asks for",
            configuration.environment
        ));
    }
    first.end(&mut arrived)?;

    node.log("app", "stdout F", "while it was away")?;
    expected.push("while it was away");
    node.rotate("sidecar")?;
    node.log("sidecar", "stdout F", "after a rotation while it was away")?;
    expected.push("after a rotation while it was away");
    let mut second = Running::start(&node, programs, configuration, "second")?;
    second.wait_for(&expected, &mut arrived);
    second.end(&mut arrived)?;
    arrived.compare(&configuration.environment, &expected, report);
    Ok(())
}

/// Fluent Bit, running.
struct Running {
    process: Process,
    records: PathBuf,
    log: PathBuf,
    port: u16,
}

impl Running {
    /// Starts Fluent Bit.
    fn start(
        node: &Node,
        programs: &Programs,
        configuration: &Configuration,
        run: &str,
    ) -> Result<Self, Failure> {
        let port = free_port()?;
        let file = node.at(&format!("{run}.conf"));
        let text = node.configuration(configuration, port)?;
        fs::write(&file, text).map_err(|error| cannot_write(&file, &error))?;
        let (records, log) = (node.at(&format!("{run}.records")), node.at(&format!("{run}.log")));
        let mut command = Command::new(programs.path(Program::FLUENT_BIT)?);
        command
            .arg("--config")
            .arg(&file)
            // What it says of itself does not get between the records.
            .arg("--log_file")
            .arg(&log);
        let name = Program::FLUENT_BIT.name();
        Ok(Self {
            process: programs.start(name, &mut command, records.clone())?,
            records,
            log,
            port,
        })
    }

    /// Waits until as many lines have arrived, with those of `earlier` runs; what is missing then is found in the end.
    fn wait_for(&mut self, expected: &[&str], earlier: &mut Arrived) {
        let patience = if earlier.late { NO_PATIENCE } else { PATIENCE };
        let started = Instant::now();
        let missing = expected.len().saturating_sub(earlier.records.len());
        while records(&self.records).len() < missing && self.process.check().is_ok() {
            if started.elapsed() > patience {
                earlier.late = true;
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn is_healthy(&self) -> bool {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            // Not the one of the environment: this is loopback.
            .proxy(None)
            .build()
            .into();
        agent.get(format!("http://127.0.0.1:{}/api/v1/health", self.port)).call().is_ok()
    }

    /// Ends it as the kubelet does, and takes what it has written; that it has ended by itself is found in the end.
    fn end(mut self, arrived: &mut Arrived) -> Result<(), Failure> {
        if self.process.check().is_ok() {
            self.process.terminate(END)?;
        } else {
            arrived.complaints.push("nothing more: it has ended by itself".to_owned());
        }
        arrived.records.extend(records(&self.records));
        arrived.complaints.extend(
            complaints(&said(&self.log))
                .into_iter()
                .filter(|line| !EXPLAINED.iter().any(|explained| line.contains(explained)))
                .map(str::to_owned),
        );
        Ok(())
    }
}

/// The records in Fluent Bit's output so far.
fn records(file: &Path) -> Vec<Value> {
    said(file)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(Value::is_object)
        .collect()
}

fn said(file: &Path) -> String {
    fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// What Fluent Bit has written in all runs.
#[derive(Default)]
struct Arrived {
    records: Vec<Value>,
    complaints: Vec<String>,
    /// Whether something has not come in time.
    late: bool,
}

impl Arrived {
    fn compare(&self, environment: &str, expected: &[&str], report: &mut Report) {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for record in &self.records {
            *times.entry(text_of(record)).or_default() += 1;
        }
        let mut once = 0;
        for line in expected {
            match times.remove(*line) {
                Some(1) => once += 1,
                Some(times) => report.finding(format!(
                    "{environment}: the line {line:?} of a log arrives {times} times"
                )),
                None => report
                    .finding(format!("{environment}: the line {line:?} of a log does not arrive")),
            }
        }
        for line in times.keys() {
            report.finding(format!("{environment}: the line {line:?} arrives, which should not"));
        }
        report.compared(once, format!("lines of logs of {environment} that arrive once"));
        let of_pod = |record: &&Value| {
            let pod = &record["kubernetes"];
            pod["namespace_name"] == NAMESPACE
                && pod["pod_name"] == POD
                && pod["labels"]["app"] == "web"
        };
        let with_pod = self.records.iter().filter(of_pod).count();
        if with_pod == self.records.len() {
            report.compared(
                with_pod,
                format!("lines of logs of {environment} with namespace, pod and labels"),
            );
        } else {
            report.finding(format!(
                "{environment}: {} of {} lines arrive without namespace, pod or labels",
                self.records.len() - with_pod,
                self.records.len()
            ));
        }
        for complaint in &self.complaints {
            report.finding(format!("{environment}: Fluent Bit says: {complaint}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(lines: &[&str]) -> Vec<String> {
        let pod = json!({"namespace_name": NAMESPACE, "pod_name": POD, "labels": {"app": "web"}});
        let arrived = Arrived {
            records: lines.iter().map(|line| json!({"log": line, "kubernetes": pod})).collect(),
            ..Arrived::default()
        };
        let mut report = Report::default();
        arrived.compare("dev", &["a", "b"], &mut report);
        report.findings
    }

    #[test]
    fn every_line_arrives_once() {
        assert!(found(&["b", "a"]).is_empty());
        insta::assert_snapshot!(found(&["b", "b", "c"]).join("\n"), @r#"
        dev: the line "a" of a log does not arrive
        dev: the line "b" of a log arrives 2 times
        dev: the line "c" arrives, which should not
        "#);
    }
}
