use insta::assert_snapshot;
use manifests_lib::data::database::{Database, DatabaseHandle, Engine, Rights};
use manifests_lib::data::{CredentialsSource, GeneratedCredentials, GeneratedSecret};
use manifests_lib::model::Bundle;
use manifests_lib::values::Name;
use manifests_lib::{name, secrets_manager_name};

use crate::support::{ELSEWHERE, NODES, Shop, aurora_postgres, mysql, postgres, server};

fn generated(user: Name) -> GeneratedCredentials {
    GeneratedCredentials { user, password: GeneratedSecret { length: 32 } }
}

/// A database of `web` that `report` reads.
fn read<E: Engine>(
    database: impl Into<Database<E>>,
    rights: Rights,
    credentials: impl Into<CredentialsSource>,
) -> (Shop, Bundle, Bundle, DatabaseHandle) {
    let shop = Shop::new();
    let (web, report) = (shop.bundle(), shop.bundle_named(name!("report")));
    let database = web.app(&NODES).database(database);
    let app = report.app(&NODES);
    let user = database.user_of(&app, rights, credentials);
    server(&app).env([user.url("DATABASE_URL")]);
    shop.secrets_manager();
    (shop, web, report, user)
}

#[test]
fn a_reader_of_postgres_is_made_with_its_rights_at_the_first_start() {
    let (shop, web, report, _) = read(postgres(), Rights::ReadOnly, generated(name!("reporter")));
    assert_snapshot!(shop.part(&web, "ConfigMap", "/data"), @r#"
    users.sh: |
      psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username=postgres --dbname=postgres <<'SQL'
      \set password `printf %s "$OWNER_PASSWORD"`
      SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', 'web', :'password') \gexec
      CREATE DATABASE "web" OWNER "web";
      REVOKE ALL ON DATABASE "web" FROM PUBLIC;
      \connect "web"
      ALTER SCHEMA public OWNER TO "web";
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      \set user `printf %s "$READER_REPORT_APP_USER"`
      \set password `printf %s "$READER_REPORT_APP_PASSWORD"`
      SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'user', :'password') \gexec
      GRANT CONNECT ON DATABASE "web" TO :"user";
      GRANT USAGE ON SCHEMA public TO :"user";
      ALTER DEFAULT PRIVILEGES FOR ROLE "web" IN SCHEMA public GRANT SELECT ON TABLES TO :"user";
      ALTER DEFAULT PRIVILEGES FOR ROLE "web" IN SCHEMA public GRANT SELECT ON SEQUENCES TO :"user";
      SQL
    "#);
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/template/spec/containers/0/env"), @"
    - name: PGDATA
      value: /data/pgdata
    - name: POSTGRES_PASSWORD
      valueFrom:
        secretKeyRef:
          key: root-password
          name: web-db-secret
    - name: OWNER_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-db-secret
    - name: READER_REPORT_APP_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: report-app-web-db-secret
    - name: READER_REPORT_APP_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: report-app-web-db-secret
    ");
    assert_snapshot!(shop.part(&web, "AuthorizationPolicy", "/spec/rules"), @r#"
    - from:
      - source:
          principals:
          - cluster.local/ns/shop/sa/report-app-service-account
          - cluster.local/ns/shop/sa/web-app-service-account
      to:
      - operation:
          ports:
          - "5432"
    "#);
    assert_snapshot!(shop.container_part(&report, "/env"), @"
    - name: DATABASE_URL_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: report-app-web-db-secret
    - name: DATABASE_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: report-app-web-db-secret
    - name: DATABASE_URL
      value: postgres://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web-db-service.shop.svc.cluster.local:5432/web?sslmode=disable
    ");
}

#[test]
fn a_writer_of_mysql_is_made_with_its_rights_at_the_first_start() {
    let (shop, web, _, _) = read(mysql(), Rights::ReadWrite, generated(name!("reporter")));
    assert_snapshot!(shop.part(&web, "ConfigMap", "/data"), @r#"
    users.sh: |
      quoted() {
        local text=${1//\\/\\\\}
        printf "'%s'" "${text//\'/\'\'}"
      }
      MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql --user=root --socket=/var/run/mysqld/mysqld.sock <<SQL
      CREATE USER $(quoted "$READER_REPORT_APP_USER")@'%' IDENTIFIED BY $(quoted "$READER_REPORT_APP_PASSWORD");
      GRANT SELECT, INSERT, UPDATE, DELETE ON \`web\`.* TO $(quoted "$READER_REPORT_APP_USER")@'%';
      SQL
    "#);
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/template/spec/containers/0/volumeMounts"), @"
    - name: data
      mountPath: /var/lib/mysql
    - name: mysql-tmp
      mountPath: /tmp
    - name: mysql-var-run-mysqld
      mountPath: /var/run/mysqld
    - name: first-start
      mountPath: /docker-entrypoint-initdb.d
      readOnly: true
    ");
}

#[test]
fn a_user_of_aurora_has_credentials_of_its_own() {
    let credentials = secrets_manager_name!("test/web/reader");
    let (shop, _, report, _) = read(aurora_postgres(), Rights::ReadOnly, credentials);
    assert_snapshot!(shop.kinds(&report).join(" "), @"ExternalSecret ConfigMap Deployment ServiceAccount");
    assert_snapshot!(shop.container_part(&report, "/env"), @"
    - name: DATABASE_URL_USER
      valueFrom:
        secretKeyRef:
          key: username-url
          name: report-app-web-db-secret
    - name: DATABASE_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password-url
          name: report-app-web-db-secret
    - name: DATABASE_URL
      value: postgres://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:5432/shop?sslmode=verify-full&sslrootcert=/etc/ca/app-web-db/ca.pem
    ");
}

#[test]
fn the_credentials_of_a_user_in_a_container_are_in_its_namespace() {
    let shop = Shop::new();
    let database = shop.bundle().app(&NODES).database(postgres());
    let report = shop.bundle_in(&ELSEWHERE, name!("report")).app(&NODES);
    let user = database.user_of(&report, Rights::ReadOnly, generated(name!("reporter")));
    server(&report).env([user.url("DATABASE_URL")]);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/database_users.rs:N: the variable READER_REPORT_APP_USER is in the namespace elsewhere, and pods of shop would never start: make it in a bundle of shop (see also manifests-lib/tests/language/components/database_users.rs:N) [wrong-namespace]
    manifests-lib/tests/language/components/database_users.rs:N: the variable READER_REPORT_APP_PASSWORD is in the namespace elsewhere, and pods of shop would never start: make it in a bundle of shop (see also manifests-lib/tests/language/components/database_users.rs:N) [wrong-namespace]
    ");
}

#[test]
fn a_user_that_nobody_can_make() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let (first, second) =
        (app.database(postgres()), app.database_named(name!("audit"), aurora_postgres()));
    let report = shop.bundle_named(name!("report")).app(&NODES);
    shop.secrets_manager();
    let _ = first.user_of(&report, Rights::ReadOnly, generated(name!("web")));
    let worker = shop.bundle_named(name!("worker")).app(&NODES);
    let _ = first.user_of(&worker, Rights::ReadOnly, generated(name!("postgres")));
    let _ = second.user_of(&report, Rights::ReadOnly, generated(name!("reporter")));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/database_users.rs:N: the user web is the owner of the database, and the first start would fail: name another user [invalid-database-name]
    manifests-lib/tests/language/components/database_users.rs:N: the password of reporter is generated in the cluster, and the database web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com is outside: nobody there knows the user; make the user there, and name its secret in AWS Secrets Manager [foreign-database-user]
    manifests-lib/tests/language/components/database_users.rs:N: the image of PostgreSQL takes no user postgres, which it makes itself: name another user [invalid-database-name]
    ");
}

#[test]
fn users_that_the_first_start_would_make_twice() {
    let shop = Shop::new();
    shop.secrets_manager();
    let database = shop.bundle().app(&NODES).database(postgres());
    let [report, audit, worker, backup] =
        [name!("report"), name!("audit"), name!("worker"), name!("backup")].map(|name| {
            let app = shop.bundle_named(name).app(&NODES);
            server(&app);
            app
        });
    let user = database.user_of(&report, Rights::ReadOnly, generated(name!("reader")));
    let _ = user.user_of(&audit, Rights::ReadOnly, generated(name!("reader")));
    for reader in [&worker, &backup] {
        let credentials = secrets_manager_name!("test/web/reader");
        let _ = database.user_of(reader, Rights::ReadOnly, credentials);
    }
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/database_users.rs:N: the user reader is another reader's already, and the first start would end half-way, never to be tried again: give each reader a user of its own (see also manifests-lib/tests/language/components/database_users.rs:N) [invalid-database-name]
    manifests-lib/tests/language/components/database_users.rs:N: the user of the secret test/web/reader is another reader's already, and the first start would end half-way, never to be tried again: give each reader a user of its own (see also manifests-lib/tests/language/components/database_users.rs:N) [invalid-database-name]
    ");
}
