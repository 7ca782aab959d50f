//! What generated documentation says.

mod support;

use insta::assert_snapshot;
use support::{types, types_with};

#[test]
fn text_of_a_constraint_cannot_break_the_documentation() {
    assert_snapshot!(types(r#"
        type: object
        properties:
          name:
            type: string
            pattern: "^[a-z](`|``)<b>[link](x)\n*/ $"
            default: "`"
            x-kubernetes-validations: [{rule: "self != ''"}, {rule: "true"}]
    "#), @r#"
    /// `spec` of `Example`.
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `name`: string.
        ///
        /// Default: ``"`"``. Pattern: ```^[a-z](`|``)<b>[link](x)\n*/ $```. Validation rules (CEL): 2.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }
    "#);
}

#[test]
fn upstreams_words_are_left_out_unless_they_are_asked_for() {
    let spec = "
        type: object
        description: |
          Words with `code`, <html> and
              # an indented block.
        properties:
          name: {type: string, description: '``` [broken](link'}
    ";
    let silent = types(spec);
    assert!(
        !silent.contains("Words") && !silent.contains("broken"),
        "{silent}"
    );
    assert_snapshot!(types_with(spec, &["--docs"]), @r#"
    /// `spec` of `Example`.
    ///
    /// ```text
    /// Words with `code`, <html> and
    ///     # an indented block.
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ExampleSpec {
        /// `name`: string.
        ///
        /// ````text
        /// ``` [broken](link
        /// ````
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }
    "#);
}
