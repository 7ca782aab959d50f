use insta::assert_snapshot;
use manifests_lib::{
    Aurora, Bundle, ClusterSecretStore, Database, DatabaseHandle, MysqlContainer, PublicImage,
    Resources, SelectorLabels, Version, gibibytes, host, mebibytes, millicores, name, repository,
    secrets_manager_name, tag,
};

use crate::support::{NODES, bundle, container_part, kinds, objects, part, server};

fn mysql() -> Database {
    Database::MysqlContainer(MysqlContainer {
        image: PublicImage {
            repository: repository!("mysql"),
            version: Version::Tag(tag!("8.0")),
        },
        on: NODES,
        resources: Resources {
            cpu: millicores(100),
            memory: mebibytes(768),
        },
        storage: gibibytes(5),
        storage_class: name!("fast"),
    })
}

fn aurora() -> Database {
    Database::Aurora(
        Aurora {
            endpoint: host!("web.cluster-example.eu-west-1.rds.amazonaws.com"),
            database: name!("shop"),
            credentials: secrets_manager_name!("test/web/database"),
        },
        ClusterSecretStore {
            name: name!("secrets-manager"),
        },
    )
}

fn with(database: &Database) -> (Bundle, DatabaseHandle) {
    let web = bundle();
    let handle = web.app().database(database);
    (web, handle)
}

/// What a server is told about its database.
fn variables(database: &Database) -> String {
    let (web, handle) = with(database);
    server(&web.app()).env([
        handle.host("DB_HOST"),
        handle.port("DB_PORT"),
        handle.name("DB_NAME"),
        handle.user("DB_USER"),
        handle.password("DB_PASSWORD"),
    ]);
    container_part(&web, "/env")
}

#[test]
fn mysql_is_a_stateful_set_with_generated_passwords() {
    let (web, _) = with(&mysql());
    assert_eq!(
        kinds(&web),
        [
            "Password",
            "Password",
            "ExternalSecret",
            "StatefulSet",
            "ServiceAccount",
            "Service",
            "AuthorizationPolicy",
            "NetworkPolicy"
        ]
    );
}

#[test]
fn mysql_keeps_its_data_in_a_claim_and_its_passwords_in_a_secret() {
    let (web, _) = with(&mysql());
    let pod = "/spec/template/spec/containers/0";
    assert_snapshot!(part(&web, "StatefulSet", &format!("{pod}/env")), @"");
    assert_snapshot!(part(&web, "StatefulSet", &format!("{pod}/volumeMounts")), @"");
    assert_snapshot!(part(&web, "StatefulSet", "/spec/volumeClaimTemplates/0/spec"), @"");
    assert_snapshot!(part(&web, "StatefulSet", "/spec/template/spec/securityContext"), @"");
}

#[test]
fn the_passwords_of_mysql_outlive_the_external_secret() {
    let (web, _) = with(&mysql());
    assert_snapshot!(objects(&web, &["ExternalSecret"]), @"");
    assert_snapshot!(part(&web, "Password", "/spec"), @"");
}

#[test]
fn only_the_owner_calls_mysql() {
    let (web, _) = with(&mysql());
    assert_snapshot!(part(&web, "AuthorizationPolicy", "/spec"), @"");
    assert_snapshot!(part(&web, "Service", "/spec"), @"");
}

#[test]
fn an_older_selector_of_mysql_stays() {
    let (web, handle) = with(&mysql());
    handle.selector(SelectorLabels::AppComponentEnvironment);
    assert_snapshot!(part(&web, "StatefulSet", "/spec/selector"), @"");
    assert_snapshot!(part(&web, "Service", "/spec/selector"), @"");
}

#[test]
fn aurora_is_known_to_the_namespace_and_its_credentials_are_kept_in_aws() {
    let (web, _) = with(&aurora());
    assert_eq!(kinds(&web), ["ExternalSecret", "ServiceEntry"]);
    assert_snapshot!(objects(&web, &["ServiceEntry"]), @"");
    assert_snapshot!(part(&web, "ExternalSecret", "/spec"), @"");
}

#[test]
fn a_server_cannot_tell_which_database_it_has() {
    assert_snapshot!(variables(&mysql()), @"");
    assert_snapshot!(variables(&aurora()), @"");
}
