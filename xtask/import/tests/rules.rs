//! What each rule makes of a schema.

mod support;

use insta::assert_snapshot;
use support::{Scratch, crd};

/// The types that the schema of a `spec` leads to.
fn types(spec: &str) -> String {
    types_with(spec, &[])
}

fn types_with(spec: &str, arguments: &[&str]) -> String {
    let scratch = Scratch::new();
    scratch.write("upstream/example.yaml", crd("Example", spec));
    let outcome = scratch.import_all(arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
    below_spec(&scratch.body("src/example/v1/example.rs"))
}

fn below_spec(module: &str) -> String {
    let start = module.find("/// `spec` of").expect("the documentation of spec");
    module[start..].to_owned()
}

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
    "), @"");
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
    "), @"");
}

#[test]
fn a_string_with_values_is_an_enum_whatever_they_look_like() {
    assert_snapshot!(types(r#"
        type: object
        properties:
          mode: {type: string, enum: ["", "*", "1.2", "http", "HTTP", "ROUND_ROBIN", "Self", "=~", "isoCode", "a-b", "a_b"]}
    "#), @"");
}

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
    "), @"");
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
    "), @"");
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
    "), @"");
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
    "), @"");
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
    "), @"");
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
    "), @"");
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
    "), @"");
}

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
    "), @"");
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
    "), @"");
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
    "), @"");
}

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
    "#), @"");
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
    assert_snapshot!(types_with(spec, &["--docs"]), @"");
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
    assert_snapshot!(below_spec(&scratch.body("src/example/v1/example.rs")), @"");
}
