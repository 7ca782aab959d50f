//! What the mesh admits and encrypts.

use crate::objects::text;
use crate::plan::effect::{Effect, Subject};

/// Tells what is admitted or sent in plain text.
pub(super) fn tell(subject: &mut Subject<'_, '_>) {
    let Some((old, new)) = subject.both() else { return };
    match (new.identity.group.as_str(), new.identity.kind.as_str()) {
        ("security.istio.io", "PeerAuthentication") => {
            let positions = subject.matching(|difference| {
                let is_mode =
                    difference.is_below("spec.mtls") || difference.is_below("spec.portLevelMtls");
                let mode = difference
                    .new
                    .as_ref()
                    .and_then(|value| text(value).or_else(|| text(&value["mode"])));
                is_mode && mode != Some("STRICT")
            });
            for position in positions {
                subject.field(
                    position,
                    Effect::Security,
                    "connections without mutual TLS are accepted",
                );
            }
            for position in subject.below("spec.selector") {
                subject.field(
                    position,
                    Effect::Security,
                    "pods that it was for accept what the namespace or the mesh says",
                );
            }
        }
        ("security.istio.io", "AuthorizationPolicy") => {
            let denies = |object: &crate::objects::Object| {
                text(&object.json["spec"]["action"]) == Some("DENY")
            };
            for position in subject.matching(|difference| {
                difference.is_below("spec.action") || difference.is_below("spec.selector")
            }) {
                subject.field(
                    position,
                    Effect::Security,
                    "it is for others than before, or does something else",
                );
            }
            let was_denied = denies(old) && denies(new);
            for position in subject.below("spec.rules") {
                let difference = &subject.differences[position];
                // A condition that is gone lets a rule hold for more; a rule that is gone, for fewer.
                let is_rule = difference.keys.len() == 2;
                let holds_for_more = match (&difference.old, &difference.new) {
                    (Some(_), Some(_)) => true,
                    (None, Some(_)) => is_rule || difference.shown.ends_with(']'),
                    (Some(_), None) => !is_rule && !difference.shown.ends_with(']'),
                    (None, None) => false,
                };
                let holds_for_fewer =
                    difference.old.is_some() && difference.new.is_some() || !holds_for_more;
                if was_denied && holds_for_fewer {
                    subject.field(
                        position,
                        Effect::Security,
                        "it refuses fewer, or others, than before",
                    );
                } else if !was_denied && holds_for_more {
                    subject.field(
                        position,
                        Effect::Security,
                        "it admits others, or more, than before",
                    );
                }
            }
        }
        ("networking.istio.io", "DestinationRule") => {
            let positions = subject.matching(|difference| {
                let is_tls = difference.keys.iter().any(|key| key == "tls");
                let mode = difference
                    .new
                    .as_ref()
                    .and_then(|value| text(value).or_else(|| text(&value["mode"])));
                let skips = difference.keys.last().is_some_and(|key| key == "insecureSkipVerify")
                    && difference.new == Some(true.into());
                is_tls && (mode == Some("DISABLE") || difference.new.is_none()) || skips
            });
            for position in positions {
                subject.field(position, Effect::Security, "calls are encrypted or verified less");
            }
        }
        _ => {}
    }
}
