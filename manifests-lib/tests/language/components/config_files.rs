use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::workload::{ConfigFiles, Workload};
use manifests_lib::{file_name, name, path};

use crate::support::{NODES, Shop, container, deployment, server};

fn with(text: &str) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let config = app.config(ConfigFiles {
        name: &name!("flags"),
        files: &[(file_name!("flags.json"), text), (file_name!("server.conf"), "listen 8080\n")],
    });
    let server = server(&app);
    server.mount(&config, path!("/etc/flags"));
    server.mount_file(&config, &file_name!("server.conf"), path!("/etc/server/server.conf"));
    (shop, web)
}

#[test]
fn are_a_config_map_that_is_mounted_as_a_folder_or_file_by_file() {
    let (shop, web) = with("{}\n");
    assert_snapshot!(shop.objects(&web, &["ConfigMap"]), @"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web-app-config-map-flags
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    data:
      flags.json: |
        {}
      server.conf: |
        listen 8080
    ");
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: config-flags
      mountPath: /etc/flags
      readOnly: true
    - name: config-flags
      mountPath: /etc/server/server.conf
      readOnly: true
      subPath: server.conf
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: config-flags
      configMap:
        name: web-app-config-map-flags
    ");
}

#[test]
fn a_change_restarts_the_pods() {
    let metadata = "/spec/template/metadata/annotations";
    let (shop, web) = with("{}\n");
    let before = shop.part(&web, "Deployment", metadata);
    let (shop, web) = with("{ }\n");
    let after = shop.part(&web, "Deployment", metadata);
    assert_ne!(before, after);
    assert_snapshot!(before, @"checksum/config: 40e4ea1d2acff41f6cda4cb25f66d0266ec45cc574e12ddd4e51c2cd1609b019");
}

#[test]
fn a_file_that_is_not_there_and_one_that_is_there_twice() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let files = [(file_name!("a.conf"), "first"), (file_name!("a.conf"), "second")];
    let config = app.config(ConfigFiles { name: &name!("flags"), files: &files });
    server(&app).mount_file(&config, &file_name!("b.conf"), path!("/etc/b.conf"));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/config_files.rs:N: the file a.conf is in flags twice: pods would see only the last one; rename or remove one [invalid-data-key]
    manifests-lib/tests/language/components/config_files.rs:N: web-app-config-map-flags has no file b.conf, and the container would not start: name one of a.conf (see also manifests-lib/tests/language/components/config_files.rs:N) [missing-volume]
    ");
}

#[test]
fn what_reads_like_a_secret_is_refused() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let files = [(file_name!("app.env"), "URL=mysql://root:hunter2@db:3306/shop")];
    let config = app.config(ConfigFiles { name: &name!("settings"), files: &files });
    deployment(&app).container(container()).mount(&config, path!("/etc/app"));
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/components/config_files.rs:N: ConfigMap shop/web-app-config-map-settings: data.app.env holds an address with a password, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: Bundle::not_secret("web-app-config-map-settings", "data.app.env", "why") [secret-in-plain-text]"#);
}

#[test]
fn large_files_are_not_copied_into_an_annotation() {
    let (shop, web) = with(&"x".repeat(300 << 10));
    assert_snapshot!(shop.part(&web, "ConfigMap", "/metadata/annotations"), @"argocd.argoproj.io/sync-options: ServerSideApply=true");
}
