//! Pods that the level of their namespace refuses.

use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::model::{Injection, Namespace, NamespaceRules, PodSecurity, Rule};
use manifests_lib::name;
use manifests_lib::workload::{Allowance, Capability};

use crate::support::{NODES, Shop, server};

/// A namespace that the platform creates.
const TOOLS: Namespace = Namespace::new(name!("tools"));

/// Why pods that were changed like this are refused in a namespace of this level, one reason a line.
fn refused(level: PodSecurity, change: fn(&mut core::PodSpec)) -> String {
    let shop = Shop::new();
    let rules = NamespaceRules { injection: Injection::None, pod_security: level };
    shop.bundle_in(&TOOLS, name!("shared")).create_namespace(&TOOLS, &rules);
    let web = shop.bundle_in(&TOOLS, name!("web"));
    server(&web.app(&NODES));
    web.patch(move |deployment: &mut apps::Deployment| {
        let pods = &mut deployment.spec.get_or_insert_default().template.spec;
        change(pods.get_or_insert_default());
    });
    let mut errors = shop.errors();
    errors.retain(|error| error.rule == Rule::PodSecurityViolation);
    let reasons = errors.iter().map(|error| {
        let text = error.to_string();
        let (_, text) = text.split_once("web-app-deployment: ").expect("the workload");
        let (reason, _) = text.split_once(", and the API server").expect("a reason");
        reason.to_owned()
    });
    reasons.collect::<Vec<_>>().join("\n")
}

fn container(pods: &mut core::PodSpec) -> &mut core::SecurityContext {
    pods.containers[0].security_context.get_or_insert_default()
}

#[test]
fn the_message_names_both_lines_and_the_way_out() {
    let shop = Shop::new();
    let rules =
        NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Restricted };
    shop.bundle_in(&TOOLS, name!("shared")).create_namespace(&TOOLS, &rules);
    let app = shop.bundle_in(&TOOLS, name!("web")).app(&NODES);
    let server = server(&app);
    server.patch(|container| {
        container.security_context.get_or_insert_default().capabilities = None;
    });
    server.allow(Allowance::Capabilities, "binds port 80");
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps tools/web-app-deployment: container server keeps capabilities, and the API server would refuse the pods: the namespace tools enforces restricted; change the pods, or run them in a namespace of their own whose level allows it (see also manifests-lib/tests/language/mistakes/pod_security.rs:N) (see also manifests-lib/tests/language/mistakes/pod_security.rs:N) [pod-security-violation]");
}

#[test]
fn a_pod_of_this_library_fits_every_level() {
    for level in [PodSecurity::Restricted, PodSecurity::Baseline, PodSecurity::Privileged] {
        assert_eq!(refused(level, |_| {}), "");
    }
}

#[test]
fn what_baseline_refuses() {
    let reaches_for_the_node = |pods: &mut core::PodSpec| {
        pods.host_network = Some(true);
        pods.host_pid = Some(true);
        pods.host_ipc = Some(true);
        pods.volumes = Some(vec![core::Volume {
            name: "logs".to_owned(),
            host_path: Some(core::HostPathVolumeSource::default()),
            ..core::Volume::default()
        }]);
        pods.security_context.get_or_insert_default().sysctls =
            Some(vec![core::Sysctl { name: "kernel.msgmax".to_owned(), value: "1".to_owned() }]);
        pods.containers[0].ports = Some(vec![core::ContainerPort {
            container_port: 80,
            host_port: Some(80),
            ..core::ContainerPort::default()
        }]);
        let probe = pods.containers[0].liveness_probe.as_mut().expect("a probe");
        probe.tcp_socket.as_mut().expect("by TCP").host = Some("10.0.0.1".to_owned());
        let context = container(pods);
        context.privileged = Some(true);
        context.proc_mount = Some("Unmasked".to_owned());
        context.app_armor_profile =
            Some(core::AppArmorProfile { type_: "Unconfined".to_owned(), localhost_profile: None });
        context.se_linux_options = Some(core::SELinuxOptions {
            type_: Some("spc_t".to_owned()),
            ..core::SELinuxOptions::default()
        });
        context.capabilities.get_or_insert_default().add = Some(vec!["SYS_ADMIN".to_owned()]);
        context.seccomp_profile =
            Some(core::SeccompProfile { type_: "Unconfined".to_owned(), localhost_profile: None });
    };
    assert_snapshot!(refused(PodSecurity::Baseline, reaches_for_the_node), @"
    the pod uses the network of its node
    the pod uses the processes of its node
    the pod uses the shared memory of its node
    the volume logs is a folder of the node
    the pod sets kernel.msgmax
    container server takes the port 80 of its node
    container server has the kubelet ask the host 10.0.0.1
    container server is privileged
    container server has the capability SYS_ADMIN
    container server makes any system call
    container server is not confined by AppArmor
    container server sets seLinuxOptions.type spc_t
    container server sees what is masked in /proc
    ");
    assert_eq!(refused(PodSecurity::Privileged, reaches_for_the_node), "");
}

#[test]
fn what_only_restricted_refuses() {
    let careless = |pods: &mut core::PodSpec| {
        pods.security_context = None;
        pods.volumes = Some(vec![core::Volume {
            name: "share".to_owned(),
            nfs: Some(core::NFSVolumeSource::default()),
            ..core::Volume::default()
        }]);
        pods.containers[0].security_context = None;
    };
    assert_snapshot!(refused(PodSecurity::Restricted, careless), @"
    the volume share is of a kind that reaches beyond the cluster
    container server may gain privileges
    container server may run as root
    container server has no filter of system calls
    container server keeps capabilities
    ");
    assert_eq!(refused(PodSecurity::Baseline, careless), "");
}

#[test]
fn containers_that_run_first_are_judged_too() {
    let first = |pods: &mut core::PodSpec| {
        let mut first = pods.containers[0].clone();
        first.name = "first".to_owned();
        first.security_context.get_or_insert_default().run_as_non_root = Some(false);
        pods.init_containers = Some(vec![first]);
    };
    let reasons = refused(PodSecurity::Restricted, first);
    assert!(reasons.lines().any(|line| line == "container first may run as root"), "{reasons}");
}

#[test]
fn a_restricted_namespace_takes_one_capability() {
    let shop = Shop::new();
    let rules =
        NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Restricted };
    shop.bundle_in(&TOOLS, name!("shared")).create_namespace(&TOOLS, &rules);
    let server = server(&shop.bundle_in(&TOOLS, name!("web")).app(&NODES));
    server.capability(Capability::NetBindService, "listens on port 80");
    assert!(shop.errors().is_empty(), "{:?}", shop.errors());
    server.capability(Capability::Chown, "takes files over from an older release");
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps tools/web-app-deployment: container server keeps capabilities, and the API server would refuse the pods: the namespace tools enforces restricted; change the pods, or run them in a namespace of their own whose level allows it (see also manifests-lib/tests/language/mistakes/pod_security.rs:N) [pod-security-violation]");
}
