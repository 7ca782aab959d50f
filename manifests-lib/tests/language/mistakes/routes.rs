//! Mistakes of routes of a public gateway.

use insta::assert_snapshot;
use manifests_lib::network::gateway_api::{
    Cors, Exposure, HttpMethod, Origins, PublicEntrance, Redirect, RedirectStatus, RedirectTo,
    Route, RouteHandle, Share,
};
use manifests_lib::network::{Http, RequestProtocol, Service};
use manifests_lib::values::{Name, NodePort, UrlPath, seconds};
use manifests_lib::{host, name, node_port, port, url_path};

use crate::support::{
    FRONT_DOOR, NODES, Shop, gateway_spec, listed, server, service, without_lines,
};

fn entrance(shop: &Shop) -> PublicEntrance {
    let door = shop.bundle_named(name!("door"));
    let issuer = shop.issuer();
    let exposure = Exposure::NetworkLoadBalancer;
    door.public_gateway(gateway_spec(&issuer, name!("door"), exposure)).into_mesh(&FRONT_DOOR)
}

#[track_caller]
fn to<P: RequestProtocol>(
    public: &PublicEntrance,
    service: &Service<P>,
    name: Name,
    path: UrlPath,
    node_port: NodePort,
) -> RouteHandle<P> {
    let host = host!("www.example.com");
    public.route(service, Route { name, host, path, node_port })
}

/// What the build says of one route.
fn said(mistake: impl FnOnce(&Shop, &PublicEntrance, &RouteHandle<Http>)) -> String {
    let shop = Shop::new();
    let public = entrance(&shop);
    let web = service(&shop.bundle().app(&NODES));
    let route = to(&public, &web, name!("web"), url_path!("/"), node_port!(30001));
    mistake(&shop, &public, &route);
    without_lines(&listed(&shop.errors()))
}

const CORS: Cors = Cors {
    origins: Origins::Any,
    methods: Vec::new(),
    headers: Vec::new(),
    credentials: false,
    max_age: seconds(600),
};

#[test]
fn a_redirect_of_what_is_routed() {
    let said = said(|_, public, _| {
        public.redirect(Redirect {
            name: name!("moved"),
            host: host!("www.example.com"),
            path: url_path!("/"),
            to: RedirectTo::Host(host!("new.example.com")),
            status: RedirectStatus::Temporary,
        });
    });
    assert_snapshot!(said, @"manifests-lib/tests/language/mistakes/routes.rs:N: https://www.example.com/ leads to two services, of which the gateway door would choose one: give one another host or path (see also manifests-lib/tests/language/mistakes/routes.rs:N) [duplicate-route]");
}

#[test]
fn a_redirect_to_itself() {
    let said = said(|_, public, _| {
        let redirects = [
            (name!("host"), url_path!("/old"), RedirectTo::Host(host!("www.example.com"))),
            (name!("below"), url_path!("/shop"), RedirectTo::Below(url_path!("/shop/v2"))),
            (name!("page"), url_path!("/page"), RedirectTo::Page(url_path!("/page"))),
            (name!("led"), url_path!("/led"), RedirectTo::Below(url_path!("/led/v2"))),
            (name!("on"), url_path!("/led/v2"), RedirectTo::Below(url_path!("/shop"))),
            (name!("beside"), url_path!("/sho"), RedirectTo::Below(url_path!("/shop"))),
        ];
        for (name, path, to) in redirects {
            let (host, status) = (host!("www.example.com"), RedirectStatus::Temporary);
            public.redirect(Redirect { name, host, path, to, status });
        }
    });
    assert_snapshot!(said, @"
    manifests-lib/tests/language/mistakes/routes.rs:N: the redirect host takes https://www.example.com/old and what is below, and sends clients to where it takes them again, until they give up: lead to another host, or to a path that a route of www.example.com takes [unsupported-route]
    manifests-lib/tests/language/mistakes/routes.rs:N: the redirect below takes https://www.example.com/shop and what is below, and sends clients to where it takes them again, until they give up: lead to another host, or to a path that a route of www.example.com takes [unsupported-route]
    manifests-lib/tests/language/mistakes/routes.rs:N: the redirect page takes https://www.example.com/page and what is below, and sends clients to where it takes them again, until they give up: lead to another host, or to a path that a route of www.example.com takes [unsupported-route]
    ");
}

#[test]
fn requests_that_differ_are_no_duplicates() {
    let said = said(|shop, public, route| {
        route.method(HttpMethod::Get);
        let write = server(&shop.bundle_named(name!("write")).app(&NODES)).expose_http(port!(81));
        let write = to(public, &write, name!("write"), url_path!("/"), node_port!(30002));
        write.method(HttpMethod::Post);
    });
    assert_eq!(said, "");
}

#[test]
fn a_host_of_http_and_of_grpc() {
    let said = said(|shop, public, _| {
        let cart = server(&shop.bundle_named(name!("cart")).app(&NODES)).expose_grpc(port!(81));
        let path = url_path!("/shop.Cart/AddItem");
        to(public, &cart, name!("cart"), path, node_port!(30002));
    });
    assert_snapshot!(said, @"manifests-lib/tests/language/mistakes/routes.rs:N: https://www.example.com has routes of HTTP and of gRPC, of which the gateway door takes one kind alone: give one another host (see also manifests-lib/tests/language/mistakes/routes.rs:N) [duplicate-route]");
}

#[test]
fn calls_below_a_path() {
    let shop = Shop::new();
    let cart = server(&shop.bundle().app(&NODES)).expose_grpc(port!(81));
    to(&entrance(&shop), &cart, name!("cart"), url_path!("/shop.Cart"), node_port!(30001));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/routes.rs:N: the route cart leads calls below /shop.Cart to a service of gRPC, and NGINX knows whole methods alone, so that it would refuse the route: name one, as in /shop.Cart/AddItem, or all by / [unsupported-route]");
}

#[test]
fn pages_of_everybody_with_cookies() {
    let methods = vec![HttpMethod::Get];
    let said = said(|_, _, route| route.cors(Cors { methods, credentials: true, ..CORS }));
    assert_snapshot!(said, @"manifests-lib/tests/language/mistakes/routes.rs:N: the route web lets pages of everybody call with cookies, so that any page acts for whoever is logged in: name the hosts whose pages may call, or admit no credentials [unsupported-route]");
}

#[test]
fn pages_that_may_call_by_no_method() {
    assert_snapshot!(said(|_, _, route| route.cors(CORS)), @"manifests-lib/tests/language/mistakes/routes.rs:N: the route web lets other pages call by no method: name the methods, or leave CORS out [unsupported-route]");
}

#[test]
fn pages_that_cannot_ask() {
    let methods = vec![HttpMethod::Post];
    let said = said(|_, _, route| {
        route.method(HttpMethod::Post);
        route.cors(Cors { methods, ..CORS });
    });
    assert_snapshot!(said, @"manifests-lib/tests/language/mistakes/routes.rs:N: the route web takes one method alone, and browsers ask by OPTIONS whether pages of other hosts may call: leave the method out, and name those that may be called in `Cors` [unsupported-route]");
}

#[test]
fn pages_that_cannot_ask_with_a_header() {
    let methods = vec![HttpMethod::Post];
    let said = said(|_, _, route| {
        route.header("X-Version", "2");
        route.cors(Cors { methods, ..CORS });
    });
    assert_snapshot!(said, @"manifests-lib/tests/language/mistakes/routes.rs:N: the route web takes requests with a header alone, and browsers ask without it whether pages of other hosts may call, so that every call is blocked: leave the header out, or give these requests a path of their own [unsupported-route]");
}

#[test]
fn a_header_that_is_none() {
    assert_snapshot!(said(|_, _, route| route.header("X Version", "2")), @r#"manifests-lib/tests/language/mistakes/routes.rs:N: the route web matches the header "X Version", which is no name of a header, and the API server refuses it: use letters, digits and dashes [unsupported-route]"#);
}

#[test]
fn a_share_of_everything() {
    let said = said(|shop, public, route| {
        let next = server(&shop.bundle_named(name!("next")).app(&NODES)).expose_http(port!(81));
        public.share(route, &next, Share { percent: 100, node_port: node_port!(30002) });
    });
    assert_snapshot!(said, @"manifests-lib/tests/language/mistakes/routes.rs:N: the route web gives a service no requests at all: give each of its services at least one of a hundred [unsupported-route]");
}

#[test]
fn an_answer_in_no_time() {
    assert_snapshot!(said(|_, _, route| route.response_timeout(seconds(0))), @"manifests-lib/tests/language/mistakes/routes.rs:N: the route web waits for less than a second or more than 9999, which its policy refuses: choose a time between [limit-out-of-range]");
}
