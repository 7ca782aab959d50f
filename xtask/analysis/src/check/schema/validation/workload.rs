//! What makes pods.

use manifests_lib::check::properties::{asks_nothing, is_available_too_late};

use super::Mistake;
use super::cron;
use super::pod::TEMPLATE;
use super::shape::{Is, Shape, Validator, is_there};
use super::storage::CLAIM_SPEC;
use crate::check::At;
use crate::objects::{Map, Value, list, text};

/// A Deployment.
pub(super) static DEPLOYMENT: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&DEPLOYMENT_SPEC)])], together: &[always] };

static DEPLOYMENT_SPEC: Shape = Shape {
    fields: &[
        ("minReadySeconds", &[Is::AtLeast(0)]),
        ("progressDeadlineSeconds", &[Is::AtLeast(0)]),
        ("replicas", &[Is::AtLeast(0)]),
        ("revisionHistoryLimit", &[Is::AtLeast(0)]),
        ("selector", &[Is::Required, Is::Selector, Is::Also(everything)]),
        ("strategy", &[Is::Part(&STRATEGY)]),
        ("template", &[Is::Required, Is::Part(&TEMPLATE)]),
    ],
    together: &[|validator, spec| {
        let ready = spec["minReadySeconds"].as_i64().unwrap_or(0);
        let deadline = &spec["progressDeadlineSeconds"];
        if is_available_too_late(ready, deadline.as_i64()) {
            let at = if is_there(deadline) { deadline } else { &spec["minReadySeconds"] };
            let message = format!(
                "progressDeadlineSeconds has to be more than minReadySeconds, which is {ready}"
            );
            validator.refuse(Mistake::ContradictingFields, At::Value(at), message);
        }
    }],
};

static STRATEGY: Shape = Shape {
    fields: &[("rollingUpdate", &[Is::Part(&ROLLING_UPDATE)])],
    together: &[|validator, strategy| {
        let (kind, rolling) = (&strategy["type"], &strategy["rollingUpdate"]);
        if kind == "Recreate" && is_there(rolling) {
            let message = "rollingUpdate cannot be set where the type is Recreate";
            validator.refuse_with(
                Mistake::ContradictingFields,
                At::Value(rolling),
                message,
                "remove rollingUpdate, or write the type RollingUpdate",
            );
        }
    }],
};

/// `0`, `0%`; what is missing is 25%.
fn is_nothing(value: &Value) -> bool {
    value.as_i64() == Some(0)
        || text(value).is_some_and(|text| {
            text.strip_suffix('%').is_some_and(|digits| digits.parse() == Ok(0))
        })
}

static ROLLING_UPDATE: Shape = Shape {
    fields: &[
        ("maxSurge", &[Is::NumberOrPercentage]),
        ("maxUnavailable", &[Is::NumberOrPercentage, Is::Also(percentage)]),
    ],
    together: &[],
};

/// More than all pods cannot be away.
pub(super) fn percentage<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    let percent = text(value).and_then(|text| text.strip_suffix('%')?.parse::<i64>().ok());
    if percent.is_some_and(|percent| percent > 100) {
        let message = format!("{value} is more than 100%");
        validator.refuse(Mistake::NumberOutOfRange, At::Value(value), message);
    }
}

/// A workload that selects everything would take the pods of all others.
fn everything<'a>(validator: &mut Validator<'a>, selector: &'a Value) {
    let labels = selector["matchLabels"].as_object().map_or(0, Map::len);
    let is_odd = !selector.is_object()
        || is_there(&selector["matchLabels"]) && !selector["matchLabels"].is_object();
    if !is_odd && asks_nothing(labels, list(&selector["matchExpressions"]).len()) {
        let message = "the selector is empty";
        validator.refuse_with(
            Mistake::Selector,
            At::Value(selector),
            message,
            "select by a label that the template has",
        );
    }
}

/// Pods of most workloads are always restarted.
fn always<'a>(validator: &mut Validator<'a>, object: &'a Value) {
    let spec = &object["spec"]["template"]["spec"];
    let policy = &spec["restartPolicy"];
    if text(policy).is_some_and(|policy| !["", "Always"].contains(&policy)) {
        let kind = &validator.object.identity.kind;
        let message = format!("restartPolicy of a {kind} can only be Always");
        validator.refuse_with(
            Mistake::UnsupportedValue,
            At::Value(policy),
            message,
            "leave it out, or make it a Job",
        );
    }
    let deadline = &spec["activeDeadlineSeconds"];
    if is_there(deadline) {
        let message = "activeDeadlineSeconds cannot be set here: these pods run for ever";
        validator.refuse(Mistake::ContradictingFields, At::Value(deadline), message);
    }
    ephemeral(validator, spec);
}

fn ephemeral<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let containers = &spec["ephemeralContainers"];
    if !list(containers).is_empty() {
        let message = "ephemeral containers cannot be part of a template";
        validator.refuse(Mistake::ContradictingFields, At::Value(containers), message);
    }
}

/// A StatefulSet.
pub(super) static STATEFUL_SET: Shape = Shape {
    fields: &[("spec", &[Is::Required, Is::Part(&STATEFUL_SET_SPEC)])],
    together: &[always],
};

static STATEFUL_SET_SPEC: Shape = Shape {
    fields: &[
        ("persistentVolumeClaimRetentionPolicy", &[Is::Part(&RETENTION)]),
        ("serviceName", &[Is::Text(&super::text::LABEL)]),
        ("minReadySeconds", &[Is::AtLeast(0)]),
        ("ordinals", &[Is::Part(&ORDINALS)]),
        ("replicas", &[Is::AtLeast(0)]),
        ("selector", &[Is::Required, Is::Selector, Is::Also(everything)]),
        ("template", &[Is::Required, Is::Part(&TEMPLATE)]),
        ("updateStrategy", &[Is::Part(&STATEFUL_STRATEGY)]),
        ("volumeClaimTemplates", &[Is::Each(&CLAIM_TEMPLATE)]),
    ],
    together: &[],
};

static RETENTION: Shape = Shape {
    fields: &[
        ("whenDeleted", &[Is::AnyOf(&["Delete", "Retain"])]),
        ("whenScaled", &[Is::AnyOf(&["Delete", "Retain"])]),
    ],
    together: &[],
};

static ORDINALS: Shape = Shape { fields: &[("start", &[Is::AtLeast(0)])], together: &[] };

static STATEFUL_STRATEGY: Shape = Shape {
    fields: &[("rollingUpdate", &[Is::Part(&PARTITION)])],
    together: &[|validator, strategy| {
        if strategy["type"] == "OnDelete" && is_there(&strategy["rollingUpdate"]) {
            let message = "rollingUpdate cannot be set where the type is OnDelete";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&strategy["rollingUpdate"]),
                message,
            );
        }
    }],
};

static PARTITION: Shape = Shape {
    fields: &[
        ("partition", &[Is::AtLeast(0)]),
        ("maxUnavailable", &[Is::NumberOrPercentage, Is::Also(percentage)]),
    ],
    together: &[],
};

static CLAIM_TEMPLATE: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&CLAIM_SPEC)])], together: &[] };

/// A DaemonSet.
pub(super) static DAEMON_SET: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&DAEMON_SET_SPEC)])], together: &[always] };

static DAEMON_SET_SPEC: Shape = Shape {
    fields: &[
        ("minReadySeconds", &[Is::AtLeast(0)]),
        ("revisionHistoryLimit", &[Is::AtLeast(0)]),
        ("selector", &[Is::Required, Is::Selector, Is::Also(everything)]),
        ("template", &[Is::Required, Is::Part(&TEMPLATE)]),
        ("updateStrategy", &[Is::Part(&DAEMON_STRATEGY)]),
    ],
    together: &[],
};

static DAEMON_STRATEGY: Shape = Shape {
    fields: &[("rollingUpdate", &[Is::Part(&ROLLING_UPDATE)])],
    together: &[|validator, strategy| {
        let rolling = &strategy["rollingUpdate"];
        let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
        let is_rolling =
            text(&strategy["type"]).is_none_or(|kind| ["", "RollingUpdate"].contains(&kind));
        if !is_rolling {
            return;
        }
        let surges = is_there(surge) && !is_nothing(surge);
        // Without a word, one pod may be away.
        if is_nothing(unavailable) && !surges {
            let message = "maxSurge and maxUnavailable are both 0: no pod could ever be replaced";
            validator.refuse(Mistake::ContradictingFields, At::Value(rolling), message);
        }
        if surges && !is_nothing(unavailable) {
            let message = "maxSurge needs maxUnavailable 0";
            validator.refuse(Mistake::ContradictingFields, At::Value(surge), message);
        }
    }],
};

/// A `ReplicaSet`.
pub(super) static REPLICA_SET: Shape = Shape {
    fields: &[("spec", &[Is::Required, Is::Part(&REPLICA_SET_SPEC)])],
    together: &[always],
};

static REPLICA_SET_SPEC: Shape = Shape {
    fields: &[
        ("minReadySeconds", &[Is::AtLeast(0)]),
        ("replicas", &[Is::AtLeast(0)]),
        ("selector", &[Is::Required, Is::Selector, Is::Also(everything)]),
        ("template", &[Is::Required, Is::Part(&TEMPLATE)]),
    ],
    together: &[],
};

/// A `ReplicationController`, which selects the labels of its template where it says none.
pub(super) static REPLICATION_CONTROLLER: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&CONTROLLER_SPEC)])], together: &[always] };

static CONTROLLER_SPEC: Shape = Shape {
    fields: &[
        ("minReadySeconds", &[Is::AtLeast(0)]),
        ("replicas", &[Is::AtLeast(0)]),
        ("template", &[Is::Required, Is::Part(&TEMPLATE)]),
    ],
    together: &[],
};

/// A `PodTemplate`.
pub(super) static POD_TEMPLATE: Shape =
    Shape { fields: &[("template", &[Is::Required, Is::Part(&TEMPLATE)])], together: &[] };

/// A Job.
pub(super) static JOB: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&JOB_SPEC)])], together: &[] };

static JOB_SPEC: Shape = Shape {
    fields: &[
        ("podReplacementPolicy", &[Is::Filled]),
        ("completionMode", &[Is::Filled]),
        ("activeDeadlineSeconds", &[Is::AtLeast(0)]),
        ("backoffLimit", &[Is::AtLeast(0)]),
        ("backoffLimitPerIndex", &[Is::AtLeast(0)]),
        ("completions", &[Is::AtLeast(0)]),
        ("managedBy", &[Is::Text(&super::text::PREFIXED_PATH)]),
        ("maxFailedIndexes", &[Is::AtLeast(0)]),
        ("parallelism", &[Is::AtLeast(0)]),
        ("podFailurePolicy", &[Is::Part(&FAILURE_POLICY)]),
        ("successPolicy", &[Is::Part(&SUCCESS_POLICY)]),
        ("template", &[Is::Required, Is::Part(&TEMPLATE)]),
        ("ttlSecondsAfterFinished", &[Is::AtLeast(0)]),
    ],
    together: &[job, indexes],
};

fn job<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let pods = &spec["template"]["spec"];
    let policy = &pods["restartPolicy"];
    let written = text(policy).unwrap_or_default();
    if !["Never", "OnFailure"].contains(&written)
        && (policy.is_null() || policy.is_string())
        && pods.is_object()
    {
        let at =
            if policy.is_null() { At::Missing(pods, "restartPolicy") } else { At::Value(policy) };
        let message = "restartPolicy of a Job has to be Never or OnFailure";
        validator.refuse_with(
            Mistake::UnsupportedValue,
            at,
            message,
            "write restartPolicy: Never, or OnFailure",
        );
    }
    if is_there(&spec["podFailurePolicy"]) && written != "Never" && !written.is_empty() {
        let message = "podFailurePolicy needs the restartPolicy Never";
        validator.refuse(
            Mistake::ContradictingFields,
            At::Value(&spec["podFailurePolicy"]),
            message,
        );
    }
    if spec["podFailurePolicy"].is_object() && spec["podReplacementPolicy"] == "TerminatingOrFailed"
    {
        let message = "podReplacementPolicy can only be Failed beside podFailurePolicy";
        validator.refuse(
            Mistake::ContradictingFields,
            At::Value(&spec["podReplacementPolicy"]),
            message,
        );
    }
    if is_there(&spec["selector"]) && spec["manualSelector"] != true {
        let message =
            "the selector of a Job is generated; it is taken only with manualSelector: true";
        validator.refuse(Mistake::ContradictingFields, At::Value(&spec["selector"]), message);
    }
    ephemeral(validator, pods);
    let named = |name: &Value| {
        let all = list(&pods["containers"]).iter().chain(list(&pods["initContainers"]));
        all.clone().any(|container| container["name"] == *name)
    };
    for rule in list(&spec["podFailurePolicy"]["rules"]) {
        let name = &rule["onExitCodes"]["containerName"];
        if name.is_string() && !named(name) {
            let message = format!("the pod has no container {name}");
            validator.refuse(Mistake::UnsupportedValue, At::Value(name), message);
        }
    }
}

/// What counts by index needs indexes.
fn indexes<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let is_indexed = spec["completionMode"] == "Indexed";
    let completions = &spec["completions"];
    if is_indexed && completions.is_null() {
        let message = "completionMode Indexed needs completions";
        validator.refuse(Mistake::MissingValue, At::Missing(spec, "completions"), message);
    }
    for field in ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] {
        if is_there(&spec[field]) && !is_indexed {
            let message = format!("{field} needs completionMode Indexed");
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec[field]), message);
        }
    }
    let failed = &spec["maxFailedIndexes"];
    if is_there(failed) && spec["backoffLimitPerIndex"].is_null() {
        let message = "maxFailedIndexes needs backoffLimitPerIndex";
        validator.refuse(Mistake::MissingValue, At::Missing(spec, "backoffLimitPerIndex"), message);
    }
    if let (Some(most), Some(all)) = (failed.as_i64(), completions.as_i64())
        && most > all
    {
        let message = format!("maxFailedIndexes is {most}, and there are {all} completions");
        validator.refuse(Mistake::NumberOutOfRange, At::Value(failed), message);
    }
    if let Some(all) = completions.as_i64() {
        let last = format!("{}-{}", validator.object.name(), (all - 1).max(0));
        if is_indexed && validator.object.is("batch", "Job") && super::text::label(&last).is_some()
        {
            let message = format!(
                "the pods of an indexed Job have its name, and {last:?} is none of a pod with a host name"
            );
            validator.refuse(
                Mistake::Name,
                At::Value(&validator.object.json["metadata"]["name"]),
                message,
            );
        }
        successes(validator, spec, all);
    }
    let parallelism = spec["parallelism"].as_i64().unwrap_or(1);
    if is_indexed && parallelism > 100_000 {
        let message = format!(
            "parallelism is {parallelism}, and may be 100000 where completionMode is Indexed"
        );
        validator.refuse(Mistake::NumberOutOfRange, At::Value(&spec["parallelism"]), message);
    }
}

/// A Job cannot succeed by more indexes than it has.
fn successes<'a>(validator: &mut Validator<'a>, spec: &'a Value, completions: i64) {
    for rule in list(&spec["successPolicy"]["rules"]) {
        let (count, indexes) = (&rule["succeededCount"], &rule["succeededIndexes"]);
        let mut most = completions;
        if let Some(written) = text(indexes) {
            let Some(named) = indexes_of(written, completions) else {
                let message =
                    format!("{written:?} are no indexes below {completions}, such as 0-1,3");
                validator.refuse(Mistake::NumberOutOfRange, At::Value(indexes), message);
                continue;
            };
            most = named;
        }
        if count.as_i64().is_some_and(|count| count > most) {
            let message = format!("succeededCount is {count}, and there are {most} indexes");
            validator.refuse(Mistake::NumberOutOfRange, At::Value(count), message);
        }
    }
}

/// How many indexes a text such as `0-1,3` names, in order and below the completions.
fn indexes_of(written: &str, completions: i64) -> Option<i64> {
    if written.is_empty() {
        return Some(0);
    }
    let (mut last, mut count) = (-1, 0);
    for part in written.split(',') {
        let (first, end) = part.split_once('-').unwrap_or((part, part));
        let (first, end): (i64, i64) = (first.parse().ok()?, end.parse().ok()?);
        if first <= last || end < first || end >= completions || part.starts_with('+') {
            return None;
        }
        count += end - first + 1;
        last = end;
    }
    Some(count)
}

static FAILURE_POLICY: Shape =
    Shape { fields: &[("rules", &[Is::Each(&FAILURE_RULE)])], together: &[] };

static FAILURE_RULE: Shape = Shape {
    fields: &[
        ("action", &[Is::Required]),
        ("onExitCodes", &[Is::Part(&EXIT_CODES)]),
        ("onPodConditions", &[Is::Each(&POD_CONDITION)]),
    ],
    together: &[|validator, rule| {
        let conditions = list(&rule["onPodConditions"]);
        match (is_there(&rule["onExitCodes"]), conditions.is_empty()) {
            (true, false) => {
                let message = "a rule is about exit codes or about conditions, not both";
                validator.refuse(Mistake::OneOf, At::Value(rule), message);
            }
            (false, true) => {
                let message = "a rule needs onExitCodes or onPodConditions";
                validator.refuse(Mistake::OneOf, At::Value(rule), message);
            }
            _ => {}
        }
    }],
};

static EXIT_CODES: Shape = Shape {
    fields: &[("operator", &[Is::Required]), ("values", &[Is::Required])],
    together: &[|validator, codes| {
        let values = list(&codes["values"]);
        let numbers: Vec<i64> = values.iter().filter_map(Value::as_i64).collect();
        if codes["operator"] == "In" && numbers.contains(&0) {
            let message = "0 is no failure";
            validator.refuse(Mistake::NumberOutOfRange, At::Value(&codes["values"]), message);
        }
        if numbers.windows(2).any(|two| two[0] == two[1]) {
            let message = "an exit code stands twice";
            validator.refuse(Mistake::DuplicateName, At::Value(&codes["values"]), message);
        } else if numbers.windows(2).any(|two| two[0] > two[1]) {
            let message = "exit codes have to be in order";
            validator.refuse(Mistake::NumberOutOfRange, At::Value(&codes["values"]), message);
        }
    }],
};

static POD_CONDITION: Shape = Shape {
    fields: &[
        ("status", &[Is::AnyOf(&["False", "True", "Unknown"])]),
        ("type", &[Is::Required, Is::Text(&super::text::QUALIFIED_NAME)]),
    ],
    together: &[],
};

static SUCCESS_POLICY: Shape =
    Shape { fields: &[("rules", &[Is::Required, Is::Each(&SUCCESS_RULE)])], together: &[] };

static SUCCESS_RULE: Shape = Shape {
    fields: &[("succeededCount", &[Is::AtLeast(0)])],
    together: &[|validator, rule| {
        if rule["succeededCount"].is_null() && rule["succeededIndexes"].is_null() {
            let message = "a rule needs succeededCount or succeededIndexes";
            validator.refuse(Mistake::OneOf, At::Value(rule), message);
        }
    }],
};

/// A `CronJob`.
pub(super) static CRON_JOB: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&CRON_JOB_SPEC)])], together: &[] };

static CRON_JOB_SPEC: Shape = Shape {
    fields: &[
        ("failedJobsHistoryLimit", &[Is::AtLeast(0)]),
        ("jobTemplate", &[Is::Required, Is::Part(&JOB_TEMPLATE)]),
        ("schedule", &[Is::Required, Is::Also(cron::schedule)]),
        ("startingDeadlineSeconds", &[Is::AtLeast(0)]),
        ("successfulJobsHistoryLimit", &[Is::AtLeast(0)]),
        ("timeZone", &[Is::Also(cron::time_zone)]),
    ],
    together: &[],
};

static JOB_TEMPLATE: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&JOB_SPEC)])], together: &[] };

/// What a workload was before.
pub(super) static REVISION: Shape =
    Shape { fields: &[("data", &[Is::Required]), ("revision", &[Is::AtLeast(0)])], together: &[] };
