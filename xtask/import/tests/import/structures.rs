//! Structures that become one type, and the parts of a CRD that are generated.

use crate::support::{Scratch, below_spec, crd, types};
use insta::assert_snapshot;

#[test]
fn structures_that_recur_are_one_type_and_say_where_constraints_differ() {
    assert_snapshot!(types("
        type: object
        properties:
          first:
            type: object
            properties:
              target: {type: object, properties: {host: {type: string, maxLength: 9}, port: {type: integer, minimum: 1}}}
          second:
            type: array
            items:
              type: object
              properties:
                destination: {type: object, properties: {host: {type: string, maxLength: 9}, port: {type: integer}}}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `first`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub first: Option<ExampleFirst>,
        /// `second`: array of object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub second: Option<Vec<ExampleSecond>>,
    }

    /// `spec.first` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleFirst {
        /// `target`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub target: Option<FirstTarget>,
    }

    /// `spec.second[]` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSecond {
        /// `destination`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub destination: Option<FirstTarget>,
    }

    /// `spec.first.target` of `Example`.
    ///
    /// Also: `spec.second[].destination`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct FirstTarget {
        /// `host`: string.
        ///
        /// Maximum length: 9.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub host: Option<String>,
        /// `port`: integer.
        ///
        /// Further constraints differ from place to place.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub port: Option<i64>,
    }
    "#);
}

#[test]
fn structures_of_k8s_openapi_are_used_where_every_field_is_equal() {
    assert_snapshot!(types("
        type: object
        properties:
          selector:
            type: object
            properties:
              matchLabels: {type: object, additionalProperties: {type: string}}
              matchExpressions:
                type: array
                items:
                  type: object
                  required: [key, operator]
                  properties:
                    key: {type: string}
                    operator: {type: string}
                    values: {type: array, items: {type: string}}
          toleration:
            type: object
            properties:
              effect: {type: string}
              key: {type: string}
              operator: {type: string}
              tolerationSeconds: {type: integer, format: int64}
              value: {type: string}
          fewer:
            type: object
            properties:
              effect: {type: string}
              key: {type: string}
              operator: {type: string}
          coincidence: {type: object, properties: {name: {type: string}, namespace: {type: string}}}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `coincidence`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub coincidence: Option<ExampleCoincidence>,
        /// `fewer`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub fewer: Option<ExampleFewer>,
        /// `selector`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub selector: Option<k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector>,
        /// `toleration`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub toleration: Option<k8s_openapi::api::core::v1::Toleration>,
    }

    /// `spec.coincidence` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleCoincidence {
        /// `name`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// `namespace`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub namespace: Option<String>,
    }

    /// `spec.fewer` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleFewer {
        /// `effect`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub effect: Option<String>,
        /// `key`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub key: Option<String>,
        /// `operator`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub operator: Option<String>,
    }
    "#);
}

/// In k8s-openapi, a string whose default is empty is not an `Option`: it is always written.
#[test]
fn a_structure_of_k8s_openapi_is_found_behind_the_default_of_a_name() {
    let reference = "{type: object, properties: {name: {type: string, default: ''}, optional: {type: boolean}}}";
    let types = types(&format!(
        "
        type: object
        properties:
          source:
            type: object
            properties:
              configMapRef: {reference}
              prefix: {{type: string}}
              secretRef: {reference}
    "
    ));
    assert!(
        types.contains("pub source: Option<k8s_openapi::api::core::v1::EnvFromSource>"),
        "{types}"
    );
}

#[test]
fn kept_paths_keep_what_is_below_and_above_them() {
    let scratch = Scratch::new();
    let spec = "
        type: object
        required: [hosts, size]
        properties:
          hosts: {type: array, items: {type: string}}
          size: {type: integer, default: 1}
          http:
            type: array
            items:
              type: object
              oneOf: [{required: [route]}, {required: [redirect]}]
              properties:
                route: {type: object, properties: {host: {type: string}, port: {type: integer}}}
                redirect: {type: string}
                timeout: {type: string}
          tcp: {type: array, items: {type: object, properties: {port: {type: integer}}}}
    ";
    scratch.lock(&crd("Example", spec), "Example", "keep = [\"spec.hosts\", \"spec.http.route\"]");
    let outcome = scratch.import(&["--from", "upstream"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_snapshot!(below_spec(&scratch.body("src/example/v1/example.rs")), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `hosts`: array of string.
        pub hosts: Vec<String>,
        /// `http`: array of object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub http: Option<Vec<ExampleHttp>>,
    }

    impl ExampleSpec {
        /// With what the CRD requires, and nothing else.
        pub fn required(hosts: Vec<String>) -> Self {
            Self { hosts, http: None }
        }
    }

    /// `spec.http[]` of `Example`: one of its properties.
    #[derive(Clone, Debug, PartialEq)]
    pub enum ExampleHttp {
        /// `route`: object.
        Route(HttpRoute),
    }

    impl Serialize for ExampleHttp {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(1))?;
            match self {
                Self::Route(value) => {
                    map.serialize_entry("route", value)?;
                }
            }
            map.end()
        }
    }

    /// `spec.http[].route` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct HttpRoute {
        /// `host`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub host: Option<String>,
        /// `port`: integer.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub port: Option<i64>,
    }
    "#);
}
