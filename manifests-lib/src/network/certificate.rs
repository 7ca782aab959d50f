//! Certificates of cert-manager.

use custom_resources::cert_manager::v1 as cert_manager;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::made_for::MadeFor;
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::issuer::{Asked, ClusterIssuer};
use crate::values::{Host, Name};

/// A certificate of a server in the bundle's namespace, renewed by itself.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    /// Name of the Certificate and of the Secret that holds it: `name!("web")`.
    pub name: Name,
    /// Its issuer.
    pub issuer: &'a ClusterIssuer,
    /// The hosts that it is for.
    pub hosts: CertificateHosts,
}

/// What a certificate is for.
#[derive(Clone, Debug)]
pub enum CertificateHosts {
    /// Each of these hosts.
    Of(Vec<Host>),
    /// Every host directly below this one.
    Below(Host),
}

/// The Secret of a certificate: its keys are `tls.crt`, `tls.key` and `ca.crt`, the certificate of the CA.
///
/// Only a bundle makes one: the Secret exists.
#[derive(Clone, Debug)]
pub struct TlsSecret {
    pub(crate) name: Name,
    made_for: MadeFor,
    made: Made,
}

patchable! {
    TlsSecret { made: cert_manager::Certificate; }
}

impl TlsSecret {
    pub(crate) fn made_for(&self) -> &MadeFor {
        &self.made_for
    }

    /// A volume of the certificate of the CA alone, as the file `ca.crt`, for pods of this bundle.
    ///
    /// The build reports a bundle of another namespace.
    #[must_use]
    #[track_caller]
    pub fn ca_volume(&self, reader: &Bundle, volume: &Name) -> core::Volume {
        let what = format!("the Secret {}", self.name);
        if let Some(mistake) = self.made_for.refusal_in(reader.state(), &what, Origin::here()) {
            reader.refuse(mistake);
        }
        core::Volume {
            name: volume.to_string(),
            secret: Some(core::SecretVolumeSource {
                items: Some(vec![core::KeyToPath {
                    key: CA_KEY.to_owned(),
                    path: CA_KEY.to_owned(),
                    mode: None,
                }]),
                secret_name: Some(self.name.to_string()),
                ..core::SecretVolumeSource::default()
            }),
            ..core::Volume::default()
        }
    }
}

/// A host that is there twice.
fn twice(hosts: &[Host]) -> Option<&Host> {
    hosts
        .iter()
        .enumerate()
        .find(|(index, host)| hosts[..*index].contains(host))
        .map(|(_, host)| host)
}

/// The key of a certificate's Secret that holds the certificate of the CA.
pub(crate) const CA_KEY: &str = "ca.crt";

impl Bundle {
    /// Asks for a certificate of a server in the bundle's namespace.
    #[track_caller]
    #[must_use = "give the certificate to a server"]
    pub fn certificate(&self, certificate: Certificate<'_>) -> TlsSecret {
        let Certificate { name, issuer, hosts } = certificate;
        let dns_names = match hosts {
            CertificateHosts::Of(hosts) => {
                if let Some(host) = twice(&hosts) {
                    let message = format!(
                        "the certificate {name} is for {host} twice: probably one of them should be another host; correct or remove it"
                    );
                    self.error(Rule::DuplicateHost, Origin::here(), message);
                }
                hosts.iter().map(ToString::to_string).collect()
            }
            CertificateHosts::Below(host) => vec![format!("*.{host}")],
        };
        let certificate = certificate_of(&name, issuer, dns_names);
        self.tls_secret(Origin::here(), name, issuer, certificate)
    }

    /// Brings the certificate of an issuer's CA into the bundle's namespace, for pods that call its servers: a Secret
    /// whose key `ca.crt` it is.
    #[track_caller]
    #[must_use = "give the CA to a pod"]
    pub fn ca(&self, name: Name, issuer: &ClusterIssuer) -> TlsSecret {
        let certificate = ca_in(issuer, named(&name));
        self.tls_secret(Origin::here(), name, issuer, certificate)
    }

    #[track_caller]
    fn tls_secret(
        &self,
        origin: Origin,
        name: Name,
        issuer: &ClusterIssuer,
        certificate: cert_manager::Certificate,
    ) -> TlsSecret {
        let made = self.add(certificate).made;
        issuer.refuse_in_another_platform(self, origin);
        self.note(AskedPart(issuer.asked_in(self.namespace())));
        TlsSecret { name, made_for: MadeFor::namespace(self.state(), origin), made }
    }
}

/// A Secret `<name>` whose key `ca.crt` is the certificate of an issuer's CA, for callers of its servers.
///
/// cert-manager writes it beside a certificate; that certificate is not used.
pub(crate) fn ca_in(issuer: &ClusterIssuer, metadata: ObjectMeta) -> cert_manager::Certificate {
    let name = metadata.name.clone().unwrap_or_default();
    cert_manager::Certificate {
        metadata,
        spec: Some(cert_manager::CertificateSpec {
            // Any name: it has to have one.
            dns_names: Some(vec![format!("{name}.invalid")]),
            private_key: Some(elliptic_curve_key()),
            usages: Some(vec![cert_manager::CertificateUsage::ClientAuth]),
            ..specification(name, issuer.name())
        }),
    }
}

/// A Certificate of a server.
pub(crate) fn certificate_of(
    name: &Name,
    issuer: &ClusterIssuer,
    dns_names: Vec<String>,
) -> cert_manager::Certificate {
    cert_manager::Certificate {
        metadata: named(name),
        spec: Some(cert_manager::CertificateSpec {
            dns_names: Some(dns_names),
            private_key: Some(elliptic_curve_key()),
            usages: Some(vec![
                cert_manager::CertificateUsage::DigitalSignature,
                cert_manager::CertificateUsage::KeyEncipherment,
                cert_manager::CertificateUsage::ServerAuth,
            ]),
            ..specification(name.to_string(), issuer.name())
        }),
    }
}

pub(super) fn elliptic_curve_key() -> cert_manager::CertificatePrivateKey {
    cert_manager::CertificatePrivateKey {
        algorithm: Some(cert_manager::PrivateKeyAlgorithm::Ecdsa),
        encoding: None,
        rotation_policy: Some(cert_manager::PrivateKeyRotationPolicy::Always),
        size: Some(256),
    }
}

/// What every Certificate says.
pub(super) fn specification(secret_name: String, issuer: String) -> cert_manager::CertificateSpec {
    cert_manager::CertificateSpec::required(
        cert_manager::CertificateIssuerRef {
            group: Some("cert-manager.io".to_owned()),
            kind: Some("ClusterIssuer".to_owned()),
            name: issuer,
        },
        secret_name,
    )
}

struct AskedPart(Asked);

impl Part for AskedPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.0.clone());
    }

    fn build(&self, _: &mut Output<'_>) {}
}
