//! What an issuer signs, and where: as a policy of the API server, and as a rule of the build.

use std::collections::BTreeSet;

use custom_resources::cert_manager::v1 as cert_manager;
use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::network::admission_policy::{AdmissionPolicy, Judged};
use crate::values::{Host, Name};

/// A part asks an issuer for a certificate in a namespace.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(super) issuer: Name,
    pub(super) namespace: Namespace,
}

/// What an issuer signs.
#[derive(Clone)]
pub(super) struct IssuerPolicy {
    issuer: Name,
    signs: Signs,
}

#[derive(Clone)]
enum Signs {
    /// Hosts of Services, each in its own namespace.
    Services { domain: Host },
    /// Any hosts in these namespaces; where there are zones, hosts in them.
    Hosts { namespaces: BTreeSet<String>, zones: Option<Vec<Host>> },
}

/// What an issuer of the platform signs.
pub(crate) struct IssuerFact(IssuerPolicy);

impl IssuerPolicy {
    /// `domain` is that of the cluster.
    pub(super) fn of_services(issuer: Name, domain: Host) -> Self {
        Self { issuer, signs: Signs::Services { domain } }
    }

    /// In namespaces that are known once every bundle has said what it asks for.
    pub(super) fn of_hosts(issuer: Name, zones: Option<Vec<Host>>) -> Self {
        Self { issuer, signs: Signs::Hosts { namespaces: BTreeSet::new(), zones } }
    }

    fn asked_by(&self, asked: &[Asked]) -> Self {
        let mut policy = self.clone();
        if let Signs::Hosts { namespaces, .. } = &mut policy.signs {
            let own = asked.iter().filter(|asked| asked.issuer == policy.issuer);
            namespaces.extend(own.map(|asked| asked.namespace.to_string()));
        }
        policy
    }

    /// Of every Certificate that names the issuer.
    fn admission_policy(&self) -> AdmissionPolicy {
        AdmissionPolicy {
            name: format!("certificates-of-{}", self.issuer),
            namespaces: LabelSelector::default(),
            judges: Judged {
                group: "cert-manager.io",
                version: "*",
                resource: "certificates",
                operations: &["CREATE", "UPDATE"],
                scope: "Namespaced",
            },
            conditions: Some(vec![admission::MatchCondition {
                name: "issuer".to_owned(),
                expression: format!(
                    "object.spec.issuerRef.name == '{}' && has(object.spec.issuerRef.kind) && \
                     object.spec.issuerRef.kind == 'ClusterIssuer'",
                    self.issuer
                ),
            }]),
            validations: self.validations(),
        }
    }

    fn validations(&self) -> Vec<admission::Validation> {
        let validation = |expression: String, message: String| admission::Validation {
            expression,
            message: Some(message),
            message_expression: None,
            reason: None,
        };
        let issuer = &self.issuer;
        let mut validations = vec![validation(
            ONLY_DNS_NAMES.to_owned(),
            format!("the issuer {issuer} signs DNS names only, and no CA"),
        )];
        match &self.signs {
            Signs::Services { domain } => validations.push(validation(
                format!(
                    "object.spec.dnsNames.all(name, name.endsWith('.' + object.metadata.namespace + '.svc') || \
                     name.endsWith('.' + object.metadata.namespace + '.svc.{domain}') || name.endsWith('.invalid'))"
                ),
                format!("the issuer {issuer} signs names of Services of the Certificate's own namespace"),
            )),
            Signs::Hosts { namespaces, zones } => {
                let names: Vec<_> = namespaces.iter().map(|name| format!("'{name}'")).collect();
                validations.push(validation(
                    format!("object.metadata.namespace in [{}]", names.join(", ")),
                    format!("the issuer {issuer} signs nothing in this namespace"),
                ));
                if let Some(zones) = zones {
                    let within: Vec<_> = zones
                        .iter()
                        .map(|zone| format!("name == '{zone}' || name.endsWith('.{zone}')"))
                        .collect();
                    validations.push(validation(
                        format!("object.spec.dnsNames.all(name, {})", within.join(" || ")),
                        format!("the issuer {issuer} signs names in its zones"),
                    ));
                }
            }
        }
        validations
    }

    /// What the policy would say of a Certificate in a namespace.
    fn refusal(
        &self,
        namespace: &str,
        certificate: &cert_manager::CertificateSpec,
    ) -> Option<String> {
        let names = certificate.dns_names.as_deref().unwrap_or_default();
        if !only_dns_names(certificate) {
            return Some("it signs DNS names only, and no CA".to_owned());
        }
        let outside = |within: &dyn Fn(&str) -> bool| names.iter().find(|name| !within(name));
        match &self.signs {
            Signs::Services { domain } => {
                let ends = [format!(".{namespace}.svc"), format!(".{namespace}.svc.{domain}")];
                outside(&|name| {
                    name.ends_with(".invalid") || ends.iter().any(|end| name.ends_with(end))
                })
                .map(|name| {
                    format!("{name} is not the host of a Service of the namespace {namespace}")
                })
            }
            Signs::Hosts { namespaces, zones } => {
                if !namespaces.contains(namespace) {
                    return Some(format!(
                        "no bundle of the namespace {namespace} asks it for a certificate \
                         (`Bundle::certificate`)"
                    ));
                }
                let zones = zones.as_ref()?;
                outside(&|name| {
                    zones.iter().any(|zone| {
                        name.strip_suffix(zone.as_str())
                            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                    })
                })
                .map(|name| format!("{name} is in none of its zones"))
            }
        }
    }
}

/// As `only_dns_names`.
const ONLY_DNS_NAMES: &str = "has(object.spec.dnsNames) && !has(object.spec.commonName) && \
    !has(object.spec.emailAddresses) && !has(object.spec.ipAddresses) && !has(object.spec.literalSubject) && \
    !has(object.spec.otherNames) && !has(object.spec.uris) && !(has(object.spec.isCA) && object.spec.isCA)";

/// Whether a Certificate is for DNS names and nothing else.
fn only_dns_names(certificate: &cert_manager::CertificateSpec) -> bool {
    certificate.dns_names.is_some()
        && certificate.common_name.is_none()
        && certificate.email_addresses.is_none()
        && certificate.ip_addresses.is_none()
        && certificate.literal_subject.is_none()
        && certificate.other_names.is_none()
        && certificate.uris.is_none()
        && certificate.is_ca != Some(true)
}

/// The policy of an issuer, once it is known who asks it.
pub(super) struct PolicyPart {
    pub(super) origin: Origin,
    pub(super) policy: IssuerPolicy,
}

impl Part for PolicyPart {
    fn build(&self, output: &mut Output<'_>) {
        let policy = self.policy.asked_by(output.declared.all());
        policy.admission_policy().add_to(output, self.origin);
        output.facts.push(IssuerFact(policy));
    }
}

/// Certificates that the policies of their issuers refuse.
pub(crate) fn refused_certificates<'a>(
    issuers: &[IssuerFact],
    resources: impl Iterator<Item = &'a Resource>,
) -> Vec<BuildError> {
    let mut errors = Vec::new();
    for resource in resources {
        let certificate = resource.get::<cert_manager::Certificate>();
        let Some(spec) = certificate.and_then(|certificate| certificate.spec.as_ref()) else {
            continue;
        };
        let reference = &spec.issuer_ref;
        let policy = issuers.iter().map(|IssuerFact(policy)| policy).find(|policy| {
            reference.kind.as_deref() == Some("ClusterIssuer")
                && reference.name == policy.issuer.as_str()
        });
        let object = resource.object_ref();
        let namespace = object.namespace.as_deref().unwrap_or_default();
        if let Some((policy, reason)) =
            policy.and_then(|policy| Some((policy, policy.refusal(namespace, spec)?)))
        {
            errors.push(
                BuildError::new(
                    Rule::CertificateBeyondIssuer,
                    resource.origin(),
                    format!(
                        "{object}: the issuer {} would not sign it: {reason}; change the hosts, or take another issuer",
                        policy.issuer
                    ),
                )
                .related(resource.patched().to_vec()),
            );
        }
    }
    errors
}
