//! What the kubelet logs in to a private registry with.

use std::collections::BTreeMap;

use custom_resources::external_secrets::v1 as external_secrets;

use crate::data::secret_store::SecretRead;
use crate::data::synced_secret;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::facts::Facts;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::values::{Host, SecretsManagerName};

/// A user of a private registry, whose images the pods of a workload run. Registries of AWS need none: there the nodes log in.
///
/// The user is kept in AWS Secrets Manager alone: a generated password would open no registry, and a laptop loads its images.
///
/// Upstream: <https://kubernetes.io/docs/concepts/containers/images/#specifying-imagepullsecrets-on-a-pod>
#[derive(Clone, Debug)]
pub struct PullSecret {
    /// The registry, as the images begin: `host!("ghcr.io")`, and `host!("docker.io")` for Docker Hub.
    pub registry: Host,
    /// The secret in AWS, in the folder of the bundle's others, with the properties `username` and `password`, which may be a token:
    /// `secrets_manager_name!("prd/web/registry")`.
    pub user: SecretsManagerName,
}

/// A [`PullSecret`] that [pods](crate::workload::Workload::image_pull_secret) of its namespace can have.
#[derive(Clone)]
pub struct PullSecretHandle {
    /// Name of the Secret.
    pub(crate) secret: String,
    pub(crate) registry: Host,
    pub(crate) made_for: MadeFor,
    made: Made,
}

patchable! {
    PullSecretHandle { made: external_secrets::ExternalSecret; }
}

impl Component {
    /// Fetches the user of a private registry, for the pods of the component and of others of its namespace.
    ///
    /// Becomes an ExternalSecret, by which External Secrets makes a Secret of the type `kubernetes.io/dockerconfigjson`.
    #[track_caller]
    #[must_use = "give it to workloads: `image_pull_secret`"]
    pub fn pull_secret(&self, secret: PullSecret) -> PullSecretHandle {
        let origin = Origin::here();
        let PullSecret { registry, user } = secret;
        let suffix = registry.as_str().replace('.', "-");
        let name = |kind: &str| self.object_name(&format!("{kind}-pull-{suffix}"));
        let secret = name("secret");
        let made = self.bundle.push(PullSecretPart {
            component: self.clone(),
            origin,
            name: name("external-secret"),
            secret: secret.clone(),
            registry: registry.clone(),
            user,
        });
        let made_for = MadeFor::namespace(&self.bundle, origin);
        PullSecretHandle { secret, registry, made_for, made }
    }
}

impl PullSecretHandle {
    /// Whether the kubelet uses it for this image.
    pub(crate) fn is_for(&self, image: &str) -> bool {
        let registry = registry_of(image);
        registry == self.registry.as_str()
            || is_docker_hub(registry) && is_docker_hub(self.registry.as_str())
    }
}

/// The registry of an image as the container runtime reads it.
pub(crate) fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
        _ => DOCKER_HUB,
    }
}

const DOCKER_HUB: &str = "docker.io";

fn is_docker_hub(registry: &str) -> bool {
    [DOCKER_HUB, "index.docker.io"].contains(&registry)
}

struct PullSecretPart {
    component: Component,
    origin: Origin,
    name: String,
    secret: String,
    registry: Host,
    user: SecretsManagerName,
}

impl PullSecretPart {
    fn read(&self) -> SecretRead {
        SecretRead::new(&self.component.bundle(), self.user.clone(), self.origin)
    }
}

impl Part for PullSecretPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.read());
    }

    fn build(&self, output: &mut Output<'_>) {
        let properties = ["username", "password"].map(|key| (key, key));
        let mut spec = synced_secret::copy(&self.read(), properties, &self.secret);
        if let Some(target) = &mut spec.target {
            target.template = Some(template(&self.registry));
        }
        let metadata = self.component.metadata_named(self.name.clone());
        output.add(self.origin, external_secrets::ExternalSecret { metadata, spec: Some(spec) });
    }
}

/// The file of Docker's that the API server asks for, in place of the properties.
fn template(registry: &Host) -> external_secrets::TargetTemplate {
    // As `kubectl create secret docker-registry` writes it: the kubelet finds Docker Hub by no other name in every spelling of an image.
    let registry = if is_docker_hub(registry.as_str()) {
        "https://index.docker.io/v1/"
    } else {
        registry.as_str()
    };
    let file = format!(
        r#"{{"auths":{{"{registry}":{{"username":{{{{ .username | toJson }}}},"password":{{{{ .password | toJson }}}}}}}}}}"#
    );
    external_secrets::TargetTemplate {
        data: Some(BTreeMap::from([(".dockerconfigjson".to_owned(), file)])),
        engine_version: Some(external_secrets::TemplateEngineVersion::V2),
        merge_policy: Some(external_secrets::TemplateMergePolicy::Replace),
        type_: Some("kubernetes.io/dockerconfigjson".to_owned()),
        ..external_secrets::TargetTemplate::default()
    }
}
