//! Argo CD: deploys the platform from the snapshots, itself included.

use std::collections::BTreeMap;

use helm_values::{HelmChart, argo_cd as chart};
use k8s_openapi::api::{apps, batch, core, networking, rbac};
use manifests_lib::{
    Bundle, Chart, Dashboard, DashboardRoute, Delivery, Existing, GitUrl, Injection, Kind, Name,
    Namespace, NamespaceRules, PodSecurity, Resources, Scheme, SecretDataKey, SecretsManagerName,
    StoredSecret, ToolService, git_url, label_key, mebibytes, millicores, name, port,
    relative_path, secret_data_key,
};

use crate::environment::Environment;
use crate::infra::{cert_manager, external_secrets, nginx};
use crate::node_group;

/// Where Argo CD runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("argocd"));

/// The dashboard and the API.
pub(crate) const DASHBOARD: Dashboard = Dashboard {
    name: name!("argocd"),
    service: ToolService { name: name!("argocd-server"), namespace: NAMESPACE, port: port!(443) },
    scheme: Scheme::Https,
    local_port: port!(8080),
};

/// The repository that holds the snapshots.
const REPOSITORY: GitUrl = git_url!("https://github.com/hiroki-it/microservices-manifests.git");

/// Name of the Helm release, from which the chart derives `argocd-server` and the others.
const RELEASE: Name = name!("argocd");

/// How people log in.
#[derive(Clone, Debug)]
pub enum Login {
    /// By the password of the account `admin`, which Argo CD writes into a Secret at its first start.
    LocalAdmin,
    /// By GitHub, through dex.
    GitHub(GitHubLogin),
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

/// What Argo CD reads, and what the cluster has before it.
pub(crate) fn delivery(env: &Environment) -> Delivery {
    Delivery {
        namespace: NAMESPACE,
        repository: REPOSITORY,
        branch: env.branch.clone(),
        snapshots: relative_path!("snapshots"),
        existing: Existing { namespaces: vec![KUBE_SYSTEM], api_groups: Vec::new() },
    }
}

/// Where the cluster's own parts run.
pub(crate) const KUBE_SYSTEM: Namespace = Namespace::new(name!("kube-system"));

/// The project of the microservices.
pub(crate) const APP_PROJECT: Name = name!("app");

/// The project of the infrastructure.
pub(crate) const INFRA_PROJECT: Name = name!("infra");

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let argocd = Bundle::new(name!("argocd"), &NAMESPACE, &env.name);
    argocd.create_namespace(
        &NAMESPACE,
        &NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Baseline },
    );
    argocd.chart(Chart {
        release: RELEASE,
        values: values(env),
        kinds: vec![
            Kind::of::<apps::v1::Deployment>(),
            Kind::of::<apps::v1::StatefulSet>(),
            Kind::of::<batch::v1::Job>(),
            Kind::of::<core::v1::ConfigMap>(),
            Kind::of::<core::v1::Secret>(),
            Kind::of::<core::v1::Service>(),
            Kind::of::<core::v1::ServiceAccount>(),
            Kind::of::<networking::v1::NetworkPolicy>(),
            Kind::of::<rbac::v1::ClusterRole>(),
            Kind::of::<rbac::v1::ClusterRoleBinding>(),
            Kind::of::<rbac::v1::Role>(),
            Kind::of::<rbac::v1::RoleBinding>(),
        ],
        installs: vec!["argoproj.io"],
    });
    if let Login::GitHub(github) = &env.login {
        github.deliver_credentials(&argocd);
    }
    argocd.dashboard(&DASHBOARD);
    if let Some(domain) = &env.internal_domain {
        argocd.dashboard_route(DashboardRoute {
            dashboard: &DASHBOARD,
            gateway: &nginx::INTERNAL,
            domain,
            certificate: Some(&argocd.service_certificate(
                // Argo CD serves with the certificate in a Secret of this name.
                name!("argocd-server-tls"),
                &cert_manager::CLUSTER,
                &DASHBOARD.service,
            )),
        });
    }
    argocd.keep();
    argocd
}

fn values(env: &Environment) -> chart::Values {
    chart::Values::with(|values| {
        let global = &mut values.global;
        global.node_selector = Some(node_group::DEPLOY.node_selector());
        global.additional_labels = Some(BTreeMap::from([("env".to_owned(), env.name.to_string())]));
        global.network_policy.create = Some(true);
        global.domain =
            env.internal_domain.as_ref().map(|domain| DASHBOARD.host(domain).to_string());

        settings(&mut values.configs.cm, &env.login);
        rights(&mut values.configs.rbac, &env.login);
        // All charts at once, as after a new start, would need more memory than the pod has.
        values.configs.params.reposerver_parallelism_limit = Some(2);

        values.controller.resources = Some(requirements(250, 768));
        values.server.resources = Some(requirements(50, 192));
        values.repo_server.resources = Some(requirements(100, 384));
        values.redis.resources = Some(requirements(50, 128));
        // The hub to other logins, where there are any.
        match &env.login {
            Login::LocalAdmin => values.dex.enabled = Some(false),
            Login::GitHub(_) => values.dex.resources = Some(requirements(10, 64)),
        }
        values.notifications.enabled = Some(false);
        // No object of the platform asks for it.
        values.application_set.replicas = Some(0);
    })
}

/// Millicores and mebibytes of one part.
fn requirements(cpu: u32, memory: u32) -> core::v1::ResourceRequirements {
    let resources = Resources { cpu: millicores(cpu), memory: mebibytes(memory) };
    resources.requirements()
}

fn settings(cm: &mut chart::ConfigsCm, login: &Login) {
    cm.admin_enabled = Some(matches!(login, Login::LocalAdmin));
    cm.exec_enabled = Some(false);
    cm.application_resource_tracking_method = Some("annotation".to_owned());
    cm.dex_config = match login {
        Login::LocalAdmin => None,
        Login::GitHub(github) => Some(github.connector()),
    };
    // Waves of Applications wait for their health, which Argo CD does not look at by itself.
    cm.additional.insert(
        "resource.customizations.health.argoproj.io_Application".to_owned(),
        APPLICATION_HEALTH.to_owned(),
    );
}

/// An Application is as healthy as it says, and in progress until it says so.
const APPLICATION_HEALTH: &str = "\
local health = { status = \"Progressing\", message = \"\" }
if obj.status ~= nil and obj.status.health ~= nil then
  health.status = obj.status.health.status
  if obj.status.health.message ~= nil then
    health.message = obj.status.health.message
  end
end
return health
";

fn rights(rbac: &mut chart::ConfigsRbac, login: &Login) {
    // Nobody may do anything that no line gives.
    rbac.policy_default = Some(String::new());
    rbac.policy_csv = match login {
        Login::LocalAdmin => None,
        Login::GitHub(github) => Some(github.policy()),
    };
    rbac.scopes = Some("[groups]".to_owned());
}

impl GitHubLogin {
    /// The Secret that the connector refers to. Until it is there, at the very first start, nobody can log in; Argo CD notices
    /// it by its label and restarts dex.
    fn deliver_credentials(&self, argocd: &Bundle) {
        argocd.stored_secret(StoredSecret {
            name: GITHUB_SECRET,
            store: &external_secrets::STORE,
            from: &self.credentials,
            keys: vec![CLIENT_ID, CLIENT_SECRET],
            // Argo CD resolves references to Secrets with this label only.
            labels: vec![(label_key!("app.kubernetes.io/part-of"), name!("argocd"))],
        });
    }

    /// Connector of dex; its credentials are references to a Secret, which Argo CD resolves.
    ///
    /// Upstream: <https://dexidp.io/docs/connectors/github/>
    fn connector(&self) -> String {
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
    fn policy(&self) -> String {
        let Self { organisation, administrators, app, infra, credentials: _ } = self;
        let mut policy = format!("g, {organisation}:{administrators}, role:admin\n");
        for (project, team) in [(APP_PROJECT, app), (INFRA_PROJECT, infra)] {
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
