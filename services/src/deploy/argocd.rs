//! Argo CD: deploys the platform from the snapshots, including itself.

mod github;
mod health;

use std::collections::BTreeMap;
use std::fmt::Debug;

use helm_values::{HelmChart, argo_cd as chart};
use k8s_openapi::api::{apps, batch, core, networking, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::delivery::gitops::{GitSource, Prerequisites, Reviewers};
use manifests_lib::model::{GroupKind, Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::gateway_api::{InternalAccess, ServingCertificate};
use manifests_lib::network::{ClusterIssuer, ToolService, network_policy};
use manifests_lib::observability::{
    MonitoredPods, PodMonitor, WebUiRequests, WebUiSpec, pod_metrics_endpoint,
};
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::{GitBranch, GitUrl, Tag};
use manifests_lib::{git_url, label_key, relative_path};

use crate::node_group;
use crate::site::{Aws, Laptop, Site};

pub use github::GitHubLogin;
pub(crate) use github::Teams;

/// Argo CD's namespace.
const NAMESPACE: Namespace = Namespace::new(name!("argocd"));

/// The repository that holds the snapshots.
const REPOSITORY: GitUrl = git_url!("https://github.com/hiroki-it/microservices-manifests.git");

/// What runs: newer than the version that the chart is for, 3.4.4. Between both, Argo CD's own manifests differ in optional
/// settings only, and in fields of its CRDs that nothing here sets; the chart's CRDs drop these fields. With a chart of this
/// version, such as 10.9.2, remove it.
///
/// The conformance lane `charts` renders with the Helm and the Kustomize that this version embeds.
const VERSION: Tag = tag!("v3.5.3");

/// Name of the Helm release; the chart derives `argocd-server` and other names from it.
const RELEASE: Name = name!("argocd");

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Logins> {
    /// Git branch that Argo CD follows: `git_branch!("main")`.
    pub branch: GitBranch,
    /// Login method.
    pub login: K::Login,
}

/// The login method of each kind of place.
pub trait Logins {
    /// Its login method.
    type Login: Clone + Into<Login> + Debug;
}

/// Login method.
#[derive(Clone, Debug)]
pub enum Login {
    /// Password of the local account `admin`.
    LocalAdmin,
    /// GitHub, through dex.
    GitHub(GitHubLogin),
}

/// Password of the local account `admin`, which Argo CD writes into a Secret at its first start.
#[derive(Clone, Debug)]
pub struct LocalAdmin;

impl Logins for Laptop {
    type Login = LocalAdmin;
}

impl Logins for Aws {
    type Login = GitHubLogin;
}

impl From<LocalAdmin> for Login {
    fn from(LocalAdmin: LocalAdmin) -> Self {
        Self::LocalAdmin
    }
}

impl From<GitHubLogin> for Login {
    fn from(github: GitHubLogin) -> Self {
        Self::GitHub(github)
    }
}

/// The repository that Argo CD reads, and what the cluster has before Argo CD deploys to it.
pub(crate) fn git_source<K: Logins>(settings: &Settings<K>) -> GitSource {
    GitSource {
        namespace: NAMESPACE,
        repository: REPOSITORY,
        branch: settings.branch.clone(),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![Namespace::KUBE_SYSTEM],
            api_groups: Vec::new(),
        },
    }
}

/// The GitHub teams that review what they may deploy, where people log in through GitHub.
pub(crate) fn reviewers<K: Logins>(settings: &Settings<K>, teams: &Teams) -> Option<Reviewers> {
    match settings.login.clone().into() {
        Login::LocalAdmin => None,
        Login::GitHub(github) => Some(github.reviewers(teams)),
    }
}

/// `issuer` signs the server's certificate.
pub(crate) fn bundle<K: Logins>(
    platform: &Platform,
    site: &Site,
    settings: Settings<K>,
    teams: &Teams,
    issuer: &ClusterIssuer,
    internal: &InternalAccess,
    prometheus: &Prometheus,
) {
    // The branch belongs to the platform: see `git_source`.
    let Settings { branch: _, login } = settings;
    let login = login.into();
    let argocd = platform.bundle(name!("argocd"), &NAMESPACE);
    argocd.create_namespace(
        &NAMESPACE,
        &NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Restricted },
    );
    if let Login::GitHub(github) = &login {
        github.deliver_credentials(&argocd);
    }
    let server = argocd.tool_pods(&network_policy::APP_NAME, &name!("argocd-server"));
    let port =
        ToolService { name: name!("argocd-server"), port: port!(443), target_port: port!(8080) };
    let web_ui = internal.https_web_ui(
        WebUiSpec {
            name: name!("argocd"),
            port: &server.port(port),
            requests: WebUiRequests::All,
            local_port: port!(8080),
        },
        // Argo CD serves the certificate in the Secret of this name.
        &ServingCertificate { secret: name!("argocd-server-tls"), issuer },
    );
    prometheus.scrapes(&server, port!(8083));
    prometheus.pod_monitor(PodMonitor {
        name: name!("argocd"),
        pods: MonitoredPods::Labelled(
            &NAMESPACE,
            label_key!("app.kubernetes.io/part-of"),
            name!("argocd"),
        ),
        endpoint: pod_metrics_endpoint("metrics"),
    });
    argocd.chart(Chart {
        release: RELEASE,
        values: values(site, &login, teams, web_ui.host()),
        kinds: vec![
            GroupKind::of::<apps::v1::Deployment>(),
            GroupKind::of::<apps::v1::StatefulSet>(),
            GroupKind::of::<batch::v1::Job>(),
            GroupKind::of::<core::v1::ConfigMap>(),
            GroupKind::of::<core::v1::Secret>(),
            GroupKind::of::<core::v1::Service>(),
            GroupKind::of::<core::v1::ServiceAccount>(),
            GroupKind::of::<networking::v1::NetworkPolicy>(),
            GroupKind::of::<rbac::v1::ClusterRole>(),
            GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
            GroupKind::of::<rbac::v1::Role>(),
            GroupKind::of::<rbac::v1::RoleBinding>(),
        ],
        crd_groups: vec!["argoproj.io"],
    });
    argocd.never_prune();
}

fn values(site: &Site, login: &Login, teams: &Teams, host: Option<&Host>) -> chart::Values {
    chart::Values::with(|values| {
        let global = &mut values.global;
        global.node_selector = Some(node_group::DEPLOY.node_selector());
        global.additional_labels =
            Some(BTreeMap::from([("env".to_owned(), site.name.to_string())]));
        global.network_policy.create = Some(false);
        global.domain = host.map(ToString::to_string);
        global.image.tag = Some(VERSION.to_string());

        // Those of the parts that only parts call. The chart's for the server would admit everybody.
        values.controller.network_policy.create = Some(true);
        values.redis.network_policy.create = Some(true);
        values.repo_server.network_policy.create = Some(true);

        settings(&mut values.configs.cm, login);
        rbac(&mut values.configs.rbac, login, teams);
        // Rendering all charts at once, as after a restart, would need more memory than the pod has.
        values.configs.params.reposerver_parallelism_limit = Some(2);

        // Measured with this platform: it takes up to 1.5 GiB while CRDs are installed, if it may, and settles at 0.6 GiB.
        let controller = resources(250, 768).of_go_up_to(mebibytes(1536));
        values.controller.resources = Some(controller.requirements());
        values.controller.env = Some(vec![controller.variable()]);
        // The chart's own example is 128 MiB.
        let server = resources(50, 192).of_go();
        values.server.resources = Some(server.requirements());
        values.server.cluster_role_rules.enabled = Some(true);
        values.server.cluster_role_rules.rules = Some(server_rules());
        values.server.env = Some(vec![server.variable()]);
        // Measured with this platform: up to 250 MiB, helm and git among it.
        let repo_server = resources(100, 384).of_go();
        values.repo_server.resources = Some(repo_server.requirements());
        values.repo_server.env = Some(vec![repo_server.variable()]);
        // Measured with this platform: 23 MiB.
        values.redis.resources = Some(resources(50, 128).requirements());
        // Dex connects to external identity providers; a local login needs none.
        match login {
            Login::LocalAdmin => values.dex.enabled = Some(false),
            Login::GitHub(_) => {
                values.dex.network_policy.create = Some(true);
                // The chart's own example.
                let dex = resources(10, 64).of_go();
                values.dex.resources = Some(dex.requirements());
                values.dex.env = Some(vec![dex.variable()]);
            }
        }
        values.notifications.enabled = Some(false);
        // The platform has no ApplicationSets.
        values.application_set.replicas = Some(0);
    })
}

/// Resources of one component, in millicores and mebibytes.
fn resources(cpu: u32, memory: u32) -> Resources {
    Resources { cpu: millicores(cpu), memory: mebibytes(memory) }
}

/// What the server may do itself, outside its own namespace: read objects, their events and logs for the web UI. By default it may
/// also delete and change every object, for buttons of the web UI that go past Git.
fn server_rules() -> Vec<rbac::v1::PolicyRule> {
    let rule = |group: &str, resources: &[&str], verb: &str| rbac::v1::PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(resources.iter().map(|&resource| resource.to_owned()).collect()),
        verbs: vec![verb.to_owned()],
        ..rbac::v1::PolicyRule::default()
    };
    vec![rule("*", &["*"], "get"), rule("", &["events"], "list"), rule("", &["pods/log"], "get")]
}

fn settings(cm: &mut chart::ConfigsCm, login: &Login) {
    cm.admin_enabled = Some(matches!(login, Login::LocalAdmin));
    cm.exec_enabled = Some(false);
    cm.application_resource_tracking_method = Some("annotation".to_owned());
    cm.dex_config = match login {
        Login::LocalAdmin => None,
        Login::GitHub(github) => Some(github.connector()),
    };
    cm.additional.extend(health::checks());
}

fn rbac(rbac: &mut chart::ConfigsRbac, login: &Login, teams: &Teams) {
    // No default role: everything that no line of the policy grants is denied.
    rbac.policy_default = Some(String::new());
    rbac.policy_csv = match login {
        Login::LocalAdmin => None,
        Login::GitHub(github) => Some(github.policy(teams)),
    };
    rbac.scopes = Some("[groups]".to_owned());
}
