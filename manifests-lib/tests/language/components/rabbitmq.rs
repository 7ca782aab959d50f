use insta::assert_snapshot;
use manifests_lib::data::rabbitmq::{
    RabbitmqCluster, RabbitmqClusterSpec, RabbitmqHandle, Saga, TopologyOperator,
};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::ClusterIssuer;
use manifests_lib::network::mesh::MetricsScraper;
use manifests_lib::values::{PublicImage, Version, gibibytes, mebibytes, millicores};
use manifests_lib::workload::Resources;
use manifests_lib::{name, repository, tag};

use crate::support::{
    NAMESPACE, NODES, READERS, bundle, container_part, kinds, mistakes, objects, part, server,
};

/// A bundle with a broker, for clients of these namespaces.
fn with_broker(
    replicas: u16,
    gibibytes_of_disk: u32,
    clients: &'static [Namespace],
) -> (Bundle, RabbitmqHandle) {
    let post = Bundle::new(name!("post"), &NAMESPACE, &name!("test"));
    let broker = post.rabbitmq_cluster(
        &RabbitmqCluster { name: name!("rabbit"), namespace: Namespace::new(name!("elsewhere")) },
        RabbitmqClusterSpec {
            replicas,
            image: PublicImage {
                repository: repository!("rabbitmq"),
                version: Version::Tag(tag!("4.2-management")),
            },
            on: &NODES,
            resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
            storage: gibibytes(gibibytes_of_disk),
            storage_class: &name!("fast"),
            issuer: &ClusterIssuer { name: name!("everybody") },
            clients,
            operator: &TopologyOperator {
                namespace: Namespace::new(name!("argocd")),
                app_name: name!("operator"),
            },
            scraper: MetricsScraper { namespace: &NAMESPACE, app_name: name!("scraper") },
        },
    );
    (post, broker)
}

fn with_saga(broker: &RabbitmqHandle) -> Bundle {
    let web = bundle();
    let app = web.app();
    let saga = app.saga(Saga { broker, steps: vec![name!("pay")] });
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
fn it_speaks_tls_only_and_takes_clients_of_the_namespaces_that_it_names() {
    let (post, _) = with_broker(1, 5, READERS);
    assert_snapshot!(objects(&post, &["RabbitmqCluster", "Certificate"]), @r#"
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
      image: rabbitmq:4.2-management
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
    let (post, _) = with_broker(3, 5, READERS);
    assert_snapshot!(objects(&post, &["PodDisruptionBudget"]), @"
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
    ");
    let (post, _) = with_broker(1, 5, READERS);
    assert!(!kinds(&post).contains(&"PodDisruptionBudget"));
}

#[test]
fn nobody_calls_it_before_somebody_has_a_saga() {
    let (post, broker) = with_broker(1, 5, READERS);
    assert_snapshot!(part(&post, "NetworkPolicy", "/spec/ingress"), @"
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
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            app.kubernetes.io/name: scraper
      ports:
      - port: 15691
        protocol: TCP
    ");
    let _ = with_saga(&broker);
    assert_snapshot!(part(&post, "NetworkPolicy", "/spec/ingress/3"), @"
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
    let (_, broker) = with_broker(1, 5, READERS);
    let web = with_saga(&broker);
    assert_snapshot!(objects(&web, &["Vhost", "User", "Permission", "Policy"]), @r"
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
    let (_, broker) = with_broker(1, 5, READERS);
    let web = with_saga(&broker);
    assert_snapshot!(objects(&web, &["Exchange"]), @"
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
    let (_, broker) = with_broker(1, 5, READERS);
    let web = with_saga(&broker);
    assert_snapshot!(objects(&web, &["Queue", "Binding"]), @"
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
    let (_, broker) = with_broker(1, 5, READERS);
    assert_snapshot!(container_part(&with_saga(&broker), "/env"), @r#"
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
fn a_namespace_that_it_does_not_name_is_refused() {
    let (_, broker) = with_broker(1, 5, &[]);
    assert_snapshot!(mistakes(&[&with_saga(&broker)]), @"manifests-lib/tests/language/components/rabbitmq.rs:N: the broker rabbit refuses queues of the namespace shop: add the namespace to the broker's `clients`");
}

#[test]
fn halves_and_small_disks_are_refused() {
    let (post, _) = with_broker(2, 1, READERS);
    assert_snapshot!(mistakes(&[&post]), @"
    manifests-lib/tests/language/components/rabbitmq.rs:N: the broker rabbit has 2 pods, of which two halves could disagree: give it an odd number
    manifests-lib/tests/language/components/rabbitmq.rs:N: the broker rabbit has a disk of 1024 MiB, and takes no message with less than 2 GB free: give it 4 GiB at least
    ");
}
