//! Logging in to Argo CD by GitHub.

use manifests_lib::data::SyncedSecret;
use manifests_lib::prelude::*;
use manifests_lib::values::{SecretDataKey, SecretsManagerName};
use manifests_lib::{label_key, secret_data_key};

/// The projects that teams of people have rights in.
pub(crate) struct Projects {
    /// Of the microservices.
    pub(crate) app: Name,
    /// Of the infrastructure.
    pub(crate) infra: Name,
}

/// Teams of a GitHub organisation that may log in. Nobody else has any right.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/>
#[derive(Clone, Debug)]
pub struct GitHubLogin {
    /// The organisation.
    pub organisation: Name,
    /// May do everything.
    pub administrators: Name,
    /// May look at and sync the Applications of the project `app`.
    pub app: Name,
    /// May look at and sync the Applications of the project `infra`.
    pub infra: Name,
    /// Secret in AWS with the properties `clientID` and `clientSecret` of GitHub's OAuth application.
    pub credentials: SecretsManagerName,
}

impl GitHubLogin {
    /// The Secret that the connector refers to. Until it is there, at the very first start, nobody can log in; Argo CD notices
    /// it by its label and restarts dex.
    pub(super) fn deliver_credentials(&self, argocd: &Bundle) {
        argocd.synced_secret(SyncedSecret {
            name: GITHUB_SECRET,
            from: self.credentials.clone(),
            keys: vec![CLIENT_ID, CLIENT_SECRET],
            // Argo CD resolves references to Secrets with this label only.
            labels: vec![(label_key!("app.kubernetes.io/part-of"), name!("argocd"))],
        });
    }

    /// Connector of dex; its credentials are references to a Secret, which Argo CD resolves.
    ///
    /// Upstream: <https://dexidp.io/docs/connectors/github/>
    pub(super) fn connector(&self) -> String {
        let Self { organisation, administrators, app, infra, credentials: _ } = self;
        format!(
            "connectors:
- type: github
  id: github
  name: GitHub
  config:
    clientID: ${GITHUB_SECRET}:{CLIENT_ID}
    clientSecret: ${GITHUB_SECRET}:{CLIENT_SECRET}
    teamNameField: slug
    orgs:
    - name: {organisation}
      teams:
      - {administrators}
      - {app}
      - {infra}
"
        )
    }

    /// Rights by group: GitHub's groups read `<organisation>:<team>`.
    ///
    /// Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/>
    pub(super) fn policy(&self, projects: &Projects) -> String {
        let Self { organisation, administrators, app, infra, credentials: _ } = self;
        let mut policy = format!("g, {organisation}:{administrators}, role:admin\n");
        for (project, team) in [(&projects.app, app), (&projects.infra, infra)] {
            let role = format!("role:{project}");
            for line in [
                format!("p, {role}, applications, get, {project}/*, allow"),
                format!("p, {role}, applications, sync, {project}/*, allow"),
                format!("p, {role}, logs, get, {project}/*, allow"),
                format!("p, {role}, projects, get, {project}, allow"),
                format!("g, {organisation}:{team}, {role}"),
            ] {
                policy.push_str(&line);
                policy.push('\n');
            }
        }
        policy
    }
}

/// The Secret with the credentials of the GitHub application.
const GITHUB_SECRET: Name = name!("argocd-github");
const CLIENT_ID: SecretDataKey = secret_data_key!("clientID");
const CLIENT_SECRET: SecretDataKey = secret_data_key!("clientSecret");
