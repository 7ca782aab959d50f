//! Objects and lists of custom kinds that stay and lose all that was in them: server-side apply leaves null in their place.
//!
//! Upstream: `removingWalker` in `typed/remove.go` of <https://github.com/kubernetes-sigs/structured-merge-diff>

use super::{Context, Effect, Subject};
use crate::objects::{FieldPath, Object, Step, Value};
use crate::plan::compare::Difference;
use crate::schema::{Schema, Uniqueness, resolved};

/// Tells where the API server refuses the null that it has made itself.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some((old, new)) = subject.both() else { return };
    for position in 0..subject.differences.len() {
        let difference = &subject.differences[position];
        let Some(emptied) = Emptied::of(difference, old, new) else { continue };
        let Some(kind) = context.to.kinds().kind(new).filter(|kind| kind.is_custom) else { return };
        if !emptied.is_refused(&kind.schema) {
            continue;
        }
        let place = FieldPath(emptied.steps.to_vec());
        let cause = format!(
            "{place} stays and loses all that was in it: server-side apply makes null of it, which its schema refuses"
        );
        let way_out = format!("leave {place} out as well, or keep something in it");
        subject.field(position, Effect::Refused, cause).way_out(way_out);
    }
}

/// A place that is there on both sides, and of which nothing is left.
struct Emptied<'a> {
    steps: &'a [Step],
    /// What was there.
    was: &'a Value,
}

impl<'a> Emptied<'a> {
    /// Where what a difference is about was.
    fn of(difference: &'a Difference, old: &'a Object, new: &Object) -> Option<Self> {
        if difference.new.is_some() || difference.keys.first()? == "metadata" {
            return None;
        }
        let (_, steps) = difference.new_path.0.split_last()?;
        let (_, steps_before) = difference.old_path.0.split_last()?;
        let was = at(&old.json, steps_before)?;
        let is_empty = match at(&new.json, steps)? {
            Value::Object(left) => left.is_empty(),
            Value::Array(left) => left.is_empty(),
            _ => false,
        };
        is_empty.then_some(Self { steps, was })
    }

    /// Whether null is what becomes of it, and is refused.
    fn is_refused(&self, schema: &Schema) -> bool {
        let Some(schema) = of_place(schema, self.steps) else { return false };
        if schema.nullable || schema.default.is_some() {
            return false;
        }
        match self.was {
            // What the API server has filled in belongs to nobody, and stays.
            Value::Object(was) => !schema
                .properties
                .iter()
                .any(|(name, field)| field.default.is_some() && was.get(name.as_str()).is_none()),
            // Other lists are replaced as a whole.
            Value::Array(_) => schema.uniqueness != Uniqueness::None,
            _ => false,
        }
    }
}

fn at<'a>(root: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(root, |at, step| match step {
        Step::Key(key) => at.get(key.as_str()),
        Step::Index(position) => at.as_array()?.get(*position),
    })
}

fn of_place<'a>(schema: &'a Schema, steps: &[Step]) -> Option<&'a Schema> {
    let place = steps.iter().try_fold(schema, |at, step| {
        let at = resolved(at);
        match step {
            Step::Key(key) => at.properties.get(key.as_str()).or(at.additional.as_deref()),
            Step::Index(_) => at.items.as_deref(),
        }
    });
    place.map(resolved)
}
