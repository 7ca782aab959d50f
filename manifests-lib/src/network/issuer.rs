//! Issuers of cert-manager: where certificates come from, and who gets which.

mod policy;

use std::collections::BTreeMap;

use custom_resources::cert_manager::v1 as cert_manager;
use k8s_openapi::api::admissionregistration::v1 as admission;

use self::policy::{IssuerPolicy, PolicyPart};
use super::certificate::{elliptic_curve_key, specification};
use crate::cluster::{Arn, ConditionOperator, IamPolicy, Statement};
use crate::model::bundle::Bundle;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::values::{EmailAddress, Host, Name, Region};

pub(crate) use self::policy::{Asked, IssuerFact, refused_certificates};

/// An issuer of certificates that every namespace can name, as others refer to it. What it signs is limited: see
/// [`Bundle::service_issuer`] and [`Bundle::host_issuer`].
///
/// Upstream: <https://cert-manager.io/docs/concepts/issuer/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterIssuer {
    name: Name,
    made: Made,
}

patchable! {
    ClusterIssuer {
        made: cert_manager::ClusterIssuer, cert_manager::Certificate, admission::ValidatingAdmissionPolicy,
            admission::ValidatingAdmissionPolicyBinding;
    }
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
    /// Address that the CA warns before a certificate expires: `email_address!("platform@example.com")`.
    pub email: EmailAddress,
    /// Region of the AWS API that is called: `region!("ap-northeast-1")`.
    pub region: Region,
    /// The public zones in Route 53 that the hosts are in. cert-manager may write the records of challenges there, and nothing
    /// else; an issuer signs nothing outside of them. `vec![host!("example.com")]`.
    pub zones: Vec<Host>,
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

impl ClusterIssuer {
    pub(crate) fn name(&self) -> String {
        self.name.to_string()
    }

    /// What a part that asks for a certificate in this namespace declares.
    /// A bundle of another platform cannot have its certificates.
    pub(crate) fn refuse_in_another_platform(&self, bundle: &Bundle, origin: Origin) {
        let what = format!("the issuer {}", self.name);
        bundle.state().refuse_foreign(what, self.made.bundle(), origin);
    }

    pub(crate) fn asked_in(&self, namespace: &Namespace) -> Asked {
        Asked { issuer: self.name.clone(), namespace: namespace.clone() }
    }
}

/// Ten years: each new certificate of the CA has to reach everything that trusts it.
const CA_LIFETIME: &str = "87600h0m0s";

impl Bundle {
    /// Makes an issuer for the hosts of Services. The bundle's namespace has to be cert-manager's own, where it looks for the
    /// keys of issuers.
    ///
    /// It is a CA that nobody outside the cluster trusts. In each namespace it signs only hosts of Services of that namespace,
    /// and hosts below `.invalid`, which no server has: whoever may write a Certificate cannot take the place of a server of
    /// another namespace. The build reports other Certificates, and the API server refuses them.
    ///
    /// Becomes a ClusterIssuer `<name>-root` that signs the CA, its Certificate, the ClusterIssuer that uses it, and a
    /// ValidatingAdmissionPolicy.
    #[track_caller]
    #[must_use = "give the issuer to what needs certificates"]
    pub fn service_issuer(&self, name: Name) -> ClusterIssuer {
        let policy = IssuerPolicy::of_services(
            name.clone(),
            self.place().conventions.cluster_domain.clone(),
        );
        self.issuer(Origin::here(), name, &Issuer::SelfSigned, policy)
    }

    /// Makes an issuer for any hosts, in the namespaces whose bundles ask it for a certificate and no others. The bundle's
    /// namespace has to be cert-manager's own.
    ///
    /// The build reports other Certificates, and the API server refuses them.
    ///
    /// Becomes the same as [`Self::service_issuer`] where it is self-signed, otherwise a ClusterIssuer and a
    /// ValidatingAdmissionPolicy.
    #[track_caller]
    #[must_use = "give the issuer to what needs certificates"]
    pub fn host_issuer(&self, name: Name, from: &Issuer) -> ClusterIssuer {
        let zones = match from {
            Issuer::SelfSigned => None,
            Issuer::Acme(acme) => Some(acme.zones.clone()),
        };
        let policy = IssuerPolicy::of_hosts(name.clone(), zones);
        self.issuer(Origin::here(), name, from, policy)
    }

    #[track_caller]
    fn issuer(
        &self,
        origin: Origin,
        name: Name,
        from: &Issuer,
        policy: IssuerPolicy,
    ) -> ClusterIssuer {
        let text = name.to_string();
        let (root, spec) = match from {
            Issuer::SelfSigned => {
                let root = format!("{name}-root");
                let self_signed = self.add(cluster_issuer(
                    root.clone(),
                    cert_manager::IssuerSpec {
                        self_signed: Some(cert_manager::SelfSignedIssuer::default()),
                        ..NO_ISSUER
                    },
                ));
                self.add(ca(&text, root));
                let spec = cert_manager::IssuerSpec {
                    ca: Some(cert_manager::CaIssuer {
                        secret_name: text.clone(),
                        crl_distribution_points: None,
                        issuing_certificate_urls: None,
                        ocsp_servers: None,
                    }),
                    ..NO_ISSUER
                };
                (Some(self_signed), spec)
            }
            Issuer::Acme(acme) => (None, acme.spec(&text)),
        };
        let issuer = self.add(cluster_issuer(text, spec));
        let first = root.unwrap_or(issuer).made;
        let policy = self.push(PolicyPart { origin, policy });
        ClusterIssuer { name, made: first.through(&policy) }
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
        let Self { server, email, region, zones } = self;
        cert_manager::IssuerSpec {
            acme: Some(cert_manager::AcmeIssuer {
                email: Some(email.to_string()),
                solvers: Some(vec![cert_manager::AcmeSolver {
                    selector: Some(cert_manager::DnsNameSelector {
                        dns_zones: Some(zones.iter().map(ToString::to_string).collect()),
                        ..cert_manager::DnsNameSelector::default()
                    }),
                    dns01: Some(cert_manager::Dns01Solver {
                        route53: Some(cert_manager::Route53Solver {
                            region: Some(region.to_string()),
                            ..cert_manager::Route53Solver::default()
                        }),
                    }),
                }]),
                ..cert_manager::AcmeIssuer::required(
                    cert_manager::SecretKeySelector::required(format!("{name}-account")),
                    server.url().to_owned(),
                )
            }),
            ..NO_ISSUER
        }
    }

    /// What cert-manager needs to prove that the hosts are ours: the TXT records of challenges in the zones, and no others.
    ///
    /// Conditions name the records, because the numbers of zones are only known in AWS.
    ///
    /// Upstream: <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html>
    #[must_use]
    pub fn rights(&self) -> IamPolicy {
        let hosted_zones = || Arn::Global { service: "route53", resource: "hostedzone/*" };
        let allowed = |actions, resource| Statement {
            actions,
            resources: vec![resource],
            conditions: BTreeMap::new(),
        };
        let challenges = self.zones.iter().flat_map(|zone| {
            [format!("_acme-challenge.{zone}"), format!("_acme-challenge.*.{zone}")]
        });
        IamPolicy::Statements(vec![
            allowed(vec!["route53:ListHostedZonesByName"], Arn::Every),
            allowed(
                vec!["route53:GetChange"],
                Arn::Global { service: "route53", resource: "change/*" },
            ),
            allowed(vec!["route53:ListResourceRecordSets"], hosted_zones()),
            Statement {
                actions: vec!["route53:ChangeResourceRecordSets"],
                resources: vec![hosted_zones()],
                conditions: BTreeMap::from([
                    (
                        (
                            ConditionOperator::ForAllValuesStringEquals,
                            "route53:ChangeResourceRecordSetsRecordTypes",
                        ),
                        vec!["TXT".to_owned()],
                    ),
                    (
                        (
                            ConditionOperator::ForAllValuesStringLike,
                            "route53:ChangeResourceRecordSetsNormalizedRecordNames",
                        ),
                        challenges.collect(),
                    ),
                ]),
            },
        ])
    }
}

const NO_ISSUER: cert_manager::IssuerSpec =
    cert_manager::IssuerSpec { acme: None, ca: None, self_signed: None };

fn cluster_issuer(name: String, spec: cert_manager::IssuerSpec) -> cert_manager::ClusterIssuer {
    cert_manager::ClusterIssuer { metadata: named(name), spec }
}

impl From<Acme> for Issuer {
    fn from(acme: Acme) -> Self {
        Self::Acme(acme)
    }
}
