//! Generated code compiles, and serializes as the CRD requires. The fixture has one place for each rule.

#[path = "../fixtures/example/src/lib.rs"]
#[allow(dead_code, unused_imports, reason = "a part of a generated crate is used here")]
mod generated;

use std::collections::BTreeMap;
use std::path::Path;

use generated::example::rules::v1alpha1::*;
use insta::assert_snapshot;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::Serialize;
use serde_json::json;

#[test]
fn the_fixture_is_what_the_generator_makes_of_its_crd() {
    let scratch = crate::support::Scratch::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/example");
    let crd = fixture.join("crd.yaml").display().to_string();
    let fixture = fixture.display().to_string();
    let outcome = scratch.run(&["--all", "--from", &crd, "--output", &fixture, "--check"]);
    assert_eq!(
        outcome.code, 0,
        "run `cargo run -p import -- crd --all --from {crd} --output {fixture}`\n{}{}",
        outcome.stdout, outcome.stderr
    );
}

fn required() -> ExampleSpec {
    ExampleSpec::required(None, vec!["a".to_owned()], ExampleRing::Static("one".to_owned()))
}

fn written(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[test]
fn an_object_begins_with_api_version_kind_and_metadata() {
    let object = Example {
        metadata: ObjectMeta { name: Some("one".to_owned()), ..ObjectMeta::default() },
        object: Some("beside spec".to_owned()),
        operation: None,
        spec: required(),
    };
    assert_snapshot!(written(&object), @r#"
    {
      "apiVersion": "rules.example.org/v1alpha1",
      "kind": "Example",
      "metadata": {
        "name": "one"
      },
      "object": "beside spec",
      "spec": {
        "approved": null,
        "hosts": [
          "a"
        ],
        "ring": {
          "static": "one"
        }
      }
    }
    "#);
}

#[test]
fn optional_fields_are_left_out_and_names_are_those_of_the_crd() {
    let spec = ExampleSpec {
        holes: Some(vec![Some(1), None]),
        host_ips: Some(vec!["10.0.0.1".to_owned()]),
        http_route: Some("route".to_owned()),
        labels: Some(BTreeMap::from([("a".to_owned(), "b".to_owned())])),
        match_: Some("a".to_owned()),
        ref_: Some("reference".to_owned()),
        share: Some(0.5),
        size: Some(4),
        snake_case: Some("camel".to_owned()),
        snake_case2: Some("snake".to_owned()),
        ..required()
    };
    assert_snapshot!(written(&spec), @r#"
    {
      "$ref": "reference",
      "HTTPRoute": "route",
      "approved": null,
      "holes": [
        1,
        null
      ],
      "hostIPs": [
        "10.0.0.1"
      ],
      "hosts": [
        "a"
      ],
      "labels": {
        "a": "b"
      },
      "match": "a",
      "ring": {
        "static": "one"
      },
      "share": 0.5,
      "size": 4,
      "snakeCase": "camel",
      "snake_case": "snake"
    }
    "#);
}

#[test]
fn types_of_k8s_openapi_are_written_as_there() {
    let spec = ExampleSpec {
        bundle: Some(k8s_openapi::ByteString(b"text".to_vec())),
        memory: Some(Quantity("128Mi".to_owned())),
        port: Some(IntOrString::Int(80)),
        selector: Some(LabelSelector {
            match_labels: Some(BTreeMap::from([("app".to_owned(), "one".to_owned())])),
            ..LabelSelector::default()
        }),
        ..required()
    };
    assert_snapshot!(written(&spec), @r#"
    {
      "approved": null,
      "bundle": "dGV4dA==",
      "hosts": [
        "a"
      ],
      "memory": "128Mi",
      "port": 80,
      "ring": {
        "static": "one"
      },
      "selector": {
        "matchLabels": {
          "app": "one"
        }
      }
    }
    "#);
}

#[test]
fn every_value_of_a_string_enum_is_written_exactly() {
    let all = [
        ExampleType::Empty,
        ExampleType::Asterisk,
        ExampleType::V1_2,
        ExampleType::Http,
        ExampleType::HTTP,
        ExampleType::RoundRobin,
        ExampleType::EqualTilde,
        ExampleType::Self_,
    ];
    assert_eq!(json!(all), json!(["", "*", "1.2", "http", "HTTP", "ROUND_ROBIN", "=~", "Self"]));
}

#[test]
fn an_alternative_is_an_object_with_one_property() {
    assert_eq!(json!(ExampleHeader::Exact("/a".to_owned())), json!({"exact": "/a"}));
    assert_eq!(json!(ExampleHeader::Empty), json!({}));
    let headers = BTreeMap::from([("x-user".to_owned(), ExampleHeader::Empty)]);
    let spec = ExampleSpec {
        headers: Some(headers),
        ring: ExampleRing::Dynamic(RingDynamic { size: Some(3) }),
        uri: Some(ExampleHeader::Prefix("/b".to_owned())),
        ..required()
    };
    assert_eq!(
        json!(spec),
        json!({
            "approved": null,
            "headers": {"x-user": {}},
            "hosts": ["a"],
            "ring": {"dynamic": {"size": 3}},
            "uri": {"prefix": "/b"},
        })
    );
}

#[test]
fn a_group_of_alternatives_is_written_beside_the_other_properties() {
    let cookie = HashCookie { name: "session".to_owned(), ttl: None };
    let hash = ExampleHash {
        cookie_or_other: Some(CookieOrOther::Cookie(cookie)),
        maglev_or_ring_hash: MaglevOrRingHash::RingHash(HashRingHash { minimum_size: Some(8) }),
        seed: Some(7),
    };
    assert_eq!(
        json!(hash),
        json!({"cookie": {"name": "session"}, "ringHash": {"minimumSize": 8}, "seed": 7})
    );
    let none = ExampleHash {
        cookie_or_other: None,
        maglev_or_ring_hash: MaglevOrRingHash::Maglev(HashMaglev::default()),
        seed: None,
    };
    assert_eq!(json!(none), json!({"maglev": {}}));
}

#[test]
fn alternatives_are_maps_in_yaml_and_no_tags() {
    let spec = ExampleSpec { uri: Some(ExampleHeader::Exact("/a".to_owned())), ..required() };
    assert_snapshot!(serde_yaml::to_string(&spec).expect("YAML"), @"
    approved: null
    hosts:
    - a
    ring:
      static: one
    uri:
      exact: /a
    ");
}

#[test]
fn unknown_properties_are_written_where_the_cluster_keeps_them() {
    let open = ExampleOpen {
        known: Some("a".to_owned()),
        additional_properties: BTreeMap::from([("other".to_owned(), json!([1, 2]))]),
    };
    let spec = ExampleSpec { open: Some(open), values: Some(json!({"a": 1})), ..required() };
    let written = json!(spec);
    assert_eq!(written["open"], json!({"known": "a", "other": [1, 2]}));
    assert_eq!(written["values"], json!({"a": 1}));
}
