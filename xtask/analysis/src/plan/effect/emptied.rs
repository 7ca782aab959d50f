//! Objects of custom kinds that stay and lose all that was in them: server-side apply leaves null in their place.
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
    /// The list that was all of it, and has lost its elements.
    list: Option<&'a [Step]>,
}

impl<'a> Emptied<'a> {
    /// Where what a difference is about was.
    fn of(difference: &'a Difference, old: &'a Object, new: &Object) -> Option<Self> {
        if difference.new.is_some() || difference.keys.first()? == "metadata" {
            return None;
        }
        let (_, mut steps) = difference.new_path.0.split_last()?;
        let (_, mut before) = difference.old_path.0.split_last()?;
        let mut left = at(&new.json, steps)?;
        let mut list = None;
        // A list goes without leaving null, and the object with it that held nothing else.
        if left.as_array().is_some_and(<[Value]>::is_empty) {
            list = Some(steps);
            (_, steps) = steps.split_last()?;
            (_, before) = before.split_last()?;
            left = at(&new.json, steps)?;
            if left.as_object()?.len() > 1 {
                return None;
            }
        } else if !left.as_object()?.is_empty() {
            return None;
        }
        let was = at(&old.json, before)?;
        (!steps.is_empty()).then_some(Self { steps, was, list })
    }

    /// Whether null is what becomes of it, and is refused.
    fn is_refused(&self, schema: &Schema) -> bool {
        let is_replaced =
            |list| of_place(schema, list).is_none_or(|list| list.uniqueness == Uniqueness::None);
        if self.list.is_some_and(is_replaced) {
            return false;
        }
        let Some(schema) = of_place(schema, self.steps) else { return false };
        // What the API server has filled in belongs to nobody, and stays.
        let is_filled_in = |(name, field): (&String, &Schema)| {
            field.default.is_some() && self.was.get(name.as_str()).is_none()
        };
        !schema.nullable
            && schema.default.is_none()
            && !is_one_value(schema)
            && !schema.properties.iter().any(is_filled_in)
    }
}

/// Label selectors are replaced as a whole: `+structType=atomic` in `meta/v1/types.go` of Kubernetes.
fn is_one_value(schema: &Schema) -> bool {
    ["matchLabels", "matchExpressions"].iter().all(|name| schema.properties.contains_key(*name))
}

fn at<'a>(root: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(root, |at, step| match step {
        Step::Key(key) => at.get(key.as_str()),
        Step::Index(position) => at.as_array()?.get(*position),
    })
}

/// What is allowed at a place; none in what is replaced as a whole.
fn of_place<'a>(schema: &'a Schema, steps: &[Step]) -> Option<&'a Schema> {
    let place = steps.iter().try_fold(schema, |at, step| {
        let at = resolved(at);
        match step {
            Step::Key(_) if is_one_value(at) => None,
            Step::Key(key) => at.properties.get(key.as_str()).or(at.additional.as_deref()),
            Step::Index(_) if at.uniqueness == Uniqueness::None => None,
            Step::Index(_) => at.items.as_deref(),
        }
    });
    place.map(resolved)
}
