//! What a container gets beyond the rule without a reason, whatever kind of object has its pods.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use manifests_lib::model::{Manifest, Rule, named};
use manifests_lib::name;
use manifests_lib::workload::{Allowance, User, Workload, restricted_security_context};

use crate::support::{NODES, Shop, break_override, container, deployment, overriding, server};

/// The exceptions that a build asks for, without the way out.
fn asked(shop: &Shop) -> String {
    let mut errors = shop.errors();
    errors.retain(|error| error.rule == Rule::UndeclaredSecurityException);
    let asked = errors.iter().map(|error| {
        let text = error.to_string();
        let (_, text) = text.split_once(": container ").expect("a container");
        text.split_once(", and no line").expect("a way out").0.to_owned()
    });
    asked.collect::<Vec<_>>().join("\n")
}

/// What is asked for a container that was changed like this.
fn of_patched(change: fn(&mut core::PodSpec)) -> String {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(move |deployment: &mut apps::Deployment| {
        let pods = &mut deployment.spec.get_or_insert_default().template.spec;
        change(pods.get_or_insert_default());
    });
    asked(&shop)
}

fn own(pods: &mut core::PodSpec) -> &mut core::SecurityContext {
    pods.containers[0].security_context.get_or_insert_default()
}

fn of_pods(pods: &mut core::PodSpec) -> &mut core::PodSecurityContext {
    pods.security_context.get_or_insert_default()
}

#[test]
fn what_reaches_for_the_node() {
    assert_snapshot!(of_patched(|pods| {
        pods.host_network = Some(true);
        pods.host_pid = Some(true);
        pods.host_ipc = Some(true);
        own(pods).privileged = Some(true);
        let folder = core::HostPathVolumeSource { path: "/etc".to_owned(), type_: None };
        let host_path = Some(folder);
        pods.volumes = Some(vec![core::Volume { host_path, ..core::Volume::default() }]);
        pods.containers[0].ports.as_mut().expect("a port")[0].host_port = Some(8080);
        let probe = pods.containers[0].liveness_probe.as_mut().expect("a probe");
        probe.tcp_socket.as_mut().expect("by TCP").host = Some("10.0.0.1".to_owned());
        let sysctl =
            |name: &str| core::Sysctl { name: name.to_owned(), value: "1".to_owned() };
        of_pods(pods).sysctls =
            Some(vec![sysctl("kernel.msgmax"), sysctl("net.ipv4.tcp_syncookies")]);
        own(pods).windows_options = Some(core::WindowsSecurityContextOptions {
            host_process: Some(true),
            run_as_user_name: Some("ContainerAdministrator".to_owned()),
            ..core::WindowsSecurityContextOptions::default()
        });
    }), @"server uses the node (hostNetwork, hostPID, hostIPC, privileged, hostPath /etc, hostPort 8080, a probe of the host 10.0.0.1 by the kubelet, sysctl kernel.msgmax, windowsOptions.hostProcess, windowsOptions.runAsUserName ContainerAdministrator)");
}

#[test]
fn what_is_not_confined_as_the_runtime_does_it() {
    assert_snapshot!(of_patched(|pods| {
        own(pods).proc_mount = Some("Unmasked".to_owned());
        own(pods).seccomp_profile = Some(core::SeccompProfile {
            type_: "Localhost".to_owned(),
            localhost_profile: Some("open.json".to_owned()),
        });
        own(pods).app_armor_profile = Some(core::AppArmorProfile {
            type_: "Unconfined".to_owned(),
            localhost_profile: None,
        });
        of_pods(pods).se_linux_options = Some(core::SELinuxOptions {
            type_: Some("spc_t".to_owned()),
            ..core::SELinuxOptions::default()
        });
    }), @"server does without the runtime's confinement (seccompProfile Localhost, appArmorProfile Unconfined, seLinuxOptions.type spc_t, procMount Unmasked)");
    let unknown = of_patched(|pods| {
        let profile =
            core::SeccompProfile { type_: "Whatever".to_owned(), localhost_profile: None };
        of_pods(pods).seccomp_profile = Some(profile);
    });
    assert_snapshot!(unknown, @"server does without the runtime's confinement (seccompProfile Whatever)");
}

#[test]
fn the_annotation_of_app_armor() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        let template = &mut deployment.spec.get_or_insert_default().template;
        let annotations = ["other", "server"].map(|container| {
            let key = format!("container.apparmor.security.beta.kubernetes.io/{container}");
            (key, "unconfined".to_owned())
        });
        template.metadata.get_or_insert_default().annotations = Some(BTreeMap::from(annotations));
    });
    assert_snapshot!(asked(&shop), @"server does without the runtime's confinement (the annotation container.apparmor.security.beta.kubernetes.io/… unconfined)");
}

#[test]
fn groups_of_root() {
    assert_snapshot!(of_patched(|pods| {
        own(pods).run_as_group = Some(0);
        of_pods(pods).supplemental_groups = Some(vec![1000, 0]);
        of_pods(pods).fs_group = Some(0);
    }), @"server runs as root (runAsGroup 0, supplementalGroups 0, fsGroup 0)");
}

#[test]
fn tokens_and_processes() {
    assert_snapshot!(of_patched(|pods| {
        pods.automount_service_account_token = None;
        pods.share_process_namespace = Some(true);
        let token = core::ServiceAccountTokenProjection {
            audience: Some("vault".to_owned()),
            ..core::ServiceAccountTokenProjection::default()
        };
        let source = core::VolumeProjection {
            service_account_token: Some(token),
            ..core::VolumeProjection::default()
        };
        pods.volumes = Some(vec![core::Volume {
            name: "token".to_owned(),
            projected: Some(core::ProjectedVolumeSource {
                sources: Some(vec![source]),
                default_mode: None,
            }),
            ..core::Volume::default()
        }]);
    }), @"
    server carries a token of its ServiceAccount (automountServiceAccountToken is not false, the volume token with a token for vault)
    server sees the processes of the pod's other containers (shareProcessNamespace)
    ");
}

#[test]
fn containers_that_run_first_are_judged_too() {
    assert_snapshot!(of_patched(|pods| {
        let mut first = pods.containers[0].clone();
        first.name = "first".to_owned();
        first.security_context.get_or_insert_default().privileged = Some(true);
        pods.init_containers = Some(vec![first]);
    }), @"first uses the node (privileged)");
}

/// A template of pods in which everything is as it should be, but the node's network.
fn template() -> core::PodTemplateSpec {
    core::PodTemplateSpec {
        metadata: Some(ObjectMeta { labels: Some(labels()), ..ObjectMeta::default() }),
        spec: Some(core::PodSpec {
            automount_service_account_token: Some(false),
            host_network: Some(true),
            node_selector: Some(NODES.node_selector()),
            containers: vec![core::Container {
                name: "agent".to_owned(),
                image: Some(format!("agent:1.0@sha256:{}", "0f".repeat(32))),
                security_context: Some(core::SecurityContext {
                    run_as_user: Some(1000),
                    ..restricted_security_context()
                }),
                ..core::Container::default()
            }],
            ..core::PodSpec::default()
        }),
    }
}

fn labels() -> BTreeMap<String, String> {
    BTreeMap::from([("app".to_owned(), "agent".to_owned())])
}

#[test]
fn every_kind_that_has_pods_is_judged() {
    fn asks<T: Manifest + Clone>(object: T) {
        let shop = Shop::new();
        shop.bundle().add(object);
        let asked = asked(&shop);
        assert_eq!(asked, "agent uses the node (hostNetwork)", "{}", T::KIND);
    }
    let metadata = || named("agent");
    let selector = || LabelSelector { match_labels: Some(labels()), match_expressions: None };
    let job = || batch::JobSpec { template: template(), ..batch::JobSpec::default() };
    asks(core::Pod { metadata: metadata(), spec: template().spec, status: None });
    asks(core::PodTemplate { metadata: metadata(), template: Some(template()) });
    asks(core::ReplicationController {
        metadata: metadata(),
        spec: Some(core::ReplicationControllerSpec {
            template: Some(template()),
            ..core::ReplicationControllerSpec::default()
        }),
        status: None,
    });
    asks(apps::ReplicaSet {
        metadata: metadata(),
        spec: Some(apps::ReplicaSetSpec {
            selector: selector(),
            template: Some(template()),
            ..apps::ReplicaSetSpec::default()
        }),
        status: None,
    });
    asks(apps::Deployment {
        metadata: metadata(),
        spec: Some(apps::DeploymentSpec {
            selector: selector(),
            template: template(),
            ..apps::DeploymentSpec::default()
        }),
        status: None,
    });
    asks(apps::StatefulSet {
        metadata: metadata(),
        spec: Some(apps::StatefulSetSpec {
            selector: selector(),
            template: template(),
            ..apps::StatefulSetSpec::default()
        }),
        status: None,
    });
    asks(apps::DaemonSet {
        metadata: metadata(),
        spec: Some(apps::DaemonSetSpec {
            selector: selector(),
            template: template(),
            ..apps::DaemonSetSpec::default()
        }),
        status: None,
    });
    asks(batch::Job { metadata: metadata(), spec: Some(job()), status: None });
    asks(batch::CronJob {
        metadata: metadata(),
        spec: Some(batch::CronJobSpec {
            job_template: batch::JobTemplateSpec { spec: Some(job()), metadata: None },
            schedule: "0 0 * * *".to_owned(),
            ..batch::CronJobSpec::default()
        }),
        status: None,
    });
}

#[test]
fn what_a_custom_resource_changes_of_its_pods() {
    let shop = Shop::new();
    let tools = shop.bundle();
    tools.add(overriding("careful", |_| {}));
    tools.add(overriding("careless", |pods| pods.host_network = Some(true)));
    assert_snapshot!(asked(&shop), @"rabbitmq uses the node (hostNetwork)");
    tools.allow(&name!("careless"), &name!("rabbitmq"), Allowance::Node, "few ports are left");
    assert_eq!(asked(&shop), "");
}

#[test]
fn what_a_custom_resource_changes_and_nobody_can_read() {
    let shop = Shop::new();
    shop.bundle().add(overriding("careless", |pods| {
        pods.host_network = Some(true);
        break_override(pods);
    }));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/escapes.rs:N: RabbitmqCluster.rabbitmq.com shop/careless: what it changes of its pods is no PodSpec (failed to parse six digit integer as year: invalid digit, expected 0-9 but got -): the API server would refuse it, and what it allows cannot be judged; correct it [invalid-pod-override]");
}

#[test]
fn containers_that_only_join_running_pods() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        let pods = &mut deployment.spec.get_or_insert_default().template.spec;
        let debugger = core::EphemeralContainer::default();
        pods.get_or_insert_default().ephemeral_containers = Some(vec![debugger]);
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: ephemeralContainers: the API server would refuse them, as they only join a pod that runs (kubectl debug): remove them (see also manifests-lib/tests/language/mistakes/escapes.rs:N) [ephemeral-container]");
}

#[test]
fn an_exception_without_a_reason() {
    let shop = Shop::new();
    let user = User::root("");
    let web = shop.bundle();
    deployment(&web.app(&NODES))
        .container(manifests_lib::workload::Container { user, ..container() });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/escapes.rs:N: container web-app-deployment/server runs as root, and the reason is empty: say why, for those who review what may do more than others [missing-reason]");
}

#[test]
fn an_exception_that_nobody_needs() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).allow(Allowance::Capabilities, "binds port 80");
    web.allow(&name!("web-app-deployment"), &name!("sever"), Allowance::Node, "reads logs");
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/escapes.rs:N: no container web-app-deployment/server of the bundle has capabilities: whatever does so later would pass unseen; remove the exception, or correct the names [unused-security-exception]
    manifests-lib/tests/language/mistakes/escapes.rs:N: no container web-app-deployment/sever of the bundle uses the node: whatever does so later would pass unseen; remove the exception, or correct the names [unused-security-exception]
    ");
}
