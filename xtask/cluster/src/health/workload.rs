//! What runs pods.

use serde_json::Value;

use super::{Health, condition, is_observed, words_of};

fn number(value: &Value, otherwise: i64) -> i64 {
    value.as_i64().unwrap_or(otherwise)
}

const UNSEEN: &str = "its controller has not seen it yet";

pub(super) fn deployment(object: &Value) -> Health {
    let (spec, status) = (&object["spec"], &object["status"]);
    if !is_observed(object) || status.is_null() {
        return Health::progressing(UNSEEN);
    }
    if spec["paused"] == true {
        return Health::Ready;
    }
    let late = condition(object, "Progressing")
        .filter(|progress| progress["reason"] == "ProgressDeadlineExceeded");
    if let Some(progress) = late {
        return Health::Failed(words_of(progress));
    }
    let wanted = number(&spec["replicas"], 1);
    let of = |key: &str| number(&status[key], 0);
    let (updated, all, available) =
        (of("updatedReplicas"), of("replicas"), of("availableReplicas"));
    if updated < wanted {
        return Health::progressing(format!("{updated} of {wanted} pods are new"));
    }
    if available < wanted {
        return Health::progressing(format!("{available} of {wanted} pods are available"));
    }
    if all > updated {
        return Health::progressing(format!("{} old pods still end", all - updated));
    }
    Health::Ready
}

pub(super) fn stateful_set(object: &Value) -> Health {
    let (spec, status) = (&object["spec"], &object["status"]);
    if !is_observed(object) || status.is_null() {
        return Health::progressing(UNSEEN);
    }
    let wanted = number(&spec["replicas"], 1);
    let ready = number(&status["readyReplicas"], 0);
    if ready < wanted {
        return Health::progressing(format!("{ready} of {wanted} pods are ready"));
    }
    let by_hand = spec["updateStrategy"]["type"] == "OnDelete";
    let kept = number(&spec["updateStrategy"]["rollingUpdate"]["partition"], 0);
    let updated = number(&status["updatedReplicas"], 0);
    if !by_hand && status["currentRevision"] != status["updateRevision"] && updated < wanted - kept
    {
        return Health::progressing(format!("{updated} of {} pods are new", wanted - kept));
    }
    Health::Ready
}

pub(super) fn daemon_set(object: &Value) -> Health {
    let (spec, status) = (&object["spec"], &object["status"]);
    if !is_observed(object) || status["desiredNumberScheduled"].is_null() {
        return Health::progressing(UNSEEN);
    }
    let of = |key: &str| number(&status[key], 0);
    let (wanted, updated, available) =
        (of("desiredNumberScheduled"), of("updatedNumberScheduled"), of("numberAvailable"));
    if spec["updateStrategy"]["type"] != "OnDelete" && updated < wanted {
        return Health::progressing(format!("{updated} of {wanted} pods are new"));
    }
    if available < wanted {
        return Health::progressing(format!("{available} of {wanted} pods are available"));
    }
    Health::Ready
}

pub(super) fn job(object: &Value) -> Health {
    let is_true =
        |kind: &str| condition(object, kind).filter(|condition| condition["status"] == "True");
    if let Some(failed) = is_true("Failed") {
        return Health::Failed(words_of(failed));
    }
    if is_true("Complete").is_some() || object["spec"]["suspend"] == true {
        return Health::Ready;
    }
    let done = number(&object["status"]["succeeded"], 0);
    let failed = number(&object["status"]["failed"], 0);
    let wanted = number(&object["spec"]["completions"], 1);
    let failures = if failed == 0 { String::new() } else { format!(", {failed} have failed") };
    Health::progressing(format!("{done} of {wanted} pods have succeeded{failures}"))
}

pub(super) fn pod(object: &Value) -> Health {
    match object["status"]["phase"].as_str() {
        Some("Succeeded") => Health::Ready,
        Some("Failed") => Health::Failed("it has failed".to_owned()),
        _ => super::conditioned(object, "Ready"),
    }
}
