//! Types of properties that exclude each other.

use crate::support::types;
use insta::assert_snapshot;

#[test]
fn alternatives_of_a_whole_object_are_an_enum_that_is_optional_where_none_is_allowed() {
    assert_snapshot!(types("
        type: object
        properties:
          uri:
            type: object
            oneOf:
            - not: {anyOf: [{required: [exact]}, {required: [prefix]}]}
            - required: [exact]
            - required: [prefix]
            properties:
              exact: {type: string}
              prefix: {type: string, maxLength: 9}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `uri`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub uri: Option<ExampleUri>,
    }

    /// `spec.uri` of `Example`: one of its properties.
    #[derive(Clone, Debug, PartialEq)]
    pub enum ExampleUri {
        /// `exact`: string.
        Exact(String),
        /// `prefix`: string.
        ///
        /// Maximum length: 9.
        Prefix(String),
    }

    impl Serialize for ExampleUri {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(1))?;
            match self {
                Self::Exact(value) => {
                    map.serialize_entry("exact", value)?;
                }
                Self::Prefix(value) => {
                    map.serialize_entry("prefix", value)?;
                }
            }
            map.end()
        }
    }
    "#);
}

#[test]
fn an_object_without_any_alternative_has_a_variant_where_it_cannot_be_left_out() {
    assert_snapshot!(types("
        type: object
        properties:
          headers:
            type: object
            additionalProperties:
              type: object
              oneOf:
              - not: {anyOf: [{required: [exact]}, {required: [prefix]}]}
              - required: [exact]
              - required: [prefix]
              properties:
                exact: {type: string}
                prefix: {type: string}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `headers`: map of object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub headers: Option<BTreeMap<String, ExampleHeader>>,
    }

    /// `spec.headers.*` of `Example`: one of its properties.
    #[derive(Clone, Debug, PartialEq)]
    pub enum ExampleHeader {
        /// `exact`: string.
        Exact(String),
        /// `prefix`: string.
        Prefix(String),
        /// None of them: an empty object.
        Empty,
    }

    impl Serialize for ExampleHeader {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(usize::from(*self != Self::Empty)))?;
            match self {
                Self::Exact(value) => {
                    map.serialize_entry("exact", value)?;
                }
                Self::Prefix(value) => {
                    map.serialize_entry("prefix", value)?;
                }
                Self::Empty => {}
            }
            map.end()
        }
    }
    "#);
}

#[test]
fn alternatives_beside_other_properties_are_one_field_each() {
    assert_snapshot!(types("
        type: object
        required: [hash]
        properties:
          hash:
            type: object
            allOf:
            - oneOf:
              - not: {anyOf: [{required: [cookie]}, {required: [header]}, {required: [source]}]}
              - required: [cookie]
              - required: [header]
              - required: [source]
            - oneOf:
              - required: [maglev]
              - required: [ring]
            properties:
              cookie: {type: string}
              header: {type: string}
              source: {type: boolean}
              maglev: {type: integer}
              ring: {type: integer}
              size: {type: integer}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `hash`: object.
        pub hash: ExampleHash,
    }

    impl ExampleSpec {
        /// With what the CRD requires, and nothing else.
        pub fn required(hash: ExampleHash) -> Self {
            Self { hash }
        }
    }

    /// `spec.hash` of `Example`.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleHash {
        /// `size`: integer.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub size: Option<i64>,
        /// At most one of the properties of [`CookieOrOther`], written beside the others.
        #[serde(flatten)]
        pub cookie_or_other: Option<CookieOrOther>,
        /// Exactly one of the properties of [`MaglevOrRing`], written beside the others.
        #[serde(flatten)]
        pub maglev_or_ring: MaglevOrRing,
    }

    impl ExampleHash {
        /// With what the CRD requires, and nothing else.
        pub fn required(maglev_or_ring: MaglevOrRing) -> Self {
            Self { maglev_or_ring, size: None, cookie_or_other: None }
        }
    }

    /// Properties of `spec.hash` of `Example` that exclude each other.
    #[derive(Clone, Debug, PartialEq)]
    pub enum CookieOrOther {
        /// `cookie`: string.
        Cookie(String),
        /// `header`: string.
        Header(String),
        /// `source`: boolean.
        Source(bool),
    }

    impl Serialize for CookieOrOther {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(1))?;
            match self {
                Self::Cookie(value) => {
                    map.serialize_entry("cookie", value)?;
                }
                Self::Header(value) => {
                    map.serialize_entry("header", value)?;
                }
                Self::Source(value) => {
                    map.serialize_entry("source", value)?;
                }
            }
            map.end()
        }
    }

    /// Properties of `spec.hash` of `Example` that exclude each other.
    #[derive(Clone, Debug, PartialEq)]
    pub enum MaglevOrRing {
        /// `maglev`: integer.
        Maglev(i64),
        /// `ring`: integer.
        Ring(i64),
    }

    impl Serialize for MaglevOrRing {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(1))?;
            match self {
                Self::Maglev(value) => {
                    map.serialize_entry("maglev", value)?;
                }
                Self::Ring(value) => {
                    map.serialize_entry("ring", value)?;
                }
            }
            map.end()
        }
    }
    "#);
}

#[test]
fn an_object_of_one_property_is_an_enum() {
    assert_snapshot!(types("
        type: object
        properties:
          provider:
            type: object
            minProperties: 1
            maxProperties: 1
            properties:
              aws: {type: object, properties: {region: {type: string}}}
              vault: {type: object, properties: {server: {type: string}}}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `provider`: object.
        ///
        /// Minimum number of entries: 1. Maximum number of entries: 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub provider: Option<ExampleProvider>,
    }

    /// `spec.provider` of `Example`: one of its properties.
    #[derive(Clone, Debug, PartialEq)]
    pub enum ExampleProvider {
        /// `aws`: object.
        Aws(ProviderAws),
        /// `vault`: object.
        Vault(ProviderVault),
    }

    impl Serialize for ExampleProvider {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(1))?;
            match self {
                Self::Aws(value) => {
                    map.serialize_entry("aws", value)?;
                }
                Self::Vault(value) => {
                    map.serialize_entry("vault", value)?;
                }
            }
            map.end()
        }
    }

    /// `spec.provider.aws` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ProviderAws {
        /// `region`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub region: Option<String>,
    }

    /// `spec.provider.vault` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ProviderVault {
        /// `server`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub server: Option<String>,
    }
    "#);
}

#[test]
fn conditions_that_no_type_can_say_are_facts() {
    assert_snapshot!(types("
        type: object
        properties:
          required:
            type: object
            required: [a]
            oneOf: [{required: [a]}, {required: [b]}]
            properties: {a: {type: string}, b: {type: string}}
          several:
            type: object
            anyOf: [{required: [a]}, {required: [b]}]
            properties: {a: {type: string}, b: {type: string}, c: {type: string}}
          single:
            type: object
            oneOf: [{not: {anyOf: [{required: [a]}]}}, {required: [a]}]
            properties: {a: {type: string}, d: {type: string}}
          overlapping:
            type: object
            allOf:
            - oneOf: [{required: [a]}, {required: [b]}]
            - oneOf: [{required: [b]}, {required: [c]}]
            properties: {a: {type: string}, b: {type: string}, c: {type: string}}
    "), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `overlapping`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub overlapping: Option<ExampleOverlapping>,
        /// `required`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub required: Option<ExampleRequired>,
        /// `several`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub several: Option<ExampleSeveral>,
        /// `single`: object.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub single: Option<ExampleSingle>,
    }

    /// `spec.overlapping` of `Example`.
    ///
    /// Conditions of the CRD that the type does not say: 1.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleOverlapping {
        /// `c`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub c: Option<String>,
        /// Exactly one of the properties of [`AOrB`], written beside the others.
        #[serde(flatten)]
        pub a_or_b: AOrB,
    }

    impl ExampleOverlapping {
        /// With what the CRD requires, and nothing else.
        pub fn required(a_or_b: AOrB) -> Self {
            Self { a_or_b, c: None }
        }
    }

    /// `spec.required` of `Example`.
    ///
    /// Conditions of the CRD that the type does not say: 1.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleRequired {
        /// `a`: string.
        pub a: String,
        /// `b`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub b: Option<String>,
    }

    impl ExampleRequired {
        /// With what the CRD requires, and nothing else.
        pub fn required(a: String) -> Self {
            Self { a, b: None }
        }
    }

    /// `spec.several` of `Example`.
    ///
    /// At least one of `a`, `b` must be set.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSeveral {
        /// `a`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub a: Option<String>,
        /// `b`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub b: Option<String>,
        /// `c`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub c: Option<String>,
    }

    /// `spec.single` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSingle {
        /// `a`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub a: Option<String>,
        /// `d`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub d: Option<String>,
    }

    /// Properties of `spec.overlapping` of `Example` that exclude each other.
    #[derive(Clone, Debug, PartialEq)]
    pub enum AOrB {
        /// `a`: string.
        A(String),
        /// `b`: string.
        B(String),
    }

    impl Serialize for AOrB {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(Some(1))?;
            match self {
                Self::A(value) => {
                    map.serialize_entry("a", value)?;
                }
                Self::B(value) => {
                    map.serialize_entry("b", value)?;
                }
            }
            map.end()
        }
    }
    "#);
}
