use insta::assert_snapshot;
use manifests_lib::{MetricsScraper, Namespace, name};

use crate::support::{bundle, objects};

#[test]
fn nobody_is_admitted_but_who_scrapes_the_proxies() {
    let web = bundle();
    web.deny_by_default(&MetricsScraper {
        namespace: &Namespace::new(name!("monitoring")),
        app_name: name!("scraper"),
    });
    assert_snapshot!(objects(&web, &["AuthorizationPolicy", "NetworkPolicy"]), @"");
}

#[test]
fn pods_talk_by_mutual_tls_only() {
    let web = bundle();
    web.strict_mutual_tls();
    assert_snapshot!(objects(&web, &["PeerAuthentication"]), @"");
}

#[test]
fn proxies_answer_dns() {
    let web = bundle();
    web.capture_dns();
    assert_snapshot!(objects(&web, &["ProxyConfig"]), @"");
}
