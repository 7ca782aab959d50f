//! What the columns `Object`, `Field` and the values of the document mean.

use serde_json::{Value, json};

use crate::helm::HelmObject;
use crate::pattern::Pattern;
use crate::{document, path};

fn object(kind: &str, namespace: &str, name: &str) -> HelmObject {
    HelmObject {
        line: 1,
        environment: "dev".to_owned(),
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        labels: [].into(),
        selector: [].into(),
    }
}

#[test]
fn a_wildcard_stands_for_any_text_and_tells_which() -> Result<(), String> {
    let pattern = Pattern::parse("Service services/*-app-service")?;
    let service = object("Service", "services", "shop-app-service");
    assert_eq!(pattern.matches(&service), Some("shop"));
    for other in [
        object("Gateway", "services", "shop-app-service"),
        object("Service", "", "shop-app-service"),
        object("Service", "services", "shop-db-service"),
    ] {
        assert_eq!(pattern.matches(&other), None, "{}", other.title());
    }
    Ok(())
}

#[test]
fn braces_stand_for_one_of_their_texts() -> Result<(), String> {
    let pattern = Pattern::parse("PersistentVolume {a-app,b}-volume")?;
    assert_eq!(pattern.matches(&object("PersistentVolume", "", "a-app-volume")), Some("a-app"));
    assert_eq!(pattern.matches(&object("PersistentVolume", "", "c-volume")), None);
    Ok(())
}

#[test]
fn a_path_finds_keys_positions_names_and_all() -> Result<(), String> {
    let object = json!({
        "metadata": { "annotations": { "example.com/a": "1" } },
        "list": [{ "name": "x", "value": 1 }, { "name": "y" }],
        "empty": [],
    });
    let found = |path: &str| -> Result<Vec<Option<Value>>, String> {
        Ok(path::values(&object, path)?.into_iter().map(Option::<&Value>::cloned).collect())
    };
    assert_eq!(found("metadata.annotations[\"example.com/a\"]")?, [Some(json!("1"))]);
    assert_eq!(found("list[1].name")?, [Some(json!("y"))]);
    assert_eq!(found("list[name=x].value")?, [Some(json!(1))]);
    assert_eq!(found("list[*].value")?, [Some(json!(1)), None]);
    for nothing in ["list[name=z]", "list[2]", "empty[*].name", "a.b.c"] {
        assert_eq!(found(nothing)?, [None], "{nothing}");
    }
    Ok(())
}

#[test]
fn a_value_is_json_or_text_and_an_ellipsis_at_least_one_character() -> Result<(), String> {
    let means = |cell: &str, value: Option<Value>| -> Result<bool, String> {
        let cell = document::Cell::parse("Here", cell)?;
        Ok(cell.means(value.as_ref(), |text| text.replace("<name>", "shop")))
    };
    assert!(means("`1`", Some(json!(1)))?);
    assert!(!means("`1`", Some(json!("1")))?);
    assert!(means("`\"1\"`", Some(json!("1")))?);
    assert!(means("`<name>-app`", Some(json!("shop-app")))?);
    assert!(means("`[\".\",\"<name>\"]`", Some(json!([".", "shop"])))?);
    assert!(means("absent", None)?);
    assert!(!means("absent", Some(Value::Null))?);
    assert!(means("`…`", Some(json!({})))?);
    assert!(!means("`…`", None)?);
    assert!(means("`….example/web:…`", Some(json!("1.example/web:2")))?);
    for short in [".example/web:2", "1.example/web:", "1.example/php:2"] {
        assert!(!means("`….example/web:…`", Some(json!(short)))?, "{short}");
    }
    Ok(())
}
