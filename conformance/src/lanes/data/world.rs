//! A small platform with everything that the language says of databases, caches and messages.

use harness::Failure;
use manifests_lib::data::cache::{Persistence, ValkeyContainer};
use manifests_lib::data::database::{PostgresContainer, Rights};
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret, SecretsManagerStore};
use manifests_lib::model::{Component, Namespace, Team};
use manifests_lib::values::{gibibytes, mebibytes, millicores};
use manifests_lib::workload::{
    ContainerHandle, PortlessContainer, Resources, WithoutPort, Workload,
};
use manifests_lib::{name, public_image, region, secrets_manager_name, uid};

use crate::lanes::small::{self, NODES};
use crate::rendered::{Object, Rendered};

/// Renders a platform of one team in the namespace `shop`.
pub fn rendered(bundles: impl FnOnce(&Team, &Namespace)) -> Result<Rendered, Failure> {
    let shop = Namespace::new(name!("shop"));
    let api_groups = [
        "argoproj.io",
        "cert-manager.io",
        "external-secrets.io",
        "generators.external-secrets.io",
        "monitoring.coreos.com",
        "networking.istio.io",
        "rabbitmq.com",
        "security.istio.io",
    ];
    let platform = small::platform(&name!("test"), &shop, &[], &api_groups);
    bundles(&platform.team(name!("team")), &shop);
    small::rendered(platform)
}

/// What anything runs with.
pub const RESOURCES: Resources = Resources { cpu: millicores(100), memory: mebibytes(128) };

/// A Deployment of one container.
pub fn server(component: &Component) -> ContainerHandle<WithoutPort> {
    component.deployment(1).portless_container(PortlessContainer {
        name: name!("server"),
        image: public_image!(
            "busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )
        .into(),
        resources: RESOURCES,
        user: uid!(65532),
    })
}

/// A shop with a database of its own, which a report reads and an audit writes to, and with two caches.
pub fn objects() -> Result<Vec<Object>, Failure> {
    let rendered = rendered(|team, shop| {
        let web = team.bundle(name!("web"), shop).app(&NODES);
        let database = web.database(PostgresContainer {
            image: public_image!("postgres:17@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
            on: NODES,
            resources: RESOURCES,
            storage: gibibytes(1),
            storage_class: name!("fast"),
        });
        let valkey = |persistence| ValkeyContainer {
            image: public_image!(
                "valkey/valkey:8.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            ),
            on: NODES,
            resources: RESOURCES,
            persistence,
        };
        let volume = Persistence::Volume { size: gibibytes(1), storage_class: name!("fast") };
        let cache = web.cache(valkey(Persistence::None));
        let sessions = web.cache_named(name!("sessions"), valkey(volume));
        server(&web).env([
            database.url("DATABASE_URL"),
            cache.url("CACHE_URL"),
            sessions.url("SESSIONS_URL"),
        ]);
        let report = team.bundle(name!("report"), shop).app(&NODES);
        let reader = database.user_of(
            &report,
            Rights::ReadOnly,
            GeneratedCredentials {
                user: name!("reporter"),
                password: GeneratedSecret { length: 32 },
            },
        );
        server(&report).env([reader.url("DATABASE_URL")]);
        let audit = team.bundle(name!("audit"), shop).app(&NODES);
        let writer = database.user_of(
            &audit,
            Rights::ReadWrite,
            secrets_manager_name!("test/audit/database"),
        );
        server(&audit).env([writer.url("DATABASE_URL")]);
        team.bundle(name!("secrets"), shop).secrets_manager_store(SecretsManagerStore {
            region: &region!("eu-west-1"),
            service_account: name!("reader"),
        });
    })?;
    Ok(rendered.objects)
}
