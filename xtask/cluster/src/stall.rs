//! Why a rollout stalls: from its pods, their events and the last lines of a container that crashes.

use std::collections::HashSet;
use std::fmt::Write as _;

use manifests_lib::check::secret_texts;
use serde_json::Value;
use support::visible;

use crate::connect::Cluster;
use crate::server::JSON;

/// Why pods do not become ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// As a part of a line: `web-1: cannot pull the image web:2: not found`.
    pub words: String,
    /// The container whose last words tell more.
    pub log: Option<Container>,
}

/// A container of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    pub pod: String,
    pub name: String,
    /// Whether the run before is meant: this one has said nothing yet.
    pub is_previous: bool,
}

/// How many last lines of a container are shown.
const LINES: usize = 3;

/// Asks the cluster why an object does not become ready.
pub async fn ask(cluster: &Cluster, object: &Value) -> Option<Reason> {
    let namespace = object["metadata"]["namespace"].as_str()?;
    let server = &cluster.server;
    let mut pods = Vec::new();
    let selector = selector(object);
    if let Some(selector) = &selector {
        let path = format!("/api/v1/namespaces/{namespace}/pods");
        // What may not be seen is not told.
        let _ = server.list(&path, selector, JSON, |pod| pods.push(pod)).await;
        pods.truncate(200);
    }
    let mut events = Vec::new();
    let path = format!("/api/v1/namespaces/{namespace}/events");
    let wanted: HashSet<String> = pods
        .iter()
        .chain([object])
        .filter_map(|object| object["metadata"]["uid"].as_str().map(str::to_owned))
        .collect();
    let own = object["metadata"]["name"].as_str().unwrap_or_default();
    let _ = server
        .list(&path, "", JSON, |event| {
            let involved = &event["involvedObject"];
            let is_own = involved["uid"].as_str().is_some_and(|uid| wanted.contains(uid));
            // What makes the pods of a Deployment has a name of its own.
            let is_set = involved["kind"] == "ReplicaSet"
                && involved["name"].as_str().is_some_and(|name| name.starts_with(own));
            if is_own || is_set {
                events.push(event);
            }
        })
        .await;
    let mut reason = explain(&pods, &events)?;
    if let Some(container) = &reason.log {
        let Container { pod, name, is_previous } = container;
        let path = format!(
            "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={name}&tailLines={LINES}&previous={is_previous}&limitBytes=4096"
        );
        if let Ok(Some(text)) = server.text(&path).await {
            for line in last_lines(&text) {
                let _ = write!(reason.words, "\n      | {line}");
            }
        }
    }
    Some(reason)
}

/// The labels of a workload's pods, as lists take them.
fn selector(object: &Value) -> Option<String> {
    let labels = object["spec"]["selector"]["matchLabels"].as_object()?;
    let parts = labels.iter().map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    parts.collect::<Option<Vec<_>>>().map(|parts| parts.join(","))
}

/// The last lines of a log, without those that read like a secret.
fn last_lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let line = |line: &&str| {
        let value = Value::String((*line).to_owned());
        if secret_texts(&value).is_empty() {
            visible(line).chars().take(200).collect()
        } else {
            "(a line that reads like a secret is left out)".to_owned()
        }
    };
    lines[lines.len().saturating_sub(LINES)..].iter().map(line).collect()
}

/// The worst of what pods and their events say.
pub fn explain(pods: &[Value], events: &[Value]) -> Option<Reason> {
    let reasons = pods.iter().filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
    let mut reasons: Vec<(u8, Reason)> = reasons.filter_map(|pod| of_pod(pod, events)).collect();
    // What keeps pods from being made is said of their owner.
    let refused = latest(events, |event| {
        event["reason"] == "FailedCreate" && event["involvedObject"]["kind"] != "Pod"
    });
    if let Some(event) = refused
        && pods.is_empty()
    {
        reasons.push((0, Reason { words: message(event), log: None }));
    }
    if reasons.is_empty() {
        let warning = latest(events, |event| event["type"] == "Warning");
        return warning.map(|event| Reason { words: message(event), log: None });
    }
    reasons.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.words.cmp(&other.1.words)));
    reasons.into_iter().next().map(|(_, reason)| reason)
}

/// Why a pod is not ready: the lower the number, the more it explains.
fn of_pod(pod: &Value, events: &[Value]) -> Option<(u8, Reason)> {
    let name = pod["metadata"]["name"].as_str()?;
    let uid = &pod["metadata"]["uid"];
    let of_pod = |event: &Value| event["involvedObject"]["uid"] == *uid;
    let said = |number, words: String, log| {
        Some((number, Reason { words: format!("{name}: {}", one_line(&words)), log }))
    };
    let scheduled =
        condition(pod, "PodScheduled").filter(|condition| condition["status"] == "False");
    if let Some(scheduled) = scheduled {
        let words = scheduled["message"].as_str().unwrap_or("the scheduler says nothing");
        return said(1, format!("no node: {words}"), None);
    }
    let statuses = ["initContainerStatuses", "containerStatuses"];
    let statuses =
        statuses.iter().flat_map(|key| pod["status"][*key].as_array().into_iter().flatten());
    for status in statuses.clone() {
        let container = status["name"].as_str().unwrap_or_default();
        let log = |is_previous| {
            Some(Container { pod: name.to_owned(), name: container.to_owned(), is_previous })
        };
        let waiting = &status["state"]["waiting"];
        let message = waiting["message"].as_str().unwrap_or_default();
        match waiting["reason"].as_str().unwrap_or_default() {
            "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull" => {
                // The back-off says less than the try before it.
                let failed = latest(events, |event| {
                    of_pod(event)
                        && event["reason"] == "Failed"
                        && event["message"].as_str().is_some_and(|text| text.contains("image"))
                });
                let message = failed.map_or_else(|| message.to_owned(), self::message);
                let image = status["image"].as_str().unwrap_or_default();
                return said(0, format!("cannot pull the image {image}: {message}"), None);
            }
            "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
                return said(0, format!("{container} cannot start: {message}"), None);
            }
            "CrashLoopBackOff" => {
                let ended = &status["lastState"]["terminated"];
                return said(0, format!("{container} crashes: {}", exit(ended)), log(true));
            }
            _ => {}
        }
        let ended = &status["state"]["terminated"];
        if ended["exitCode"].as_i64().is_some_and(|code| code != 0) {
            return said(0, format!("{container} has ended: {}", exit(ended)), log(false));
        }
    }
    let mounts = latest(events, |event| {
        of_pod(event)
            && ["FailedMount", "FailedAttachVolume"].iter().any(|reason| event["reason"] == *reason)
    });
    if let Some(event) = mounts {
        return said(1, message(event), None);
    }
    for status in statuses {
        let is_running = !status["state"]["running"].is_null();
        if is_running && status["ready"] == false {
            let container = status["name"].as_str().unwrap_or_default();
            let failed = latest(events, |event| of_pod(event) && event["reason"] == "Unhealthy");
            if let Some(event) = failed {
                return said(2, format!("{container} is not ready: {}", message(event)), None);
            }
        }
    }
    let warning = latest(events, |event| of_pod(event) && event["type"] == "Warning");
    warning.and_then(|event| said(3, message(event), None))
}

/// `exit code 1 (Error)`, and what it has left as its last words.
fn exit(ended: &Value) -> String {
    let code = ended["exitCode"].as_i64();
    let reason =
        ended["reason"].as_str().filter(|reason| *reason != "Error" && *reason != "Completed");
    let mut words =
        code.map_or_else(|| "it does not say why".to_owned(), |code| format!("exit code {code}"));
    if let Some(reason) = reason {
        let _ = write!(words, " ({reason})");
    }
    words
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = pod["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == kind)
}

fn message(event: &Value) -> String {
    one_line(event["message"].as_str().unwrap_or("it does not say why"))
}

fn one_line(text: &str) -> String {
    const LENGTH: usize = 300;
    let line = visible(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= LENGTH {
        return line;
    }
    let start: String = line.chars().take(LENGTH).collect();
    format!("{start}…")
}

/// The latest of some events.
fn latest(events: &[Value], wanted: impl Fn(&Value) -> bool) -> Option<&Value> {
    let time = |event: &&Value| {
        let times = ["lastTimestamp", "eventTime", "firstTimestamp"];
        let times = times.iter().find_map(|key| event[*key].as_str());
        times.unwrap_or_default().to_owned()
    };
    events.iter().filter(|event| wanted(event)).max_by_key(time)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(status: Value) -> Value {
        json!({"metadata": {"name": "web-1", "uid": "1"}, "status": status})
    }

    fn event(reason: &str, message: &str) -> Value {
        json!({"type": "Warning", "reason": reason, "message": message, "lastTimestamp": "2026-11-30T10:00:00Z", "involvedObject": {"kind": "Pod", "uid": "1"}})
    }

    fn container(state: Value, ready: bool) -> Value {
        json!({"containerStatuses": [{"name": "gin", "image": "web:2", "ready": ready, "state": state, "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}]})
    }

    #[test]
    fn pods_and_events_say_why() {
        let waiting = |reason: &str, message: &str| {
            container(json!({"waiting": {"reason": reason, "message": message}}), false)
        };
        let created = json!({"type": "Warning", "reason": "FailedCreate", "message": "pods \"web-\" is forbidden: exceeded quota", "involvedObject": {"kind": "ReplicaSet"}});
        let cases = [
            (
                "no node",
                explain(
                    &[pod(
                        json!({"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/5 nodes are available: 5 Insufficient cpu."}]}),
                    )],
                    &[],
                ),
            ),
            (
                "image",
                explain(
                    &[pod(waiting("ImagePullBackOff", "Back-off pulling image"))],
                    &[event("Failed", "Failed to pull image \"web:2\": not found")],
                ),
            ),
            (
                "missing Secret",
                explain(
                    &[pod(waiting("CreateContainerConfigError", "secret \"db\" not found"))],
                    &[],
                ),
            ),
            (
                "missing volume",
                explain(
                    &[pod(waiting("ContainerCreating", ""))],
                    &[event(
                        "FailedMount",
                        "MountVolume.SetUp failed for volume \"tls\" : secret \"tls\" not found",
                    )],
                ),
            ),
            ("crash", explain(&[pod(waiting("CrashLoopBackOff", ""))], &[])),
            (
                "ended",
                explain(
                    &[pod(container(
                        json!({"terminated": {"exitCode": 1, "reason": "Error"}}),
                        false,
                    ))],
                    &[],
                ),
            ),
            (
                "probe",
                explain(
                    &[pod(container(json!({"running": {}}), false))],
                    &[event("Unhealthy", "Readiness probe failed: connection refused")],
                ),
            ),
            ("quota", explain(&[], &[created])),
            ("nothing wrong", explain(&[pod(container(json!({"running": {}}), true))], &[])),
            ("nothing known", explain(&[], &[])),
        ];
        let lines: Vec<String> = cases
            .iter()
            .map(|(what, reason)| match reason {
                Some(Reason { words, log: None }) => format!("{what}: {words}"),
                Some(Reason { words, log: Some(log) }) => format!("{what}: {words} [{log:?}]"),
                None => format!("{what}: (nothing)"),
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn no_line_of_a_log_shows_a_secret() {
        let text = "starting\nconnecting to mysql://root:hunter2@db/shop\n\n\u{1b}[31mrefused\n";
        let lines = last_lines(text);
        assert_eq!(lines.len(), 3);
        assert!(
            lines.iter().all(|line| !line.contains("hunter2") && !line.contains('\u{1b}')),
            "{lines:?}"
        );
    }
}
