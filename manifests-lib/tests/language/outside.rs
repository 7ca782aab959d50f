//! Environments are compared: what one of them uses outside its cluster is its own, unless both say otherwise.

use std::collections::BTreeMap;

use custom_resources::istio::networking::v1 as networking;
use insta::assert_snapshot;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::cluster::{
    Arn, AvailabilityZone, Eks, EksAddons, IamPolicy, Infrastructure, KubernetesMinor,
    KubernetesRelease, Minikube, Statement,
};
use manifests_lib::data::Encryption;
use manifests_lib::data::database::{AuroraEndpoint, AuroraMysql};
use manifests_lib::model::BuildError;
use manifests_lib::network::gateway_api::{Exposure, Route};
use manifests_lib::outside::{self, Outside, Shared, SharedResource};
use manifests_lib::values::{
    Host, KmsKeyId, LogGroup, MinikubeProfile, Name, SecretsManagerName, mebibytes,
};
use manifests_lib::{
    account_id, cidr, eks_addon_version, host, iam_role_name, kms_key_id, log_group,
    minikube_profile, name, node_port, region, secrets_manager_name, url_path,
};

use crate::support::{FRONT_DOOR, NODES, Shop, gateway_spec, listed, service, without_lines};

/// What an environment of the tests uses outside its cluster.
#[derive(Clone)]
struct Uses {
    cluster: Name,
    database: Name,
    secret: SecretsManagerName,
    host: Host,
    log_group: LogGroup,
    key: KmsKeyId,
    queue: &'static str,
}

fn production() -> Uses {
    Uses {
        cluster: name!("shop"),
        database: name!("orders"),
        secret: secrets_manager_name!("prd/orders/database"),
        host: host!("shop.example.com"),
        log_group: log_group!("/prd/shop"),
        key: kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab"),
        queue: "prd-orders",
    }
}

/// A copy of production of which everything was changed.
fn staging() -> Uses {
    Uses {
        cluster: name!("shop-stg"),
        database: name!("orders-stg"),
        secret: secrets_manager_name!("stg/orders/database"),
        host: host!("shop.stg.example.com"),
        log_group: log_group!("/stg/shop"),
        key: kms_key_id!("4321abcd-12ab-34cd-56ef-1234567890ab"),
        queue: "stg-orders",
    }
}

fn endpoint(cluster: Name) -> AuroraEndpoint {
    AuroraEndpoint { cluster, account: name!("c0example0ab"), region: region!("eu-west-1") }
}

fn environment(
    name: Name,
    uses: Uses,
    shares: impl IntoIterator<Item = SharedResource>,
) -> Outside {
    let shop = Shop::named(&name);
    for what in shares {
        shop.platform().share(Shared { what, reason: "the test says so" });
    }
    shop.secrets_manager();
    let web = shop.bundle();
    let _ = web.app(&NODES).database(AuroraMysql {
        endpoint: endpoint(uses.database),
        addresses: cidr!("10.0.0.0/16"),
        database: name!("orders"),
        credentials: uses.secret,
        encryption: Encryption::None { reason: "the test says so" },
    });
    let issuer = shop.issuer();
    let door = shop.bundle_named(name!("door")).public_gateway(gateway_spec(
        &issuer,
        name!("door"),
        Exposure::NetworkLoadBalancer,
    ));
    door.into_mesh(&FRONT_DOOR).route(
        &service(&web.app(&NODES)),
        Route {
            name: name!("shop"),
            host: uses.host,
            path: url_path!("/"),
            node_port: node_port!(30001),
        },
    );
    let region = region!("eu-west-1");
    let logs = Arn::LogGroup { region: region.clone(), name: uses.log_group };
    let queue = Arn::Regional { service: "sqs", region, resource: uses.queue.to_owned() };
    let zones = Arn::Global { service: "route53", resource: "hostedzone/*" };
    web.pod_identity(
        name!("web"),
        IamPolicy::Statements(vec![Statement {
            actions: vec!["logs:PutLogEvents"],
            resources: vec![logs, queue, zones],
            conditions: BTreeMap::new(),
        }]),
    );
    Outside::of(&shop.build(), &Infrastructure::from(eks(uses.cluster, uses.key)))
}

fn eks(name: Name, secrets_key: KmsKeyId) -> Eks {
    Eks {
        name,
        account: account_id!("123456789012"),
        region: region!("eu-west-1"),
        zones: [AvailabilityZone::A, AvailabilityZone::C],
        kubernetes: KubernetesMinor(35),
        vpc_cidr: cidr!("10.0.0.0/16"),
        public_access_cidrs: vec![cidr!("203.0.113.0/24")],
        administrators: iam_role_name!("platform/administrators"),
        secrets_key,
        addons: EksAddons {
            nodes: NODES,
            aws_ebs_csi_driver: eks_addon_version!("v1.58.0-eksbuild.1"),
            coredns: eks_addon_version!("v1.13.2-eksbuild.4"),
            eks_pod_identity_agent: eks_addon_version!("v1.3.10-eksbuild.3"),
            kube_proxy: eks_addon_version!("v1.35.3-eksbuild.2"),
            metrics_server: eks_addon_version!("v0.8.1-eksbuild.5"),
            vpc_cni: eks_addon_version!("v1.21.1-eksbuild.7"),
        },
        node_groups: Vec::new(),
    }
}

fn minikube(profile: MinikubeProfile) -> Minikube {
    Minikube {
        profile,
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: Vec::new(),
        cpus: 8,
        memory: mebibytes(8192),
    }
}

fn mistakes(stg: Uses, both_share: &[SharedResource]) -> Vec<BuildError> {
    let environment = |name, uses| environment(name, uses, both_share.iter().cloned());
    outside::mistakes(&[&environment(name!("prd"), production()), &environment(name!("stg"), stg)])
}

#[test]
fn an_environment_of_its_own_is_taken() {
    assert_eq!(mistakes(staging(), &[]), []);
}

#[test]
fn a_copy_is_refused_with_the_lines_of_both() {
    assert_snapshot!(without_lines(&listed(&mistakes(production(), &[]))), @"
    manifests-lib/tests/language/outside.rs:N: stg uses the cluster shop.eu-west-1.eksctl.io, and so does prd: each would remove from the cluster what the other deployed; give stg one of its own (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    manifests-lib/tests/language/outside.rs:N: stg uses the database orders.cluster-c0example0ab.eu-west-1.rds.amazonaws.com, and so does prd: stg would read and change the data of prd; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    manifests-lib/tests/language/outside.rs:N: stg uses the host shop.example.com, and so does prd: a name leads to one place, so that clients of prd might reach stg; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    manifests-lib/tests/language/outside.rs:N: stg uses the key 1234abcd-12ab-34cd-56ef-1234567890ab of KMS, and so does prd: who may decrypt for stg could read the Secrets of prd; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    manifests-lib/tests/language/outside.rs:N: stg uses the log group /prd/shop, and so does prd: the logs of stg would be among those of prd, and kept as long; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    manifests-lib/tests/language/outside.rs:N: stg uses the secret prd/orders/database, and so does prd: stg would hold a key to what prd alone should reach; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    manifests-lib/tests/language/outside.rs:N: stg uses arn:aws:sqs:eu-west-1:123456789012:prd-orders, and so does prd: pods of stg might change what belongs to prd; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]
    ");
}

/// The numbers of the lines are those of the literals, not of the functions that get them.
#[test]
fn the_lines_are_those_of_the_literals() {
    let line = line!() + 1;
    let copied = Uses { database: name!("orders"), ..staging() };
    let [error] = mistakes(copied, &[]).try_into().expect("one mistake");
    let original = production().database.origin().expect("a literal");
    assert_eq!((error.origin.line, error.related[0]), (line, original));
}

#[test]
fn what_both_share_on_purpose_is_taken() {
    let shared = [
        SharedResource::Database(endpoint(name!("orders"))),
        SharedResource::Secret(secrets_manager_name!("prd/orders/database")),
        SharedResource::Host(host!("shop.example.com")),
        SharedResource::LogGroup(log_group!("/prd/shop")),
        SharedResource::KmsKey(kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab")),
        SharedResource::Arn("arn:aws:sqs:eu-west-1:123456789012:prd-orders"),
    ];
    let copied = Uses { cluster: name!("shop-stg"), ..production() };
    assert_eq!(mistakes(copied, &shared), []);
}

#[test]
fn one_alone_cannot_share() {
    let shared = || SharedResource::Host(host!("shop.example.com"));
    let copied = Uses { host: host!("shop.example.com"), ..staging() };
    let one = |prd: Option<SharedResource>, stg: Option<SharedResource>| {
        let [error] = outside::mistakes(&[
            &environment(name!("prd"), production(), prd),
            &environment(name!("stg"), copied.clone(), stg),
        ])
        .try_into()
        .expect("one mistake");
        let (_, way_out) = error.message.rsplit_once("; ").expect("a way out");
        way_out.to_owned()
    };
    assert_snapshot!(one(Some(shared()), None), @"stg does not say that it is shared: add it to the `shares` of stg");
    assert_snapshot!(one(None, Some(shared())), @"prd does not say that it is shared: add it to the `shares` of prd");
}

#[test]
fn what_nobody_shares_is_not_declared() {
    let unused = SharedResource::Host(host!("elsewhere.example.com"));
    let own = SharedResource::Host(host!("shop.stg.example.com"));
    let prd = environment(name!("prd"), production(), None);
    let stg = environment(name!("stg"), staging(), [unused, own]);
    assert_snapshot!(without_lines(&listed(&outside::mistakes(&[&prd, &stg]))), @"
    manifests-lib/tests/language/outside.rs:N: stg says that it shares the host elsewhere.example.com, but does not use it together with another environment: who shares it by mistake later would not be told; remove it from `shares` [shared-with-nobody]
    manifests-lib/tests/language/outside.rs:N: stg says that it shares the host shop.stg.example.com, but does not use it together with another environment: who shares it by mistake later would not be told; remove it from `shares` [shared-with-nobody]
    ");
}

/// Names are unique in an account and a region only.
#[test]
fn one_name_in_two_accounts_is_two_things() {
    let in_account = |name: Name, cluster: Name, account| {
        let shop = Shop::named(&name);
        shop.secrets_manager();
        let _ = shop.bundle().app(&NODES).credentials(secrets_manager_name!("shop/orders"));
        let key = kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab");
        let eks = Eks { account, ..eks(cluster, key) };
        Outside::of(&shop.build(), &Infrastructure::from(eks))
    };
    let prd = || in_account(name!("prd"), name!("shop"), account_id!("123456789012"));
    let stg = |account| in_account(name!("stg"), name!("shop-stg"), account);
    assert_eq!(outside::mistakes(&[&prd(), &stg(account_id!("210987654321"))]), []);
    assert_eq!(outside::mistakes(&[&prd(), &stg(account_id!("123456789012"))]).len(), 2);
}

/// An environment where a bundle adds a `ServiceEntry` by hand.
fn with_entries(
    name: Name,
    entries: &[networking::ServiceEntrySpec],
    shares: &[SharedResource],
) -> Outside {
    let shop = Shop::named(&name);
    for what in shares {
        shop.platform().share(Shared { what: what.clone(), reason: "the test says so" });
    }
    let web = shop.bundle();
    let _ = service(&web.app(&NODES));
    for (number, spec) in entries.iter().enumerate() {
        web.add(networking::ServiceEntry {
            metadata: ObjectMeta { name: Some(format!("entry-{number}")), ..ObjectMeta::default() },
            spec: spec.clone(),
        });
    }
    let profile = MinikubeProfile::new(name.as_str()).expect("a name of an environment");
    Outside::of(&shop.build(), &Infrastructure::from(minikube(profile)))
}

fn entry(host: &str, protocol: Option<&str>) -> networking::ServiceEntrySpec {
    networking::ServiceEntrySpec {
        addresses: None,
        endpoints: None,
        export_to: None,
        hosts: vec![host.to_owned()],
        location: Some(networking::ServiceEntryLocation::MeshExternal),
        ports: Some(vec![networking::ServiceEntryPort {
            name: "data".to_owned(),
            number: 5432,
            protocol: protocol.map(str::to_owned),
            target_port: None,
        }]),
        resolution: Some(networking::ServiceEntryResolution::Dns),
        subject_alt_names: None,
        workload_selector: None,
    }
}

/// The mistakes of two environments that have the same ServiceEntry.
fn of_both(entry: &networking::ServiceEntrySpec, shares: &[SharedResource]) -> Vec<BuildError> {
    let environment = |name| with_entries(name, std::slice::from_ref(entry), shares);
    outside::mistakes(&[&environment(name!("prd")), &environment(name!("stg"))])
}

#[test]
fn a_server_of_a_service_entry_is_an_environments_own() {
    let postgres = entry("postgres.example.com", Some("TCP"));
    assert_snapshot!(without_lines(&listed(&of_both(&postgres, &[]))), @"manifests-lib/tests/language/outside.rs:N: stg uses the server postgres.example.com by another protocol than HTTP and TLS, and so does prd: stg would read and change the data of prd; give stg one of its own; where both are to use it, say so in the `shares` of both (see also manifests-lib/tests/language/outside.rs:N) (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]");
    let shared = SharedResource::Server("postgres.example.com");
    assert_eq!(of_both(&postgres, &[shared]), []);
    for protocol in [None, Some("MONGO"), Some("MySQL")] {
        assert_eq!(of_both(&entry("db.example.com", protocol), &[]).len(), 1, "{protocol:?}");
    }
}

/// Such as a payment provider.
#[test]
fn a_server_of_the_public_is_everybodys() {
    for protocol in ["HTTP", "http", "HTTPS", "HTTP2", "GRPC", "TLS"] {
        assert_eq!(of_both(&entry("api.example.com", Some(protocol)), &[]), [], "{protocol}");
    }
}

/// A host of the mesh only names what the addresses are.
#[test]
fn a_service_entry_with_addresses_leads_to_these() {
    let at = |host: &str, address: &str| networking::ServiceEntrySpec {
        endpoints: Some(vec![networking::ServiceEntryEndpoint {
            address: Some(address.to_owned()),
            labels: None,
            locality: None,
            network: None,
            ports: None,
            service_account: None,
            weight: None,
        }]),
        resolution: Some(networking::ServiceEntryResolution::Static),
        ..entry(host, Some("TCP"))
    };
    let mistakes = |prd, stg| {
        let prd = with_entries(name!("prd"), &[prd], &[]);
        outside::mistakes(&[&prd, &with_entries(name!("stg"), &[stg], &[])]).len()
    };
    assert_eq!(mistakes(at("db.outside", "192.0.2.1"), at("db.outside", "192.0.2.2")), 0);
    assert_eq!(mistakes(at("db.outside", "192.0.2.1"), at("data.outside", "192.0.2.1")), 1);
}

#[test]
fn pods_that_a_service_entry_names_are_not_outside() {
    let inside = networking::ServiceEntrySpec {
        location: Some(networking::ServiceEntryLocation::MeshInternal),
        ..entry("postgres.example.com", Some("TCP"))
    };
    assert_eq!(of_both(&inside, &[]), []);
}

/// The other one has it as a database, with credentials and all.
#[test]
fn a_copy_of_a_database_by_hand_is_found() {
    let host = "orders.cluster-c0example0ab.eu-west-1.rds.amazonaws.com";
    let stg = with_entries(name!("stg"), &[entry(host, Some("TCP"))], &[]);
    let [error] = outside::mistakes(&[&environment(name!("prd"), production(), None), &stg])
        .try_into()
        .expect("one mistake");
    assert!(error.message.contains(host), "{}", error.message);
}

#[test]
fn laptops_have_profiles_of_their_own() {
    let laptop = |name: Name, profile: MinikubeProfile| {
        let shop = Shop::named(&name);
        let _ = service(&shop.bundle().app(&NODES));
        Outside::of(&shop.build(), &Infrastructure::from(minikube(profile)))
    };
    let dev = || laptop(name!("dev"), minikube_profile!("shop-dev"));
    assert_eq!(
        outside::mistakes(&[&dev(), &laptop(name!("try"), minikube_profile!("shop-try"))]),
        []
    );
    let errors = outside::mistakes(&[&dev(), &laptop(name!("try"), minikube_profile!("shop-dev"))]);
    assert_snapshot!(without_lines(&listed(&errors)), @"manifests-lib/tests/language/outside.rs:N: try uses the cluster shop-dev, and so does dev: each would remove from the cluster what the other deployed; give try one of its own (see also manifests-lib/tests/language/outside.rs:N) [shared-between-environments]");
}

/// Breaks the rules that only several environments can break, beside an environment that the other ones are compared with.
pub(crate) fn broken() -> Vec<BuildError> {
    let unused = SharedResource::Host(host!("elsewhere.example.com"));
    outside::mistakes(&[
        &environment(name!("prd"), production(), [unused]),
        &environment(name!("stg"), production(), None),
    ])
}
