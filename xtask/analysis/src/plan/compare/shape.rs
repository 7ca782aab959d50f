//! What the API server knows of a field: its default, and how its lists are merged.

use crate::objects::Value;

/// The fields of an object that are more than plain values, by name.
#[derive(Debug)]
pub(super) struct Shape(pub(super) &'static [(&'static str, Rule)]);

/// What is known of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// A text that is written out where it is absent.
    Text(&'static str),
    /// A number that is written out where it is absent.
    Number(i64),
    /// A truth that is written out where it is absent; `false` also where it is left out of what is stored.
    Bool(bool),
    /// Absent and empty are the same.
    Empty,
    /// An object whose presence means something.
    Object(&'static Shape),
    /// An object that is filled in: absent is the same as all of its defaults.
    Filled(&'static Shape),
    /// The template of pods, whose order counts as well: controllers compare it as it stands.
    Template(&'static Shape),
    /// A list whose elements are found by these keys.
    List(&'static [&'static str], &'static Shape),
    /// A list of objects in an order that counts.
    Sequence(&'static Shape),
    /// A list without an order.
    Set,
    /// A quantity.
    Quantity,
    /// Quantities by name.
    Quantities,
    /// Quantities by name, for each of which that of the limits beside them stands where it is absent.
    Requests,
    /// Equal to this other field of the same object where it is absent.
    Same(&'static str),
    /// This JSON stands where it is absent.
    Json(&'static str),
    /// The kind in small letters.
    Singular,
    /// The kind of lists of a kind.
    ListKind,
    /// The policy for pulling the image beside it.
    PullPolicy,
    /// Which ways a `NetworkPolicy` is for.
    PolicyTypes,
    /// The API group of a subject of rights, by its kind.
    GroupOfSubject,
}

impl Shape {
    pub(super) fn rule(&self, name: &str) -> Option<Rule> {
        self.0.iter().find(|(known, _)| *known == name).map(|&(_, rule)| rule)
    }
}

impl Rule {
    /// What stands for a value that is absent, beside these others.
    pub(super) fn default(self, parent: Option<&Value>) -> Option<Value> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::Number(number) => Some(number.into()),
            Self::Bool(is) => Some(is.into()),
            Self::Same(field) => {
                parent.map(|parent| parent[field].clone()).filter(|value| !value.is_null())
            }
            Self::Json(json) => serde_json::from_str(json).ok(),
            Self::Singular => Some(parent?["kind"].as_str()?.to_lowercase().into()),
            Self::ListKind => Some(format!("{}List", parent?["kind"].as_str()?).into()),
            Self::PullPolicy => Some(pull_policy(&parent?["image"])?.into()),
            Self::GroupOfSubject => Some(match parent?["kind"].as_str()? {
                "ServiceAccount" => "".into(),
                _ => "rbac.authorization.k8s.io".into(),
            }),
            Self::PolicyTypes => {
                let has_egress = parent
                    .is_some_and(|parent| !crate::objects::list(&parent["egress"]).is_empty());
                let types: &[&str] = if has_egress { &["Ingress", "Egress"] } else { &["Ingress"] };
                Some(types.into())
            }
            _ => None,
        }
    }
}

/// `Always` for `latest` and images without a tag, which is written into the object when it is created.
fn pull_policy(image: &Value) -> Option<&'static str> {
    let image = image.as_str()?;
    if image.contains('@') {
        return Some("IfNotPresent");
    }
    let name = image.rsplit('/').next()?;
    let tag = name.split_once(':').map_or("latest", |(_, tag)| tag);
    Some(if tag == "latest" { "Always" } else { "IfNotPresent" })
}
