use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::network::{Acme, AcmeServer, Certificate, CertificateHosts, Issuer};
use manifests_lib::{email_address, host, name, region};

use crate::support::Shop;

fn issued_by(issuer: &Issuer) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = web.cluster_issuer(name!("everybody"), issuer);
    (shop, web)
}

fn issued_for(hosts: CertificateHosts) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = web.certificate(Certificate { name: name!("web"), issuer: &shop.issuer(), hosts });
    (shop, web)
}

#[test]
fn a_self_signed_issuer_is_a_ca_of_its_own() {
    let (shop, web) = issued_by(&Issuer::SelfSigned);
    assert_snapshot!(shop.objects(&web, &["ClusterIssuer", "Certificate"]), @"
    apiVersion: cert-manager.io/v1
    kind: ClusterIssuer
    metadata:
      name: everybody-root
      labels:
        env: test
    spec:
      selfSigned: {}
    ---
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata:
      name: everybody
      labels:
        env: test
      namespace: shop
    spec:
      commonName: everybody
      duration: 87600h0m0s
      isCA: true
      issuerRef:
        group: cert-manager.io
        kind: ClusterIssuer
        name: everybody-root
      privateKey:
        algorithm: ECDSA
        rotationPolicy: Always
        size: 256
      secretName: everybody
    ---
    apiVersion: cert-manager.io/v1
    kind: ClusterIssuer
    metadata:
      name: everybody
      labels:
        env: test
    spec:
      ca:
        secretName: everybody
    ");
}

#[test]
fn a_public_issuer_proves_its_domain_in_route_53() {
    let (shop, web) = issued_by(&Issuer::Acme(Acme {
        server: AcmeServer::LetsEncrypt,
        email: email_address!("platform@example.com"),
        region: region!("eu-west-1"),
    }));
    assert_snapshot!(shop.objects(&web, &["ClusterIssuer"]), @"
    apiVersion: cert-manager.io/v1
    kind: ClusterIssuer
    metadata:
      name: everybody
      labels:
        env: test
    spec:
      acme:
        email: platform@example.com
        privateKeySecretRef:
          name: everybody-account
        server: https://acme-v02.api.letsencrypt.org/directory
        solvers:
        - dns01:
            route53:
              region: eu-west-1
    ");
}

#[test]
fn a_certificate_names_its_hosts() {
    let (shop, web) =
        issued_for(CertificateHosts::Of(vec![host!("api.example.com"), host!("www.example.com")]));
    assert_snapshot!(shop.objects(&web, &["Certificate"]), @"
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata:
      name: web
      labels:
        env: test
      namespace: shop
    spec:
      dnsNames:
      - api.example.com
      - www.example.com
      issuerRef:
        group: cert-manager.io
        kind: ClusterIssuer
        name: everybody
      privateKey:
        algorithm: ECDSA
        rotationPolicy: Always
        size: 256
      secretName: web
      usages:
      - digital signature
      - key encipherment
      - server auth
    ");
}

#[test]
fn a_certificate_of_all_hosts_below_another_has_a_wildcard() {
    let (shop, web) = issued_for(CertificateHosts::Below(host!("internal.example.com")));
    assert_snapshot!(shop.objects(&web, &["Certificate"]), @r#"
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata:
      name: web
      labels:
        env: test
      namespace: shop
    spec:
      dnsNames:
      - "*.internal.example.com"
      issuerRef:
        group: cert-manager.io
        kind: ClusterIssuer
        name: everybody
      privateKey:
        algorithm: ECDSA
        rotationPolicy: Always
        size: 256
      secretName: web
      usages:
      - digital signature
      - key encipherment
      - server auth
    "#);
}
