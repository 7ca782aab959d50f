use insta::assert_snapshot;
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret, SecretKey, SecretValue};
use manifests_lib::model::Component;
use manifests_lib::network::{Certificate, CertificateHosts};
use manifests_lib::{host, name, path};

use crate::support::{ELSEWHERE, NODES, Shop, server};

fn key(component: &Component) -> SecretKey {
    component.secret(SecretValue {
        key: name!("signing-key"),
        source: GeneratedSecret { length: 32 }.into(),
    })
}

#[test]
fn a_key_is_one_file_that_the_group_of_the_pod_reads() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    server(&app).secret_file(&key(&app), path!("/run/secrets/signing-key"));
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: web-app-secret-signing-key-signing-key
      mountPath: /run/secrets/signing-key
      readOnly: true
      subPath: signing-key
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: web-app-secret-signing-key-signing-key
      secret:
        defaultMode: 288
        items:
        - key: signing-key
          path: signing-key
        secretName: web-app-secret-signing-key
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/securityContext"), @"
    fsGroup: 1000
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
    ");
}

#[test]
fn credentials_and_certificates_are_folders() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let login = app.credentials(GeneratedCredentials {
        user: name!("admin"),
        password: GeneratedSecret { length: 32 },
    });
    let hosts = CertificateHosts::Of(vec![host!("web.shop.svc")]);
    let issuer = shop.issuer();
    let certificate =
        web.certificate(Certificate { name: name!("web-tls"), issuer: &issuer, hosts });
    let server = server(&app);
    server.mount(&login, path!("/run/secrets/login"));
    server.mount(&certificate, path!("/run/secrets/tls"));
    server.mount(&key(&app), path!("/run/secrets/keys"));
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: web-app-secret-username-password
      secret:
        defaultMode: 288
        items:
        - key: username
          path: username
        - key: password
          path: password
        secretName: web-app-secret
    - name: web-tls
      secret:
        defaultMode: 288
        secretName: web-tls
    - name: web-app-secret-signing-key-signing-key
      secret:
        defaultMode: 288
        items:
        - key: signing-key
          path: signing-key
        secretName: web-app-secret-signing-key
    ");
}

#[test]
fn one_of_another_namespace_is_refused() {
    let shop = Shop::new();
    let other = shop.bundle_in(&ELSEWHERE, name!("other")).app(&NODES);
    server(&shop.bundle().app(&NODES)).secret_file(&key(&other), path!("/run/secrets/key"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_files.rs:N: the Secret other-app-secret-signing-key is in the namespace elsewhere, and pods of shop would never start: make it in a bundle of shop (see also manifests-lib/tests/language/components/secret_files.rs:N) [wrong-namespace]");
}
