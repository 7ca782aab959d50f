//! Every object can be patched at the handle of the part that makes it, and a patch there reaches no other object.

use std::any::type_name_of_val;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::coreos::monitoring::v1 as monitoring;
use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;
use custom_resources::istio::networking::v1 as istio;
use custom_resources::istio::networking::v1beta1::ProxyConfig;
use custom_resources::istio::security::v1 as security;
use custom_resources::k8s::networking::gateway::v1 as gateway_api;
use custom_resources::nginx::gateway::v1alpha1 as nginx;
use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use insta::assert_snapshot;
use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::autoscaling::v2 as autoscaling;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::api::rbac::v1 as rbac;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use manifests_lib::cluster::{Arn, AwsRights, Role, RoleRule, Verb};
use manifests_lib::data::cache::Persistence;
use manifests_lib::data::database::{AuroraMysql, Rights};
use manifests_lib::data::rabbitmq::{RabbitmqClusterSpec, Saga};
use manifests_lib::data::{
    GeneratedCredentials, GeneratedSecret, PullSecret, SecretValue, SecretsManagerStore,
    SyncedSecret,
};
use manifests_lib::model::{Bundle, Component, Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::gateway_api::{
    DirectRoute, Exposure, Redirect, RedirectStatus, RedirectTo, Route, ServingCertificate,
};
use manifests_lib::network::mesh::{
    EgressGateway, EgressGatewaySpec, Exposure as MeshExposure, ExternalService, GatewayRoute,
    IngressGateway, IngressGatewaySpec, Way,
};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{
    Certificate, CertificateHosts, ClusterIssuer, Http, Issuer, Service, ToolService,
};
use manifests_lib::observability::grafana::{Dashboard, Variable};
use manifests_lib::observability::{
    Latency, LatencyBound, MonitoredPods, PodMonitor, Prometheus, ServiceMonitor, Slo, WebUiHandle,
    WebUiRequests, WebUiSpec, pod_metrics_endpoint,
};
use manifests_lib::platform::BuiltPlatform;
use manifests_lib::values::{gibibytes, mebibytes, millicores, seconds};
use manifests_lib::workload::{
    Concurrency, ConfigFiles, CronJob, Job, LocalVolume, Replicas, Resources, ScaleOn, VolumeClaim,
    Workload,
};
use manifests_lib::{
    binding_key, file_name, host, iam_action, name, node_port, path, percent, port, public_image,
    region, schedule, secret_data_key, secrets_manager_name, slo_target, time_zone, uid, url_path,
};

use crate::support::{
    API_SERVER, ELSEWHERE, FRONT_DOOR, NAMESPACE, NODES, Shop, aurora, config_map, container,
    elasticache, gateway_spec, mysql, postgres, task, valkey,
};

const PATCHED_BY: &str = "example.com/patched-by";

/// Patches, at a handle, one kind of object after the other: the object says by which handle.
macro_rules! patch {
    ($handle:expr, $($kind:ty),+ $(,)?) => {{
        let handle = &$handle;
        let by = type_name_of_val(handle);
        $(handle.patch(move |object: &mut $kind| sign(&mut object.metadata, by));)+
    }};
}

fn sign(metadata: &mut ObjectMeta, handle: &'static str) {
    let (handle, _) = handle.split_once('<').unwrap_or((handle, ""));
    let handle = handle.rsplit("::").next().unwrap_or_default();
    let by = metadata.annotations.get_or_insert_default().entry(PATCHED_BY.to_owned());
    by.and_modify(|others| *others = format!("{others}, {handle}")).or_insert(handle.to_owned());
}

/// Who patches the objects of bundles: all but those that deliver them.
fn signed(built: &BuiltPlatform) -> String {
    let delivery = ["root", "team-parent"];
    let bundles = built.bundles.iter().filter(|it| !delivery.contains(&it.name.as_str()));
    let lines = bundles.flat_map(|bundle| &bundle.resources).map(|resource| {
        let object = resource.object_ref();
        let json = resource.to_json().expect("finite numbers");
        let by = json["metadata"]["annotations"][PATCHED_BY].as_str().unwrap_or("nobody");
        format!("{} {}: {by}", object.kind, object.name)
    });
    lines.collect::<Vec<_>>().join("\n")
}

const BACK_DOOR: EgressGateway =
    EgressGateway { name: name!("back-door"), namespace: ELSEWHERE, selector: name!("egress") };

/// A Deployment, in a namespace that denies by default.
fn served(component: &Component) -> Service<Http> {
    let deployment = component.deployment(2);
    patch!(
        deployment,
        apps::Deployment,
        core::ServiceAccount,
        policy::PodDisruptionBudget,
        networking::NetworkPolicy,
        istio::Sidecar,
    );
    let service = deployment.container(container()).expose_http(port!(80));
    patch!(service, core::Service);
    service
}

/// What runs on every node, and what ends.
fn runs(web: &Bundle) {
    let agent = web.component(name!("agent"), &NODES).daemon_set();
    agent.container(container());
    patch!(agent, apps::DaemonSet, core::ServiceAccount, networking::NetworkPolicy, istio::Sidecar);
    let job = web.component(name!("seed"), &NODES).job(Job { active_deadline: seconds(60) });
    job.portless_container(task());
    patch!(job, batch::Job, core::ServiceAccount, networking::NetworkPolicy, istio::Sidecar);
    let night = web.component(name!("night"), &NODES).cron_job(CronJob {
        schedule: schedule!("17 3 * * *"),
        time_zone: time_zone!("Europe/Berlin"),
        concurrency: Concurrency::Forbid,
        starting_deadline: seconds(600),
        active_deadline: seconds(3600),
    });
    night.portless_container(task());
    patch!(night, batch::CronJob, core::ServiceAccount, networking::NetworkPolicy, istio::Sidecar);
    let scaled = web.component(name!("scaled"), &NODES).deployment(Replicas::Between {
        min: 1,
        max: 2,
        scale_on: ScaleOn::Cpu(percent!(70)),
    });
    scaled.container(container());
    patch!(
        scaled,
        apps::Deployment,
        autoscaling::HorizontalPodAutoscaler,
        core::ServiceAccount,
        networking::NetworkPolicy,
        istio::Sidecar,
    );
}

/// Workloads and what they keep.
fn workloads(web: &Bundle) -> Service<Http> {
    let app = web.app(&NODES);
    let service = served(&app);
    patch!(service, security::AuthorizationPolicy, networking::NetworkPolicy);

    let stateful_set = web.component(name!("store"), &NODES).stateful_set(2);
    let store = stateful_set.container(container()).expose_tcp(port!(6379));
    stateful_set.governed_by(&store);
    patch!(
        stateful_set,
        apps::StatefulSet,
        core::ServiceAccount,
        policy::PodDisruptionBudget,
        networking::NetworkPolicy,
        istio::Sidecar,
    );
    patch!(store, core::Service);

    let role = app.role(Role {
        rules: vec![RoleRule::of::<core::ConfigMap>([Verb::Get])],
        reason: "reads its settings",
        api_server: &API_SERVER,
    });
    patch!(role, rbac::Role, rbac::RoleBinding);
    let role = web.component(name!("mobile"), &NODES).cluster_role(Role {
        rules: vec![RoleRule::of::<core::Node>([Verb::List])],
        reason: "shows the nodes",
        api_server: &API_SERVER,
    });
    patch!(role, rbac::ClusterRole, rbac::ClusterRoleBinding);
    let rights = app.aws_rights(AwsRights {
        actions: vec![iam_action!("sqs:SendMessage")],
        resources: vec![Arn::Regional {
            service: "sqs",
            region: region!("eu-west-1"),
            resource: "orders".to_owned(),
        }],
    });
    patch!(rights, istio::ServiceEntry);

    let volume = app.local_volume(LocalVolume { path: path!("/data"), size: gibibytes(1) });
    patch!(volume, core::PersistentVolume, core::PersistentVolumeClaim);
    let claim = app.volume_claim(VolumeClaim {
        name: name!("uploads"),
        size: gibibytes(1),
        storage_class: name!("fast"),
        owner: uid!(1000),
    });
    patch!(claim, core::PersistentVolumeClaim);
    let files = &[(file_name!("flags.json"), "{}")];
    patch!(app.config(ConfigFiles { name: &name!("flags"), files }), core::ConfigMap);
    patch!(web.add(config_map("settings")), core::ConfigMap);
    service
}

/// What a service has beside it.
fn ways_in_and_out(web: &Bundle, service: &Service<Http>) {
    let slo = service.slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
    });
    patch!(slo, monitoring::PrometheusRule);
    let other = IngressGateway { name: name!("side-door"), ..FRONT_DOOR };
    let route = GatewayRoute { gateway: &other, node_port: node_port!(30002) };
    let mobile = served(&web.component(name!("mobile"), &NODES));
    patch!(mobile, security::AuthorizationPolicy, networking::NetworkPolicy);
    let route = mobile.gateway_route(route);
    patch!(route, istio::Gateway, istio::VirtualService, istio::DestinationRule);
    let api = served(&web.component(name!("api"), &NODES));
    patch!(api.mesh_route(), istio::VirtualService, istio::DestinationRule);
    let exit = web.component(name!("exit"), &NODES);
    let way_out = exit.external_service(ExternalService {
        host: host!("example.com"),
        port: port!(80),
        protocol: Http,
        way: Way::Through(&BACK_DOOR),
    });
    let _ = exit.calls(&way_out);
    patch!(
        way_out,
        istio::ServiceEntry,
        istio::Gateway,
        istio::VirtualService,
        istio::DestinationRule,
    );
}

/// What comes from elsewhere: databases, secrets and messages.
fn data(shop: &Shop, web: &Bundle, issuer: &ClusterIssuer, prometheus: &Prometheus) {
    let mysql = web.component(name!("writer"), &NODES).database(mysql());
    patch!(
        mysql,
        apps::StatefulSet,
        core::Service,
        core::ServiceAccount,
        external_secrets::ExternalSecret,
        generators::Password,
        istio::DestinationRule,
        istio::Sidecar,
        networking::NetworkPolicy,
        security::AuthorizationPolicy,
    );
    let orders = shop.bundle_named(name!("orders")).app(&NODES);
    let aurora = orders.database(AuroraMysql {
        credentials: secrets_manager_name!("test/web/database"),
        ..aurora()
    });
    patch!(aurora, istio::ServiceEntry, external_secrets::ExternalSecret);
    let cache = web.component(name!("writer"), &NODES).cache(valkey(Persistence::None));
    patch!(cache, apps::StatefulSet, generators::Password, istio::DestinationRule);
    let outside = orders.cache(elasticache());
    patch!(outside, istio::ServiceEntry, external_secrets::ExternalSecret);
    let ledger = shop.bundle_named(name!("ledger")).app(&NODES);
    let postgres = ledger.database(postgres());
    patch!(postgres, core::ConfigMap);
    let credentials = || GeneratedCredentials {
        user: name!("auditor"),
        password: GeneratedSecret { length: 32 },
    };
    let audit = shop.bundle_named(name!("audit")).app(&NODES);
    let reader = postgres.user_of(&audit, Rights::ReadOnly, credentials());
    patch!(reader, external_secrets::ExternalSecret, generators::Password);
    let key = orders.secret(SecretValue {
        key: name!("signing-key"),
        source: GeneratedSecret { length: 32 }.into(),
    });
    patch!(key, external_secrets::ExternalSecret, generators::Password);
    let synced = web.synced_secret(SyncedSecret {
        name: name!("login"),
        from: secrets_manager_name!("test/web/login"),
        keys: vec![secret_data_key!("clientID")],
        labels: Vec::new(),
    });
    patch!(synced, external_secrets::ExternalSecret);
    let registry = orders.pull_secret(PullSecret {
        registry: host!("ghcr.io"),
        user: secrets_manager_name!("test/web/registry"),
    });
    patch!(registry, external_secrets::ExternalSecret);
    let tools = shop.bundle_in(&ELSEWHERE, name!("tools"));
    let store = tools.secrets_manager_store(SecretsManagerStore {
        region: &region!("eu-west-1"),
        service_account: name!("reader"),
    });
    patch!(store, external_secrets::ClusterSecretStore);
    let operator = tools.tool_pods(&APP_NAME, &name!("operator"));
    patch!(operator, networking::NetworkPolicy);
    let broker = tools.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbit"),
        replicas: 3,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(768) },
        storage: gibibytes(5),
        storage_class: &name!("fast"),
        issuer,
        topology_operator: &operator,
        prometheus,
    });
    patch!(
        broker,
        rabbitmq::RabbitmqCluster,
        cert_manager::Certificate,
        networking::NetworkPolicy,
        policy::PodDisruptionBudget,
    );
    let messages = orders.messages(&broker);
    patch!(messages, rabbitmq::Vhost, rabbitmq::Exchange);
    let mails = messages.queue(name!("mails"));
    patch!(mails, rabbitmq::Exchange, rabbitmq::Queue, rabbitmq::Binding, rabbitmq::Policy);
    let events = messages.topic(name!("events"));
    patch!(events, rabbitmq::Exchange);
    let client = messages.client(&ledger);
    patch!(client, rabbitmq::User, rabbitmq::Permission, cert_manager::Certificate);
    let subscription = client.subscribes(&events, name!("ledger"), [binding_key!("order.#")]);
    patch!(subscription, rabbitmq::Queue, rabbitmq::Binding, rabbitmq::Policy);
    let saga = orders.saga(Saga { rabbitmq: &broker, steps: vec![name!("pay")] });
    patch!(
        saga,
        rabbitmq::Vhost,
        rabbitmq::User,
        rabbitmq::Permission,
        rabbitmq::Policy,
        rabbitmq::Exchange,
        rabbitmq::Queue,
        rabbitmq::Binding,
        cert_manager::Certificate,
    );
}

/// Where requests come from outside, and leave.
fn gateways(
    shop: &Shop,
    service: &Service<Http>,
    issuer: &ClusterIssuer,
    prometheus: &Prometheus,
) -> WebUiHandle {
    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    let ingress = doors.ingress_gateway(IngressGatewaySpec {
        gateway: &FRONT_DOOR,
        exposure: MeshExposure::ApiGateway { issuer: issuer.clone() },
        prometheus,
    });
    patch!(
        ingress,
        core::Service,
        networking::NetworkPolicy,
        cert_manager::Certificate,
        gateway_api::BackendTLSPolicy,
    );
    let egress = doors.egress_gateway(EgressGatewaySpec { gateway: &BACK_DOOR, prometheus });
    patch!(egress, core::Service, networking::NetworkPolicy, security::AuthorizationPolicy);
    let public = doors.public_gateway(gateway_spec(
        issuer,
        name!("public"),
        Exposure::NodePort(node_port!(30443)),
    ));
    patch!(
        public,
        gateway_api::Gateway,
        gateway_api::ReferenceGrant,
        cert_manager::Certificate,
        networking::NetworkPolicy,
        policy::PodDisruptionBudget,
        nginx::ClientSettingsPolicy,
        nginx::ProxySettingsPolicy,
        nginx::RateLimitPolicy,
    );
    let entrance = public.into_mesh(&FRONT_DOOR);
    let moved = entrance.redirect(Redirect {
        name: name!("moved"),
        host: host!("www.example.com"),
        path: url_path!("/moved"),
        to: RedirectTo::Page(url_path!("/")),
        status: RedirectStatus::Temporary,
    });
    patch!(moved, gateway_api::HTTPRoute);
    patch!(public.redirect_plain_text(), gateway_api::HTTPRoute);
    let route = entrance.route(
        service,
        Route {
            name: name!("all"),
            host: host!("www.example.com"),
            path: url_path!("/"),
            node_port: node_port!(30001),
        },
    );
    route.response_timeout(seconds(60));
    patch!(
        route,
        gateway_api::HTTPRoute,
        nginx::ProxySettingsPolicy,
        istio::Gateway,
        istio::VirtualService,
        istio::DestinationRule,
    );
    let internal = doors.internal_gateway(
        gateway_spec(issuer, name!("internal"), Exposure::NetworkLoadBalancer),
        host!("internal.example.com"),
    );
    let gateway = internal.gateway().expect("a gateway");
    patch!(
        *gateway,
        gateway_api::Gateway,
        cert_manager::Certificate,
        networking::NetworkPolicy,
        policy::PodDisruptionBudget,
        nginx::ClientSettingsPolicy,
        nginx::ProxySettingsPolicy,
        nginx::RateLimitPolicy,
    );
    let charts = shop.bundle_in(&ELSEWHERE, name!("charts"));
    let pods = charts.tool_pods(&APP_NAME, &name!("charts"));
    patch!(pods, networking::NetworkPolicy);
    let service =
        ToolService { name: name!("charts"), port: port!(3000), target_port: port!(3000) };
    let port = pods.port(service);
    let certificate = ServingCertificate { secret: name!("charts-tls"), issuer };
    let spec = WebUiSpec {
        name: name!("charts"),
        port: &port,
        requests: WebUiRequests::All,
        local_port: port!(8080),
    };
    let web_ui = internal.https_web_ui(spec, &certificate);
    patch!(
        web_ui,
        gateway_api::HTTPRoute,
        gateway_api::BackendTLSPolicy,
        cert_manager::Certificate,
    );
    web_ui
}

/// What holds for namespaces, and what all bundles need.
fn foundations(web: &Bundle, tools: &Bundle, prometheus: &Prometheus) -> ClusterIssuer {
    let rules =
        NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Restricted };
    let namespace = tools.create_namespace(&Namespace::new(name!("empty")), &rules);
    patch!(namespace, core::Namespace, networking::NetworkPolicy);
    let denied = web.deny_by_default(prometheus);
    patch!(denied, security::AuthorizationPolicy, networking::NetworkPolicy);
    patch!(web.strict_mutual_tls(), security::PeerAuthentication);
    patch!(web.capture_dns(), ProxyConfig);
    patch!(
        tools.require_sidecars(),
        admission::ValidatingAdmissionPolicy,
        admission::ValidatingAdmissionPolicyBinding,
    );
    let issuer = tools.host_issuer(name!("everybody"), &Issuer::SelfSigned);
    patch!(
        issuer,
        cert_manager::ClusterIssuer,
        cert_manager::Certificate,
        admission::ValidatingAdmissionPolicy,
        admission::ValidatingAdmissionPolicyBinding,
    );
    let hosts = CertificateHosts::Below(host!("example.com"));
    let edge = web.certificate(Certificate { name: name!("edge"), issuer: &issuer, hosts });
    patch!(edge, cert_manager::Certificate);
    patch!(web.ca(name!("edge-ca"), &issuer), cert_manager::Certificate);
    issuer
}

/// What Prometheus and Grafana find.
fn observability(monitoring: &Bundle, prometheus: &Prometheus, grafana: &WebUiHandle) {
    let pods = prometheus.pod_monitor(PodMonitor {
        name: name!("pods"),
        pods: MonitoredPods::Everywhere,
        endpoint: pod_metrics_endpoint("metrics"),
    });
    patch!(pods, monitoring::PodMonitor);
    let services = prometheus.service_monitor(ServiceMonitor {
        name: name!("services"),
        namespace: &NAMESPACE,
        services: LabelSelector::default(),
        port: "metrics",
        job_label: APP_NAME,
    });
    patch!(services, monitoring::ServiceMonitor);
    let dashboard = Dashboard {
        name: name!("jobs"),
        title: "Jobs",
        data_source: name!("metrics"),
        variable: Variable { name: name!("job"), metric: "up", label: "job" },
        panels: Vec::new(),
    };
    patch!(monitoring.grafana_dashboard(grafana, &dashboard), core::ConfigMap);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line an object")]
fn every_object_is_patched_at_the_handle_of_its_part_alone() {
    let shop = Shop::new();
    let monitoring = shop.bundle_in(&ELSEWHERE, name!("monitoring"));
    let scraper = monitoring.tool_pods(&APP_NAME, &name!("scraper"));
    patch!(scraper, networking::NetworkPolicy);
    let prometheus = Prometheus::new(&scraper);
    let web = shop.bundle();
    let issuer = foundations(&web, &shop.bundle_named(name!("foundations")), &prometheus);
    let service = workloads(&web);
    runs(&web);
    ways_in_and_out(&web, &service);
    data(&shop, &web, &issuer, &prometheus);
    let charts = gateways(&shop, &service, &issuer, &prometheus);
    observability(&monitoring, &prometheus, &charts);
    // What a broker needs beside Prometheus is patched at the bundle of Prometheus.
    assert_snapshot!(signed(&shop.build()), @"
    NetworkPolicy scraper: ToolPods
    Certificate rabbit-authority: nobody
    PodMonitor rabbit: nobody
    PodMonitor pods: Added
    ServiceMonitor services: Added
    ConfigMap jobs-dashboard: Added
    AuthorizationPolicy default-deny: DefaultDenyHandle
    NetworkPolicy default-deny: DefaultDenyHandle
    NetworkPolicy metrics: DefaultDenyHandle
    PeerAuthentication peer-authentication: Added
    ProxyConfig dns-capture: Added
    Certificate edge: TlsSecret
    Certificate edge-ca: TlsSecret
    Deployment web-app-deployment: Deployment
    ServiceAccount web-app-service-account: Deployment
    PodDisruptionBudget web-app-pod-disruption-budget: Deployment
    NetworkPolicy web-app-egress-network-policy: Deployment
    Sidecar web-app-sidecar: Deployment
    Service web-app-service: Service
    AuthorizationPolicy web-app-authorization-policy: Service
    NetworkPolicy web-app-network-policy: Service
    StatefulSet web-store-stateful-set: StatefulSet
    ServiceAccount web-store-service-account: StatefulSet
    PodDisruptionBudget web-store-pod-disruption-budget: StatefulSet
    NetworkPolicy web-store-egress-network-policy: StatefulSet
    Sidecar web-store-sidecar: StatefulSet
    Service web-store-service: Service
    Role web-app-role: RoleHandle
    RoleBinding web-app-role-binding: RoleHandle
    ClusterRole shop-web-mobile: ClusterRoleHandle
    ClusterRoleBinding shop-web-mobile: ClusterRoleHandle
    ServiceEntry web-app-pod-identity: AwsRightsHandle
    PersistentVolume web-app-persistent-volume: LocalVolumeHandle
    PersistentVolumeClaim web-app-host-path-persistent-volume-claim: LocalVolumeHandle
    PersistentVolumeClaim web-app-persistent-volume-claim-uploads: VolumeClaimHandle
    ConfigMap web-app-config-map-flags: ConfigFilesHandle
    ConfigMap settings: Added
    DaemonSet web-agent-daemon-set: DaemonSet
    ServiceAccount web-agent-service-account: DaemonSet
    NetworkPolicy web-agent-egress-network-policy: DaemonSet
    Sidecar web-agent-sidecar: DaemonSet
    Job web-seed-job: JobHandle
    ServiceAccount web-seed-service-account: JobHandle
    NetworkPolicy web-seed-egress-network-policy: JobHandle
    Sidecar web-seed-sidecar: JobHandle
    CronJob web-night-cron-job: CronJobHandle
    ServiceAccount web-night-service-account: CronJobHandle
    NetworkPolicy web-night-egress-network-policy: CronJobHandle
    Sidecar web-night-sidecar: CronJobHandle
    Deployment web-scaled-deployment: Deployment
    HorizontalPodAutoscaler web-scaled-horizontal-pod-autoscaler: Deployment
    ServiceAccount web-scaled-service-account: Deployment
    NetworkPolicy web-scaled-egress-network-policy: Deployment
    Sidecar web-scaled-sidecar: Deployment
    PrometheusRule web-app-objective: SloHandle
    Deployment web-mobile-deployment: Deployment
    ServiceAccount web-mobile-service-account: Deployment
    PodDisruptionBudget web-mobile-pod-disruption-budget: Deployment
    NetworkPolicy web-mobile-egress-network-policy: Deployment
    Sidecar web-mobile-sidecar: Deployment
    Service web-mobile-service: Service
    AuthorizationPolicy web-mobile-authorization-policy: Service
    NetworkPolicy web-mobile-network-policy: Service
    Gateway web-mobile-gateway: GatewayRouteHandle
    VirtualService web-mobile-virtual-service: GatewayRouteHandle
    DestinationRule web-mobile-destination-rule: GatewayRouteHandle
    Deployment web-api-deployment: Deployment
    ServiceAccount web-api-service-account: Deployment
    PodDisruptionBudget web-api-pod-disruption-budget: Deployment
    NetworkPolicy web-api-egress-network-policy: Deployment
    Sidecar web-api-sidecar: Deployment
    Service web-api-service: Service
    VirtualService web-api-virtual-service: MeshRouteHandle
    DestinationRule web-api-destination-rule: MeshRouteHandle
    ServiceEntry web-exit-example-com-service-entry: ExternalServiceHandle
    Gateway web-exit-example-com-gateway: ExternalServiceHandle
    VirtualService web-exit-example-com-virtual-service: ExternalServiceHandle
    DestinationRule web-exit-example-com-destination-rule: ExternalServiceHandle
    Password web-db-root-password: DatabaseHandle
    Password web-db-user-password: DatabaseHandle
    ExternalSecret web-db-external-secret: DatabaseHandle
    StatefulSet web-db-stateful-set: DatabaseHandle
    ServiceAccount web-db-service-account: DatabaseHandle
    NetworkPolicy web-db-egress-network-policy: DatabaseHandle
    Sidecar web-db-sidecar: DatabaseHandle
    Service web-db-service: DatabaseHandle
    AuthorizationPolicy web-db-authorization-policy: DatabaseHandle
    NetworkPolicy web-db-network-policy: DatabaseHandle
    DestinationRule web-db-destination-rule: DatabaseHandle
    Password web-cache-password: CacheHandle
    ExternalSecret web-cache-external-secret: nobody
    StatefulSet web-cache-stateful-set: CacheHandle
    ServiceAccount web-cache-service-account: nobody
    NetworkPolicy web-cache-egress-network-policy: nobody
    Sidecar web-cache-sidecar: nobody
    Service web-cache-service: nobody
    AuthorizationPolicy web-cache-authorization-policy: nobody
    NetworkPolicy web-cache-network-policy: nobody
    DestinationRule web-cache-destination-rule: CacheHandle
    ExternalSecret login: SyncedSecretHandle
    Gateway web-app-gateway: RouteHandle
    VirtualService web-app-virtual-service: RouteHandle
    DestinationRule web-app-destination-rule: RouteHandle
    Namespace empty: NamespaceHandle
    NetworkPolicy default-deny: NamespaceHandle
    ValidatingAdmissionPolicy sidecar-required: SidecarPolicyHandle
    ValidatingAdmissionPolicyBinding sidecar-required: SidecarPolicyHandle
    ClusterIssuer everybody-root: ClusterIssuer
    Certificate everybody: ClusterIssuer
    ClusterIssuer everybody: ClusterIssuer
    ValidatingAdmissionPolicy certificates-of-everybody: ClusterIssuer
    ValidatingAdmissionPolicyBinding certificates-of-everybody: ClusterIssuer
    ExternalSecret orders-db-external-secret: DatabaseHandle
    ServiceEntry orders-db-service-entry: DatabaseHandle
    ExternalSecret orders-cache-external-secret: CacheHandle
    ServiceEntry orders-cache-service-entry: CacheHandle
    Password orders-app-signing-key: SecretKey
    ExternalSecret orders-app-external-secret-signing-key: SecretKey
    ExternalSecret orders-app-external-secret-pull-ghcr-io: PullSecretHandle
    Vhost orders-app-messages-vhost: Messages
    Exchange orders-app-messages-exchange-dead-letter: Messages
    Exchange orders-app-messages-exchange-mails: MessageQueue
    Queue orders-app-messages-queue-mails: MessageQueue
    Queue orders-app-messages-queue-dead-letter-mails: MessageQueue
    Binding orders-app-messages-binding-mails: MessageQueue
    Binding orders-app-messages-binding-dead-letter-mails: MessageQueue
    Policy orders-app-messages-policy-mails: MessageQueue
    Exchange orders-app-messages-exchange-events: Topic
    Vhost orders-app-vhost: SagaHandle
    User orders-app-user: SagaHandle
    Permission orders-app-permission: SagaHandle
    Policy orders-app-policy: SagaHandle
    Exchange orders-app-exchange-saga: SagaHandle
    Queue orders-app-queue-saga-pay: SagaHandle
    Binding orders-app-binding-saga-pay: SagaHandle
    Exchange orders-app-exchange-dead-letter: SagaHandle
    Queue orders-app-queue-dead-letter-pay: SagaHandle
    Binding orders-app-binding-dead-letter-pay: SagaHandle
    Certificate orders-app-authority: SagaHandle
    Password ledger-db-root-password: nobody
    Password ledger-db-user-password: nobody
    ExternalSecret ledger-db-external-secret: nobody
    ConfigMap ledger-db-first-start: DatabaseHandle
    StatefulSet ledger-db-stateful-set: nobody
    ServiceAccount ledger-db-service-account: nobody
    NetworkPolicy ledger-db-egress-network-policy: nobody
    Sidecar ledger-db-sidecar: nobody
    Service ledger-db-service: nobody
    AuthorizationPolicy ledger-db-authorization-policy: nobody
    NetworkPolicy ledger-db-network-policy: nobody
    DestinationRule ledger-db-destination-rule: nobody
    User ledger-app-orders-user: MessageClient
    Permission ledger-app-orders-permission: MessageClient
    Certificate ledger-app-orders-authority: MessageClient
    Queue ledger-app-messages-queue-orders-events-ledger: Receiving
    Queue ledger-app-messages-queue-dead-letter-orders-events-ledger: Receiving
    Binding ledger-app-messages-binding-orders-events-ledger-order.all: Receiving
    Binding ledger-app-messages-binding-dead-letter-orders-events-ledger: Receiving
    Policy ledger-app-messages-policy-orders-events-ledger: Receiving
    Password audit-app-ledger-db-password: DatabaseHandle
    ExternalSecret audit-app-ledger-db-external-secret: DatabaseHandle
    ClusterSecretStore aws-secrets-manager-orders: SecretsManagerStoreHandle
    ClusterSecretStore aws-secrets-manager-web: SecretsManagerStoreHandle
    NetworkPolicy operator: ToolPods
    Certificate rabbit-tls: Rabbitmq
    RabbitmqCluster rabbit: Rabbitmq
    NetworkPolicy rabbit: Rabbitmq
    PodDisruptionBudget rabbit: Rabbitmq
    Service front-door: IngressGatewayHandle
    NetworkPolicy front-door: IngressGatewayHandle
    Certificate front-door: IngressGatewayHandle
    BackendTLSPolicy front-door: IngressGatewayHandle
    Service back-door: EgressGatewayHandle
    NetworkPolicy back-door: EgressGatewayHandle
    AuthorizationPolicy back-door: EgressGatewayHandle
    AuthorizationPolicy web-exit-egress: EgressGatewayHandle
    Certificate public: PublicGateway
    Gateway public: PublicGateway
    NetworkPolicy public: PublicGateway
    RateLimitPolicy public: PublicGateway
    ClientSettingsPolicy public: PublicGateway
    ProxySettingsPolicy public: PublicGateway
    PodDisruptionBudget public: PublicGateway
    ReferenceGrant public-front-door: PublicGateway
    HTTPRoute moved: RedirectHandle
    HTTPRoute public-to-https: RedirectHandle
    HTTPRoute all: RouteHandle
    ProxySettingsPolicy all: RouteHandle
    Certificate internal: InternalGateway
    Gateway internal: InternalGateway
    NetworkPolicy internal: InternalGateway
    RateLimitPolicy internal: InternalGateway
    ClientSettingsPolicy internal: InternalGateway
    ProxySettingsPolicy internal: InternalGateway
    PodDisruptionBudget internal: InternalGateway
    NetworkPolicy charts: ToolPods
    HTTPRoute charts-dashboard: WebUiHandle
    Certificate charts-tls: WebUiHandle
    BackendTLSPolicy charts-dashboard: WebUiHandle
    ");
}

#[test]
fn every_object_of_the_direct_way_is_patched_at_its_handle() {
    let shop = Shop::without_mesh();
    let issuer = shop.issuer();
    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    let spec = gateway_spec(&issuer, name!("public"), Exposure::NodePort(node_port!(30443)));
    let entrance = doors.public_gateway(spec).to_services();
    let web = shop.bundle().app(&NODES).deployment(1).container(container()).expose_http(port!(80));
    let (name, host, path) = (name!("all"), host!("www.example.com"), url_path!("/"));
    let route = entrance.route(&web, DirectRoute { name, host, path });
    route.response_timeout(seconds(60));
    patch!(route, gateway_api::HTTPRoute, nginx::ProxySettingsPolicy, gateway_api::ReferenceGrant);
    let next = shop.bundle_named(name!("next")).app(&NODES);
    let next = next.deployment(1).container(container()).expose_http(port!(80));
    patch!(entrance.share(&route, &next, 10), gateway_api::ReferenceGrant);
    let signed = signed(&shop.build());
    let by_handles: Vec<_> = signed.lines().filter(|line| !line.ends_with("nobody")).collect();
    assert_snapshot!(by_handles.join("\n"), @"
    HTTPRoute all: RouteHandle
    ProxySettingsPolicy all: RouteHandle
    ReferenceGrant public-web-app-service: RouteHandle
    ReferenceGrant public-next-app-service: GrantHandle
    ");
}
