//! Pods that are not there while a lane looks: the runs of CronJobs, and all that an autoscaler may add.

use harness::Failure;
use serde_json::{Value, json};

use crate::rendered::Object;

/// The objects, and behind each CronJob a Job of the same name as one of its runs.
pub fn with_runs(objects: &[Object]) -> Result<Vec<Object>, Failure> {
    let mut all = Vec::new();
    for object in objects {
        all.push(object.clone());
        if object.identity.kind == "CronJob" {
            let mut run = object.with(|value| {
                let job = value["spec"]["jobTemplate"].take();
                value["kind"] = json!("Job");
                value["spec"] = job["spec"].clone();
                value["metadata"]["annotations"] = Value::Null;
            })?;
            run.identity.kind = "Job";
            all.push(run);
        }
    }
    Ok(all)
}

/// The objects, where Deployments that are scaled have as many pods as they may.
pub fn with_most_pods(objects: &[Object]) -> Result<Vec<Object>, Failure> {
    let of_kind = |kind| objects.iter().filter(move |object| object.identity.kind == kind);
    let mut all = objects.to_vec();
    for autoscaler in of_kind("HorizontalPodAutoscaler") {
        let spec = &autoscaler.value["spec"];
        let target = &spec["scaleTargetRef"];
        let scaled = all.iter_mut().find(|object| {
            object.identity.namespace == autoscaler.identity.namespace
                && target["kind"] == object.identity.kind
                && target["name"] == object.identity.name.as_str()
        });
        if let Some(scaled) = scaled {
            *scaled = scaled.with_field(&["spec", "replicas"], spec["maxReplicas"].clone())?;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendered::tests::service;

    fn object(kind: &'static str, value: Value) -> Object {
        let mut object = service("web");
        object.identity.kind = kind;
        object.value = value;
        object
    }

    #[test]
    fn a_run_is_a_job_of_the_template() {
        let job = json!({"template": {"spec": {"containers": []}}});
        let spec = json!({"schedule": "@daily", "jobTemplate": {"spec": job}});
        let value = json!({"kind": "CronJob", "metadata": {"name": "web"}, "spec": spec});
        let all = with_runs(&[object("CronJob", value)]).expect("JSON");
        let [cron_job, run] = all.as_slice() else { panic!("two objects") };
        assert_eq!(cron_job.value["kind"], "CronJob");
        assert_eq!((run.identity.kind, &run.value["kind"]), ("Job", &json!("Job")));
        assert_eq!(run.value["spec"], job);
    }

    #[test]
    fn what_is_scaled_has_as_many_pods_as_it_may() {
        let target = json!({"kind": "Deployment", "name": "web"});
        let spec = json!({"maxReplicas": 5, "scaleTargetRef": target});
        let all = with_most_pods(&[
            object("Deployment", json!({"spec": {}})),
            object("HorizontalPodAutoscaler", json!({"spec": spec})),
        ]);
        assert_eq!(all.expect("JSON")[0].value["spec"]["replicas"], 5);
    }
}
