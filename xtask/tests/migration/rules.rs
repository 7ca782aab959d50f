//! Each rule of [`crate::compare`] and [`crate::document`], broken once on a release of two objects.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::compare;
use crate::document::{self, Row};
use crate::helm::{self, HelmObject};
use crate::rendered::Rendered;

const HEADER: &str = "| Environment | Object | Field | Helm release | Here | Why | In place | Command |\n|---|---|---|---|---|---|---|---|";

fn release() -> Result<Vec<HelmObject>, String> {
    helm::parse(
        "environment\tbundle\tapiVersion\tkind\tnamespace\tname\tlabels\tselector
dev\tshop\tapps/v1\tDeployment\tservices\tshop-app-deployment\tapp=shop,env=dev\tapp=shop
dev\tshop\tv1\tService\tservices\tshop-app-service\tapp=shop,env=dev\tapp=shop",
    )
}

/// What is rendered for that release, without a difference.
fn same() -> Vec<Rendered> {
    let labels = json!({ "app": "shop", "env": "dev" });
    vec![
        rendered(json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "namespace": "services", "name": "shop-app-deployment", "labels": labels },
            "spec": {
                "replicas": 1,
                "selector": { "matchLabels": { "app": "shop" } },
                "template": {
                    "metadata": { "labels": { "app": "shop" } },
                    "spec": { "containers": [
                        { "name": "web", "image": "example/web:1", "imagePullPolicy": "Always" },
                        { "name": "php", "image": "example/php:1", "imagePullPolicy": "Always" },
                    ] },
                },
            },
        })),
        rendered(json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "namespace": "services", "name": "shop-app-service", "labels": labels },
            "spec": { "selector": { "app": "shop" } },
        })),
    ]
}

fn rendered(object: Value) -> Rendered {
    let text = |pointer: &str| {
        object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    Rendered {
        environment: "dev".to_owned(),
        group: text("/apiVersion")
            .split_once('/')
            .map(|(group, _)| group.to_owned())
            .unwrap_or_default(),
        kind: text("/kind"),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        object,
    }
}

/// [`same`] with another value at `pointer` of the Deployment; the last step is added if it does not exist.
fn deployment_with(pointer: &str, value: Value) -> Vec<Rendered> {
    let mut objects = same();
    if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(parent) = objects[0].object.pointer_mut(parent)
    {
        parent[key] = value;
    }
    objects
}

fn rows(rows: &str) -> Result<Vec<Row>, String> {
    document::parse(&format!("{HEADER}\n{rows}"))
}

/// The messages of both rules for one row; every other object is as in the release.
fn messages(row: &str, rendered: &[Rendered]) -> Result<String, String> {
    let (release, rows) = (release()?, rows(row)?);
    let mut messages = compare::unexplained(&release, rendered, &rows);
    messages.extend(compare::stale(&release, rendered, &rows));
    Ok(messages.join("\n"))
}

#[test]
fn an_object_that_is_not_rendered() -> Result<(), String> {
    let objects = same().split_off(1);
    assert_snapshot!(compare::unexplained(&release()?, &objects, &[]).join("\n"), @"docs/helm-release-identity.tsv:2: dev Deployment services/shop-app-deployment is not rendered: a cluster that runs the Helm release would keep it beside the new objects; render it under this name, or say in docs/migrating-from-helm.md with the field `object` why it is gone");
    assert_snapshot!(messages("| dev | `Deployment services/shop-app-deployment` | `object` | `there` | absent | Closed | no | `kubectl delete deployment` |", &objects)?, @"");
    Ok(())
}

#[test]
fn an_object_of_another_group_is_another_object() -> Result<(), String> {
    let mut objects = same();
    "extensions".clone_into(&mut objects[0].group);
    assert_eq!(compare::unexplained(&release()?, &objects, &[]).len(), 1);
    Ok(())
}

#[test]
fn a_version_label_or_selector_that_differs() -> Result<(), String> {
    let mut objects = deployment_with("/metadata/labels", json!({ "app": "shop" }));
    objects[0].object["apiVersion"] = json!("apps/v2");
    objects[1].object["spec"]["selector"]["env"] = json!("dev");
    assert_snapshot!(compare::unexplained(&release()?, &objects, &[]).join("\n"), @"
    docs/helm-release-identity.tsv:2: dev Deployment services/shop-app-deployment has the apiVersion `apps/v1` there and `apps/v2` here: render it as it was, or say in docs/migrating-from-helm.md with the field `apiVersion` why it differs
    docs/helm-release-identity.tsv:2: dev Deployment services/shop-app-deployment has the labels `app=shop,env=dev` there and `app=shop` here: render it as it was, or say in docs/migrating-from-helm.md with the field `labels` why it differs
    docs/helm-release-identity.tsv:3: dev Service services/shop-app-service has the selector `app=shop` there and `app=shop,env=dev` here: render it as it was, or say in docs/migrating-from-helm.md with the field `selector` why it differs
    ");
    Ok(())
}

#[test]
fn a_label_that_differs_and_is_explained() -> Result<(), String> {
    let objects = deployment_with(
        "/metadata/labels",
        json!({ "app": "shop", "component": "app", "env": "dev" }),
    );
    assert_snapshot!(messages("| dev | `Deployment services/*-app-deployment` | `labels` | `app=<name>,env=<environment>` | `app=<name>,component=app,env=<environment>` | Whose it is | yes | – |", &objects)?, @"");
    Ok(())
}

#[test]
fn an_explanation_of_another_environment() -> Result<(), String> {
    let objects = deployment_with("/metadata/labels", json!({ "app": "shop" }));
    let rows = rows(
        "| prd | `Deployment services/*-app-deployment` | `labels` | `app=<name>,env=dev` | `app=<name>` | Fewer | yes | – |",
    )?;
    assert_eq!(compare::unexplained(&release()?, &objects, &rows).len(), 1);
    Ok(())
}

#[test]
fn pods_of_another_namespace_or_environment() -> Result<(), String> {
    let mut objects = same();
    "other".clone_into(&mut objects[0].namespace);
    assert_eq!(compare::unselected(&release()?, &objects).len(), 2);
    let mut objects = same();
    "prd".clone_into(&mut objects[0].environment);
    assert_eq!(compare::unselected(&release()?, &objects).len(), 2);
    Ok(())
}

#[test]
fn pods_that_the_release_no_longer_selects() -> Result<(), String> {
    let objects = deployment_with("/spec/template/metadata/labels", json!({ "app": "store" }));
    assert_snapshot!(compare::unselected(&release()?, &objects).join("\n"), @"
    docs/helm-release-identity.tsv:2: dev Deployment services/shop-app-deployment selects pods by app=shop, which no pod started here has: give the pods these labels as well, or they are cut off while old and new objects run together
    docs/helm-release-identity.tsv:3: dev Service services/shop-app-service selects pods by app=shop, which no pod started here has: give the pods these labels as well, or they are cut off while old and new objects run together
    ");
    assert!(compare::unselected(&release()?, &same()).is_empty());
    Ok(())
}

#[test]
fn a_row_that_claims_the_absence_of_a_rendered_object() -> Result<(), String> {
    assert_snapshot!(messages("| dev | `Service services/shop-app-service` | `object` | `there` | absent | Closed | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Service services/shop-app-service: the object is rendered: remove the row");
    Ok(())
}

#[test]
fn a_row_of_an_object_that_only_exists_here() -> Result<(), String> {
    assert_snapshot!(messages("| dev | `Service services/shop-app-service` | `object` | absent | `there` | New | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Service services/shop-app-service: the field `object` means an object that is gone: write `there` and absent; objects that only exist here need no row");
    Ok(())
}

#[test]
fn a_row_that_means_no_object() -> Result<(), String> {
    assert_snapshot!(messages("| dev, prd | `Deployment services/{shop,bar}-app-deployment` | `spec.replicas` | `3` | `1` | Fewer | yes | – |", &same())?, @"
    docs/migrating-from-helm.md:3: the row means no object of the Helm release in dev with `bar`: correct Environment or Object after docs/helm-release-identity.tsv, or remove the row
    docs/migrating-from-helm.md:3: the row means no object of the Helm release in prd with `shop`: correct Environment or Object after docs/helm-release-identity.tsv, or remove the row
    ");
    Ok(())
}

#[test]
fn a_row_of_a_field_of_an_object_that_is_not_rendered() -> Result<(), String> {
    let objects = same().split_off(1);
    let row = rows(
        "| dev | `Deployment services/shop-app-deployment` | `spec.replicas` | `3` | `1` | Fewer | yes | – |",
    )?;
    assert_snapshot!(compare::stale(&release()?, &objects, &row).join("\n"), @"docs/migrating-from-helm.md:3: dev Deployment services/shop-app-deployment: the object is not rendered, so none of its fields can differ: remove the row, or correct Object");
    Ok(())
}

#[test]
fn a_row_that_no_longer_differs() -> Result<(), String> {
    assert_snapshot!(messages("| dev | `Deployment services/shop-app-deployment` | `spec.replicas` | `1` | `2` | More | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Deployment services/shop-app-deployment: `spec.replicas` is `1`, as in the Helm release: it no longer differs, remove the row");
    assert_snapshot!(messages("| dev | `Deployment services/shop-app-deployment` | `spec.paused` | absent | `true` | Stop | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Deployment services/shop-app-deployment: `spec.paused` is absent, as in the Helm release: it no longer differs, remove the row");
    assert_snapshot!(messages("| dev | `Service services/shop-app-service` | `labels` | `app=shop,env=dev` | `app=shop` | Fewer | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Service services/shop-app-service: `labels` is `app=shop,env=dev`, as in the Helm release: it no longer differs, remove the row");
    Ok(())
}

#[test]
fn a_row_whose_here_is_not_what_is_rendered() -> Result<(), String> {
    assert_snapshot!(messages("| dev | `Deployment services/shop-app-deployment` | `spec.replicas` | `3` | `2` | Fewer | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Deployment services/shop-app-deployment: `spec.replicas` is rendered as `1`, not as Here says: correct the column, or the module that renders it");
    Ok(())
}

#[test]
fn a_row_whose_identity_of_the_release_is_wrong() -> Result<(), String> {
    assert_snapshot!(messages("| dev | `Service services/shop-app-service` | `selector` | `app=store` | `app=shop` | Renamed | yes | – |", &same())?, @"docs/migrating-from-helm.md:3: dev Service services/shop-app-service: Helm release is not what docs/helm-release-identity.tsv:3 says, `app=shop`: correct the column");
    Ok(())
}

#[test]
fn a_path_through_a_list_speaks_of_every_element() -> Result<(), String> {
    let row = "| dev | `Deployment services/shop-app-deployment` | `spec.template.spec.containers[*].imagePullPolicy` | `Always` | `IfNotPresent` | A tag is fixed | yes | – |";
    let one =
        deployment_with("/spec/template/spec/containers/0/imagePullPolicy", json!("IfNotPresent"));
    assert_snapshot!(messages(row, &one)?, @"docs/migrating-from-helm.md:3: dev Deployment services/shop-app-deployment: `spec.template.spec.containers[*].imagePullPolicy` is `Always`, as in the Helm release: it no longer differs, remove the row");
    Ok(())
}

#[test]
fn rows_that_are_not_well_formed() {
    let object = "| dev | `Service services/shop-app-service` |";
    let broken = [
        format!("{object} `labels` | `a=b` | `c=d` | Why | yes |"),
        format!("{object} `labels` | `a=b` | `c=d` | | yes | – |"),
        format!("{object} `labels` | `a=b` | `c=d` | Why | no | – |"),
        format!("{object} `labels` | `a=b` | `c=d` | Why | yes | `kubectl delete service` |"),
        format!("{object} `labels` | a=b | `c=d` | Why | yes | – |"),
        format!("{object} `spec.ports[first]` | `a` | `b` | Why | yes | – |"),
        format!("{object} `spec..type` | `a` | `b` | Why | yes | – |"),
        "| dev | `Service services/*-*` | `labels` | `a` | `b` | Why | yes | – |".to_owned(),
        String::new(),
    ];
    let errors: Vec<String> = broken.iter().filter_map(|row| rows(row).err()).collect();
    assert_snapshot!(errors.join("\n"), @r#"
    docs/migrating-from-helm.md:3: 7 cells where 8 belong: fill the columns of the table
    docs/migrating-from-helm.md:3: the column Why is empty: say what the difference is good for
    docs/migrating-from-helm.md:3: In place "no" with the command "–": write yes and –, or no and the `kubectl …` that makes room
    docs/migrating-from-helm.md:3: In place "yes" with the command "`kubectl delete service`": write yes and –, or no and the `kubectl …` that makes room
    docs/migrating-from-helm.md:3: the column Helm release holds "a=b": write absent, or the value between backticks
    docs/migrating-from-helm.md:3: `spec.ports[first]` has [first], which is none of [*], [0], [name=value] and ["key"]
    docs/migrating-from-helm.md:3: `spec..type` has an empty step
    docs/migrating-from-helm.md:3: `Service services/*-*` has more than one wildcard, or an open brace
    docs/migrating-from-helm.md: no table with the columns ["Environment", "Object", "Field", "Helm release", "Here", "Why", "In place", "Command"]: restore it
    "#);
}

#[test]
fn identities_that_are_not_well_formed() {
    let header = "environment\tbundle\tapiVersion\tkind\tnamespace\tname\tlabels\tselector";
    let broken = [
        "environment\tname".to_owned(),
        format!("{header}\ndev\tshop"),
        format!("{header}\ndev\tshop\tv1\tService\tservices\tshop\tapp\t"),
    ];
    let errors: Vec<String> = broken.iter().filter_map(|text| helm::parse(text).err()).collect();
    assert_snapshot!(errors.join("\n"), @r#"
    docs/helm-release-identity.tsv:1: the first line does not name the columns: restore it to "environment\tbundle\tapiVersion\tkind\tnamespace\tname\tlabels\tselector"
    docs/helm-release-identity.tsv:2: 2 columns where 8 belong: restore the line, empty cells keep their tabulator
    docs/helm-release-identity.tsv:2: "app" is not a list of key=value with commas between: restore the line
    "#);
}
