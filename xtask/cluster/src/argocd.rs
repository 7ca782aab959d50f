//! Argo CD, where it manages the environment.

use analysis::objects::Identity;
use serde_json::Value;

use crate::connect::Cluster;
use crate::request::{Job, Wanted};
use crate::survey::all;
use crate::trouble::Trouble;

/// The Applications of the environment that are in the cluster.
pub struct ArgoCd {
    pub applications: Vec<Application>,
}

/// An Application in the cluster.
pub struct Application {
    pub identity: Identity,
    pub live: Value,
}

/// Whether an object is one of Argo CD's own, which say what it deploys.
pub fn is_of_argo_cd(wanted: &Wanted) -> bool {
    wanted.identity.group == "argoproj.io"
        && ["Application", "AppProject", "ApplicationSet"].contains(&wanted.identity.kind.as_str())
}

/// The Applications of the environment; none where Argo CD does not manage it.
pub async fn find(job: &Job, cluster: &Cluster) -> Result<ArgoCd, Trouble> {
    let applications = job.objects.iter().filter(|wanted| {
        wanted.identity.group == "argoproj.io" && wanted.identity.kind == "Application"
    });
    let kinds = cluster.kinds();
    let gets = applications.filter_map(|wanted| {
        let path = kinds.get(&wanted.api_version, &wanted.identity.kind)?.path_of(&wanted.identity);
        Some(async move { (wanted, cluster.server.get(&path).await) })
    });
    let mut applications = Vec::new();
    for (wanted, live) in all(gets).await {
        match live {
            Ok(Some(live)) => {
                applications.push(Application { identity: wanted.identity.clone(), live });
            }
            // Whoever may not see Applications does not manage them either.
            Ok(None) | Err(Trouble::Refused(_)) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    applications.sort_by(|one, other| one.identity.cmp(&other.identity));
    Ok(ArgoCd { applications })
}

impl ArgoCd {
    /// Whether it manages the environment.
    pub fn manages(&self) -> bool {
        !self.applications.is_empty()
    }
}

impl Application {
    pub fn sync(&self) -> &str {
        self.live["status"]["sync"]["status"].as_str().unwrap_or("Unknown")
    }

    pub fn health(&self) -> &str {
        self.live["status"]["health"]["status"].as_str().unwrap_or("Unknown")
    }

    /// What it says of itself, where it is not as it should be.
    pub fn message(&self) -> Option<String> {
        let status = &self.live["status"];
        let conditions = status["conditions"].as_array().into_iter().flatten();
        let of_conditions = conditions
            .filter_map(|condition| condition["message"].as_str())
            .map(str::to_owned)
            .next_back();
        let operation = &status["operationState"];
        let is_through = operation["phase"] == "Succeeded" && self.sync() == "Synced";
        let message = operation["message"].as_str().filter(|text| !text.is_empty() && !is_through);
        of_conditions.or_else(|| message.map(str::to_owned))
    }

    /// Where a sync still works on another commit than the newest that Argo CD has seen: both commits.
    ///
    /// Upstream: <https://github.com/argoproj/argo-cd/issues/28794>
    pub fn stuck(&self) -> Option<(String, String)> {
        let status = &self.live["status"];
        let operation = &status["operationState"];
        if operation["phase"] != "Running" {
            return None;
        }
        let working = revisions(&operation["syncResult"])
            .or_else(|| revisions(&operation["operation"]["sync"]))?;
        let newest = revisions(&status["sync"])?;
        (working != newest).then(|| (working.join(", "), newest.join(", ")))
    }

    /// The command that ends its sync, so that the newest commit has its turn.
    pub fn free(&self, context: &str) -> String {
        let namespace = self.identity.namespace.as_deref().unwrap_or("argocd");
        format!(
            "kubectl --context {context} patch applications.argoproj.io --namespace {namespace} {} --type merge --patch \
             '{{\"status\":{{\"operationState\":{{\"phase\":\"Terminating\"}}}}}}'",
            self.identity.name
        )
    }
}

/// The commits of one source or several, as people read them.
fn revisions(of: &Value) -> Option<Vec<String>> {
    let short = |value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(if is_commit { text[..10].to_owned() } else { text.to_owned() })
    };
    let several =
        of["revisions"].as_array().map(|all| all.iter().filter_map(short).collect::<Vec<_>>());
    several.filter(|all| !all.is_empty()).or_else(|| short(&of["revision"]).map(|one| vec![one]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn application(status: Value) -> Application {
        let identity =
            Identity::new("argoproj.io", "Application", Some("argocd"), "kiali-application");
        Application { identity, live: json!({"status": status}) }
    }

    #[test]
    fn a_sync_of_an_old_commit_is_stuck() {
        let (old, new) = ("a".repeat(40), "b".repeat(40));
        let operation =
            json!({"phase": "Running", "message": "waiting", "syncResult": {"revisions": [old]}});
        let stuck = application(
            json!({"sync": {"revisions": [new], "status": "OutOfSync"}, "operationState": operation}),
        );
        assert_eq!(stuck.stuck(), Some(("aaaaaaaaaa".to_owned(), "bbbbbbbbbb".to_owned())));
        assert_eq!(stuck.message().as_deref(), Some("waiting"));
        insta::assert_snapshot!(stuck.free("dev"), @r#"kubectl --context dev patch applications.argoproj.io --namespace argocd kiali-application --type merge --patch '{"status":{"operationState":{"phase":"Terminating"}}}'"#);
        let working = json!({"phase": "Running", "syncResult": {"revisions": [new]}});
        let status = json!({"sync": {"revisions": [new]}, "operationState": working});
        assert_eq!(application(status).stuck(), None);
        let done = json!({"phase": "Succeeded", "syncResult": {"revisions": [old]}});
        let status = json!({"sync": {"revisions": [new]}, "operationState": done});
        assert_eq!(application(status).stuck(), None);
    }
}
