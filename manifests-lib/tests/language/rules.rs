//! Every rule of the build has a name and a mistake that breaks it.

use std::collections::BTreeMap;

use custom_resources::istio::telemetry::v1::Telemetry;
use helm_values::HelmChart;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::cluster::{Arn, AwsRights, IamPolicy, Role, RoleRule, Verb, WellKnownPolicy};
use manifests_lib::data::database::{AuroraMysql, Dialect, Rights};
use manifests_lib::data::rabbitmq::{Rabbitmq, RabbitmqClusterSpec};
use manifests_lib::data::{
    CaCertificates, Encryption, GeneratedCredentials, GeneratedSecret, PullSecret, SecretKey,
    SecretValue,
};
use manifests_lib::delivery::{Chart, Kustomization};
use manifests_lib::model::{
    Bundle, Component, GroupKind, Injection, Namespace, NamespaceRules, Rule, SelectorLabels,
    named, named_in,
};
use manifests_lib::network::gateway_api::{
    DirectRoute, Exposure, GatewaySpec, InternalAccess, Limits, PublicGateway, Route,
};
use manifests_lib::network::mesh::{
    EgressGateway, Exposure as MeshExposure, ExternalService, ExternalServiceHandle, GatewayRoute,
    HttpRetryOn, IngressGatewaySpec, OutsideProtocol, Retries, Way,
};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{
    Certificate, CertificateHosts, Http, Tcp, Tls, ToolPort, ToolService,
};
use manifests_lib::observability::grafana::{Dashboard, Variable};
use manifests_lib::observability::{
    Latency, LatencyBound, Slo, WebUiHandle, WebUiRequests, WebUiSpec,
};
use manifests_lib::values::{
    Bytes, Name, NodePort, Port, gibibytes, mebibytes, millicores, seconds,
};
use manifests_lib::workload::{
    Allowance, Concurrency, Container, CronJob, Job, JobHandle, LocalVolume, LongRunning,
    NodeGroup, PreStop, Probe, Replicas, ResourceField, Resources, ScaleOn, VolumeClaim,
    VolumeClaimTemplate, Workload,
};
use manifests_lib::{
    bucket_name, cidr, git_commit, git_url, host, iam_action, name, node_port, path, percent,
    plain, port, port_name, public_image, relative_path, schedule, secrets_manager_name,
    slo_target, tag, time_zone, uid, url_path,
};
use serde::Serialize;
use serde_json::json;

use crate::outside;
use crate::support::{
    API_SERVER, CAS, ELSEWHERE, FRONT_DOOR, LIMITS, NAMESPACE, NODES, RULES, Shop, Values, aurora,
    break_override, config_map, container, deployment, listed, mysql, overriding, server, service,
    service_on, task, with_chart, with_values,
};

/// The least that breaks a rule. The compiler asks for one of each.
#[expect(clippy::too_many_lines, reason = "one arm a rule, so that the compiler asks for each")]
fn break_rule(rule: Rule, shop: &Shop) {
    match rule {
        Rule::AddressAsText => {
            let server = server(&shop.bundle().app(&NODES));
            server.env([plain!("API_URL", "http://api.shop.svc.cluster.local:80")]);
        }
        Rule::CertificateBeyondIssuer => {
            let web = shop.bundle();
            let issuer = web.service_issuer(name!("services"));
            let hosts = CertificateHosts::Of(vec![host!("login.elsewhere.svc")]);
            let _ = web.certificate(Certificate { name: name!("web"), issuer: &issuer, hosts });
        }
        Rule::ClusterWrittenField => {
            let mut object = config_map("settings");
            object.metadata.resource_version = Some("1".to_owned());
            shop.bundle().add(object);
        }
        Rule::ClusterWrittenKind => drop(
            shop.bundle().add(core::Node { metadata: named("worker"), ..core::Node::default() }),
        ),
        Rule::DeploymentCycle => {
            let [first, second] = [shop.bundle(), shop.bundle_named(name!("other"))];
            first.add(config_map("first"));
            second.add(config_map("second"));
            first.after(&second);
            second.after(&first);
        }
        Rule::DiskTooSmall => drop(broker(shop, 1, gibibytes(1))),
        Rule::DuplicateBundle => {
            shop.bundle();
            shop.bundle();
        }
        Rule::DuplicateClaimTemplate => {
            let stateful_set = shop.bundle().app(&NODES).stateful_set(1);
            let _ = stateful_set.volume_claim_template(claim());
            let _ = stateful_set.volume_claim_template(claim());
        }
        Rule::DuplicateContainer => {
            let deployment = deployment(&shop.bundle().app(&NODES));
            deployment.container(container());
            deployment.container(Container { port: port!(9000), ..container() });
        }
        Rule::DuplicateContainerPort => {
            let deployment = deployment(&shop.bundle().app(&NODES));
            deployment.container(container());
            deployment.container(Container { name: name!("other"), ..container() });
        }
        Rule::DuplicateGatewayPort => {
            open(shop, name!("web"), port!(80), node_port!(30001));
            open(shop, name!("mobile"), port!(80), node_port!(30002));
        }
        Rule::DuplicateHost => {
            let web = shop.bundle();
            let hosts = CertificateHosts::Of(vec![host!("web.shop.svc"), host!("web.shop.svc")]);
            let issuer = shop.issuer();
            let _ = web.certificate(Certificate { name: name!("web"), issuer: &issuer, hosts });
        }
        Rule::DuplicateMountPath => {
            let server = server(&shop.bundle().app(&NODES));
            server.empty_dir(path!("/tmp"), mebibytes(1));
            server.empty_dir(path!("/tmp"), mebibytes(1));
        }
        Rule::DuplicateNodePort => {
            open(shop, name!("web"), port!(80), node_port!(30001));
            open(shop, name!("mobile"), port!(81), node_port!(30001));
        }
        Rule::DuplicateObject => {
            shop.bundle().add(config_map("settings"));
            shop.bundle_named(name!("mobile")).add(config_map("settings"));
        }
        Rule::DuplicatePodIdentity => {
            let web = shop.bundle();
            for _ in 0..2 {
                web.pod_identity(
                    name!("writer"),
                    IamPolicy::WellKnown(WellKnownPolicy::AwsLoadBalancerController),
                );
            }
        }
        Rule::DuplicatePortName => {
            let server = server(&shop.bundle().app(&NODES));
            let _ = server.port(port_name!("admin"), port!(8081));
            let _ = server.port(port_name!("admin"), port!(8082));
        }
        Rule::DuplicateRelease => {
            with_chart(&shop.bundle());
            with_chart(&shop.bundle_named(name!("mobile")));
        }
        Rule::DuplicateRoute => {
            let entrance = gateway(shop, LIMITS).into_mesh(&FRONT_DOOR);
            for (name, port, node_port) in [
                (name!("web"), port!(80), node_port!(30001)),
                (name!("mobile"), port!(81), node_port!(30002)),
            ] {
                let service = service_on(&shop.bundle_named(name.clone()).app(&NODES), port);
                let host = host!("www.example.com");
                entrance.route(&service, Route { name, host, path: url_path!("/"), node_port });
            }
        }
        Rule::DuplicateExternalService => {
            drop(host_outside(shop, Tls, port!(443)).another_port(port!(443), Tls));
        }
        Rule::DuplicateServicePort => {
            let server = server(&shop.bundle().app(&NODES));
            let _ = server.expose_http(port!(80)).and_http(&server, port!(81));
        }
        Rule::DuplicateVariable => {
            let server = server(&shop.bundle().app(&NODES));
            server.env([plain!("MODE", "fast"), plain!("MODE", "slow")]);
        }
        Rule::DuplicateVolume => {
            let server = server(&shop.bundle().app(&NODES));
            server.empty_dir(path!("/var/run"), mebibytes(1));
            server.empty_dir(path!("/var-run"), mebibytes(1));
        }
        Rule::DuplicateWebUi => {
            let port = grafana_port(&shop.bundle());
            web_ui(&port);
            web_ui(&port);
        }
        Rule::EgressInPlainText => drop(host_outside(shop, Http, port!(443))),
        Rule::EmptyBundle => drop(shop.bundle()),
        Rule::EmptySelector => patched(shop, |deployment| {
            deployment.spec.get_or_insert_default().selector.match_labels = None;
        }),
        // The team has no bundle yet; what several environments break is in `outside::broken`.
        Rule::EmptyTeam | Rule::SharedBetweenEnvironments | Rule::SharedWithNobody => {}
        Rule::EphemeralContainer => patched(shop, |deployment| {
            let pods = &mut deployment.spec.get_or_insert_default().template.spec;
            pods.get_or_insert_default().ephemeral_containers = Some(Vec::new());
        }),
        Rule::EvenReplicas => drop(broker(shop, 2, gibibytes(5))),
        Rule::ForeignDatabaseUser => {
            let credentials = GeneratedCredentials {
                user: name!("reader"),
                password: GeneratedSecret { length: 32 },
            };
            let database = shop.bundle().app(&NODES).database(aurora());
            let other = shop.bundle_named(name!("other")).app(&NODES);
            let _ = database.user_of(&other, Rights::ReadOnly, credentials);
        }
        Rule::FolderLargerThanMemory => {
            server(&shop.bundle().app(&NODES)).empty_dir_in_memory(path!("/tmp"), mebibytes(64));
        }
        Rule::ForeignBundle => {
            let web = shop.bundle();
            web.add(config_map("settings"));
            web.after(&Shop::new().bundle_named(name!("other")));
        }
        Rule::ForeignGoverningService => {
            let web = shop.bundle();
            let stateful_set = web.component(name!("store"), &NODES).stateful_set(1);
            stateful_set.governed_by(&service(&web.app(&NODES)));
        }
        Rule::ForeignNamespace => drop(shop.bundle().create_namespace(&NAMESPACE, &RULES)),
        Rule::ForeignQueue => {
            let broker = broker(shop, 1, gibibytes(5));
            let _ = shop.bundle().app(&NODES).messages(&broker).queue(name!("dead-letter"));
        }
        Rule::GatewayOutsideMesh => {
            let (name, host) = (name!("shop"), host!("www.example.com"));
            let route = DirectRoute { name, host, path: url_path!("/") };
            let web = service(&shop.bundle().app(&NODES));
            gateway(shop, LIMITS).to_services().route(&web, route);
        }
        Rule::GatewayWithoutRoutes => drop(gateway(shop, LIMITS)),
        Rule::ImpossibleReplicas => {
            let scale_on = ScaleOn::Cpu(percent!(70));
            let replicas = Replicas::Between { min: 2, max: 2, scale_on };
            shop.bundle().app(&NODES).deployment(replicas).container(container());
        }
        Rule::IndistinctHosts => {
            let app = shop.bundle().app(&NODES);
            for host in [host!("one.example.com"), host!("two.example.com")] {
                let way = Way::To(&[cidr!("198.51.100.0/24")]);
                let service = ExternalService { host, port: port!(27017), protocol: Tcp, way };
                let _ = app.calls(&app.external_service(service));
            }
        }
        Rule::ForeignServicePort => {
            let web = shop.bundle();
            let other = server(&web.component(name!("other"), &NODES));
            let _ = service(&web.app(&NODES)).and_http(&other, port!(81));
        }
        Rule::IndistinctObjective => {
            let server = server(&shop.bundle().app(&NODES));
            let service = server.expose_http(port!(80));
            let _ = service.and_http(&server.port(port_name!("admin"), port!(8081)), port!(81));
            service.slo(Slo {
                availability: slo_target!(995),
                latency: Latency { target: slo_target!(990), within: LatencyBound::Second1 },
            });
        }
        Rule::InvalidAnnotation => {
            let mut object = config_map("settings");
            object.metadata.annotations =
                Some(BTreeMap::from([("a key".to_owned(), String::new())]));
            shop.bundle().add(object);
        }
        Rule::InvalidCertificate => {
            let encryption = Encryption::Tls(CaCertificates("rds.pem"));
            drop(shop.bundle().app(&NODES).database(AuroraMysql { encryption, ..aurora() }));
        }
        Rule::InvalidConnectionString => {
            let encryption = Encryption::Tls(CAS);
            let database =
                shop.bundle().app(&NODES).database(AuroraMysql { encryption, ..aurora() });
            drop(database.connection_string("DATABASE_URL", Dialect::Jdbc));
        }
        Rule::InvalidDashboardVariable => dashboard(shop, &NAMESPACE, name!("the-job")),
        Rule::InvalidDataKey => {
            let data = Some(BTreeMap::from([("a/b".to_owned(), String::new())]));
            shop.bundle().add(core::ConfigMap { data, ..config_map("settings") });
        }
        Rule::InvalidDatabaseName => {
            drop(shop.bundle_named(name!("sys")).app(&NODES).database(mysql()));
        }
        Rule::InvalidLabel => {
            let mut object = config_map("settings");
            object.metadata.labels = Some(BTreeMap::from([("team".to_owned(), "a b".to_owned())]));
            shop.bundle().add(object);
        }
        Rule::InvalidObjectName => drop(shop.bundle().add(config_map("../settings"))),
        Rule::InvalidPodOverride => drop(shop.bundle().add(overriding("rabbit", break_override))),
        Rule::InvalidPreStop => {
            server(&shop.bundle().app(&NODES)).pre_stop(PreStop::Sleep(seconds(30)));
        }
        Rule::InvalidProbe => server(&shop.bundle().app(&NODES)).liveness(Probe::Exec(&[])),
        Rule::InvalidRollout => {
            let deployment = deployment(&shop.bundle().app(&NODES));
            deployment.container(container());
            deployment.min_ready(seconds(600));
        }
        Rule::InvalidValues => drop(shop.bundle().chart(Chart {
            release: name!("tool"),
            values: NoJson,
            kinds: Vec::new(),
            crd_groups: Vec::new(),
        })),
        Rule::InvalidVariableName => {
            let app = shop.bundle().app(&NODES);
            server(&app).env([generated(&app, 32).variable("SIGNING-KEY")]);
        }
        Rule::InvalidVariableValue => {
            server(&shop.bundle().app(&NODES)).env([plain!("MODE", "fa\0st")]);
        }
        Rule::InvalidVolumeName => {
            server(&shop.bundle().app(&NODES)).empty_dir(path!("/..."), mebibytes(1));
        }
        Rule::JobOfAnotherBundle => {
            let job = job(&shop.bundle_named(name!("other")).component(name!("migration"), &NODES));
            let deployment = deployment(&shop.bundle().app(&NODES));
            deployment.container(container());
            deployment.after(&job);
        }
        Rule::LimitBelowRequest => {
            server(&shop.bundle().app(&NODES)).cpu_limit(millicores(1), "the test says so");
        }
        Rule::LimitOutOfRange => drop(gateway(shop, Limits { requests_per_second: 0, ..LIMITS })),
        Rule::MissingAddresses => {
            let (host, way) = (host!("www.example.com"), Way::To(&[]));
            let service = ExternalService { host, port: port!(443), protocol: Tls, way };
            drop(shop.bundle().app(&NODES).external_service(service));
        }
        Rule::MismatchedRights => {
            shop.bundle().app(&NODES).aws_rights(AwsRights {
                actions: vec![iam_action!("sqs:SendMessage")],
                resources: vec![Arn::Bucket { name: bucket_name!("orders") }],
            });
        }
        Rule::MissingContainer => drop(deployment(&shop.bundle().app(&NODES))),
        Rule::MissingCrd => {
            drop(shop.bundle().add(Telemetry { metadata: named("traces"), spec: None }));
        }
        Rule::MissingGoverningService => {
            shop.bundle().app(&NODES).stateful_set(1).container(container());
        }
        Rule::MissingLimit => {
            server(&shop.bundle().app(&NODES)).env([ResourceField::CpuLimit.variable("CORES")]);
        }
        Rule::MissingMemory => {
            let resources = Resources { cpu: millicores(100), memory: mebibytes(0) };
            let deployment = deployment(&shop.bundle().app(&NODES));
            deployment.container(Container { resources, ..container() });
        }
        Rule::MissingName => drop(shop.bundle().add(core::ConfigMap::default())),
        Rule::MissingNamespace => {
            let lost = shop.bundle_in(&Namespace::new(name!("nowhere")), name!("lost"));
            lost.add(config_map("settings"));
        }
        Rule::MissingReason => server(&shop.bundle().app(&NODES)).writable_root_file_system(" "),
        Rule::MissingSecretStore => {
            let _ = shop.bundle().app(&NODES).credentials(secrets_manager_name!("test/web"));
        }
        Rule::MissingVolume => {
            server(&shop.bundle().app(&NODES)).patch(|container| {
                container.volume_mounts = Some(vec![core::VolumeMount::default()]);
            });
        }
        Rule::NameTooLong => {
            shop.bundle_named(name!("a234567890123456789012345678901234567"));
        }
        Rule::NeedsMesh => {
            service(&shop.bundle().app(&NODES)).mesh_route();
        }
        Rule::NamespaceOfClusterScopedObject => {
            let metadata = named_in(&NAMESPACE, "disk");
            let volume = core::PersistentVolume { metadata, ..core::PersistentVolume::default() };
            shop.bundle().add(volume);
        }
        Rule::NullValue => {
            let settings = json!({ "level": null });
            let values = Values { settings: Some(settings), ..Values::default() };
            with_values(&shop.bundle(), values);
        }
        Rule::ObjectTooLarge => {
            let data = Some(BTreeMap::from([("dump".to_owned(), "x".repeat((1 << 20) + 1))]));
            shop.bundle().add(core::ConfigMap { data, ..config_map("settings") });
        }
        Rule::PatchWithoutTarget => shop.bundle().patch(|_: &mut apps::StatefulSet| {}),
        Rule::PodSecurityViolation => {
            shop.bundle().create_namespace(&NAMESPACE, &RULES);
            let agent = shop.bundle_named(name!("agent"));
            server(&agent.app(&NODES));
            agent.patch(|deployment: &mut apps::Deployment| {
                let pods = &mut deployment.spec.get_or_insert_default().template.spec;
                pods.get_or_insert_default().host_network = Some(true);
            });
        }
        Rule::ProxyPort => {
            let rules = NamespaceRules { injection: Injection::Revision(name!("stable")), ..RULES };
            shop.bundle().create_namespace(&NAMESPACE, &rules);
            let deployment = deployment(&shop.bundle_named(name!("api")).app(&NODES));
            deployment.container(Container { port: port!(15021), ..container() });
        }
        Rule::SecretInPlainText => {
            let web = shop.bundle();
            let address = web.app(&NODES).calls(&service(&web.component(name!("api"), &NODES)));
            server(&web.app(&NODES)).env([address.host("API_TOKEN")]);
        }
        Rule::SelectorMismatch => patched(shop, |deployment| {
            deployment.spec.get_or_insert_default().template.metadata = None;
        }),
        Rule::ServiceWithoutPods => {
            let deployment = shop.bundle().app(&NODES).deployment(0);
            let _ = deployment.container(container()).expose_http(port!(80));
        }
        Rule::RetriesBeyondTimeout => {
            let route = service(&shop.bundle().app(&NODES)).mesh_route();
            route.timeout(seconds(2));
            route.retries(Retries {
                attempts: 2,
                per_try: seconds(1).into(),
                on: [HttpRetryOn::ConnectFailure],
            });
        }
        Rule::SeveralMetricsEndpoints => {
            let server = server(&shop.bundle().app(&NODES));
            server.metrics(url_path!("/metrics"));
            server.metrics(url_path!("/actuator/prometheus"));
        }
        Rule::SeveralProtocols => {
            let server = server(&shop.bundle().app(&NODES));
            let _ = server.expose_http(port!(80));
            let _ = server.expose_tcp_as(name!("raw"), port!(81));
        }
        Rule::SeveralVolumeOwners => {
            let stateful_set = shop.bundle().app(&NODES).stateful_set(1);
            let _ = stateful_set.volume_claim_template(claim());
            let other = VolumeClaimTemplate { name: name!("logs"), owner: uid!(2000), ..claim() };
            let _ = stateful_set.volume_claim_template(other);
        }
        Rule::SeveralWorkloads => {
            let app = shop.bundle().app(&NODES);
            server(&app);
            job(&app);
        }
        Rule::SharedClaim => {
            let app = shop.bundle().app(&NODES);
            let VolumeClaimTemplate { name, size, storage_class, owner } = claim();
            let data = app.volume_claim(VolumeClaim { name, size, storage_class, owner });
            server(&app).mount(&data, path!("/data"));
        }
        Rule::SharedSecretFolder => {
            shop.secrets_manager();
            let credentials = || secrets_manager_name!("test/web/login");
            let _ = shop.bundle().app(&NODES).credentials(credentials());
            let other = shop.bundle_in(&ELSEWHERE, name!("other"));
            let _ = other.app(&NODES).credentials(credentials());
        }
        Rule::SharedSelector => {
            let web = shop.bundle();
            service(&web.app(&NODES)).selector(SelectorLabels::App);
            server(&web.component(name!("worker"), &NODES));
        }
        Rule::ShortSecret => drop(generated(&shop.bundle().app(&NODES), 15)),
        Rule::SidecarNotRequired => {
            let rules = NamespaceRules { injection: Injection::Revision(name!("stable")), ..RULES };
            shop.bundle().create_namespace(&NAMESPACE, &rules);
        }
        Rule::StartingDeadlineTooShort => {
            let cron_job = shop.bundle().app(&NODES).cron_job(CronJob {
                schedule: schedule!("@daily"),
                time_zone: time_zone!("Etc/UTC"),
                concurrency: Concurrency::Forbid,
                starting_deadline: seconds(5),
                active_deadline: seconds(60),
            });
            cron_job.portless_container(task());
        }
        Rule::SystemFolder => {
            server(&shop.bundle().app(&NODES)).empty_dir(path!("/proc"), mebibytes(1));
        }
        Rule::TlsToPlainTextPort => drop(host_outside(shop, Tls, port!(80))),
        Rule::TooManyRights => drop(shop.bundle().app(&NODES).role(Role {
            rules: vec![RoleRule::of::<core::Secret>([Verb::List])],
            reason: "reads passwords",
            api_server: &API_SERVER,
        })),
        Rule::UndeclaredSecurityException => patched(shop, |deployment| {
            let template = &mut deployment.spec.get_or_insert_default().template;
            template.spec.get_or_insert_default().host_network = Some(true);
        }),
        Rule::UnknownVariable => {
            server(&shop.bundle().app(&NODES)).env([plain!("ADDRESS", "$(POD_IP):80")]);
        }
        Rule::UnnamedNamespace => drop(shop.bundle().kustomization(Kustomization {
            repository: git_url!("https://example.com/operator.git"),
            release: tag!("v1.2.3"),
            commit: git_commit!("0123456789abcdef0123456789abcdef01234567"),
            path: relative_path!("config/default"),
            images: Vec::new(),
            exclude: Vec::new(),
            pod_patch: None,
            kinds: vec![GroupKind::of::<core::Namespace>()],
            crd_groups: Vec::new(),
        })),
        Rule::UnpinnedImage => patched(shop, |deployment| {
            let pods = &mut deployment.spec.get_or_insert_default().template.spec;
            pods.get_or_insert_default().containers[0].image = Some("nginx:latest".to_owned());
        }),
        Rule::UnplacedPod => patched(shop, |deployment| {
            let pods = &mut deployment.spec.get_or_insert_default().template.spec;
            pods.get_or_insert_default().node_selector = None;
            pods.get_or_insert_default().affinity = None;
        }),
        Rule::UnreachableGatewayPort => {
            shop.bundle_in(&ELSEWHERE, name!("gateways")).ingress_gateway(IngressGatewaySpec {
                gateway: &FRONT_DOOR,
                exposure: MeshExposure::ApiGateway { issuer: shop.issuer() },
                prometheus: &shop.prometheus(),
            });
            open(shop, name!("web"), port!(80), node_port!(30001));
        }
        Rule::UnreadMetrics => {
            server(&shop.bundle().app(&NODES)).metrics(url_path!("/metrics"));
        }
        Rule::UnsupportedRoute => {
            let entrance = gateway(shop, LIMITS).into_mesh(&FRONT_DOOR);
            let (name, host) = (name!("shop"), host!("www.example.com"));
            let (path, node_port) = (url_path!("/"), node_port!(30001));
            let route = Route { name, host, path, node_port };
            entrance.route(&service(&shop.bundle().app(&NODES)), route).header("a header", "b");
        }
        Rule::UnusedPullSecret => {
            let app = shop.bundle().app(&NODES);
            let user = secrets_manager_name!("test/web/registry");
            let registry = app.pull_secret(PullSecret { registry: host!("ghcr.io"), user });
            let deployment = deployment(&app);
            deployment.container(container());
            deployment.image_pull_secret(&registry);
        }
        Rule::UnusedSecretException => {
            let web = shop.bundle();
            web.add(config_map("settings"));
            web.not_secret("settings", "data.password", "the test says so");
        }
        Rule::UnusedSecurityException => {
            server(&shop.bundle().app(&NODES)).allow(Allowance::Node, "reads logs");
        }
        Rule::VolumeOnOtherNodes => {
            let app = shop.bundle().app(&NODES);
            let others = NodeGroup { value: name!("elsewhere"), ..NODES };
            let folder = LocalVolume { path: path!("/data"), size: gibibytes(1) };
            server(&app).mount(&app.on(&others).local_volume(folder), path!("/src"));
        }
        Rule::WrongComponent => {
            let web = shop.bundle();
            let address = web.app(&NODES).calls(&service(&web.component(name!("api"), &NODES)));
            let worker = web.component(name!("worker"), &NODES);
            server(&worker).env([address.url("API_URL")]);
        }
        Rule::WrongNamespace => dashboard(shop, &ELSEWHERE, name!("job")),
        Rule::ZeroSize => {
            server(&shop.bundle().app(&NODES)).empty_dir(path!("/tmp"), mebibytes(0));
        }
    }
}

fn claim() -> VolumeClaimTemplate {
    VolumeClaimTemplate {
        name: name!("data"),
        size: gibibytes(1),
        storage_class: name!("fast"),
        owner: uid!(1000),
    }
}

fn open(shop: &Shop, name: Name, port: Port, node_port: NodePort) {
    let service = service_on(&shop.bundle_named(name).app(&NODES), port);
    service.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port });
}

/// A host outside.
#[track_caller]
fn host_outside<P: OutsideProtocol>(
    shop: &Shop,
    protocol: P,
    port: Port,
) -> ExternalServiceHandle<P> {
    let gateway =
        EgressGateway { name: name!("back-door"), namespace: ELSEWHERE, selector: name!("egress") };
    let (host, way) = (host!("www.example.com"), Way::Through(&gateway));
    shop.bundle().app(&NODES).external_service(ExternalService { host, port, protocol, way })
}

fn generated(component: &Component, length: u8) -> SecretKey {
    let source = GeneratedSecret { length }.into();
    component.secret(SecretValue { key: name!("signing-key"), source })
}

fn patched(shop: &Shop, patch: fn(&mut apps::Deployment)) {
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(patch);
}

fn gateway(shop: &Shop, limits: Limits) -> PublicGateway {
    let issuer = shop.issuer();
    shop.bundle_named(name!("door")).public_gateway(GatewaySpec {
        name: name!("door"),
        class: name!("example"),
        issuer: &issuer,
        replicas: 1,
        exposure: Exposure::NetworkLoadBalancer,
        limits,
    })
}

fn broker(shop: &Shop, replicas: u16, storage: Bytes) -> Rabbitmq {
    let tools = shop.bundle_named(name!("tools"));
    tools.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbit"),
        replicas,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage,
        storage_class: &name!("fast"),
        issuer: &shop.issuer(),
        topology_operator: &tools.tool_pods(&APP_NAME, &name!("operator")),
        prometheus: &shop.prometheus(),
    })
}

fn grafana_port(tool: &Bundle) -> ToolPort {
    tool.tool_pods(&APP_NAME, &name!("grafana")).port(ToolService {
        name: name!("grafana"),
        port: port!(80),
        target_port: port!(3000),
    })
}

fn web_ui(port: &ToolPort) -> WebUiHandle {
    let local_port = port!(8000);
    InternalAccess::by_forwarding_ports().web_ui(WebUiSpec {
        name: name!("grafana"),
        port,
        requests: WebUiRequests::All,
        local_port,
    })
}

/// A Grafana, and a dashboard in a bundle of this namespace.
fn dashboard(shop: &Shop, namespace: &Namespace, variable: Name) {
    let grafana = web_ui(&grafana_port(&shop.bundle()));
    let dashboards = shop.bundle_in(namespace, name!("dashboards"));
    let variable = Variable { name: variable, metric: "up", label: "job" };
    dashboards.grafana_dashboard(
        &grafana,
        &Dashboard {
            name: name!("jobs"),
            title: "Jobs",
            data_source: name!("metrics"),
            variable,
            panels: Vec::new(),
        },
    );
}

fn job(component: &Component) -> JobHandle {
    let job = component.job(Job { active_deadline: seconds(600) });
    job.portless_container(task());
    job
}

/// Values that no JSON can carry.
#[derive(Default, Serialize)]
struct NoJson;

impl HelmChart for NoJson {
    const NAME: &'static str = "tool";
    const REPOSITORY: &'static str = "https://example.com/charts";
    const VERSION: &'static str = "1.2.3";
    const NULLABLE: &'static [&'static [&'static str]] = &[];

    fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_str("no JSON")
    }
}

#[test]
fn every_rule_can_be_broken() {
    for rule in Rule::ALL {
        let shop = match rule {
            Rule::NeedsMesh | Rule::UnreadMetrics => Shop::without_mesh(),
            _ => Shop::new(),
        };
        break_rule(*rule, &shop);
        let errors = [shop.errors(), outside::broken()].concat();
        assert!(errors.iter().any(|error| error.rule == *rule), "{rule}: {}", listed(&errors));
    }
}

#[test]
fn the_line_of_a_mistake_ends_with_the_name_of_its_rule() {
    let shop = Shop::new();
    break_rule(Rule::DuplicateObject, &shop);
    let [error] = shop.errors().try_into().expect("one mistake");
    let line = error.to_string();
    assert!(line.ends_with(" [duplicate-object]"), "{line}");
}

#[test]
fn names_are_in_kebab_case_in_order_and_each_is_there_once() {
    let names: Vec<_> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    assert!(names.is_sorted_by(|left, right| left < right), "{names:?}");
    for rule in Rule::ALL {
        let mut name = String::new();
        for character in format!("{rule:?}").chars() {
            if character.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(character.to_lowercase());
        }
        assert_eq!(rule.as_str(), name);
    }
}
