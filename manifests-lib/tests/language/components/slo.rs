use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::observability::{Latency, LatencyBound, Slo};
use manifests_lib::{port, port_name, slo_target};

use crate::support::{NODES, Shop, server, service};

fn with_slo() -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    service(&web.app(&NODES)).slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
    });
    (shop, web)
}

/// One field of every rule that has it.
fn of_every_rule(field: &str) -> String {
    let (shop, web) = with_slo();
    let rules = shop.part(&web, "PrometheusRule", "/spec/groups/0/rules");
    let prefix = format!("{field}: ");
    let lines: Vec<_> = rules
        .lines()
        .filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix(&prefix))
        .collect();
    lines.join("\n")
}

#[test]
fn stands_beside_its_service() {
    let (shop, web) = with_slo();
    let rule = shop.objects(&web, &["PrometheusRule"]);
    assert_snapshot!(rule.split("    rules:").next().unwrap_or_default(), @"
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: web-app-objective
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      groups:
      - name: web-app-service-objective
        interval: 1m
    ");
}

#[test]
fn failures_are_server_errors_and_requests_that_reach_no_pod() {
    let (shop, web) = with_slo();
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/0"), @r#"
    expr: |
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code=~"5.."}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",response_flags=~".*(UF|UH|UO).*"}[5m])) or vector(0))
      /
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop"}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",response_flags=~".*(UF|UH|UO).*"}[5m])) > 0)
    labels:
      namespace: shop
      service: web-app-service
    record: service:request_failures:ratio_rate5m
    "#);
}

#[test]
fn slow_is_what_is_above_the_boundary_and_no_failure() {
    let (shop, web) = with_slo();
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/1"), @r#"
    expr: |
      1 - (
      sum(rate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code!~"5..",le="250.0"}[5m]))
      /
      (sum(rate(istio_request_duration_milliseconds_count{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code!~"5.."}[5m])) > 0)
      )
    labels:
      namespace: shop
      service: web-app-service
    record: service:slow_requests:ratio_rate5m
    "#);
}

#[test]
fn both_parts_are_recorded_over_every_window() {
    assert_snapshot!(of_every_rule("record"), @"
    service:request_failures:ratio_rate5m
    service:slow_requests:ratio_rate5m
    service:request_failures:ratio_rate30m
    service:slow_requests:ratio_rate30m
    service:request_failures:ratio_rate1h
    service:slow_requests:ratio_rate1h
    service:request_failures:ratio_rate2h
    service:slow_requests:ratio_rate2h
    service:request_failures:ratio_rate6h
    service:slow_requests:ratio_rate6h
    service:request_failures:ratio_rate1d
    service:slow_requests:ratio_rate1d
    service:request_failures:ratio_rate3d
    service:slow_requests:ratio_rate3d
    ");
}

#[test]
fn an_alert_looks_at_two_windows() {
    let (shop, web) = with_slo();
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/14"), @r#"
    alert: AvailabilityBudgetBurn
    annotations:
      description: "{{ $value | humanizePercentage }} of the requests of the last 1h failed, more than 14.4 times the 0.5 % that may over 30 days."
      summary: Too many requests to web-app-service failed
    expr: |
      service:request_failures:ratio_rate1h{namespace="shop",service="web-app-service"} > 14.4 * 0.005
      and
      service:request_failures:ratio_rate5m{namespace="shop",service="web-app-service"} > 14.4 * 0.005
      and on ()
      sum(increase(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code=~"5.."}[1h]) or increase(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",response_flags=~".*(UF|UH|UO).*"}[1h])) >= 10
    labels:
      namespace: shop
      service: web-app-service
      severity: critical
      window: 1h
    "#);
}

#[test]
fn fast_burning_pages_and_slow_burning_makes_a_ticket() {
    assert_snapshot!(of_every_rule("severity"), @"
    critical
    critical
    warning
    warning
    critical
    critical
    warning
    warning
    ");
    assert_snapshot!(of_every_rule("window"), @"
    1h
    6h
    1d
    3d
    1h
    6h
    1d
    3d
    ");
}

const SLO: Slo = Slo {
    availability: slo_target!(995),
    latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
};

#[test]
fn of_grpc_are_by_the_status_of_calls() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).expose_grpc(port!(50051)).slo(SLO);
    let rules = shop.part(&web, "PrometheusRule", "/spec/groups/0/rules");
    let expressions: Vec<_> = rules.split("- expr: |\n").skip(1).take(2).collect();
    assert_snapshot!(expressions.concat(), @r#"
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",grpc_response_status=~"2|4|12|13|14|15",response_flags!~"(.*,)?(DC|DR)(,.*)?"}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",response_flags=~".*(UF|UH|UO).*"}[5m])) or vector(0))
      /
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc"}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",response_flags=~".*(UF|UH|UO).*"}[5m])) > 0)
    labels:
      namespace: shop
      service: web-app-service
    record: service:request_failures:ratio_rate5m
      1 - (
      sum(rate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",grpc_response_status!~"2|4|12|13|14|15",le="250.0"}[5m]))
      /
      (sum(rate(istio_request_duration_milliseconds_count{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",grpc_response_status!~"2|4|12|13|14|15"}[5m])) > 0)
      )
    labels:
      namespace: shop
      service: web-app-service
    record: service:slow_requests:ratio_rate5m
    "#);
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/14/expr"), @r#"
    |
      service:request_failures:ratio_rate1h{namespace="shop",service="web-app-service"} > 14.4 * 0.005
      and
      service:request_failures:ratio_rate5m{namespace="shop",service="web-app-service"} > 14.4 * 0.005
      and on ()
      sum(increase(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",grpc_response_status=~"2|4|12|13|14|15",response_flags!~"(.*,)?(DC|DR)(,.*)?"}[1h]) or increase(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="grpc",response_flags=~".*(UF|UH|UO).*"}[1h])) >= 10
    "#);
}

#[test]
fn of_one_port_do_not_count_what_another_one_speaks() {
    let shop = Shop::new();
    let web = shop.bundle();
    let gin = server(&web.app(&NODES));
    let http = gin.expose_http(port!(80));
    let _ = http.and_grpc(&gin.port(port_name!("grpc"), port!(50051)), port!(50051));
    http.slo(SLO);
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/0/expr"), @r#"
    |
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="http",response_code=~"5.."}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="http",response_flags=~".*(UF|UH|UO).*"}[5m])) or vector(0))
      /
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="http"}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",request_protocol="http",response_flags=~".*(UF|UH|UO).*"}[5m])) > 0)
    "#);
}

#[test]
fn of_two_ports_that_speak_the_same_are_refused() {
    let shop = Shop::new();
    let gin = server(&shop.bundle().app(&NODES));
    let http = gin.expose_http(port!(80));
    let _ = http.and_http2(&gin.port(port_name!("admin"), port!(8081)), port!(81));
    http.slo(SLO);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/slo.rs:N: the proxies count the requests to web-app-service by Service and not by port, and those to port 81 would be counted among those to port 80, or have an objective of the same name: expose one of the ports as a Service of its own, such as expose_http_as(name, …) (see also manifests-lib/tests/language/components/slo.rs:N) [indistinct-objective]");
}

#[test]
fn of_two_ports_are_refused() {
    let shop = Shop::new();
    let gin = server(&shop.bundle().app(&NODES));
    let http = gin.expose_http(port!(80));
    let grpc = http.and_grpc(&gin.port(port_name!("grpc"), port!(50051)), port!(50051));
    http.slo(SLO);
    grpc.slo(SLO);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/slo.rs:N: the proxies count the requests to web-app-service by Service and not by port, and those to port 50051 would be counted among those to port 80, or have an objective of the same name: expose one of the ports as a Service of its own, such as expose_http_as(name, …) (see also manifests-lib/tests/language/components/slo.rs:N) [indistinct-objective]
    manifests-lib/tests/language/components/slo.rs:N: the proxies count the requests to web-app-service by Service and not by port, and those to port 80 would be counted among those to port 50051, or have an objective of the same name: expose one of the ports as a Service of its own, such as expose_http_as(name, …) (see also manifests-lib/tests/language/components/slo.rs:N) [indistinct-objective]
    manifests-lib/tests/language/components/slo.rs:N: PrometheusRule.monitoring.coreos.com shop/web-app-objective is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/components/slo.rs:N) [duplicate-object]
    ");
}
