use insta::assert_snapshot;
use manifests_lib::data::rabbitmq::{Rabbitmq, RabbitmqClusterSpec, Saga};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::values::{Name, gibibytes, mebibytes, millicores};
use manifests_lib::workload::Resources;
use manifests_lib::{name, public_image};

use crate::support::{ELSEWHERE, NAMESPACE, NODES, Shop, config_map, server};

/// A platform with a broker.
pub(super) fn with_broker(replicas: u16, gibibytes_of_disk: u32) -> (Shop, Bundle, Rabbitmq) {
    let shop = Shop::new();
    let post = shop.bundle_in(&ELSEWHERE, name!("post"));
    let operators = shop.bundle_in(&Namespace::new(name!("argocd")), name!("operators"));
    operators.add(config_map("settings"));
    let broker = post.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbit"),
        replicas,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage: gibibytes(gibibytes_of_disk),
        storage_class: &name!("fast"),
        issuer: &shop.issuer(),
        topology_operator: &operators.tool_pods(&APP_NAME, &name!("operator")),
        prometheus: &shop.prometheus(),
    });
    (shop, post, broker)
}

/// The bundle `web`, whose server takes part in a saga.
fn with_saga(shop: &Shop, rabbitmq: &Rabbitmq) -> Bundle {
    let web = shop.bundle();
    let app = web.app(&NODES);
    let saga = app.saga(Saga { rabbitmq, steps: vec![name!("pay")] });
    server(&app).env([
        saga.host("HOST"),
        saga.port("PORT"),
        saga.virtual_host("VHOST"),
        saga.exchange("EXCHANGE"),
        saga.user("USERNAME"),
        saga.password("PASSWORD"),
        saga.ca_certificate("CA_CERTIFICATE"),
    ]);
    web
}

#[test]
fn it_speaks_tls_only_and_takes_clients_of_the_namespaces_that_have_a_saga() {
    let (shop, post, broker) = with_broker(1, 5);
    let _ = with_saga(&shop, &broker);
    assert_snapshot!(shop.objects(&post, &["RabbitmqCluster", "Certificate"]), @r#"
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata:
      name: rabbit-tls
      labels:
        env: test
      namespace: elsewhere
    spec:
      dnsNames:
      - rabbit.elsewhere.svc
      - rabbit.elsewhere.svc.cluster.local
      - "*.rabbit-nodes.elsewhere.svc.cluster.local"
      issuerRef:
        group: cert-manager.io
        kind: ClusterIssuer
        name: everybody
      privateKey:
        algorithm: ECDSA
        rotationPolicy: Always
        size: 256
      secretName: rabbit-tls
      usages:
      - digital signature
      - key encipherment
      - server auth
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: RabbitmqCluster
    metadata:
      name: rabbit
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        rabbitmq.com/topology-allowed-namespaces: shop
      labels:
        env: test
      namespace: elsewhere
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions:
              - key: example.com/group
                operator: In
                values:
                - app
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - podAffinityTerm:
              labelSelector:
                matchLabels:
                  app.kubernetes.io/name: rabbit
              topologyKey: kubernetes.io/hostname
            weight: 100
      image: rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      persistence:
        storage: 5Gi
        storageClassName: fast
      replicas: 1
      resources:
        limits:
          memory: 512Mi
        requests:
          cpu: 100m
          memory: 512Mi
      service:
        type: ClusterIP
      terminationGracePeriodSeconds: 300
      tls:
        disableNonTLSListeners: true
        secretName: rabbit-tls
    "#);
}

#[test]
fn several_pods_are_not_evicted_together() {
    let (shop, post, _) = with_broker(3, 5);
    assert_snapshot!(shop.objects(&post, &["PodDisruptionBudget"]), @"
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata:
      name: rabbit
      labels:
        env: test
      namespace: elsewhere
    spec:
      maxUnavailable: 1
      selector:
        matchLabels:
          app.kubernetes.io/name: rabbit
      unhealthyPodEvictionPolicy: IfHealthyBudget
    ");
    let (shop, post, _) = with_broker(1, 5);
    assert!(!shop.kinds(&post).contains(&"PodDisruptionBudget"));
}

#[test]
fn nobody_calls_it_before_somebody_has_a_saga() {
    let (shop, post, broker) = with_broker(1, 5);
    assert_snapshot!(shop.part(&post, "NetworkPolicy", "/spec/ingress"), @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app.kubernetes.io/name: rabbit
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: argocd
        podSelector:
          matchLabels:
            app.kubernetes.io/name: operator
      ports:
      - port: 15671
        protocol: TCP
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: monitoring
        podSelector:
          matchLabels:
            app.kubernetes.io/name: scraper
      ports:
      - port: 15691
        protocol: TCP
    ");
    let _ = with_saga(&shop, &broker);
    assert_snapshot!(shop.part(&post, "NetworkPolicy", "/spec/ingress/3"), @"
    from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: shop
      podSelector:
        matchLabels:
          app: web
          component: app
    ports:
    - port: 5671
      protocol: TCP
    ");
}

#[test]
fn a_saga_has_a_virtual_host_and_a_user_of_its_own() {
    let (shop, _, broker) = with_broker(1, 5);
    let web = with_saga(&shop, &broker);
    assert_snapshot!(shop.objects(&web, &["Vhost", "User", "Permission", "Policy"]), @r"
    apiVersion: rabbitmq.com/v1beta1
    kind: Vhost
    metadata:
      name: web-app-vhost
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      defaultQueueType: quorum
      deletionPolicy: retain
      name: web
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: User
    metadata:
      name: web-app-user
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Permission
    metadata:
      name: web-app-permission
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      permissions:
        configure: ^$
        read: ^(saga|dead-letter)\.
        write: ^saga$
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      userReference:
        name: web-app-user
      vhost: web
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Policy
    metadata:
      name: web-app-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      applyTo: quorum_queues
      definition:
        dead-letter-exchange: dead-letter
        dead-letter-strategy: at-least-once
        delivery-limit: 5
        overflow: reject-publish
      name: saga
      pattern: ^saga\.
      priority: 0
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      vhost: web
    ");
}

#[test]
fn a_saga_has_two_exchanges() {
    let (shop, _, broker) = with_broker(1, 5);
    let web = with_saga(&shop, &broker);
    assert_snapshot!(shop.objects(&web, &["Exchange"]), @"
    apiVersion: rabbitmq.com/v1beta1
    kind: Exchange
    metadata:
      name: web-app-exchange-saga
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      durable: true
      name: saga
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: direct
      vhost: web
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Exchange
    metadata:
      name: web-app-exchange-dead-letter
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      durable: true
      name: dead-letter
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: direct
      vhost: web
    ");
}

#[test]
fn a_step_is_a_queue_and_one_for_what_it_cannot_deliver() {
    let (shop, _, broker) = with_broker(1, 5);
    let web = with_saga(&shop, &broker);
    assert_snapshot!(shop.objects(&web, &["Queue", "Binding"]), @"
    apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata:
      name: web-app-queue-saga-pay
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      deletionPolicy: retain
      durable: true
      name: saga.pay
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: quorum
      vhost: web
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: web-app-binding-saga-pay
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      destination: saga.pay
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: pay
      source: saga
      vhost: web
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata:
      name: web-app-queue-dead-letter-pay
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      deletionPolicy: retain
      durable: true
      name: dead-letter.pay
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: quorum
      vhost: web
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: web-app-binding-dead-letter-pay
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      destination: dead-letter.pay
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: pay
      source: dead-letter
      vhost: web
    ");
}

#[test]
fn credentials_are_references() {
    let (shop, _, broker) = with_broker(1, 5);
    let web = with_saga(&shop, &broker);
    assert_snapshot!(shop.container_part(&web, "/env"), @r#"
    - name: HOST
      value: rabbit.elsewhere.svc.cluster.local
    - name: PORT
      value: "5671"
    - name: VHOST
      value: web
    - name: EXCHANGE
      value: saga
    - name: USERNAME
      valueFrom:
        secretKeyRef:
          key: username
          name: web-app-user-user-credentials
    - name: PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-app-user-user-credentials
    - name: CA_CERTIFICATE
      valueFrom:
        secretKeyRef:
          key: ca.crt
          name: web-app-authority
    "#);
}

#[test]
fn its_clients_are_the_namespaces_that_have_a_saga_in_the_order_of_their_bundles() {
    let clients = |names: [Name; 3]| {
        let (shop, post, broker) = with_broker(1, 5);
        for name in names {
            let namespace = if name == name!("admin") { NAMESPACE } else { ELSEWHERE };
            let app = shop.bundle_in(&namespace, name).app(&NODES);
            let _ = app.saga(Saga { rabbitmq: &broker, steps: vec![name!("pay")] });
        }
        shop.part(
            &post,
            "RabbitmqCluster",
            "/metadata/annotations/rabbitmq.com~1topology-allowed-namespaces",
        )
    };
    let clients_in_order = clients([name!("web"), name!("mobile"), name!("admin")]);
    assert_snapshot!(clients_in_order, @"shop,elsewhere");
    assert_eq!(clients([name!("mobile"), name!("admin"), name!("web")]), clients_in_order);
}

#[test]
fn halves_and_small_disks_are_refused() {
    let (shop, _, _) = with_broker(2, 1);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/rabbitmq.rs:N: the broker rabbit has 2 pods, of which two halves could disagree: give it an odd number [even-replicas]
    manifests-lib/tests/language/components/rabbitmq.rs:N: the broker rabbit has a disk of 1024 MiB, and takes no message with less than 2 GB free: give it 4 GiB at least [disk-too-small]
    ");
}
