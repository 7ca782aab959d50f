//! A plan that was kept when it was reviewed, to be compared later with what is there then.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use released::sha256;
use serde::{Deserialize, Serialize};
use support::Failure;

use super::{Plan, report};
use crate::objects::{Object, Objects, Value};

/// The number of the form; it grows when a field, or what a digest is made of, changes its meaning.
const VERSION: u64 = 2;

/// Plans, with a digest of each object on both sides.
#[derive(Debug, Deserialize, Serialize)]
pub struct Saved {
    version: u64,
    /// The release of the program that has kept it.
    tool: String,
    /// Whether charts and folders of others that differed were rendered, so that their objects were reviewed as well.
    pub charts: bool,
    /// What was compared, an environment each.
    pub plans: Vec<Kept>,
}

/// One plan.
#[derive(Debug, Deserialize, Serialize)]
pub struct Kept {
    /// The environment, where it has a name.
    pub environment: Option<String>,
    /// What was deployed.
    pub from: Side,
    /// What was to be deployed.
    pub to: Side,
    /// The plan in the form of JSON, for whoever reads the file.
    #[serde(default)]
    plan: Value,
}

/// The objects of one side.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Of all objects.
    pub digest: String,
    /// The digest of each object that somebody wrote, by its identity.
    objects: Digests,
    /// The same of what was rendered of charts and folders of others.
    rendered: Digests,
}

type Digests = BTreeMap<String, String>;

/// How one side differs from the same side of a plan that was kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Objects that are there now, and were not.
    pub new: Vec<String>,
    /// Objects that are there in another form.
    pub changed: Vec<String>,
    /// Objects that were there, and are not now.
    pub gone: Vec<String>,
}

impl Side {
    /// What somebody wrote of some objects, and what charts make of it; also what has an identity that another one has.
    #[must_use]
    pub fn of(objects: &Objects) -> Self {
        let deployed = || objects.all().iter().filter(|object| object.is_deployed());
        Self::new(
            digests(deployed().filter(|object| object.is_written())),
            digests(deployed().filter(|object| !object.is_written())),
        )
    }

    fn new(objects: Digests, rendered: Digests) -> Self {
        Self { digest: of_all(&objects, &rendered), objects, rendered }
    }

    /// The same without what charts make.
    #[must_use]
    pub fn without_charts(&self) -> Self {
        Self::new(self.objects.clone(), Digests::new())
    }

    /// Whether charts make something of it.
    #[must_use]
    pub fn has_charts(&self) -> bool {
        !self.rendered.is_empty()
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len() + self.rendered.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is different now.
    #[must_use]
    pub fn drift(&self, now: &Self) -> Drift {
        let mut drift = Drift::default();
        for (was, now) in [(&self.objects, &now.objects), (&self.rendered, &now.rendered)] {
            for (identity, digest) in now {
                match was.get(identity) {
                    None => drift.new.push(identity.clone()),
                    Some(old) if old != digest => drift.changed.push(identity.clone()),
                    Some(_) => {}
                }
            }
            let gone = was.keys().filter(|identity| !now.contains_key(*identity));
            drift.gone.extend(gone.cloned());
        }
        drift
    }
}

/// A digest for each identity.
fn digests<'a>(objects: impl Iterator<Item = &'a Object>) -> Digests {
    let mut digests: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for object in objects {
        let own = digests.entry(object.identity.to_string()).or_default();
        own.push(sha256(canonical(&object.json).as_bytes()));
    }
    let one = |mut digests: Vec<String>| {
        digests.sort_unstable();
        match digests.as_slice() {
            [digest] => digest.clone(),
            several => sha256(several.join("\n").as_bytes()),
        }
    };
    digests.into_iter().map(|(identity, digests)| (identity, one(digests))).collect()
}

impl Drift {
    /// How many objects differ.
    #[must_use]
    pub fn len(&self) -> usize {
        self.new.len() + self.changed.len() + self.gone.len()
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Saved {
    /// Plans and what they compared, in the same order, and whether charts that differed were rendered.
    ///
    /// # Errors
    /// If a plan cannot be written as JSON.
    pub fn of(plans: &[Plan], sides: Vec<[Side; 2]>, charts: bool) -> Result<Self, Failure> {
        let forms = report::values(plans)?;
        let kept = plans.iter().zip(sides).zip(forms);
        let plans = kept.map(|((plan, [from, to]), form)| Kept {
            environment: plan.environment.clone(),
            from,
            to,
            plan: form,
        });
        let tool = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Self { version: VERSION, tool, charts, plans: plans.collect() })
    }

    /// The text of a file.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn text(&self) -> Result<String, Failure> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| Failure::new(format!("the plan cannot be kept as JSON: {error}")))?;
        text.push('\n');
        Ok(text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Why it is no plan that was kept as a whole and left as it was, as the end of a sentence.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            version: u64,
        }
        let is_no_plan = |error: serde_json::Error| match error.classify() {
            serde_json::error::Category::Eof => format!("it is cut off: {error}"),
            _ => format!("it is no plan that --save has kept: {error}"),
        };
        let Form { version } = serde_json::from_slice(text).map_err(is_no_plan)?;
        if version != VERSION {
            return Err(format!(
                "it is of version {version}, and this program reads version {VERSION}: verify it with the release that has kept it"
            ));
        }
        let saved: Self = serde_json::from_slice(text).map_err(is_no_plan)?;
        let sides = saved.plans.iter().flat_map(|plan| [&plan.from, &plan.to]);
        if sides.into_iter().any(|side| side.digest != of_all(&side.objects, &side.rendered)) {
            return Err(
                "its digests do not fit each other: somebody has changed it since it was kept"
                    .to_owned(),
            );
        }
        if saved.plans.is_empty() {
            return Err("it has no plan".to_owned());
        }
        Ok(saved)
    }
}

/// The digest of all objects.
fn of_all(objects: &Digests, rendered: &Digests) -> String {
    let mut lines = String::new();
    for (sign, digests) in [("", objects), ("rendered ", rendered)] {
        for (identity, digest) in digests {
            // Writing to memory cannot fail. An identity of others may have line breaks.
            let _ = writeln!(lines, "{sign}{digest} {}", identity.escape_debug());
        }
    }
    sha256(lines.as_bytes())
}

/// JSON whose keys are sorted, so that the order in which they were written counts for nothing.
fn canonical(value: &Value) -> String {
    fn write(value: &Value, text: &mut String) {
        match value {
            Value::Object(fields) => {
                let sorted: BTreeMap<&str, &Value> =
                    fields.iter().map(|(key, value)| (key.as_str(), value)).collect();
                text.push('{');
                for (key, value) in sorted {
                    let _ = write!(text, "{}:", Value::from(key));
                    write(value, text);
                    text.push(',');
                }
                text.push('}');
            }
            Value::Array(elements) => {
                text.push('[');
                for element in elements {
                    write(element, text);
                    text.push(',');
                }
                text.push(']');
            }
            scalar => {
                let _ = write!(text, "{scalar}");
            }
        }
    }
    let mut text = String::new();
    write(value, &mut text);
    text
}
