use insta::assert_snapshot;
use manifests_lib::data::database::{Database, DatabaseHandle};
use manifests_lib::model::{Bundle, SelectorLabels};

use crate::support::{NODES, Shop, aurora, mysql, server};

fn with(database: impl Into<Database>) -> (Shop, Bundle, DatabaseHandle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let handle = web.app(&NODES).database(database);
    shop.secrets_manager();
    (shop, web, handle)
}

/// How a server finds its database.
fn variables(database: impl Into<Database>) -> String {
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
