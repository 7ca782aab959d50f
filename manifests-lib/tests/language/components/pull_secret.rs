use insta::assert_snapshot;
use manifests_lib::data::{PullSecret, PullSecretHandle};
use manifests_lib::model::Component;
use manifests_lib::values::{Host, Image};
use manifests_lib::workload::{Container, Workload};
use manifests_lib::{host, name, public_image, secrets_manager_name};

use crate::support::{ELSEWHERE, NODES, Shop, container, deployment, task};

fn of(component: &Component, registry: Host) -> PullSecretHandle {
    component.pull_secret(PullSecret { registry, user: secrets_manager_name!("test/web/registry") })
}

fn private() -> Image {
    public_image!("ghcr.io/example/web:d74ac1c@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef").into()
}

#[test]
fn it_is_a_secret_of_the_type_that_the_kubelet_reads() {
    let shop = Shop::new();
    shop.secrets_manager();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let pods = deployment(&app);
    pods.container(Container { image: private(), ..container() });
    let registry = of(&app, host!("ghcr.io"));
    pods.image_pull_secret(&registry);
    pods.image_pull_secret(&registry);
    assert_snapshot!(shop.objects(&web, &["ExternalSecret"]), @r#"
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-app-external-secret-pull-ghcr-io
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      data:
      - remoteRef:
          key: registry
          property: username
        secretKey: username
      - remoteRef:
          key: registry
          property: password
        secretKey: password
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: aws-secrets-manager-web
      target:
        creationPolicy: Owner
        name: web-app-secret-pull-ghcr-io
        template:
          data:
            .dockerconfigjson: '{"auths":{"ghcr.io":{"username":{{ .username | toJson }},"password":{{ .password | toJson }}}}}'
          engineVersion: v2
          mergePolicy: Replace
          type: kubernetes.io/dockerconfigjson
    "#);
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/imagePullSecrets"), @"- name: web-app-secret-pull-ghcr-io");
}

#[test]
fn docker_hub_has_a_name_of_its_own() {
    let shop = Shop::new();
    shop.secrets_manager();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let pods = deployment(&app);
    pods.container(Container {
        image: public_image!("example/web:d74ac1c@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef").into(),
        ..container()
    });
    pods.image_pull_secret(&of(&app, host!("docker.io")));
    assert_snapshot!(shop.part(&web, "ExternalSecret", "/spec/target/template/data"), @r#".dockerconfigjson: '{"auths":{"https://index.docker.io/v1/":{"username":{{ .username | toJson }},"password":{{ .password | toJson }}}}}'"#);
}

#[test]
fn a_registry_that_no_image_is_in() {
    let shop = Shop::new();
    shop.secrets_manager();
    let app = shop.bundle().app(&NODES);
    let pods = deployment(&app);
    pods.container(Container { image: private(), ..container() });
    pods.image_pull_secret(&of(&app, host!("quay.io")));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/pull_secret.rs:N: none of the images of web-app-deployment is in the registry quay.io, for which the Secret web-app-secret-pull-quay-io is: the kubelet would never use it; name the registry as the image begins, or remove this line [unused-pull-secret]");
}

#[test]
fn one_of_another_namespace() {
    let shop = Shop::new();
    shop.secrets_manager();
    let tools = shop.bundle_in(&ELSEWHERE, name!("tools")).app(&NODES);
    let pods = deployment(&shop.bundle().app(&NODES));
    pods.container(Container { image: private(), ..container() });
    pods.image_pull_secret(&of(&tools, host!("ghcr.io")));
    deployment(&tools).portless_container(task());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/pull_secret.rs:N: the Secret tools-app-secret-pull-ghcr-io is in the namespace elsewhere, and pods of shop would never start: make it in a bundle of shop (see also manifests-lib/tests/language/components/pull_secret.rs:N) [wrong-namespace]");
}
