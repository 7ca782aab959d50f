//! What routes match, and which of them another one leaves nothing to.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest>

use super::overlap;
use crate::objects::{Map, Object, Value, list, text};

/// Fields of a match that name it and choose nothing.
const NAMES: &[&str] = &["name", "statPrefix"];

/// Every sidecar, among the gateways of a `VirtualService`.
pub const SIDECARS: &str = "mesh";

/// The gateways of a `VirtualService`, as `namespace/name`; the sidecars where it names none.
#[must_use]
pub fn gateways(route: &Object) -> Vec<String> {
    let named: Vec<String> = list(&route.json["spec"]["gateways"])
        .iter()
        .filter_map(text)
        .map(|gateway| in_full(gateway, route.namespace()))
        .collect();
    if named.is_empty() { vec![SIDECARS.to_owned()] } else { named }
}

/// A gateway as `namespace/name`.
#[must_use]
pub fn in_full(gateway: &str, namespace: &str) -> String {
    if gateway == SIDECARS || gateway.contains('/') {
        gateway.to_owned()
    } else {
        format!("{namespace}/{gateway}")
    }
}

/// Whether a match of a `VirtualService` holds at one of its gateways, named in full.
#[must_use]
pub fn is_at(matched: &Value, gateway: &str, namespace: &str) -> bool {
    let mut own = list(&matched["gateways"]).iter().filter_map(text).peekable();
    own.peek().is_none() || own.any(|own| in_full(own, namespace) == gateway)
}

/// The rules of a `VirtualService`, of all layers.
pub fn rules(route: &Object) -> impl Iterator<Item = &Value> {
    ["http", "tls", "tcp"].into_iter().flat_map(|layer| list(&route.json["spec"][layer]))
}

/// Whether whatever the later match chooses, the earlier one has chosen already.
#[must_use]
pub fn covers(earlier: &Value, later: &Value) -> bool {
    fields(earlier).all(|(key, value)| field_covers(key, value, &later[key], later))
}

/// Whether a match chooses nothing, so that it takes everything.
#[must_use]
pub fn takes_all(matched: &Value) -> bool {
    fields(matched).all(|(key, value)| key == "uri" && is_any_path(value))
}

fn fields(matched: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = matched.as_object().into_iter().flat_map(Map::iter);
    all.map(|(key, value)| (key.as_str(), value))
        .filter(|(key, value)| !NAMES.contains(key) && !value.is_null())
}

fn field_covers(key: &str, earlier: &Value, later: &Value, whole: &Value) -> bool {
    match key {
        "uri" => {
            is_any_path(earlier)
                || *earlier == *later
                // What ignores case is compared by nobody but the proxy.
                || (!ignores_case(whole) && text_covers(earlier, later))
        }
        "scheme" | "method" | "authority" => text_covers(earlier, later),
        "ignoreUriCase" => earlier.as_bool() == Some(false) || *earlier == *later,
        "headers" | "queryParams" | "withoutHeaders" => all_in(earlier, |name, value| {
            let other = &later[name];
            !other.is_null()
                && (*value == *other || (key != "withoutHeaders" && text_covers(value, other)))
        }),
        "sourceLabels" => all_in(earlier, |name, value| later[name] == *value),
        "sniHosts" => {
            !list(later).is_empty()
                && list(later).iter().all(|host| {
                    let Some(host) = text(host) else { return false };
                    list(earlier)
                        .iter()
                        .filter_map(text)
                        .any(|own| own == host || (!host.starts_with('*') && overlap(own, host)))
                })
        }
        "gateways" | "destinationSubnets" => {
            !list(later).is_empty() && list(later).iter().all(|one| list(earlier).contains(one))
        }
        _ => *earlier == *later,
    }
}

fn all_in(fields: &Value, holds: impl Fn(&str, &Value) -> bool) -> bool {
    fields.as_object().is_some_and(|fields| fields.iter().all(|(name, value)| holds(name, value)))
}

fn ignores_case(matched: &Value) -> bool {
    matched["ignoreUriCase"].as_bool() == Some(true)
}

fn is_any_path(uri: &Value) -> bool {
    text(&uri["prefix"]) == Some("/") || text(&uri["regex"]) == Some(".*")
}

/// Whether a text that one match asks for is so whenever the other one's is.
fn text_covers(earlier: &Value, later: &Value) -> bool {
    if *earlier == *later {
        return true;
    }
    let Some(prefix) = text(&earlier["prefix"]) else { return false };
    let of_later = text(&later["exact"]).or(text(&later["prefix"]));
    of_later.is_some_and(|later| later.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    #[test]
    fn a_wider_match_covers_a_narrower_one() {
        for (earlier, later) in [
            (json!({}), json!({"uri": {"exact": "/a"}})),
            (json!({"uri": {"prefix": "/"}}), json!({"method": {"exact": "GET"}})),
            (json!({"uri": {"prefix": "/a"}}), json!({"uri": {"prefix": "/a/b"}})),
            (json!({"uri": {"prefix": "/a"}}), json!({"uri": {"exact": "/a"}, "port": 80})),
            (
                json!({"name": "x", "port": 80}),
                json!({"port": 80, "headers": {"a": {"exact": "b"}}}),
            ),
            (json!({"sniHosts": ["*.a.com"]}), json!({"sniHosts": ["b.a.com"]})),
            (json!({"gateways": ["a", "b"]}), json!({"gateways": ["a"]})),
        ] {
            assert!(covers(&earlier, &later), "{earlier} {later}");
        }
    }

    #[test]
    fn what_chooses_otherwise_covers_nothing() {
        for (earlier, later) in [
            (json!({"uri": {"exact": "/a"}}), json!({"uri": {"prefix": "/a"}})),
            (json!({"uri": {"prefix": "/a"}}), json!({"uri": {"regex": "/a.*"}})),
            (
                json!({"uri": {"prefix": "/a"}}),
                json!({"uri": {"exact": "/A"}, "ignoreUriCase": true}),
            ),
            (json!({"headers": {"a": {"exact": "b"}}}), json!({})),
            (json!({"port": 80}), json!({"port": 81})),
            (
                json!({"withoutHeaders": {"a": {"prefix": "b"}}}),
                json!({"withoutHeaders": {"a": {"prefix": "bc"}}}),
            ),
            (json!({"sniHosts": ["b.a.com"]}), json!({"sniHosts": ["*.a.com"]})),
            (json!({"gateways": ["a"]}), json!({})),
        ] {
            assert!(!covers(&earlier, &later), "{earlier} {later}");
        }
    }
}
