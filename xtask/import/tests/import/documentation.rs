//! What generated documentation says.

use crate::support::{types, types_with};
use insta::assert_snapshot;

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
fn letters_that_turn_the_direction_of_text_are_spelled_or_left_out() {
    let spec = r#"
        type: object
        properties:
          name: {type: string, pattern: "a\u202eb", description: "one\u202e two\r three"}
    "#;
    let types = types_with(spec, &["--docs"]);
    assert!(!types.contains(['\u{202e}', '\r']), "{types:?}");
    assert!(types.contains(r"Pattern: `a\u{202e}b`."), "{types}");
    assert!(types.contains("/// one two three\n"), "{types}");
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
    assert!(!silent.contains("Words") && !silent.contains("broken"), "{silent}");
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
