//! Files and modules: what a kind, a group and the crate look like.

use crate::support::{Scratch, crd};
use insta::assert_snapshot;

#[test]
fn a_kind_is_an_object_of_kubernetes() {
    let scratch = Scratch::new();
    let definition = crd("Example", "{type: object, properties: {name: {type: string}}}")
        .replace("scope: Namespaced", "scope: Cluster")
        .replace("        type: object\n", "        type: object\n        required: [spec]\n")
        .replace("          status:", "          operation: {type: object, additionalProperties: {type: string}}\n          status:");
    scratch.write("upstream/example.yaml", definition);
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_snapshot!(scratch.body("src/example/v1/example.rs"), @r#"
    //! The kind `Example` and the types that only it uses.

    use std::collections::BTreeMap;

    use serde::ser::{Serialize, Serializer};

    /// An `Example` of `example.org/v1`.
    ///
    /// Belongs to the cluster, not to a namespace.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Example {
        /// Name, namespace, labels and annotations.
        pub metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,
        /// `operation`: map of string.
        pub operation: Option<BTreeMap<String, String>>,
        /// `spec`: object.
        pub spec: ExampleSpec,
    }

    impl Example {
        /// With what the CRD requires, and nothing else.
        pub fn required(
            metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,
            spec: ExampleSpec,
        ) -> Self {
            Self { metadata, spec, operation: None }
        }
    }

    impl k8s_openapi::Resource for Example {
        const API_VERSION: &'static str = "example.org/v1";
        const GROUP: &'static str = "example.org";
        const KIND: &'static str = "Example";
        const VERSION: &'static str = "v1";
        const URL_PATH_SEGMENT: &'static str = "examples";
        type Scope = k8s_openapi::ClusterResourceScope;
    }

    impl k8s_openapi::Metadata for Example {
        type Ty = k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

        fn metadata(&self) -> &Self::Ty {
            &self.metadata
        }

        fn metadata_mut(&mut self) -> &mut Self::Ty {
            &mut self.metadata
        }
    }

    impl Serialize for Example {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeStruct;
            let mut object =
                serializer.serialize_struct("Example", 4 + usize::from(self.operation.is_some()))?;
            object.serialize_field("apiVersion", <Self as k8s_openapi::Resource>::API_VERSION)?;
            object.serialize_field("kind", <Self as k8s_openapi::Resource>::KIND)?;
            object.serialize_field("metadata", &self.metadata)?;
            if let Some(value) = &self.operation {
                object.serialize_field("operation", value)?;
            }
            object.serialize_field("spec", &self.spec)?;
            object.end()
        }
    }

    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `name`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }
    "#);
}

#[test]
fn status_is_generated_only_where_nothing_else_carries_data() {
    let scratch = Scratch::new();
    let definition = crd("Report", "{type: object}")
        .replace("          spec:\n            {type: object}\n", "");
    scratch.write("upstream/report.yaml", definition);
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let module = scratch.body("src/example/v1/report.rs");
    assert!(module.contains("pub status: Option<serde_json::Value>"), "{module}");
}

#[test]
fn modules_follow_the_group_from_right_to_left_and_the_version() {
    let scratch = Scratch::new();
    let spec = "{type: object, properties: {name: {type: string}}}";
    for group in [
        "networking.istio.io",
        "external-secrets.io",
        "generators.external-secrets.io",
        "argoproj.io",
        "gateway.networking.k8s.io",
    ] {
        let definition = crd("Example", spec).replace("example.org", group);
        scratch.write(&format!("upstream/{group}.yaml"), definition);
    }
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let files: Vec<String> =
        scratch.output().into_keys().filter(|path| !path.ends_with('/')).collect();
    assert_snapshot!(files.join("\n"), @"
    names.tsv
    src/argoproj.rs
    src/argoproj/v1.rs
    src/argoproj/v1/example.rs
    src/external_secrets.rs
    src/external_secrets/generators.rs
    src/external_secrets/generators/v1.rs
    src/external_secrets/generators/v1/example.rs
    src/external_secrets/v1.rs
    src/external_secrets/v1/example.rs
    src/istio.rs
    src/istio/networking.rs
    src/istio/networking/v1.rs
    src/istio/networking/v1/example.rs
    src/k8s.rs
    src/k8s/networking.rs
    src/k8s/networking/gateway.rs
    src/k8s/networking/gateway/v1.rs
    src/k8s/networking/gateway/v1/example.rs
    src/lib.rs
    ");
    assert_snapshot!(scratch.body("src/external_secrets.rs"), @"
    //! API groups below `external_secrets`.

    pub mod generators;
    pub mod v1;
    ");
    assert_snapshot!(scratch.body("src/external_secrets/v1.rs"), @"
    //! Kinds of `external-secrets.io/v1`.

    mod example;

    pub use example::*;
    ");
    let root = scratch.body("src/lib.rs");
    assert_snapshot!(root[root.find("pub mod").expect("modules")..], @"
    pub mod argoproj;
    pub mod external_secrets;
    pub mod istio;
    pub mod k8s;
    ");
}

#[test]
fn the_header_names_command_source_release_and_digest() {
    let scratch = Scratch::new();
    scratch.lock(
        &crd("Example", "{type: object, properties: {name: {type: string}}}"),
        "Example",
        "",
    );
    let outcome = scratch.import(&["--from", "upstream"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let module = &scratch.output()["src/example/v1/example.rs"];
    let (header, body) = module.split_at(module.find("//!").expect("module documentation"));
    let header = header.replace(&crate::support::sha256(body.as_bytes()), "<sha256 of the body>");
    assert_snapshot!(header, @"
    // @generated by `cargo xtask crd import`; do not edit.
    // source: https://example.org/v1.2.3/example.yaml, release v1.2.3
    // sha256 of the lines below: <sha256 of the body>
    ");
}

#[test]
fn types_that_several_kinds_use_are_one_type_of_the_group_version() {
    let scratch = Scratch::new();
    let spec = "
        type: object
        properties:
          target: {type: object, properties: {host: {type: string}}}
    ";
    let both = format!(
        "{}---\n{}---\n",
        crd("Alpha", spec),
        crd("Beta", &format!("{spec}\n          size: {{type: integer}}"))
    );
    scratch.write("upstream/both.yaml", both);
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_snapshot!(scratch.body("src/example/v1/shared_types.rs"), @r#"
    //! Types that several kinds use.

    /// `spec.target` of `Alpha`.
    ///
    /// Also: `spec.target` of `Beta`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct AlphaTarget {
        /// `host`: string.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub host: Option<String>,
    }
    "#);
    assert_snapshot!(scratch.body("src/example/v1.rs"), @"
    //! Kinds of `example.org/v1`.

    mod alpha;
    mod beta;
    mod shared_types;

    pub use alpha::*;
    pub use beta::*;
    pub use shared_types::*;
    ");
    let beta = scratch.body("src/example/v1/beta.rs");
    assert!(beta.contains("use super::AlphaTarget;"), "{beta}");
}

#[test]
fn every_served_version_is_a_module_of_its_own() {
    let scratch = Scratch::new();
    let more = "
  - name: v1alpha1
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
  - name: v1alpha0
    served: false
    storage: false
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
";
    scratch.write(
        "upstream/example.yaml",
        crd("Example", "{type: object}") + more.trim_start_matches('\n'),
    );
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_snapshot!(scratch.body("src/example.rs"), @"
    //! API groups below `example`.

    pub mod v1;
    pub mod v1alpha1;
    ");
}
