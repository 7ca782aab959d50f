use insta::assert_snapshot;
use manifests_lib::data::Encryption;
use manifests_lib::data::database::{AuroraMysql, Database, DatabaseHandle, Dialect, Engine};
use manifests_lib::model::{Bundle, SelectorLabels};
use manifests_lib::name;

use crate::support::{CAS, NODES, Shop, aurora, aurora_postgres, mysql, postgres, server};

fn with<E: Engine>(database: impl Into<Database<E>>) -> (Shop, Bundle, DatabaseHandle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let handle = web.app(&NODES).database(database);
    shop.secrets_manager();
    (shop, web, handle)
}

/// How a server finds its database.
fn variables<E: Engine>(database: impl Into<Database<E>>) -> String {
    let (shop, web, handle) = with(database);
    server(&web.app(&NODES)).env([
        handle.host("DB_HOST"),
        handle.port("DB_PORT"),
        handle.name("DB_NAME"),
        handle.user("DB_USER"),
        handle.password("DB_PASSWORD"),
    ]);
    shop.container_part(&web, "/env")
}

#[test]
fn mysql_is_a_stateful_set_with_generated_passwords() {
    let (shop, web, _) = with(mysql());
    assert_eq!(
        shop.kinds(&web),
        [
            "Password",
            "Password",
            "ExternalSecret",
            "StatefulSet",
            "ServiceAccount",
            "Service",
            "AuthorizationPolicy",
            "NetworkPolicy",
            "DestinationRule"
        ]
    );
}

#[test]
fn mysql_keeps_its_data_in_a_claim_and_its_passwords_in_a_secret() {
    let (shop, web, _) = with(mysql());
    let pod = "/spec/template/spec/containers/0";
    assert_snapshot!(shop.part(&web, "StatefulSet", &format!("{pod}/args")), @"
    - --mysql-native-password=ON
    - --authentication-policy=*:mysql_native_password
    ");
    assert_snapshot!(shop.part(&web, "StatefulSet", &format!("{pod}/env")), @"
    - name: MYSQL_DATABASE
      value: web
    - name: MYSQL_ROOT_HOST
      value: localhost
    - name: MYSQL_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-db-secret
    - name: MYSQL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-db-secret
    - name: MYSQL_ROOT_PASSWORD
      valueFrom:
        secretKeyRef:
          key: root-password
          name: web-db-secret
    ");
    assert_snapshot!(shop.part(&web, "StatefulSet", &format!("{pod}/volumeMounts")), @"
    - name: data
      mountPath: /var/lib/mysql
    - name: mysql-tmp
      mountPath: /tmp
    - name: mysql-var-run-mysqld
      mountPath: /var/run/mysqld
    ");
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/volumeClaimTemplates/0/spec"), @"
    accessModes:
    - ReadWriteOnce
    resources:
      requests:
        storage: 5Gi
    storageClassName: fast
    ");
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/template/spec/securityContext"), @"
    fsGroup: 999
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
    ");
}

#[test]
fn the_passwords_of_mysql_outlive_the_external_secret() {
    let (shop, web, _) = with(mysql());
    assert_snapshot!(shop.objects(&web, &["ExternalSecret"]), @"
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-db-external-secret
      labels:
        app: web
        component: db
        env: test
      namespace: shop
    spec:
      dataFrom:
      - sourceRef:
          generatorRef:
            apiVersion: generators.external-secrets.io/v1alpha1
            kind: Password
            name: web-db-root-password
      - sourceRef:
          generatorRef:
            apiVersion: generators.external-secrets.io/v1alpha1
            kind: Password
            name: web-db-user-password
      refreshPolicy: CreatedOnce
      target:
        creationPolicy: Orphan
        immutable: true
        name: web-db-secret
        template:
          data:
            username: web
          engineVersion: v2
          mergePolicy: Merge
    ");
    assert_snapshot!(shop.part(&web, "Password", "/spec"), @"
    allowRepeat: true
    length: 32
    noUpper: false
    secretKeys:
    - root-password
    symbols: 0
    ");
}

#[test]
fn only_the_owner_calls_mysql() {
    let (shop, web, _) = with(mysql());
    assert_snapshot!(shop.part(&web, "AuthorizationPolicy", "/spec"), @r#"
    action: ALLOW
    rules:
    - from:
      - source:
          principals:
          - cluster.local/ns/shop/sa/web-app-service-account
      to:
      - operation:
          ports:
          - "3306"
    selector:
      matchLabels:
        app: web
        component: db
    "#);
    assert_snapshot!(shop.part(&web, "Service", "/spec"), @"
    clusterIP: None
    ports:
    - name: tcp-web
      appProtocol: tcp
      port: 3306
      protocol: TCP
      targetPort: 3306
    selector:
      app: web
      component: db
    type: ClusterIP
    ");
}

#[test]
fn an_older_selector_of_the_stateful_set_stays() {
    let (shop, web, handle) = with(mysql());
    handle.stateful_set_selector(SelectorLabels::AppComponentEnvironment);
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/selector"), @"
    matchLabels:
      app: web
      component: db
      env: test
    ");
    assert_snapshot!(shop.part(&web, "Service", "/spec/selector"), @"
    app: web
    component: db
    ");
}

#[test]
fn aurora_is_known_to_the_namespace_and_its_credentials_are_kept_in_aws() {
    let (shop, web, _) = with(aurora());
    assert_eq!(shop.kinds(&web), ["ExternalSecret", "ServiceEntry"]);
    assert_snapshot!(shop.objects(&web, &["ServiceEntry"]), @"
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: web-db-service-entry
      labels:
        app: web
        component: db
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      hosts:
      - web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com
      location: MESH_EXTERNAL
      ports:
      - name: tcp-web
        number: 3306
        protocol: TCP
      resolution: DNS
    ");
    assert_snapshot!(shop.part(&web, "ExternalSecret", "/spec"), @"
    data:
    - remoteRef:
        key: database
        property: username
      secretKey: username
    - remoteRef:
        key: database
        property: password
      secretKey: password
    refreshInterval: 1h0m0s
    secretStoreRef:
      kind: ClusterSecretStore
      name: aws-secrets-manager-web
    target:
      creationPolicy: Owner
      name: web-db-secret
    ");
}

#[test]
fn a_server_cannot_tell_which_database_it_has() {
    assert_snapshot!(variables(mysql()), @r#"
    - name: DB_HOST
      value: web-db-service.shop.svc.cluster.local
    - name: DB_PORT
      value: "3306"
    - name: DB_NAME
      value: web
    - name: DB_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-db-secret
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-db-secret
    "#);
    assert_snapshot!(variables(aurora()), @r#"
    - name: DB_HOST
      value: web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com
    - name: DB_PORT
      value: "3306"
    - name: DB_NAME
      value: shop
    - name: DB_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-db-secret
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-db-secret
    "#);
}

/// The variables of a server that takes a connection string alone.
fn connected<E: Engine>(database: impl Into<Database<E>>, dialect: Dialect) -> (Shop, Bundle) {
    let (shop, web, handle) = with(database);
    server(&web.app(&NODES)).env([handle.connection_string("DATABASE_URL", dialect)]);
    (shop, web)
}

/// The connection string alone.
fn string<E: Engine>(database: impl Into<Database<E>>, dialect: Dialect) -> String {
    let (shop, web) = connected(database, dialect);
    shop.container_part(&web, "/env/2/value")
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line an object")]
fn postgres_makes_its_owner_at_the_first_start() {
    let (shop, web, _) = with(postgres());
    assert_eq!(
        shop.kinds(&web),
        [
            "Password",
            "Password",
            "ExternalSecret",
            "ConfigMap",
            "StatefulSet",
            "ServiceAccount",
            "Service",
            "AuthorizationPolicy",
            "NetworkPolicy",
            "DestinationRule"
        ]
    );
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
      SQL
    "#);
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/template/spec"), @"
    automountServiceAccountToken: false
    containers:
    - name: postgres
      env:
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
      image: postgres:17@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      imagePullPolicy: IfNotPresent
      livenessProbe:
        exec:
          command:
          - pg_isready
          - --host=127.0.0.1
          - --username=postgres
        failureThreshold: 6
        periodSeconds: 10
        timeoutSeconds: 2
      ports:
      - containerPort: 5432
        protocol: TCP
      readinessProbe:
        exec:
          command:
          - pg_isready
          - --host=127.0.0.1
          - --username=postgres
        failureThreshold: 3
        periodSeconds: 5
        timeoutSeconds: 2
      resources:
        limits:
          memory: 512Mi
        requests:
          cpu: 100m
          memory: 512Mi
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
          - ALL
        readOnlyRootFilesystem: true
        runAsGroup: 999
        runAsUser: 999
      startupProbe:
        exec:
          command:
          - pg_isready
          - --host=127.0.0.1
          - --username=postgres
        failureThreshold: 450
        periodSeconds: 2
        timeoutSeconds: 2
      volumeMounts:
      - name: data
        mountPath: /data
      - name: postgres-tmp
        mountPath: /tmp
      - name: postgres-var-run-postgresql
        mountPath: /var/run/postgresql
      - name: first-start
        mountPath: /docker-entrypoint-initdb.d
        readOnly: true
    enableServiceLinks: false
    nodeSelector:
      example.com/group: app
    securityContext:
      fsGroup: 999
      runAsNonRoot: true
      seccompProfile:
        type: RuntimeDefault
    serviceAccountName: web-db-service-account
    volumes:
    - name: postgres-tmp
      emptyDir:
        sizeLimit: 256Mi
    - name: postgres-var-run-postgresql
      emptyDir:
        sizeLimit: 16Mi
    - name: first-start
      configMap:
        name: web-db-first-start
    ");
}

#[test]
fn a_connection_string_has_its_password_by_reference() {
    let (shop, web) = connected(postgres(), Dialect::Url);
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: DATABASE_URL_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-db-secret
    - name: DATABASE_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-db-secret
    - name: DATABASE_URL
      value: postgres://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web-db-service.shop.svc.cluster.local:5432/web?sslmode=disable
    ");
    let (shop, web) = connected(aurora_postgres(), Dialect::Url);
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: DATABASE_URL_USER
      valueFrom:
        secretKeyRef:
          key: username-url
          name: web-db-secret
    - name: DATABASE_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password-url
          name: web-db-secret
    - name: DATABASE_URL
      value: postgres://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:5432/shop?sslmode=verify-full&sslrootcert=/etc/ca/db/ca.pem
    ");
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: db-ca
      mountPath: /etc/ca/db
      readOnly: true
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: db-ca
      configMap:
        name: web-db-ca
    ");
    assert_snapshot!(shop.objects(&web, &["ConfigMap"]), @"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web-db-ca
      labels:
        app: web
        component: db
        env: test
      namespace: shop
    data:
      ca.pem: |
        -----BEGIN CERTIFICATE-----
        MIIB
        -----END CERTIFICATE-----
    ");
    assert_snapshot!(shop.part(&web, "ExternalSecret", "/spec/target"), @r#"
    creationPolicy: Owner
    name: web-db-secret
    template:
      data:
        password-url: '{{ .password | urlquery | replace "+" "%20" }}'
        username-url: '{{ .username | urlquery | replace "+" "%20" }}'
      engineVersion: v2
      mergePolicy: Merge
    "#);
}

#[test]
fn a_connection_string_is_what_the_driver_takes() {
    let mysql_by_tls = || AuroraMysql { encryption: Encryption::Tls(CAS), ..aurora() };
    let driver = Dialect::SqlAlchemy("postgresql+psycopg");
    let strings = [
        string(postgres(), Dialect::Url),
        string(postgres(), driver),
        string(postgres(), Dialect::Jdbc),
        string(postgres(), Dialect::DotNet),
        string(aurora_postgres(), driver),
        string(aurora_postgres(), Dialect::Jdbc),
        string(aurora_postgres(), Dialect::DotNet),
        string(mysql(), Dialect::Url),
        string(mysql(), Dialect::Jdbc),
        string(mysql(), Dialect::DotNet),
        string(mysql_by_tls(), Dialect::Url),
        string(mysql_by_tls(), Dialect::SqlAlchemy("mysql+pymysql")),
        string(mysql_by_tls(), Dialect::SqlAlchemy("mysql+mysqldb")),
        string(mysql_by_tls(), Dialect::SqlAlchemy("mariadb")),
        string(mysql(), Dialect::SqlAlchemy("mysql+aiomysql")),
        string(mysql_by_tls(), Dialect::DotNet),
    ];
    assert_snapshot!(strings.concat(), @"
    postgres://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web-db-service.shop.svc.cluster.local:5432/web?sslmode=disable
    postgresql+psycopg://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web-db-service.shop.svc.cluster.local:5432/web?sslmode=disable
    jdbc:postgresql://web-db-service.shop.svc.cluster.local:5432/web?user=$(DATABASE_URL_USER)&password=$(DATABASE_URL_PASSWORD)&sslmode=disable
    Host=web-db-service.shop.svc.cluster.local;Port=5432;Database=web;Username='$(DATABASE_URL_USER)';Password='$(DATABASE_URL_PASSWORD)';SSL Mode=Disable
    postgresql+psycopg://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:5432/shop?sslmode=verify-full&sslrootcert=/etc/ca/db/ca.pem
    jdbc:postgresql://web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:5432/shop?user=$(DATABASE_URL_USER)&password=$(DATABASE_URL_PASSWORD)&sslmode=verify-full&sslrootcert=/etc/ca/db/ca.pem
    Host=web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com;Port=5432;Database=shop;Username='$(DATABASE_URL_USER)';Password='$(DATABASE_URL_PASSWORD)';SSL Mode=VerifyFull;Root Certificate=/etc/ca/db/ca.pem
    mysql://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web-db-service.shop.svc.cluster.local:3306/web
    jdbc:mysql://web-db-service.shop.svc.cluster.local:3306/web?user=$(DATABASE_URL_USER)&password=$(DATABASE_URL_PASSWORD)
    Server=web-db-service.shop.svc.cluster.local;Port=3306;Database=web;User ID='$(DATABASE_URL_USER)';Password='$(DATABASE_URL_PASSWORD)'
    mysql://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:3306/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ca/db/ca.pem
    mysql+pymysql://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:3306/shop?ssl_ca=/etc/ca/db/ca.pem&ssl_check_hostname=true
    mysql+mysqldb://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:3306/shop?ssl_ca=/etc/ca/db/ca.pem&ssl_mode=VERIFY_IDENTITY
    mariadb://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com:3306/shop?ssl_ca=/etc/ca/db/ca.pem&ssl_mode=VERIFY_IDENTITY
    mysql+aiomysql://$(DATABASE_URL_USER):$(DATABASE_URL_PASSWORD)@web-db-service.shop.svc.cluster.local:3306/web
    Server=web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com;Port=3306;Database=shop;User ID='$(DATABASE_URL_USER)';Password='$(DATABASE_URL_PASSWORD)';SslMode=VerifyFull;SslCa=/etc/ca/db/ca.pem
    ");
}

#[test]
fn a_driver_that_would_not_check_the_server() {
    let shop = Shop::new();
    shop.secrets_manager();
    let app = shop.bundle().app(&NODES);
    let database = app.database(AuroraMysql { encryption: Encryption::Tls(CAS), ..aurora() });
    let driver = Dialect::SqlAlchemy("mysql+aiomysql");
    server(&app).env([database.connection_string("DATABASE_URL", driver)]);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/components/database.rs:N: SqlAlchemy("mysql+aiomysql") of MySQL tells the driver of no CA, or of none by which it checks the name of the server: name `mysql+pymysql` or `mysql+mysqldb`, or give the program host, port, name, user, password and the file of CAs as variables of their own [invalid-connection-string]"#);
}

#[test]
fn two_strings_of_a_database_stand_beside_each_other() {
    let (shop, web, handle) = with(aurora_postgres());
    server(&web.app(&NODES)).env([
        handle.url("DATABASE_URL"),
        handle.connection_string("ConnectionStrings__Default", Dialect::DotNet),
        handle.ssl_mode("PGSSLMODE"),
        handle.ca_file("PGSSLROOTCERT"),
    ]);
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: db-ca
      mountPath: /etc/ca/db
      readOnly: true
    ");
    assert_snapshot!(shop.part(&web, "ExternalSecret", "/spec/target/template/data"), @r#"
    password-quoted: '{{ .password | replace "''" "''''" }}'
    password-url: '{{ .password | urlquery | replace "+" "%20" }}'
    username-quoted: '{{ .username | replace "''" "''''" }}'
    username-url: '{{ .username | urlquery | replace "+" "%20" }}'
    "#);
}

#[test]
fn a_component_has_several_databases() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let (first, audit) = (app.database(mysql()), app.database_named(name!("audit"), postgres()));
    server(&app).env([first.host("DB_HOST"), audit.url("AUDIT_URL")]);
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: DB_HOST
      value: web-db-service.shop.svc.cluster.local
    - name: AUDIT_URL_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-db-audit-secret
    - name: AUDIT_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-db-audit-secret
    - name: AUDIT_URL
      value: postgres://$(AUDIT_URL_USER):$(AUDIT_URL_PASSWORD)@web-db-audit-service.shop.svc.cluster.local:5432/audit?sslmode=disable
    ");
}
