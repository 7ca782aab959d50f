//! Addresses inside the cluster, in arguments and files: without the call nobody admits the component.

use insta::assert_snapshot;
use manifests_lib::workload::ConfigFiles;
use manifests_lib::{file_name, name, path, plain, port};

use crate::support::{NODES, Shop, listed, server, service};

#[test]
fn an_address_that_was_made_for_another_component() {
    let shop = Shop::new();
    let web = shop.bundle();
    let address = web.app(&NODES).calls(&service(&web.component(name!("api"), &NODES)));
    let worker = web.component(name!("worker"), &NODES);
    server(&worker).arguments([format!("--api={}", address.to_url()).as_str()]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: container server has the address web-api-service.shop.svc.cluster.local in its arguments or variables, and web-worker declares no call to it: it would be refused at run time; ask for the address at the component web-worker (`calls`) [address-as-text]");
}

#[test]
fn an_address_that_a_patch_writes() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.component(name!("api"), &NODES));
    server(&web.app(&NODES)).patch(|container| {
        container.args = Some(vec!["--api=web-api-service.shop.svc:80".to_owned()]);
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: container server has the address web-api-service.shop.svc.cluster.local in its arguments or variables, and web-app declares no call to it: it would be refused at run time; ask for the address at the component web-app (`calls`) [address-as-text]");
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
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/addresses.rs:N: a file has the address web-api-service.shop.svc.cluster.local in it, and no component of web declares a call to it: it would be refused at run time; ask for the address at the component that reads the file (`calls`) [address-as-text]");
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
