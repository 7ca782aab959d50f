//! carts, user and queue-master of Sock Shop.
//!
//! Facts of <https://github.com/microservices-demo/microservices-demo>; MongoDB is outside the cluster, RabbitMQ the platform's.

use insta::assert_snapshot;
use manifests_lib::data::rabbitmq::{MessageQueue, Messages, RabbitmqClusterSpec};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::prelude::*;
use manifests_lib::values::LocalImage;

use super::{EGRESS, edges, objects, platform, pods};
use crate::support::{ELSEWHERE, NODES, Shop, config_map};

/// Of the services in Java.
const JAVA: &str = "-Xms64m -Xmx128m -XX:+UseG1GC -Djava.security.egd=file:/dev/urandom -Dspring.zipkin.enabled=false";

/// A server on port 80, as every service has one, of a user who is not root.
fn server(deployment: &Deployment, name: Name, memory: u32) -> ContainerHandle<WithPort> {
    let server = deployment.container(Container {
        name,
        image: LocalImage { repository: repository!("sock-shop"), tag: tag!("0.4.8") }.into(),
        port: port!(80),
        resources: Resources { cpu: millicores(100), memory: mebibytes(memory) },
        user: uid!(10001),
        probe: Probe::Http(url_path!("/health")),
    });
    server.capability(Capability::NetBindService, "it listens on port 80");
    server.cpu_limit(millicores(300), "the application says so");
    server
}

fn database(component: &Component, host: Host) -> ExternalServiceHandle<Tcp> {
    let (port, protocol) = (port!(27017), Tcp);
    component.external_service(ExternalService { host, port, protocol, way: Way::Through(&EGRESS) })
}

fn carts(shop: &Shop) -> (Bundle, Service<Http>) {
    let bundle = shop.bundle_named(name!("carts"));
    let app = bundle.app(&NODES);
    let carts = server(&app.deployment(1), name!("carts"), 500);
    carts.memory_request(mebibytes(200), "the heap has 128 MiB at most");
    carts.empty_dir_in_memory(path!("/tmp"), mebibytes(64));
    let database = app.calls(&database(&app, host!("carts-db.example.com")));
    carts.env([plain!("JAVA_OPTS", JAVA), database.host("db")]);
    let service = carts.expose_http(port!(80));
    service.metrics(url_path!("/metrics"));
    (bundle, service)
}

fn user(shop: &Shop) -> (Bundle, Service<Http>) {
    let bundle = shop.bundle_named(name!("user"));
    let app = bundle.app(&NODES);
    let user = server(&app.deployment(1), name!("user"), 200);
    user.memory_request(mebibytes(100), "the application says so");
    let health = || Probe::Http(url_path!("/health")).every(seconds(3)).timeout(seconds(1));
    user.liveness(health().initial_delay(seconds(300)));
    user.readiness(health().initial_delay(seconds(180)));
    let database = app.calls(&database(&app, host!("user-db.example.com")));
    user.env([database.address("mongo")]);
    let service = user.expose_http(port!(80));
    service.metrics(url_path!("/metrics"));
    (bundle, service)
}

/// The broker, and the queue that shipping sends to.
fn shipping(shop: &Shop, prometheus: &Prometheus) -> (Messages, MessageQueue) {
    let operators = shop.bundle_in(&Namespace::new(name!("argocd")), name!("operators"));
    operators.add(config_map("settings"));
    let post = shop.bundle_in(&ELSEWHERE, name!("post"));
    let rabbitmq = post.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbitmq"),
        replicas: 1,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage: gibibytes(5),
        storage_class: &name!("fast"),
        issuer: &shop.issuer(),
        topology_operator: &operators.tool_pods(&APP_NAME, &name!("operator")),
        prometheus,
    });
    let app = shop.bundle_named(name!("shipping")).app(&NODES);
    let messages = app.messages(&rabbitmq);
    let tasks = messages.queue(name!("shipping-task"));
    let client = messages.client(&app);
    let shipping = server(&app.deployment(1), name!("shipping"), 500);
    shipping.env([client.url("AMQP_URL"), client.sends_to(&tasks).exchange("EXCHANGE")]);
    (messages, tasks)
}

fn queue_master(shop: &Shop, messages: &Messages, tasks: &MessageQueue) -> Bundle {
    let bundle = shop.bundle_named(name!("queue-master"));
    let app = bundle.app(&NODES);
    let master = server(&app.deployment(1), name!("queue-master"), 500);
    master.memory_request(mebibytes(300), "the heap has 128 MiB at most");
    master.empty_dir_in_memory(path!("/tmp"), mebibytes(64));
    let client = messages.client(&app);
    master.env([
        plain!("JAVA_OPTS", JAVA),
        client.host("SPRING_RABBITMQ_HOST"),
        client.port("SPRING_RABBITMQ_PORT"),
        client.virtual_host("SPRING_RABBITMQ_VIRTUAL_HOST"),
        client.user("SPRING_RABBITMQ_USERNAME"),
        client.password("SPRING_RABBITMQ_PASSWORD"),
        plain!("SPRING_RABBITMQ_SSL_ENABLED", "true"),
        plain!("SPRING_RABBITMQ_SSL_BUNDLE", "broker"),
        client.ca_certificate("SPRING_SSL_BUNDLE_PEM_BROKER_TRUSTSTORE_CERTIFICATE"),
        client.consumes(tasks).queue("QUEUE"),
    ]);
    let service = master.expose_http(port!(80));
    service.metrics(url_path!("/metrics"));
    bundle
}

#[test]
fn carts_keep_their_data_in_a_database_outside() {
    let (shop, _) = platform();
    let (carts, _) = carts(&shop);
    assert_snapshot!(objects(&shop, &carts), @"
    Deployment carts
    ServiceAccount carts
    NetworkPolicy carts-egress
    Sidecar carts
    ServiceEntry carts-carts-db-example-com
    Gateway carts-carts-db-example-com
    VirtualService carts-carts-db-example-com
    DestinationRule carts-carts-db-example-com
    Service carts
    ");
    assert_snapshot!(pods(&shop, &carts), @"
    containers:
    - name: carts
      capabilities:
      - NET_BIND_SERVICE
      env:
      - name: JAVA_OPTS
        value: -Xms64m -Xmx128m -XX:+UseG1GC -Djava.security.egd=file:/dev/urandom -Dspring.zipkin.enabled=false
      - name: db
        value: carts-db.example.com
      livenessProbe:
        failureThreshold: 6
        httpGet:
          path: /health
          port: 80
        periodSeconds: 10
        timeoutSeconds: 2
      ports:
      - containerPort: 80
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        httpGet:
          path: /health
          port: 80
        periodSeconds: 5
        timeoutSeconds: 2
      resources:
        limits:
          cpu: 300m
          memory: 500Mi
        requests:
          cpu: 100m
          memory: 200Mi
      volumeMounts:
      - name: carts-tmp
        mountPath: /tmp
    volumes:
    - name: carts-tmp
      emptyDir:
        medium: Memory
        sizeLimit: 64Mi
    ");
}

#[test]
fn user_is_asked_after_minutes() {
    let (shop, _) = platform();
    let (user, _) = user(&shop);
    assert_snapshot!(objects(&shop, &user), @"
    Deployment user
    ServiceAccount user
    NetworkPolicy user-egress
    Sidecar user
    ServiceEntry user-user-db-example-com
    Gateway user-user-db-example-com
    VirtualService user-user-db-example-com
    DestinationRule user-user-db-example-com
    Service user
    ");
    assert_snapshot!(pods(&shop, &user), @"
    containers:
    - name: user
      capabilities:
      - NET_BIND_SERVICE
      env:
      - name: mongo
        value: user-db.example.com:27017
      livenessProbe:
        failureThreshold: 6
        httpGet:
          path: /health
          port: 80
        initialDelaySeconds: 300
        periodSeconds: 3
        timeoutSeconds: 1
      ports:
      - containerPort: 80
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        httpGet:
          path: /health
          port: 80
        initialDelaySeconds: 180
        periodSeconds: 3
        timeoutSeconds: 1
      resources:
        limits:
          cpu: 300m
          memory: 200Mi
        requests:
          cpu: 100m
          memory: 100Mi
    ");
}

#[test]
fn queue_master_reads_what_shipping_sends() {
    let (shop, prometheus) = platform();
    let (messages, tasks) = shipping(&shop, &prometheus);
    let master = queue_master(&shop, &messages, &tasks);
    assert_snapshot!(objects(&shop, &master), @"
    Deployment queue-master
    ServiceAccount queue-master
    NetworkPolicy queue-master-egress
    Sidecar queue-master
    User queue-master-shipping-user
    Permission queue-master-shipping
    Certificate queue-master-shipping-authority
    Service queue-master
    ");
    assert_snapshot!(pods(&shop, &master), @r#"
    containers:
    - name: queue-master
      capabilities:
      - NET_BIND_SERVICE
      env:
      - name: JAVA_OPTS
        value: -Xms64m -Xmx128m -XX:+UseG1GC -Djava.security.egd=file:/dev/urandom -Dspring.zipkin.enabled=false
      - name: SPRING_RABBITMQ_HOST
        value: rabbitmq.elsewhere.svc.cluster.local
      - name: SPRING_RABBITMQ_PORT
        value: "5671"
      - name: SPRING_RABBITMQ_VIRTUAL_HOST
        value: shipping-messages
      - name: SPRING_RABBITMQ_USERNAME
        valueFrom:
          secretKeyRef:
            key: username
            name: queue-master-shipping-user-user-credentials
      - name: SPRING_RABBITMQ_PASSWORD
        valueFrom:
          secretKeyRef:
            key: password
            name: queue-master-shipping-user-user-credentials
      - name: SPRING_RABBITMQ_SSL_ENABLED
        value: "true"
      - name: SPRING_RABBITMQ_SSL_BUNDLE
        value: broker
      - name: SPRING_SSL_BUNDLE_PEM_BROKER_TRUSTSTORE_CERTIFICATE
        valueFrom:
          secretKeyRef:
            key: ca.crt
            name: queue-master-shipping-authority
      - name: QUEUE
        value: shipping-task
      livenessProbe:
        failureThreshold: 6
        httpGet:
          path: /health
          port: 80
        periodSeconds: 10
        timeoutSeconds: 2
      ports:
      - containerPort: 80
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        httpGet:
          path: /health
          port: 80
        periodSeconds: 5
        timeoutSeconds: 2
      resources:
        limits:
          cpu: 300m
          memory: 500Mi
        requests:
          cpu: 100m
          memory: 300Mi
      volumeMounts:
      - name: queue-master-tmp
        mountPath: /tmp
    volumes:
    - name: queue-master-tmp
      emptyDir:
        medium: Memory
        sizeLimit: 64Mi
    "#);
}

#[test]
fn the_edges_are_those_of_the_public_application() {
    let (shop, prometheus) = platform();
    let (messages, tasks) = shipping(&shop, &prometheus);
    let _ = queue_master(&shop, &messages, &tasks);
    let called = [carts(&shop).1, user(&shop).1];
    for caller in [name!("front-end"), name!("orders")] {
        let app = shop.bundle_named(caller).app(&NODES);
        let server = server(&app.deployment(1), name!("server"), 300);
        server.env(called.iter().zip(["CARTS", "USER"]).map(|(it, name)| app.calls(it).url(name)));
    }
    assert_snapshot!(edges(&shop), @"
    carts -> egress: 443
    front-end -> carts: 80
    front-end -> user: 80
    operator -> rabbitmq: 15671
    orders -> carts: 80
    orders -> user: 80
    queue-master -> rabbitmq: 5671
    scraper -> egress: 15020
    scraper -> egress: 15090
    scraper -> rabbitmq: 15691
    shipping -> rabbitmq: 5671
    user -> egress: 443
    ");
}
