use insta::assert_snapshot;
use manifests_lib::data::cache::{Cache, CacheHandle, Persistence};
use manifests_lib::model::Bundle;
use manifests_lib::name;
use manifests_lib::values::gibibytes;

use crate::support::{NODES, Shop, elasticache, server, valkey};

fn with(cache: impl Into<Cache>) -> (Shop, Bundle, CacheHandle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let handle = web.app(&NODES).cache(cache);
    shop.secrets_manager();
    (shop, web, handle)
}

/// How a server finds its cache.
fn variables(cache: impl Into<Cache>) -> String {
    let (shop, web, handle) = with(cache);
    server(&web.app(&NODES)).env([
        handle.host("CACHE_HOST"),
        handle.port("CACHE_PORT"),
        handle.address("CACHE_ADDR"),
        handle.user("CACHE_USER"),
        handle.password("CACHE_PASSWORD"),
        handle.tls("CACHE_TLS"),
        handle.url("CACHE_URL"),
    ]);
    shop.container_part(&web, "/env")
}

fn on_a_volume() -> Persistence {
    Persistence::Volume { size: gibibytes(1), storage_class: name!("fast") }
}

#[test]
fn valkey_is_a_stateful_set_with_a_generated_password() {
    let (shop, web, _) = with(valkey(Persistence::None));
    assert_eq!(
        shop.kinds(&web),
        [
            "Password",
            "ExternalSecret",
            "StatefulSet",
            "ServiceAccount",
            "Service",
            "AuthorizationPolicy",
            "NetworkPolicy",
            "DestinationRule"
        ]
    );
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/template/spec/containers/0"), @r#"
    command:
    - sh
    - -c
    - |
      exec valkey-server - <<CONFIGURATION
      requirepass $VALKEYCLI_AUTH
      maxmemory 96mb
      maxmemory-policy allkeys-lru
      save ""
      CONFIGURATION
    env:
    - name: VALKEYCLI_AUTH
      valueFrom:
        secretKeyRef:
          key: password
          name: web-cache-secret
    image: valkey/valkey:8.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    imagePullPolicy: IfNotPresent
    livenessProbe:
      exec:
        command:
        - valkey-cli
        - -e
        - ping
      failureThreshold: 6
      periodSeconds: 10
      timeoutSeconds: 2
    name: valkey
    ports:
    - containerPort: 6379
      protocol: TCP
    readinessProbe:
      exec:
        command:
        - valkey-cli
        - -e
        - ping
      failureThreshold: 3
      periodSeconds: 5
      timeoutSeconds: 2
    resources:
      limits:
        memory: 128Mi
      requests:
        cpu: 50m
        memory: 128Mi
    securityContext:
      allowPrivilegeEscalation: false
      capabilities:
        drop:
        - ALL
      readOnlyRootFilesystem: true
      runAsGroup: 999
      runAsUser: 999
    startupProbe:
      exec:
        command:
        - valkey-cli
        - -e
        - ping
      failureThreshold: 150
      periodSeconds: 2
      timeoutSeconds: 2
    "#);
}

#[test]
fn what_is_to_outlive_the_pod_is_on_a_volume() {
    let (shop, web, _) = with(valkey(on_a_volume()));
    let pod = "/spec/template/spec/containers/0";
    assert_snapshot!(shop.part(&web, "StatefulSet", &format!("{pod}/command")), @"
    - sh
    - -c
    - |
      exec valkey-server - <<CONFIGURATION
      requirepass $VALKEYCLI_AUTH
      maxmemory 64mb
      maxmemory-policy noeviction
      dir /data
      appendonly yes
      CONFIGURATION
    ");
    assert_snapshot!(shop.part(&web, "StatefulSet", &format!("{pod}/volumeMounts")), @"
    - name: data
      mountPath: /data
    ");
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/volumeClaimTemplates/0/spec"), @"
    accessModes:
    - ReadWriteOnce
    resources:
      requests:
        storage: 1Gi
    storageClassName: fast
    ");
}

#[test]
fn elasticache_is_known_to_the_namespace_and_its_credentials_are_kept_in_aws() {
    let (shop, web, _) = with(elasticache());
    assert_snapshot!(shop.objects(&web, &["ServiceEntry", "ExternalSecret"]), @"
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-cache-external-secret
      labels:
        app: web
        component: cache
        env: test
      namespace: shop
    spec:
      data:
      - remoteRef:
          key: cache
          property: username
        secretKey: username
      - remoteRef:
          key: cache
          property: password
        secretKey: password
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: aws-secrets-manager-web
      target:
        creationPolicy: Owner
        name: web-cache-secret
    ---
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: web-cache-service-entry
      labels:
        app: web
        component: cache
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      hosts:
      - master.web.abc123.euw1.cache.amazonaws.com
      location: MESH_EXTERNAL
      ports:
      - name: tcp-web
        number: 6379
        protocol: TCP
      resolution: DNS
    ");
}

#[test]
fn a_server_cannot_tell_which_cache_it_has() {
    assert_snapshot!(variables(valkey(Persistence::None)), @r#"
    - name: CACHE_HOST
      value: web-cache-service.shop.svc.cluster.local
    - name: CACHE_PORT
      value: "6379"
    - name: CACHE_ADDR
      value: web-cache-service.shop.svc.cluster.local:6379
    - name: CACHE_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-cache-secret
    - name: CACHE_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-cache-secret
    - name: CACHE_TLS
      value: "false"
    - name: CACHE_URL_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-cache-secret
    - name: CACHE_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-cache-secret
    - name: CACHE_URL
      value: redis://$(CACHE_URL_USER):$(CACHE_URL_PASSWORD)@web-cache-service.shop.svc.cluster.local:6379/0
    "#);
    assert_snapshot!(variables(elasticache()), @r#"
    - name: CACHE_HOST
      value: master.web.abc123.euw1.cache.amazonaws.com
    - name: CACHE_PORT
      value: "6379"
    - name: CACHE_ADDR
      value: master.web.abc123.euw1.cache.amazonaws.com:6379
    - name: CACHE_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-cache-secret
    - name: CACHE_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-cache-secret
    - name: CACHE_TLS
      value: "true"
    - name: CACHE_URL_USER
      valueFrom:
        secretKeyRef:
          key: username-url
          name: web-cache-secret
    - name: CACHE_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password-url
          name: web-cache-secret
    - name: CACHE_URL
      value: rediss://$(CACHE_URL_USER):$(CACHE_URL_PASSWORD)@master.web.abc123.euw1.cache.amazonaws.com:6379/0
    "#);
}

#[test]
fn a_component_has_several_caches() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let first = app.cache(valkey(Persistence::None));
    let sessions = app.cache_named(name!("sessions"), valkey(on_a_volume()));
    server(&app).env([first.address("CACHE"), sessions.address("SESSIONS")]);
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: CACHE
      value: web-cache-service.shop.svc.cluster.local:6379
    - name: SESSIONS
      value: web-cache-sessions-service.shop.svc.cluster.local:6379
    ");
}

#[test]
fn the_address_of_a_cache_is_its_owners_alone() {
    let (shop, web, cache) = with(valkey(Persistence::None));
    server(&web.component(name!("worker"), &NODES)).env([cache.url("CACHE_URL")]);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/cache.rs:N: the variable CACHE_URL_USER was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/components/cache.rs:N) [wrong-component]
    manifests-lib/tests/language/components/cache.rs:N: the variable CACHE_URL_PASSWORD was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/components/cache.rs:N) [wrong-component]
    manifests-lib/tests/language/components/cache.rs:N: the variable CACHE_URL was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/components/cache.rs:N) [wrong-component]
    ");
}
