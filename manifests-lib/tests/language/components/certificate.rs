use custom_resources::cert_manager::v1 as cert_manager;
use insta::assert_snapshot;
use manifests_lib::cluster::IamPolicy;
use manifests_lib::model::Bundle;
use manifests_lib::network::{Acme, AcmeServer, Certificate, CertificateHosts, Issuer};
use manifests_lib::{email_address, host, name, region};

use crate::support::{ELSEWHERE, NAMESPACE, Shop};

fn issued_by(issuer: &Issuer) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = web.host_issuer(name!("everybody"), issuer);
    (shop, web)
}

fn issued_for(hosts: CertificateHosts) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = web.certificate(Certificate { name: name!("web"), issuer: &shop.issuer(), hosts });
    (shop, web)
}

fn acme() -> Acme {
    Acme {
        server: AcmeServer::LetsEncrypt,
        email: email_address!("platform@example.com"),
        region: region!("eu-west-1"),
        zones: vec![host!("example.com"), host!("example.org")],
    }
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
    let (shop, web) = issued_by(&acme().into());
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
          selector:
            dnsZones:
            - example.com
            - example.org
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

/// What the API server is told to refuse of the Certificates of an issuer.
fn validations(shop: &Shop, bundle: &Bundle) -> String {
    shop.part(bundle, "ValidatingAdmissionPolicy", "/spec/validations")
}

#[test]
fn an_issuer_of_services_signs_only_hosts_of_the_own_namespace() {
    let shop = Shop::new();
    let web = shop.bundle();
    let issuer = web.service_issuer(name!("services"));
    let _ = shop.bundle_named(name!("caller")).ca(name!("authority"), &issuer);
    assert_snapshot!(
        shop.objects(&web, &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]),
        @r#"
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata:
      name: certificates-of-services
      labels:
        env: test
    spec:
      failurePolicy: Fail
      matchConditions:
      - name: issuer
        expression: object.spec.issuerRef.name == 'services' && has(object.spec.issuerRef.kind) && object.spec.issuerRef.kind == 'ClusterIssuer'
      matchConstraints:
        matchPolicy: Equivalent
        namespaceSelector: {}
        objectSelector: {}
        resourceRules:
        - apiGroups:
          - cert-manager.io
          apiVersions:
          - "*"
          operations:
          - CREATE
          - UPDATE
          resources:
          - certificates
          scope: Namespaced
      validations:
      - expression: has(object.spec.dnsNames) && !has(object.spec.commonName) && !has(object.spec.emailAddresses) && !has(object.spec.ipAddresses) && !has(object.spec.literalSubject) && !has(object.spec.otherNames) && !has(object.spec.uris) && !(has(object.spec.isCA) && object.spec.isCA)
        message: the issuer services signs DNS names only, and no CA
      - expression: object.spec.dnsNames.all(name, name.endsWith('.' + object.metadata.namespace + '.svc') || name.endsWith('.' + object.metadata.namespace + '.svc.cluster.local') || name.endsWith('.invalid'))
        message: the issuer services signs names of Services of the Certificate's own namespace
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata:
      name: certificates-of-services
      labels:
        env: test
    spec:
      policyName: certificates-of-services
      validationActions:
      - Deny
    "#
    );
}

#[test]
fn an_issuer_of_hosts_signs_in_the_namespaces_that_ask() {
    let shop = Shop::new();
    let web = shop.bundle();
    let issuer = web.host_issuer(name!("everybody"), &Issuer::SelfSigned);
    let hosts = || CertificateHosts::Of(vec![host!("api.example.com")]);
    for (namespace, name) in [(NAMESPACE, name!("api")), (ELSEWHERE, name!("mobile"))] {
        let asking = shop.bundle_in(&namespace, name.clone());
        let _ = asking.certificate(Certificate { name, issuer: &issuer, hosts: hosts() });
    }
    assert_snapshot!(validations(&shop, &web), @"
    - expression: has(object.spec.dnsNames) && !has(object.spec.commonName) && !has(object.spec.emailAddresses) && !has(object.spec.ipAddresses) && !has(object.spec.literalSubject) && !has(object.spec.otherNames) && !has(object.spec.uris) && !(has(object.spec.isCA) && object.spec.isCA)
      message: the issuer everybody signs DNS names only, and no CA
    - expression: object.metadata.namespace in ['elsewhere', 'shop']
      message: the issuer everybody signs nothing in this namespace
    ");
}

#[test]
fn a_public_issuer_signs_hosts_of_its_zones() {
    let shop = Shop::new();
    let web = shop.bundle();
    let issuer = web.host_issuer(name!("everybody"), &acme().into());
    let certificate = |hosts| Certificate { name: name!("web"), issuer: &issuer, hosts };
    let _ = web.certificate(certificate(CertificateHosts::Below(host!("example.org"))));
    assert_snapshot!(validations(&shop, &web), @"
    - expression: has(object.spec.dnsNames) && !has(object.spec.commonName) && !has(object.spec.emailAddresses) && !has(object.spec.ipAddresses) && !has(object.spec.literalSubject) && !has(object.spec.otherNames) && !has(object.spec.uris) && !(has(object.spec.isCA) && object.spec.isCA)
      message: the issuer everybody signs DNS names only, and no CA
    - expression: object.metadata.namespace in ['shop']
      message: the issuer everybody signs nothing in this namespace
    - expression: object.spec.dnsNames.all(name, name == 'example.com' || name.endsWith('.example.com') || name == 'example.org' || name.endsWith('.example.org'))
      message: the issuer everybody signs names in its zones
    ");
    let mobile = shop.bundle_named(name!("mobile"));
    let _ = mobile.certificate(Certificate {
        name: name!("mobile"),
        ..certificate(CertificateHosts::Of(vec![host!("notexample.com")]))
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/certificate.rs:N: Certificate.cert-manager.io shop/mobile: the issuer everybody would not sign it: notexample.com is in none of its zones; change the hosts, or take another issuer [certificate-beyond-issuer]");
}

#[test]
fn the_host_of_a_service_of_another_namespace_is_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let issuer = web.service_issuer(name!("services"));
    let hosts = CertificateHosts::Of(vec![host!("login.elsewhere.svc.cluster.local")]);
    let _ = web.certificate(Certificate { name: name!("web"), issuer: &issuer, hosts });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/certificate.rs:N: Certificate.cert-manager.io shop/web: the issuer services would not sign it: login.elsewhere.svc.cluster.local is not the host of a Service of the namespace shop; change the hosts, or take another issuer [certificate-beyond-issuer]");
}

#[test]
fn a_certificate_as_it_stands_for_more_than_hosts_is_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let issuer = web.host_issuer(name!("everybody"), &Issuer::SelfSigned);
    let hosts = CertificateHosts::Of(vec![host!("api.example.com")]);
    let _ = web.certificate(Certificate { name: name!("web"), issuer: &issuer, hosts });
    web.patch(|certificate: &mut cert_manager::Certificate| {
        if let (Some("web"), Some(spec)) =
            (certificate.metadata.name.as_deref(), &mut certificate.spec)
        {
            spec.is_ca = Some(true);
        }
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/certificate.rs:N: Certificate.cert-manager.io shop/web: the issuer everybody would not sign it: it signs DNS names only, and no CA; change the hosts, or take another issuer (see also manifests-lib/tests/language/components/certificate.rs:N) [certificate-beyond-issuer]");
}

#[test]
fn a_certificate_as_it_stands_in_a_namespace_that_asks_for_none_is_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let issuer = web.host_issuer(name!("everybody"), &Issuer::SelfSigned);
    let hosts = CertificateHosts::Of(vec![host!("api.example.com")]);
    let _ = web.certificate(Certificate { name: name!("web"), issuer: &issuer, hosts });
    web.patch(|certificate: &mut cert_manager::Certificate| {
        if certificate.metadata.name.as_deref() == Some("web") {
            certificate.metadata.namespace = Some(ELSEWHERE.to_string());
        }
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/certificate.rs:N: Certificate.cert-manager.io elsewhere/web: the issuer everybody would not sign it: no bundle of the namespace elsewhere asks it for a certificate (`Bundle::certificate`); change the hosts, or take another issuer (see also manifests-lib/tests/language/components/certificate.rs:N) [certificate-beyond-issuer]");
}

#[test]
fn cert_manager_may_write_only_the_challenges_of_its_zones() {
    let IamPolicy::Statements(statements) = acme().rights() else {
        panic!("eksctl's own policy has no conditions");
    };
    let [.., changes] = &statements[..] else { panic!("no rights") };
    assert_eq!(changes.actions, ["route53:ChangeResourceRecordSets"]);
    let conditions: Vec<_> = changes
        .conditions
        .iter()
        .map(|((operator, key), values)| format!("{} {key}: {values:?}", operator.as_str()))
        .collect();
    assert_snapshot!(conditions.join("\n"), @r#"
    ForAllValues:StringEquals route53:ChangeResourceRecordSetsRecordTypes: ["TXT"]
    ForAllValues:StringLike route53:ChangeResourceRecordSetsNormalizedRecordNames: ["_acme-challenge.example.com", "_acme-challenge.*.example.com", "_acme-challenge.example.org", "_acme-challenge.*.example.org"]
    "#);
}
