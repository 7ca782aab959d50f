//! What the environments tell Argo CD by the values of its chart.

use std::collections::BTreeMap;
use std::fs;

use custom_resources::argoproj::v1alpha1::Application;
use harness::{Cluster, Failure, cannot_write};
use k8s_openapi::Resource as _;
use manifests_lib::delivery::SourceFrom;
use serde_json::{Value, json};

use super::platform::ARGOCD;
use crate::lanes::gitops;
use crate::rendered::{Rendered, RenderedSource};

/// Settings that decide what Argo CD deploys, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The ConfigMap argocd-cm.
    pub config_map: BTreeMap<String, String>,
    /// Environment variables of the application controller.
    pub controller: BTreeMap<String, String>,
}

/// Parameters of the chart, and the variables that it makes of them for the controller.
const CONTROLLER: [(&str, &str); 1] =
    [("controller.sync.timeout.seconds", "ARGOCD_APPLICATION_CONTROLLER_SYNC_TIMEOUT")];

/// Parameters that change nothing here.
const WITHOUT_EFFECT: [&str; 1] = ["reposerver.parallelism.limit"];

/// Who may log in is nothing that the controller reads.
const LOGINS: [&str; 3] = ["admin.enabled", "dex.config", "exec.enabled"];

/// After how many seconds the health of what does not become healthy is Degraded, as the checks say it.
const PATIENCE: &str = "os.time() - 600)";

/// The same, so that nobody waits for ten minutes.
const SHORTER_PATIENCE: &str = "os.time() - 5)";

impl Settings {
    /// The settings of an environment.
    pub fn of(rendered: &Rendered) -> Result<Self, Failure> {
        let environment = &rendered.environment;
        let values = values(rendered)?;
        let mut config_map = texts(&values["configs"]["cm"]);
        config_map.retain(|key, _| !LOGINS.contains(&key.as_str()));
        for check in config_map.values_mut() {
            *check = check.replace(PATIENCE, SHORTER_PATIENCE);
        }
        let mut controller = BTreeMap::new();
        for (parameter, value) in texts(&values["configs"]["params"]) {
            if let Some((_, variable)) = CONTROLLER.iter().find(|(known, _)| *known == parameter) {
                controller.insert((*variable).to_owned(), value);
            } else if !WITHOUT_EFFECT.contains(&parameter.as_str()) {
                return Err(Failure::new(format!(
                    "{environment}: the values of Argo CD's chart set the parameter {parameter}, which the lane does not hand \
                     on: teach it to in conformance/src/lanes/delivery/settings.rs"
                )));
            }
        }
        Ok(Self { config_map, controller })
    }

    /// Writes what Argo CD reads from its namespace; its chart makes the same objects.
    pub fn write(&self, cluster: &mut Cluster) -> Result<(), Failure> {
        let key = gitops::secret_key()?;
        let objects = [
            settings_object("ConfigMap", "argocd-cm", json!(self.config_map)),
            settings_object("ConfigMap", "argocd-rbac-cm", json!({})),
            settings_object("ConfigMap", "argocd-ssh-known-hosts-cm", json!({})),
            settings_object("ConfigMap", "argocd-tls-certs-cm", json!({})),
            settings_object("Secret", "argocd-secret", json!({ gitops::SECRET_KEY: key })),
        ];
        let file = cluster.folder("argocd")?.join("settings.json");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
        cluster.run_kubectl(&["create", "--filename", &file.display().to_string()]).map(|_| ())
    }
}

fn settings_object(kind: &str, name: &str, data: Value) -> Value {
    let field = if kind == "Secret" { "stringData" } else { "data" };
    json!({
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": ARGOCD.name().as_str(),
            "labels": {"app.kubernetes.io/part-of": "argocd"},
        },
        field: data,
    })
}

/// The values of Argo CD's own chart.
fn values(rendered: &Rendered) -> Result<&Value, Failure> {
    let group = Application::GROUP;
    let installs = |source: &&RenderedSource| source.spec.crd_groups.contains(&group);
    match rendered.sources.iter().find(installs).map(|source| &source.spec.from) {
        Some(SourceFrom::Chart { values, .. }) => Ok(values),
        _ => Err(Failure::new(format!(
            "{} has no chart that installs {group}: services/src/platform.rs has to deploy Argo CD by its chart",
            rendered.environment
        ))),
    }
}

/// The entries of a ConfigMap, as the chart writes them.
fn texts(values: &Value) -> BTreeMap<String, String> {
    let entries = values.as_object().into_iter().flatten();
    entries
        .map(|(key, value)| match value {
            Value::String(text) => (key.clone(), text.clone()),
            other => (key.clone(), other.to_string()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendered;

    #[test]
    fn every_environment_tells_argo_cd_how_to_assess_applications() {
        for rendered in rendered::environments().unwrap() {
            let settings = Settings::of(&rendered).unwrap();
            let check =
                &settings.config_map["resource.customizations.health.argoproj.io_Application"];
            assert!(check.contains(SHORTER_PATIENCE), "{}: {check}", rendered.environment);
        }
    }
}
