//! Login to Argo CD through GitHub.

use manifests_lib::data::SyncedSecret;
use manifests_lib::delivery::gitops::Reviewers;
use manifests_lib::prelude::*;
use manifests_lib::values::{SecretDataKey, SecretsManagerName};
use manifests_lib::{label_key, secret_data_key};

/// The teams of the platform whose Applications GitHub teams have rights in.
pub(crate) struct Teams {
    /// Team of the microservices.
    pub(crate) app: Name,
    /// Team of the infrastructure.
    pub(crate) infra: Name,
}

/// Teams of a GitHub organisation that may log in. Nobody else has any rights. The same teams review changes of this repository:
/// `.github/CODEOWNERS` is rendered from them.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/>
#[derive(Clone, Debug)]
pub struct GitHubLogin {
    /// The organisation: `name!("example")`.
    pub organisation: Name,
    /// Team that may do everything: `name!("sre")`.
    pub administrators: Name,
    /// Team that may view and sync the Applications of the team `app`: `name!("app")`.
    pub app: Name,
    /// Team that may view and sync the Applications of the team `infra`: `name!("infra")`.
    pub infra: Name,
    /// Secret in AWS Secrets Manager with the properties `clientID` and `clientSecret` of GitHub's OAuth application.
    pub credentials: SecretsManagerName,
}

impl GitHubLogin {
    /// Adds the Secret that the connector refers to. On the very first start nobody can log in until it exists; Argo CD then
    /// finds it by its label and restarts dex.
    pub(super) fn deliver_credentials(&self, argocd: &Bundle) {
        argocd.synced_secret(SyncedSecret {
            name: GITHUB_SECRET,
            from: self.credentials.clone(),
            keys: vec![CLIENT_ID, CLIENT_SECRET],
            // Argo CD only resolves references to Secrets with this label.
            labels: vec![(label_key!("app.kubernetes.io/part-of"), name!("argocd"))],
        });
    }

    /// The same teams as reviewers: who may sync Applications also approves what is in them.
    pub(super) fn reviewers(&self, teams: &Teams) -> Reviewers {
        let Self { organisation, administrators, app, infra, credentials: _ } = self;
        let teams = [(&teams.app, app), (&teams.infra, infra)];
        Reviewers {
            organisation: organisation.clone(),
            administrators: administrators.clone(),
            teams: teams.map(|(team, reviewers)| (team.clone(), reviewers.clone())).into(),
        }
    }

    /// dex's connector; its credentials are references to a Secret, which Argo CD resolves.
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

    /// RBAC policy by group: a GitHub team is the group `<organisation>:<team>`.
    ///
    /// Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/>
    pub(super) fn policy(&self, teams: &Teams) -> String {
        let Self { organisation, administrators, app, infra, credentials: _ } = self;
        let mut policy = format!("g, {organisation}:{administrators}, role:admin\n");
        for (team, members) in [(&teams.app, app), (&teams.infra, infra)] {
            let role = format!("role:{team}");
            // The projects of its bundles.
            let projects = format!("{team}.*");
            for line in [
                format!("p, {role}, applications, get, {projects}/*, allow"),
                format!("p, {role}, applications, sync, {projects}/*, allow"),
                format!("p, {role}, logs, get, {projects}/*, allow"),
                format!("p, {role}, projects, get, {projects}, allow"),
                format!("g, {organisation}:{members}, {role}"),
            ] {
                policy.push_str(&line);
                policy.push('\n');
            }
        }
        policy
    }
}

/// Secret with the credentials of GitHub's OAuth application.
const GITHUB_SECRET: Name = name!("argocd-github");
const CLIENT_ID: SecretDataKey = secret_data_key!("clientID");
const CLIENT_SECRET: SecretDataKey = secret_data_key!("clientSecret");
