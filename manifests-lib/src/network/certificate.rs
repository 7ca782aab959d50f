//! Certificates of cert-manager, and their issuers.

use custom_resources::cert_manager::v1 as cert_manager;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::model::bundle::Bundle;
use crate::model::made_for::MadeFor;
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::values::{EmailAddress, Host, Name, Region};

/// An issuer of certificates for every namespace, as others refer to it.
///
/// Upstream: <https://cert-manager.io/docs/concepts/issuer/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterIssuer {
    name: Name,
}

/// Where the certificates of a [`ClusterIssuer`] come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// From a CA of its own that nobody outside the cluster trusts.
    SelfSigned,
    /// From a public CA.
    Acme(Acme),
}

/// A public CA that asks for a record in Route 53 as proof.
///
/// cert-manager writes the record with the rights of its ServiceAccount, which an association of EKS Pod Identity gives.
///
/// Upstream: <https://cert-manager.io/docs/configuration/acme/dns01/route53/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acme {
    /// The CA.
    pub server: AcmeServer,
    /// Address that the CA warns before a certificate expires.
    pub email: EmailAddress,
    /// Region of the AWS API that is called.
    pub region: Region,
}

/// A CA that speaks ACME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcmeServer {
    /// Let's Encrypt, trusted by browsers, at most 50 certificates per domain and week.
    LetsEncrypt,
}

impl AcmeServer {
    fn url(self) -> &'static str {
        match self {
            Self::LetsEncrypt => "https://acme-v02.api.letsencrypt.org/directory",
        }
    }
}

/// A certificate of a server in the bundle's namespace, renewed by itself.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    /// Name of the Certificate and of the Secret that holds it.
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
}

impl TlsSecret {
    /// A volume of the certificate of the CA alone, as the file `ca.crt`, for pods of this bundle.
    ///
    /// The build reports a bundle of another namespace.
    #[must_use]
    #[track_caller]
    pub fn ca_volume(&self, reader: &Bundle, volume: &Name) -> core::Volume {
        let what = format!("the Secret {}", self.name);
        if let Some(mistake) = self.made_for.refusal_in(reader.namespace(), &what, Origin::here()) {
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

/// The key of a certificate's Secret that holds the certificate of the CA.
pub(crate) const CA_KEY: &str = "ca.crt";

/// Ten years: each new certificate of the CA has to reach everything that trusts it.
const CA_LIFETIME: &str = "87600h0m0s";

impl Bundle {
    /// Makes an issuer. The bundle's namespace has to be cert-manager's own, where it looks for the keys of issuers.
    ///
    /// A self-signed one becomes a CA: a ClusterIssuer `<name>-root` that signs it, its Certificate and the
    /// ClusterIssuer that uses it. Another becomes a ClusterIssuer.
    #[track_caller]
    #[must_use = "give the issuer to what needs certificates"]
    pub fn cluster_issuer(&self, name: Name, from: &Issuer) -> ClusterIssuer {
        let issuer = ClusterIssuer { name };
        let name = issuer.name.to_string();
        let spec = match from {
            Issuer::SelfSigned => {
                let root = format!("{name}-root");
                self.add(cluster_issuer(
                    root.clone(),
                    cert_manager::IssuerSpec {
                        self_signed: Some(cert_manager::SelfSignedIssuer::default()),
                        ..NO_ISSUER
                    },
                ));
                self.add(ca(&name, root));
                cert_manager::IssuerSpec {
                    ca: Some(cert_manager::CaIssuer {
                        secret_name: name.clone(),
                        crl_distribution_points: None,
                        issuing_certificate_urls: None,
                        ocsp_servers: None,
                    }),
                    ..NO_ISSUER
                }
            }
            Issuer::Acme(acme) => acme.spec(&name),
        };
        self.add(cluster_issuer(name, spec));
        issuer
    }

    /// Asks for a certificate of a server in the bundle's namespace.
    #[track_caller]
    #[must_use = "give the certificate to a server"]
    pub fn certificate(&self, certificate: Certificate<'_>) -> TlsSecret {
        let Certificate { name, issuer, hosts } = certificate;
        let dns_names = match hosts {
            CertificateHosts::Of(hosts) => hosts.iter().map(ToString::to_string).collect(),
            CertificateHosts::Below(host) => vec![format!("*.{host}")],
        };
        self.add(certificate_of(&name, issuer, dns_names));
        self.tls_secret(Origin::here(), name)
    }

    /// Brings the certificate of an issuer's CA into the bundle's namespace, for pods that call its servers: a Secret
    /// whose key `ca.crt` it is.
    #[track_caller]
    #[must_use = "give the CA to a pod"]
    pub fn ca(&self, name: Name, issuer: &ClusterIssuer) -> TlsSecret {
        self.add(ca_in(issuer, named(&name)));
        self.tls_secret(Origin::here(), name)
    }

    fn tls_secret(&self, origin: Origin, name: Name) -> TlsSecret {
        TlsSecret { name, made_for: MadeFor::namespace(self.namespace(), origin) }
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
            ..specification(name, issuer.name.to_string())
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
            ..specification(name.to_string(), issuer.name.to_string())
        }),
    }
}

fn ca(name: &str, issuer: String) -> cert_manager::Certificate {
    cert_manager::Certificate {
        metadata: named(name),
        spec: Some(cert_manager::CertificateSpec {
            common_name: Some(name.to_owned()),
            duration: Some(CA_LIFETIME.to_owned()),
            is_ca: Some(true),
            private_key: Some(elliptic_curve_key()),
            ..specification(name.to_owned(), issuer)
        }),
    }
}

impl Acme {
    fn spec(&self, name: &str) -> cert_manager::IssuerSpec {
        let Self { server, email, region } = self;
        cert_manager::IssuerSpec {
            acme: Some(cert_manager::AcmeIssuer {
                email: Some(email.to_string()),
                solvers: Some(vec![cert_manager::AcmeSolver {
                    dns01: Some(cert_manager::Dns01Solver {
                        route53: Some(cert_manager::Route53Solver {
                            region: Some(region.to_string()),
                            ..cert_manager::Route53Solver::default()
                        }),
                    }),
                    ..cert_manager::AcmeSolver::default()
                }]),
                ..cert_manager::AcmeIssuer::required(
                    cert_manager::SecretKeySelector::required(format!("{name}-account")),
                    server.url().to_owned(),
                )
            }),
            ..NO_ISSUER
        }
    }
}

const NO_ISSUER: cert_manager::IssuerSpec =
    cert_manager::IssuerSpec { acme: None, ca: None, self_signed: None };

fn cluster_issuer(name: String, spec: cert_manager::IssuerSpec) -> cert_manager::ClusterIssuer {
    cert_manager::ClusterIssuer { metadata: named(name), spec }
}

fn elliptic_curve_key() -> cert_manager::CertificatePrivateKey {
    cert_manager::CertificatePrivateKey {
        algorithm: Some(cert_manager::PrivateKeyAlgorithm::Ecdsa),
        encoding: None,
        rotation_policy: Some(cert_manager::PrivateKeyRotationPolicy::Always),
        size: Some(256),
    }
}

/// What every Certificate says.
fn specification(secret_name: String, issuer: String) -> cert_manager::CertificateSpec {
    cert_manager::CertificateSpec::required(
        cert_manager::CertificateIssuerRef {
            group: Some("cert-manager.io".to_owned()),
            kind: Some("ClusterIssuer".to_owned()),
            name: issuer,
        },
        secret_name,
    )
}

impl From<Acme> for Issuer {
    fn from(acme: Acme) -> Self {
        Self::Acme(acme)
    }
}
