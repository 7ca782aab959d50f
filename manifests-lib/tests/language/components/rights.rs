use insta::assert_snapshot;
use manifests_lib::cluster::{Arn, AwsRights, Bucket, BucketAccess, IamPolicy};
use manifests_lib::{bucket_name, iam_action, name, region};

use crate::support::{NODES, Shop, listed, server, without_lines};

/// A queue of SQS.
fn queue(name: &str) -> Arn {
    Arn::Regional { service: "sqs", region: region!("eu-west-1"), resource: name.to_owned() }
}

fn uploads(access: BucketAccess) -> Bucket {
    Bucket { name: bucket_name!("test-web-uploads"), region: region!("eu-west-1"), access }
}

/// The rights of all accounts, a statement a line.
fn rights(shop: &Shop) -> String {
    let mut lines = Vec::new();
    for identity in shop.build().pod_identities {
        let IamPolicy::Statements(statements) = &identity.policy else { continue };
        for statement in statements {
            lines.push(format!(
                "{}: {:?} {:?}",
                identity.service_account, statement.actions, statement.resources
            ));
        }
    }
    lines.join("\n")
}

#[test]
fn rights_of_a_component_add_up_to_one_association() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    server(&app);
    app.aws_rights(AwsRights {
        actions: vec![iam_action!("sqs:SendMessage"), iam_action!("sqs:GetQueueUrl")],
        resources: vec![queue("orders")],
    });
    app.aws_rights_on_everything(vec![iam_action!("cloudwatch:PutMetricData")], "sends metrics");
    assert_snapshot!(rights(&shop), @r#"
    web-app-service-account: ["sqs:SendMessage", "sqs:GetQueueUrl"] [Regional { service: "sqs", region: Region("eu-west-1"), resource: "orders" }]
    web-app-service-account: ["cloudwatch:PutMetricData"] [Every]
    "#);
    assert_snapshot!(shop.objects(&web, &["ServiceEntry"]), @"
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: web-app-pod-identity
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      addresses:
      - 169.254.170.23
      exportTo:
      - .
      hosts:
      - web-app.pod-identity.internal
      location: MESH_EXTERNAL
      ports:
      - name: http-credentials
        number: 80
        protocol: HTTP
      resolution: NONE
    ");
}

#[test]
fn the_agent_of_the_node_is_let_through() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.deny_by_default(&shop.prometheus());
    let app = web.app(&NODES);
    server(&app);
    let _ = app.bucket(uploads(BucketAccess::Read));
    assert_snapshot!(shop.part(&web, "Sidecar", "/spec/egress"), @"
    - hosts:
      - ./web-app.pod-identity.internal
    ");
    let policies = shop.objects(&web, &["NetworkPolicy"]);
    let own = policies.split("---\n").find(|it| it.contains("web-app-egress")).expect("a policy");
    assert_snapshot!(own.split("policyTypes").next().expect("a part"), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-app-egress-network-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      egress:
      - ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
        to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      - ports:
        - port: 80
          protocol: TCP
        to:
        - ipBlock:
            cidr: 169.254.170.23/32
      podSelector:
        matchLabels:
          app: web
          component: app
    ");
}

#[test]
fn a_bucket_is_its_name_and_the_rights_to_its_objects() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let bucket = app.bucket(uploads(BucketAccess::ReadWrite));
    server(&app).env([bucket.name("BUCKET"), bucket.region("BUCKET_REGION")]);
    assert_eq!(bucket.host().as_str(), "test-web-uploads.s3.eu-west-1.amazonaws.com");
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: BUCKET
      value: test-web-uploads
    - name: BUCKET_REGION
      value: eu-west-1
    ");
    assert_snapshot!(rights(&shop), @r#"
    web-app-service-account: ["s3:ListBucket"] [Bucket { name: BucketName("test-web-uploads") }]
    web-app-service-account: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"] [BucketObjects { name: BucketName("test-web-uploads") }]
    "#);
}

#[test]
fn rights_that_allow_nothing_or_too_much() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    server(&app);
    let send = || vec![iam_action!("sqs:SendMessage")];
    app.aws_rights(AwsRights { actions: send(), resources: vec![Arn::Every, queue("*")] });
    app.aws_rights(AwsRights {
        actions: send(),
        resources: vec![Arn::Bucket { name: bucket_name!("orders") }],
    });
    app.aws_rights(AwsRights { actions: send(), resources: Vec::new() });
    app.aws_rights_on_everything(send(), " ");
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/rights.rs:N: sqs:SendMessage would be allowed on everything: name the resources, or say why none can be named (aws_rights_on_everything) [too-many-rights]
    manifests-lib/tests/language/components/rights.rs:N: sqs:SendMessage would be allowed on everything: name the resources, or say why none can be named (aws_rights_on_everything) [too-many-rights]
    manifests-lib/tests/language/components/rights.rs:N: sqs:SendMessage is an action of sqs, and the resource is of s3: it would allow nothing; name a resource of sqs [mismatched-rights]
    manifests-lib/tests/language/components/rights.rs:N: rights without an action or a resource allow nothing, and IAM refuses them: name both [mismatched-rights]
    manifests-lib/tests/language/components/rights.rs:N: the component gets rights on everything of a service, and the reason is empty: say why [missing-reason]
    ");
}

#[test]
fn resources_of_which_only_the_type_is_named() {
    let of = |resource: &str| {
        let shop = Shop::new();
        let app = shop.bundle().app(&NODES);
        server(&app);
        app.aws_rights(AwsRights {
            actions: vec![iam_action!("dynamodb:GetItem")],
            resources: vec![Arn::Regional {
                service: "dynamodb",
                region: region!("eu-west-1"),
                resource: resource.to_owned(),
            }],
        });
        without_lines(&listed(&shop.errors()))
    };
    for resource in ["table/orders", "table/orders/index/*", "table/web-*", "orders", "/aws/web/*"]
    {
        assert_eq!(of(resource), "", "{resource}");
    }
    assert_snapshot!(of("table/*"), @"manifests-lib/tests/language/components/rights.rs:N: dynamodb:GetItem would be allowed on everything: name the resources, or say why none can be named (aws_rights_on_everything) [too-many-rights]");
    for resource in ["*", "function:*", "table/*/index/*", "*/*", "/apis/*", "table/?*"] {
        assert_eq!(of(resource), of("table/*"), "{resource}");
    }
}

#[test]
fn the_name_of_a_bucket_is_its_components_alone() {
    let shop = Shop::new();
    let web = shop.bundle();
    let bucket = web.app(&NODES).bucket(uploads(BucketAccess::Read));
    server(&web.component(name!("worker"), &NODES)).env([bucket.name("BUCKET")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/rights.rs:N: the variable BUCKET was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/components/rights.rs:N) [wrong-component]");
}
