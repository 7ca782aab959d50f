//! flagd, fraud-detection and checkout of the OpenTelemetry demo, release 3.0.0, as its Helm chart 0.41.0 runs them.
//!
//! Facts of <https://github.com/open-telemetry/opentelemetry-demo> and
//! <https://github.com/open-telemetry/opentelemetry-helm-charts>; Kafka is outside the cluster.

use insta::assert_snapshot;
use manifests_lib::data::{GeneratedSecret, SecretValue};
use manifests_lib::label_key;
use manifests_lib::model::Bundle;
use manifests_lib::prelude::*;
use manifests_lib::values::LocalImage;
use manifests_lib::workload::Variable;

use super::{EGRESS, edges, objects, platform, pods};
use crate::support::{NODES, Shop};

const BUSYBOX: PublicImage = public_image!(
    "busybox:1.38.0@sha256:fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d"
);

const FLAGS: &str = r#"{"flags": {"paymentFailure": {"state": "ENABLED"}}}"#;

/// What checkout sends to, whose own parts are not looked at.
struct Backends {
    cart: Service<Grpc>,
    currency: Service<Grpc>,
    email: Service<Http>,
    payment: Service<Grpc>,
    products: Service<Grpc>,
    shipping: Service<Http>,
}

struct Demo {
    shop: Shop,
    collector: Service<Http>,
    kafka: ExternalServiceHandle<Tcp>,
    backends: Backends,
}

fn image(service: &str) -> Image {
    let repository = match service {
        "flagd-ui" => repository!("demo-flagd-ui"),
        "checkout" => repository!("demo-checkout"),
        _ => repository!("demo"),
    };
    LocalImage { repository, tag: tag!("3.0.0") }.into()
}

fn backend(shop: &Shop, name: Name) -> ContainerHandle<WithPort> {
    shop.bundle_named(name).app(&NODES).deployment(1).container(Container {
        name: name!("server"),
        image: image("backend"),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(64) },
        user: uid!(65532),
        probe: Probe::Tcp,
    })
}

fn demo() -> Demo {
    let (shop, _) = platform();
    let grpc = |name| backend(&shop, name).expose_grpc(port!(8080));
    let http = |name| backend(&shop, name).expose_http(port!(8080));
    let backends = Backends {
        cart: grpc(name!("cart")),
        currency: grpc(name!("currency")),
        email: http(name!("email")),
        payment: grpc(name!("payment")),
        products: grpc(name!("product-catalog")),
        shipping: http(name!("shipping")),
    };
    let collector = backend(&shop, name!("otel-collector")).expose_http(port!(4318));
    let kafka = shop.bundle_named(name!("kafka")).app(&NODES).external_service(ExternalService {
        host: host!("kafka.example.com"),
        port: port!(9092),
        protocol: Tcp,
        way: Way::Through(&EGRESS),
    });
    Demo { shop, collector, kafka, backends }
}

impl Demo {
    /// What every service of the demo tells its telemetry by.
    fn telemetry(&self, app: &Component, attributes: &str) -> [Variable; 4] {
        [
            PodField::Label(label_key!("app.kubernetes.io/name")).variable("OTEL_SERVICE_NAME"),
            plain!("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative"),
            app.calls(&self.collector).url("OTEL_EXPORTER_OTLP_ENDPOINT"),
            plain!("OTEL_RESOURCE_ATTRIBUTES", attributes),
        ]
    }

    /// Two containers with three ports, and a folder that an init container fills and both share.
    fn flagd(&self) -> (Bundle, Service<Grpc>, Service<Http>) {
        let bundle = self.shop.bundle_named(name!("flagd"));
        let app = bundle.app(&NODES);
        let initial = app.config(ConfigFiles {
            name: &name!("flags"),
            files: &[(file_name!("demo.flagd.json"), FLAGS)],
        });
        let deployment = app.deployment(1);
        let shared = deployment.scratch(name!("config-rw"), mebibytes(16));
        let copy = deployment.init_container(InitContainer {
            name: name!("init-config"),
            image: BUSYBOX.into(),
            resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
            user: uid!(65532),
        });
        copy.command(["cp", "/config-ro/demo.flagd.json", "/config-rw/demo.flagd.json"]);
        copy.mount(&initial, path!("/config-ro"));
        copy.mount(&shared, path!("/config-rw"));

        let flagd = deployment.container(Container {
            name: name!("flagd"),
            image: image("flagd"),
            port: port!(8013),
            resources: Resources { cpu: millicores(50), memory: mebibytes(75) },
            user: uid!(65532),
            probe: Probe::Tcp,
        });
        flagd.command(["/flagd-build", "start", "--port", "8013", "--ofrep-port", "8016"]);
        flagd.arguments(["--uri", "file:./etc/flagd/demo.flagd.json"]);
        flagd.mount(&shared, path!("/etc/flagd"));
        flagd.env(self.telemetry(&app, "service.version=3.0.0,service.criticality=low"));
        flagd.env([
            plain!("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            plain!("GOMEMLIMIT", "60MiB"),
        ]);

        let ui = deployment.container(Container {
            name: name!("flagd-ui"),
            image: image("flagd-ui"),
            port: port!(4000),
            resources: Resources { cpu: millicores(50), memory: mebibytes(250) },
            user: uid!(65532),
            probe: Probe::Tcp,
        });
        ui.writable_root_file_system("an Elixir release keeps temporary files beside its programs");
        ui.mount(&shared, path!("/app/data"));
        ui.env(self.telemetry(&app, "service.version=3.0.0,service.criticality=low"));
        let sessions = app.secret(SecretValue {
            key: name!("sessions"),
            source: GeneratedSecret { length: 64 }.into(),
        });
        ui.env([
            plain!("FLAGD_UI_PORT", "4000"),
            plain!("PHX_HOST", "localhost"),
            sessions.variable("SECRET_KEY_BASE"),
        ]);

        let rpc = flagd.expose_grpc(port!(8013));
        let ofrep = rpc.and_http(&flagd.port(port_name!("ofrep"), port!(8016)), port!(8016));
        let _ = rpc.and_http(&ui, port!(4000));
        (bundle, rpc, ofrep)
    }

    /// What every service of the demo that uses Kafka waits for.
    fn wait_for_kafka(&self, app: &Component, deployment: &Deployment) -> Variable {
        let kafka = app.calls(&self.kafka);
        let wait = deployment.init_container(InitContainer {
            name: name!("wait-for-kafka"),
            image: BUSYBOX.into(),
            resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
            user: uid!(65532),
        });
        wait.command(["sh", "-c", "until nc -z -v -w30 $KAFKA_HOST $KAFKA_PORT; do sleep 2; done"]);
        wait.env([kafka.host("KAFKA_HOST"), kafka.port("KAFKA_PORT")]);
        kafka.address("KAFKA_ADDR")
    }

    fn checkout(&self, flagd: &Service<Grpc>) -> Bundle {
        let bundle = self.shop.bundle_named(name!("checkout"));
        let app = bundle.app(&NODES);
        let deployment = app.deployment(1);
        let kafka = self.wait_for_kafka(&app, &deployment);
        let checkout = deployment.container(Container {
            name: name!("checkout"),
            image: image("checkout"),
            port: port!(8080),
            resources: Resources { cpu: millicores(50), memory: mebibytes(20) },
            user: uid!(65532),
            probe: Probe::Grpc,
        });
        checkout.readiness(Probe::Grpc.every(seconds(5)).timeout(seconds(5)).failures(20));
        checkout.empty_dir(path!("/tmp"), mebibytes(16));
        let (flagd, to) = (app.calls(flagd), &self.backends);
        checkout.env(self.telemetry(&app, "service.version=3.0.0,service.criticality=critical"));
        checkout.env([
            plain!("CHECKOUT_PORT", "8080"),
            app.calls(&to.cart).address("CART_ADDR"),
            app.calls(&to.currency).address("CURRENCY_ADDR"),
            app.calls(&to.email).url("EMAIL_ADDR"),
            app.calls(&to.payment).address("PAYMENT_ADDR"),
            app.calls(&to.products).address("PRODUCT_CATALOG_ADDR"),
            app.calls(&to.shipping).url("SHIPPING_ADDR"),
            kafka,
            plain!("KAFKA_TOPIC", "orders"),
            flagd.host("FLAGD_HOST"),
            flagd.port("FLAGD_PORT"),
            plain!("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            plain!("GOMEMLIMIT", "16MiB"),
        ]);
        let _ = checkout.expose_grpc(port!(8080));
        bundle
    }

    /// Reads orders from Kafka, and serves nobody.
    fn fraud_detection(&self, flagd: &Service<Grpc>) -> Bundle {
        let bundle = self.shop.bundle_named(name!("fraud-detection"));
        let app = bundle.app(&NODES);
        let deployment = app.deployment(1);
        let kafka = self.wait_for_kafka(&app, &deployment);
        let detection = deployment.portless_container(PortlessContainer {
            name: name!("fraud-detection"),
            image: image("fraud-detection"),
            resources: Resources { cpu: millicores(50), memory: mebibytes(300) },
            user: uid!(65532),
        });
        detection.empty_dir(path!("/tmp"), mebibytes(64));
        let flagd = app.calls(flagd);
        detection.env(self.telemetry(&app, "service.version=3.0.0,service.criticality=low"));
        detection.env([
            kafka,
            plain!("KAFKA_TOPIC", "orders"),
            flagd.host("FLAGD_HOST"),
            flagd.port("FLAGD_PORT"),
            plain!("OTEL_INSTRUMENTATION_KAFKA_EXPERIMENTAL_SPAN_ATTRIBUTES", "true"),
            plain!("OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_RECEIVE_TELEMETRY_ENABLED", "true"),
            plain!("OTEL_EXPERIMENTAL_SDK_TELEMETRY_VERSION", "latest"),
        ]);
        bundle
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line a field")]
fn flagd_is_one_service_of_two_containers_with_three_ports() {
    let demo = demo();
    let (flagd, ..) = demo.flagd();
    assert_snapshot!(objects(&demo.shop, &flagd), @"
    ConfigMap flagd-flags
    Deployment flagd
    ServiceAccount flagd
    NetworkPolicy flagd-egress
    Sidecar flagd
    Password flagd-sessions
    ExternalSecret flagd-sessions
    Service flagd
    ");
    assert_snapshot!(demo.shop.part(&flagd, "Service", "/spec/ports"), @"
    - name: grpc-flagd
      appProtocol: grpc
      port: 8013
      protocol: TCP
      targetPort: 8013
    - name: http-ofrep
      appProtocol: http
      port: 8016
      protocol: TCP
      targetPort: 8016
    - name: http-flagd
      appProtocol: http
      port: 4000
      protocol: TCP
      targetPort: 4000
    ");
    assert_snapshot!(pods(&demo.shop, &flagd), @r#"
    containers:
    - name: flagd
      args:
      - --uri
      - file:./etc/flagd/demo.flagd.json
      command:
      - /flagd-build
      - start
      - --port
      - "8013"
      - --ofrep-port
      - "8016"
      env:
      - name: OTEL_SERVICE_NAME
        valueFrom:
          fieldRef:
            fieldPath: metadata.labels['app.kubernetes.io/name']
      - name: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
        value: cumulative
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: http://otel-collector.shop.svc.cluster.local:4318
      - name: OTEL_RESOURCE_ATTRIBUTES
        value: service.version=3.0.0,service.criticality=low
      - name: OTEL_EXPORTER_OTLP_PROTOCOL
        value: http/protobuf
      - name: GOMEMLIMIT
        value: 60MiB
      livenessProbe:
        failureThreshold: 6
        periodSeconds: 10
        tcpSocket:
          port: 8013
        timeoutSeconds: 2
      ports:
      - containerPort: 8013
        protocol: TCP
      - name: ofrep
        containerPort: 8016
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        periodSeconds: 5
        tcpSocket:
          port: 8013
        timeoutSeconds: 2
      resources:
        limits:
          memory: 75Mi
        requests:
          cpu: 50m
          memory: 75Mi
      volumeMounts:
      - name: config-rw
        mountPath: /etc/flagd
    - name: flagd-ui
      env:
      - name: OTEL_SERVICE_NAME
        valueFrom:
          fieldRef:
            fieldPath: metadata.labels['app.kubernetes.io/name']
      - name: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
        value: cumulative
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: http://otel-collector.shop.svc.cluster.local:4318
      - name: OTEL_RESOURCE_ATTRIBUTES
        value: service.version=3.0.0,service.criticality=low
      - name: FLAGD_UI_PORT
        value: "4000"
      - name: PHX_HOST
        value: localhost
      - name: SECRET_KEY_BASE
        valueFrom:
          secretKeyRef:
            key: sessions
            name: flagd-sessions
      livenessProbe:
        failureThreshold: 6
        periodSeconds: 10
        tcpSocket:
          port: 4000
        timeoutSeconds: 2
      ports:
      - containerPort: 4000
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        periodSeconds: 5
        tcpSocket:
          port: 4000
        timeoutSeconds: 2
      resources:
        limits:
          memory: 250Mi
        requests:
          cpu: 50m
          memory: 250Mi
      volumeMounts:
      - name: config-rw
        mountPath: /app/data
    initContainers:
    - name: init-config
      command:
      - cp
      - /config-ro/demo.flagd.json
      - /config-rw/demo.flagd.json
      resources:
        limits:
          memory: 16Mi
        requests:
          cpu: 10m
          memory: 16Mi
      volumeMounts:
      - name: config-flags
        mountPath: /config-ro
        readOnly: true
      - name: config-rw
        mountPath: /config-rw
    volumes:
    - name: config-flags
      configMap:
        name: flagd-flags
    - name: config-rw
      emptyDir:
        sizeLimit: 16Mi
    "#);
}

#[test]
fn checkout_calls_eight_services_and_kafka() {
    let demo = demo();
    let (_, rpc, _) = demo.flagd();
    let checkout = demo.checkout(&rpc);
    assert_snapshot!(objects(&demo.shop, &checkout), @"
    Deployment checkout
    ServiceAccount checkout
    NetworkPolicy checkout-egress
    Sidecar checkout
    Service checkout
    ");
    assert_snapshot!(pods(&demo.shop, &checkout), @r#"
    containers:
    - name: checkout
      env:
      - name: OTEL_SERVICE_NAME
        valueFrom:
          fieldRef:
            fieldPath: metadata.labels['app.kubernetes.io/name']
      - name: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
        value: cumulative
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: http://otel-collector.shop.svc.cluster.local:4318
      - name: OTEL_RESOURCE_ATTRIBUTES
        value: service.version=3.0.0,service.criticality=critical
      - name: CHECKOUT_PORT
        value: "8080"
      - name: CART_ADDR
        value: cart.shop.svc.cluster.local:8080
      - name: CURRENCY_ADDR
        value: currency.shop.svc.cluster.local:8080
      - name: EMAIL_ADDR
        value: http://email.shop.svc.cluster.local:8080
      - name: PAYMENT_ADDR
        value: payment.shop.svc.cluster.local:8080
      - name: PRODUCT_CATALOG_ADDR
        value: product-catalog.shop.svc.cluster.local:8080
      - name: SHIPPING_ADDR
        value: http://shipping.shop.svc.cluster.local:8080
      - name: KAFKA_ADDR
        value: kafka.example.com:9092
      - name: KAFKA_TOPIC
        value: orders
      - name: FLAGD_HOST
        value: flagd.shop.svc.cluster.local
      - name: FLAGD_PORT
        value: "8013"
      - name: OTEL_EXPORTER_OTLP_PROTOCOL
        value: http/protobuf
      - name: GOMEMLIMIT
        value: 16MiB
      livenessProbe:
        failureThreshold: 6
        grpc:
          port: 8080
        periodSeconds: 10
        timeoutSeconds: 2
      ports:
      - containerPort: 8080
        protocol: TCP
      readinessProbe:
        failureThreshold: 20
        grpc:
          port: 8080
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        limits:
          memory: 20Mi
        requests:
          cpu: 50m
          memory: 20Mi
      volumeMounts:
      - name: checkout-tmp
        mountPath: /tmp
    initContainers:
    - name: wait-for-kafka
      command:
      - sh
      - -c
      - until nc -z -v -w30 $KAFKA_HOST $KAFKA_PORT; do sleep 2; done
      env:
      - name: KAFKA_HOST
        value: kafka.example.com
      - name: KAFKA_PORT
        value: "9092"
      resources:
        limits:
          memory: 16Mi
        requests:
          cpu: 10m
          memory: 16Mi
    volumes:
    - name: checkout-tmp
      emptyDir:
        sizeLimit: 16Mi
    "#);
}

#[test]
fn fraud_detection_serves_nobody() {
    let demo = demo();
    let (_, rpc, _) = demo.flagd();
    let detection = demo.fraud_detection(&rpc);
    assert_snapshot!(objects(&demo.shop, &detection), @"
    Deployment fraud-detection
    ServiceAccount fraud-detection
    NetworkPolicy fraud-detection-egress
    Sidecar fraud-detection
    ");
    assert_snapshot!(pods(&demo.shop, &detection), @r#"
    containers:
    - name: fraud-detection
      env:
      - name: OTEL_SERVICE_NAME
        valueFrom:
          fieldRef:
            fieldPath: metadata.labels['app.kubernetes.io/name']
      - name: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
        value: cumulative
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: http://otel-collector.shop.svc.cluster.local:4318
      - name: OTEL_RESOURCE_ATTRIBUTES
        value: service.version=3.0.0,service.criticality=low
      - name: KAFKA_ADDR
        value: kafka.example.com:9092
      - name: KAFKA_TOPIC
        value: orders
      - name: FLAGD_HOST
        value: flagd.shop.svc.cluster.local
      - name: FLAGD_PORT
        value: "8013"
      - name: OTEL_INSTRUMENTATION_KAFKA_EXPERIMENTAL_SPAN_ATTRIBUTES
        value: "true"
      - name: OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_RECEIVE_TELEMETRY_ENABLED
        value: "true"
      - name: OTEL_EXPERIMENTAL_SDK_TELEMETRY_VERSION
        value: latest
      resources:
        limits:
          memory: 300Mi
        requests:
          cpu: 50m
          memory: 300Mi
      volumeMounts:
      - name: fraud-detection-tmp
        mountPath: /tmp
    initContainers:
    - name: wait-for-kafka
      command:
      - sh
      - -c
      - until nc -z -v -w30 $KAFKA_HOST $KAFKA_PORT; do sleep 2; done
      env:
      - name: KAFKA_HOST
        value: kafka.example.com
      - name: KAFKA_PORT
        value: "9092"
      resources:
        limits:
          memory: 16Mi
        requests:
          cpu: 10m
          memory: 16Mi
    volumes:
    - name: fraud-detection-tmp
      emptyDir:
        sizeLimit: 64Mi
    "#);
}

#[test]
fn the_edges_are_the_calls() {
    let demo = demo();
    let (_, rpc, ofrep) = demo.flagd();
    let _ = (demo.checkout(&rpc), demo.fraud_detection(&rpc));
    // The pages ask for flags by HTTP.
    let frontend = demo.shop.bundle_named(name!("frontend")).app(&NODES);
    let pages = frontend.deployment(1).portless_container(PortlessContainer {
        name: name!("pages"),
        image: image("frontend"),
        resources: Resources { cpu: millicores(50), memory: mebibytes(250) },
        user: uid!(65532),
    });
    pages.env([frontend.calls(&ofrep).host("FLAGD_HOST")]);
    assert_snapshot!(edges(&demo.shop), @"
    checkout -> cart: 8080
    checkout -> currency: 8080
    checkout -> egress: 443
    checkout -> email: 8080
    checkout -> flagd: 8013
    checkout -> otel-collector: 8080
    checkout -> payment: 8080
    checkout -> product-catalog: 8080
    checkout -> shipping: 8080
    flagd -> otel-collector: 8080
    fraud-detection -> egress: 443
    fraud-detection -> flagd: 8013
    fraud-detection -> otel-collector: 8080
    frontend -> flagd: 8016
    scraper -> egress: 15020
    scraper -> egress: 15090
    ");
}
