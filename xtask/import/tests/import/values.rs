//! What a value becomes: its type, and what is required of it.

use crate::support::types;
use insta::assert_snapshot;

#[test]
fn required_fields_are_plain_and_optional_ones_are_options() {
    assert_snapshot!(types("
        type: object
        required: [name, size]
        properties:
          name: {type: string, minLength: 1, maxLength: 63, pattern: '^[a-z]+$'}
          size: {type: integer, format: int32, minimum: 1, maximum: 5, default: 3}
          total: {type: integer, format: int64}
          any: {type: integer}
          share: {type: number, format: double, exclusiveMinimum: true, minimum: 0}
          ratio: {type: number, multipleOf: 0.5}
          enabled: {type: boolean}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `any`: integer.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub any: Option<i64>,
        /// `enabled`: boolean.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub enabled: Option<bool>,
        /// `name`: string.
        ///
        /// Pattern: `^[a-z]+$`. Minimum length: 1. Maximum length: 63.
        pub name: String,
        /// `ratio`: number.
        ///
        /// Multiple of: `0.5`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ratio: Option<f64>,
        /// `share`: number (`double`).
        ///
        /// Minimum, exclusive: `0`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub share: Option<f64>,
        /// `size`: integer (`int32`).
        ///
        /// Default: `3`. Minimum: `1`. Maximum: `5`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub size: Option<i32>,
        /// `total`: integer (`int64`).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub total: Option<i64>,
    }

    impl ExampleSpec {
        /// With what the CRD requires, and nothing else.
        pub fn required(name: String) -> Self {
            Self { name, any: None, enabled: None, ratio: None, share: None, size: None, total: None }
        }
    }
    "#);
}

#[test]
fn formats_lead_to_the_types_of_k8s_openapi() {
    assert_snapshot!(types("
        type: object
        properties:
          port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
          memory:
            x-kubernetes-int-or-string: true
            anyOf: [{type: integer}, {type: string}]
            pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)|([KMGTPE]i)$'
          since: {type: string, format: date-time}
          bundle: {type: string, format: byte}
          host: {type: string, format: hostname}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `bundle`: string (`byte`).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub bundle: Option<k8s_openapi::ByteString>,
        /// `host`: string (`hostname`).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub host: Option<String>,
        /// `memory`: integer or string.
        ///
        /// Pattern: `^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)|([KMGTPE]i)$`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub memory: Option<k8s_openapi::apimachinery::pkg::api::resource::Quantity>,
        /// `port`: integer or string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub port: Option<k8s_openapi::apimachinery::pkg::util::intstr::IntOrString>,
        /// `since`: string (`date-time`).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub since: Option<k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime>,
    }
    "#);
}

#[test]
fn a_string_with_values_is_an_enum_whatever_they_look_like() {
    assert_snapshot!(types(r#"
        type: object
        properties:
          mode: {type: string, enum: ["", "*", "1.2", "http", "HTTP", "ROUND_ROBIN", "Self", "=~", "isoCode", "a-b", "a_b"]}
    "#), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `mode`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub mode: Option<ExampleMode>,
    }

    /// `spec.mode` of `Example`.
    #[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
    pub enum ExampleMode {
        /// `""`.
        #[serde(rename = "")]
        Empty,
        /// `"*"`.
        #[serde(rename = "*")]
        Asterisk,
        /// `"1.2"`.
        #[serde(rename = "1.2")]
        V1_2,
        /// `"http"`.
        #[serde(rename = "http")]
        Http,
        /// `"HTTP"`.
        HTTP,
        /// `"ROUND_ROBIN"`.
        #[serde(rename = "ROUND_ROBIN")]
        RoundRobin,
        /// `"Self"`.
        #[serde(rename = "Self")]
        Self_,
        /// `"=~"`.
        #[serde(rename = "=~")]
        EqualTilde,
        /// `"isoCode"`.
        #[serde(rename = "isoCode")]
        IsoCode,
        /// `"a-b"`.
        #[serde(rename = "a-b")]
        AB,
        /// `"a_b"`.
        #[serde(rename = "a_b")]
        AB2,
    }
    "#);
}

#[test]
fn lists_maps_and_nulls_nest() {
    assert_snapshot!(types("
        type: object
        required: [maybe, names]
        properties:
          names: {type: array, items: {type: string, maxLength: 9}, minItems: 1, maxItems: 8, uniqueItems: true}
          maybe: {type: string, nullable: true}
          later: {type: string, nullable: true}
          holes: {type: array, items: {type: integer, nullable: true}}
          labels: {type: object, additionalProperties: {type: string}}
          matrix: {type: object, additionalProperties: {type: array, items: {type: array, items: {type: number}}}}
          ports:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [number]
            items: {type: object, required: [number], properties: {number: {type: integer}}}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `holes`: array of integer or null.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub holes: Option<Vec<Option<i64>>>,
        /// `labels`: map of string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub labels: Option<BTreeMap<String, String>>,
        /// `later`: string or null.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub later: Option<String>,
        /// `matrix`: map of array of array of number.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub matrix: Option<BTreeMap<String, Vec<Vec<f64>>>>,
        /// `maybe`: string or null.
        pub maybe: Option<String>,
        /// `names`: array of string.
        ///
        /// Minimum number of elements: 1. Maximum number of elements: 8. Elements are unique. Each element: maximum length: 9.
        pub names: Vec<String>,
        /// `ports`: array of object.
        ///
        /// List type: `map` by `number`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ports: Option<Vec<ExamplePort>>,
    }

    impl ExampleSpec {
        /// With what the CRD requires, and nothing else.
        pub fn required(maybe: Option<String>, names: Vec<String>) -> Self {
            Self { maybe, names, holes: None, labels: None, later: None, matrix: None, ports: None }
        }
    }

    /// `spec.ports[]` of `Example`.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExamplePort {
        /// `number`: integer.
        pub number: i64,
    }

    impl ExamplePort {
        /// With what the CRD requires, and nothing else.
        pub fn required(number: i64) -> Self {
            Self { number }
        }
    }
    "#);
}

#[test]
fn what_has_no_schema_is_json() {
    assert_snapshot!(types("
        type: object
        properties:
          values: {type: object, x-kubernetes-preserve-unknown-fields: true}
          anything: {x-kubernetes-preserve-unknown-fields: true}
          bare: {type: object}
          template: {type: object, x-kubernetes-embedded-resource: true, properties: {kind: {type: string}}}
          list: {type: array, items: {x-kubernetes-preserve-unknown-fields: true}}
          free: {type: object, additionalProperties: true}
          open:
            type: object
            x-kubernetes-preserve-unknown-fields: true
            properties: {known: {type: string}}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `anything`: anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub anything: Option<serde_json::Value>,
        /// `bare`: object without a schema.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub bare: Option<serde_json::Value>,
        /// `free`: map of anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub free: Option<BTreeMap<String, serde_json::Value>>,
        /// `list`: array of anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub list: Option<Vec<serde_json::Value>>,
        /// `open`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub open: Option<ExampleOpen>,
        /// `template`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub template: Option<serde_json::Value>,
        /// `values`: object without a schema.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub values: Option<serde_json::Value>,
    }

    /// `spec.open` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleOpen {
        /// `known`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub known: Option<String>,
        /// Properties beyond those of the schema, which the cluster keeps.
        #[serde(flatten)]
        pub additional_properties: BTreeMap<String, serde_json::Value>,
    }
    "#);
}

#[test]
fn keywords_and_odd_names_keep_their_spelling_in_the_output() {
    assert_snapshot!(types("
        type: object
        properties:
          type: {type: string}
          match: {type: string}
          $ref: {type: string}
          hostIPs: {type: string}
          HTTPRoute: {type: string}
          mirror_percent: {type: string}
          mirrorPercent: {type: string}
          '9p': {type: string}
          '*': {type: string}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `$ref`: string.
        #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
        pub ref_: Option<String>,
        /// `*`: string.
        #[serde(rename = "*", skip_serializing_if = "Option::is_none")]
        pub asterisk: Option<String>,
        /// `9p`: string.
        #[serde(rename = "9p", skip_serializing_if = "Option::is_none")]
        pub v9p: Option<String>,
        /// `HTTPRoute`: string.
        #[serde(rename = "HTTPRoute", skip_serializing_if = "Option::is_none")]
        pub http_route: Option<String>,
        /// `hostIPs`: string.
        #[serde(rename = "hostIPs", skip_serializing_if = "Option::is_none")]
        pub host_ips: Option<String>,
        /// `match`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub match_: Option<String>,
        /// `mirrorPercent`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub mirror_percent: Option<String>,
        /// `mirror_percent`: string.
        #[serde(rename = "mirror_percent", skip_serializing_if = "Option::is_none")]
        pub mirror_percent2: Option<String>,
        /// `type`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub type_: Option<String>,
    }
    "#);
}
