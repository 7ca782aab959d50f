//! Addresses inside the cluster, in arguments and files: without the call nobody admits the component.

use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use manifests_lib::model::named;
use manifests_lib::workload::ConfigFiles;
use manifests_lib::{file_name, name, path, plain, port};

use crate::support::{ELSEWHERE, NODES, Shop, listed, server, service, without_lines};

#[test]
fn an_address_that_was_made_for_another_component() {
    let shop = Shop::new();
    let web = shop.bundle();
    let address = web.app(&NODES).calls(&service(&web.component(name!("api"), &NODES)));
    let worker = web.component(name!("worker"), &NODES);
    server(&worker).arguments([format!("--api={}", address.to_url()).as_str()]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: container server has the address web-api-service.shop.svc.cluster.local in its commands or variables, and web-worker declares no call to it: it would be refused at run time; ask for the address at the component web-worker (`calls`) [address-as-text]");
}

#[test]
fn an_address_that_a_patch_writes() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.component(name!("api"), &NODES));
    server(&web.app(&NODES)).patch(|container| {
        container.args = Some(vec!["--api=web-api-service.shop.svc:80".to_owned()]);
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: container server has the address web-api-service.shop.svc.cluster.local in its commands or variables, and web-app declares no call to it: it would be refused at run time; ask for the address at the component web-app (`calls`) [address-as-text]");
}

#[test]
fn an_address_in_a_file() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.component(name!("api"), &NODES));
    let app = web.app(&NODES);
    let text = "upstream: http://web-api-service.shop.svc.cluster.local:80\n";
    let files = [(file_name!("proxy.yaml"), text)];
    let files = app.config(ConfigFiles { name: &name!("proxy"), files: &files });
    server(&app).mount(&files, path!("/etc/proxy"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/addresses.rs:N: the file proxy.yaml of web-app-config-map-proxy has the address web-api-service.shop.svc.cluster.local in it, and web-app, which mounts it, declares no call to it: it would be refused at run time; ask for the address at the component web-app (`calls`) (see also manifests-lib/tests/language/mistakes/addresses.rs:N) [address-as-text]");
}

#[test]
fn an_address_without_the_domain_of_the_cluster() {
    for value in [
        "http://api.shop.svc:80",
        "api.shop.svc",
        "api.shop.svc.cluster.local.",
        "0.api.shop.svc/a",
    ] {
        let shop = Shop::new();
        server(&shop.bundle().app(&NODES)).env([plain!("API_URL", value)]);
        let mistakes = listed(&shop.errors());
        assert!(mistakes.contains("[address-as-text]"), "{value}: {mistakes}");
    }
    for value in [
        "https://api.svc.example.com",
        "shop.svcs",
        ".svc",
        "api.svc",
        "web.shop.svc.example.com",
        "https://kubernetes.default.svc",
    ] {
        let shop = Shop::new();
        server(&shop.bundle().app(&NODES)).env([plain!("API_URL", value)]);
        assert_eq!(listed(&shop.errors()), "", "{value}");
    }
}

#[test]
fn addresses_that_are_called_or_the_component_s_own_are_accepted() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let address = app.calls(&service(&web.component(name!("api"), &NODES)));
    let text = format!("upstream: {}\n", address.to_url());
    let files = [(file_name!("proxy.yaml"), text.as_str())];
    let files = app.config(ConfigFiles { name: &name!("proxy"), files: &files });
    let server = server(&app);
    server.mount(&files, path!("/etc/proxy"));
    let _ = server.expose_http(port!(80));
    server.arguments([
        format!("--api={}", address.to_url()).as_str(),
        "--advertise=web-0.web-app-service.shop.svc.cluster.local:80",
    ]);
    assert_eq!(listed(&shop.errors()), "");
}

#[test]
fn an_address_in_what_the_kubelet_starts() {
    let changes: [fn(&mut core::Container, core::ExecAction); 5] = [
        |container, exec| container.liveness_probe = Some(probe(exec)),
        |container, exec| container.readiness_probe = Some(probe(exec)),
        |container, exec| container.startup_probe = Some(probe(exec)),
        |container, exec| container.lifecycle.get_or_insert_default().pre_stop = Some(hook(exec)),
        |container, exec| container.lifecycle.get_or_insert_default().post_start = Some(hook(exec)),
    ];
    for change in changes {
        let shop = Shop::new();
        let web = shop.bundle();
        let _ = service(&web.component(name!("api"), &NODES));
        server(&web.app(&NODES)).patch(move |container| {
            let asks = ["wget", "http://web-api-service.shop.svc/"].map(str::to_owned);
            change(container, core::ExecAction { command: Some(asks.to_vec()) });
        });
        let mistakes = listed(&shop.errors());
        assert!(mistakes.contains("[address-as-text]"), "{mistakes}");
    }
}

fn probe(exec: core::ExecAction) -> core::Probe {
    core::Probe { exec: Some(exec), ..core::Probe::default() }
}

fn hook(exec: core::ExecAction) -> core::LifecycleHandler {
    core::LifecycleHandler { exec: Some(exec), ..core::LifecycleHandler::default() }
}

#[test]
fn an_address_in_a_file_that_another_component_calls() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let address = app.calls(&service(&web.component(name!("api"), &NODES)));
    let text = format!("upstream: {}\n", address.to_url());
    let files = [(file_name!("proxy.yaml"), text.as_str()), (file_name!("empty.yaml"), "")];
    let files = app.config(ConfigFiles { name: &name!("proxy"), files: &files });
    server(&app).mount(&files, path!("/etc/proxy"));
    let reader = server(&web.component(name!("reader"), &NODES));
    reader.mount_file(&files, &file_name!("empty.yaml"), path!("/etc/empty.yaml"));
    assert_eq!(listed(&shop.errors()), "");
    server(&web.component(name!("worker"), &NODES)).mount(&files, path!("/etc/proxy"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/addresses.rs:N: the file proxy.yaml of web-app-config-map-proxy has the address web-api-service.shop.svc.cluster.local in it, and web-worker, which mounts it, declares no call to it: it would be refused at run time; ask for the address at the component web-worker (`calls`) (see also manifests-lib/tests/language/mistakes/addresses.rs:N) [address-as-text]");
}

#[test]
fn an_address_in_a_deployment_that_is_added_as_it_stands() {
    let shop = Shop::new();
    let web = shop.bundle();
    let address = web.app(&NODES).calls(&service(&web.component(name!("api"), &NODES)));
    web.add(raw(&format!("--api={}", address.to_url()), "worker"));
    assert_snapshot!(of_addresses(&shop), @"manifests-lib/tests/language/mistakes/addresses.rs:N: Deployment.apps shop/raw: container server has the address web-api-service.shop.svc.cluster.local in its commands or variables, and its pods are of no component of web that declares a call to it: it would be refused at run time; run it as a workload of a component that calls it (`calls`), or give its pods the labels and the ServiceAccount of one that does [address-as-text]");
}

#[test]
fn an_address_in_a_deployment_of_a_component_that_calls_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let worker = web.component(name!("worker"), &NODES);
    let address = worker.calls(&service(&web.component(name!("api"), &NODES)));
    let argument = format!("--api={}", address.to_url());
    let added = web.add(raw(&argument, "worker"));
    assert_eq!(of_addresses(&shop), "");
    added.namespace(&ELSEWHERE);
    let mistakes = of_addresses(&shop);
    assert!(mistakes.contains("Deployment.apps elsewhere/raw"), "{mistakes}");
}

#[test]
fn an_address_that_a_patch_of_the_finished_workload_writes() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.component(name!("api"), &NODES));
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        let pods = deployment.spec.as_mut().and_then(|spec| spec.template.spec.as_mut());
        for container in pods.into_iter().flat_map(|pods| &mut pods.containers) {
            container.args = Some(vec!["--api=web-api-service.shop.svc:80".to_owned()]);
        }
    });
    assert_snapshot!(of_addresses(&shop), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server has the address web-api-service.shop.svc.cluster.local in its commands or variables, and its pods are of no component of web that declares a call to it: it would be refused at run time; run it as a workload of a component that calls it (`calls`), or give its pods the labels and the ServiceAccount of one that does (see also manifests-lib/tests/language/mistakes/addresses.rs:N) [address-as-text]");
}

#[test]
fn an_address_in_a_config_map_that_a_patch_has_changed() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.component(name!("api"), &NODES));
    let app = web.app(&NODES);
    let files = [(file_name!("proxy.yaml"), "upstream: none\n")];
    let files = app.config(ConfigFiles { name: &name!("proxy"), files: &files });
    server(&app).mount(&files, path!("/etc/proxy"));
    web.patch(|config_map: &mut core::ConfigMap| {
        let data = config_map.data.get_or_insert_default();
        data.insert("proxy.yaml".to_owned(), "upstream: web-api-service.shop.svc\n".to_owned());
    });
    assert_snapshot!(of_addresses(&shop), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the key proxy.yaml of ConfigMap web-app-config-map-proxy has the address web-api-service.shop.svc.cluster.local in it, and its pods are of no component of web that declares a call to it: it would be refused at run time; run it as a workload of a component that calls it (`calls`), or give its pods the labels and the ServiceAccount of one that does (see also manifests-lib/tests/language/mistakes/addresses.rs:N) (see also manifests-lib/tests/language/mistakes/addresses.rs:N) [address-as-text]");
}

#[test]
fn an_address_in_a_config_map_that_is_added_as_it_stands() {
    let with = |mounted: &str, key: &str| {
        let shop = Shop::new();
        let web = shop.bundle();
        let _ = service(&web.component(name!("api"), &NODES));
        let text = "upstream: web-api-service.shop.svc\n";
        web.add(core::ConfigMap {
            metadata: named("proxy"),
            data: Some([(key.to_owned(), text.to_owned())].into()),
            ..core::ConfigMap::default()
        });
        let mut deployment = raw("--verbose", "worker");
        if let Some(pods) = deployment.spec.as_mut().and_then(|it| it.template.spec.as_mut()) {
            pods.volumes = Some(vec![core::Volume {
                name: "files".to_owned(),
                config_map: Some(core::ConfigMapVolumeSource {
                    name: mounted.to_owned(),
                    ..core::ConfigMapVolumeSource::default()
                }),
                ..core::Volume::default()
            }]);
            pods.containers[0].volume_mounts = Some(vec![core::VolumeMount {
                name: "files".to_owned(),
                mount_path: "/etc/proxy/proxy.yaml".to_owned(),
                sub_path: Some("proxy.yaml".to_owned()),
                ..core::VolumeMount::default()
            }]);
        }
        web.add(deployment);
        of_addresses(&shop)
    };
    assert_snapshot!(with("proxy", "proxy.yaml"), @"manifests-lib/tests/language/mistakes/addresses.rs:N: Deployment.apps shop/raw: the key proxy.yaml of ConfigMap proxy has the address web-api-service.shop.svc.cluster.local in it, and its pods are of no component of web that declares a call to it: it would be refused at run time; run it as a workload of a component that calls it (`calls`), or give its pods the labels and the ServiceAccount of one that does (see also manifests-lib/tests/language/mistakes/addresses.rs:N) [address-as-text]");
    assert_eq!(with("other", "proxy.yaml"), "");
    assert_eq!(with("proxy", "example.yaml"), "");
}

#[test]
fn an_address_that_no_component_serves_in_a_deployment_that_is_added_as_it_stands() {
    let shop = Shop::new();
    shop.bundle().add(raw("--collector=http://collector.monitoring.svc:4317", "worker"));
    assert_eq!(of_addresses(&shop), "");
}

/// A Deployment with the labels of a component of `web`, which this library does not build.
fn raw(argument: &str, component: &str) -> apps::Deployment {
    let labels = [("app", "web"), ("component", component)];
    let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let server = core::Container {
        name: "server".to_owned(),
        args: Some(vec![argument.to_owned()]),
        ..core::Container::default()
    };
    let template = core::PodTemplateSpec {
        metadata: Some(meta::ObjectMeta {
            labels: Some(labels.clone().into()),
            ..meta::ObjectMeta::default()
        }),
        spec: Some(core::PodSpec { containers: vec![server], ..core::PodSpec::default() }),
    };
    let selector =
        meta::LabelSelector { match_labels: Some(labels.into()), ..meta::LabelSelector::default() };
    apps::Deployment {
        metadata: named("raw"),
        spec: Some(apps::DeploymentSpec { selector, template, ..apps::DeploymentSpec::default() }),
        status: None,
    }
}

/// What the build says of addresses alone: a Deployment of a test lacks much else.
fn of_addresses(shop: &Shop) -> String {
    let mistakes = without_lines(&listed(&shop.errors()));
    let of_addresses = mistakes.lines().filter(|line| line.ends_with("[address-as-text]"));
    of_addresses.collect::<Vec<_>>().join("\n")
}
