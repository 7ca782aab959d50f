//! Plans for people, as terraform writes its own.

use std::collections::HashMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use support::visible;

use super::{RANDOM_TITLE, unseen_title};
use crate::objects::{Identity, Value};
use crate::plan::effect::is_plain;
use crate::plan::{Action, Change, Consequence, Effect, Field, Group, Plan, Shown};

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// Longer values are cut.
const WIDTH: usize = 100;
/// More lines of a text are counted.
const LINES: usize = 12;
/// More fields of an object from which nothing else follows are counted: the schema of a CRD has thousands.
const FIELDS: usize = 20;
/// So much of what two long values have in common is shown before what differs.
const BEFORE: usize = 24;

fn colour(effect: Effect) -> Style {
    let colour = match effect {
        Effect::DataLoss | Effect::Refused | Effect::Outage | Effect::Recreate => {
            return AnsiColor::Red.on_default().bold();
        }
        Effect::Delete => AnsiColor::Red,
        Effect::Security => AnsiColor::Magenta,
        Effect::Restart | Effect::UntilRestart => AnsiColor::Yellow,
        Effect::NoEffect | Effect::Ignored => AnsiColor::Cyan,
        Effect::InPlace => AnsiColor::Blue,
        Effect::Create => AnsiColor::Green,
    };
    colour.on_default()
}

/// The sign of a change: `+`, `-`, `-/+`, `~`, and `!` for what is refused.
pub(super) fn sign(change: &Change) -> &'static str {
    let has = |wanted| change.effects().any(|effect| effect == wanted);
    match change.action {
        Action::Create => "+",
        Action::Delete if has(Effect::Delete) => "-",
        Action::Change if has(Effect::Refused) => "!",
        Action::Change if has(Effect::Recreate) => "-/+",
        Action::Delete | Action::Change => "~",
    }
}

/// `3 rolling restarts`, the worst first: `2 data loss, 5 changed in place`.
pub(super) fn totals(plan: &Plan) -> String {
    let mut parts: Vec<String> =
        plan.totals().iter().map(|(effect, count)| format!("{count} {}", effect.words())).collect();
    if parts.is_empty() {
        parts.push("nothing changes".to_owned());
    }
    parts.push(format!("{} unchanged", plan.unchanged));
    parts.join(", ")
}

pub(super) fn print(plans: &[Plan], colours: bool) -> String {
    let mut text = String::new();
    let mut pen = Pen { text: &mut text, colours };
    for plan in plans {
        pen.plan(plan);
    }
    text
}

/// The changes of a group, without its title.
pub(super) fn group(group: &Group) -> String {
    let mut text = String::new();
    Pen { text: &mut text, colours: false }.changes(group);
    text
}

struct Pen<'t> {
    text: &'t mut String,
    colours: bool,
}

impl Pen<'_> {
    fn styled(&self, style: Style, words: &str) -> String {
        if self.colours { format!("{style}{words}{style:#}") } else { words.to_owned() }
    }

    fn line(&mut self, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn plan(&mut self, plan: &Plan) {
        let name = plan
            .environment
            .as_deref()
            .map_or_else(String::new, |name| format!("{}: ", visible(name)));
        let summary = format!("{name}{}", totals(plan));
        self.line(&self.styled(BOLD, &summary));
        for group in &plan.groups {
            self.group(group);
        }
        self.unseen(plan);
        self.steps(plan);
        self.line("");
    }

    fn group(&mut self, group: &Group) {
        let title = title(group);
        self.line("");
        self.line(&self.styled(BOLD, &title));
        self.changes(group);
    }

    fn changes(&mut self, group: &Group) {
        for (first, others) in alike(group, |change| self.body(change)) {
            let body = self.body(first);
            self.head(first, &others);
            self.text.push_str(&body);
        }
    }

    fn head(&mut self, change: &Change, others: &[&Change]) {
        let worst = change.worst();
        let effect = self.styled(colour(worst), worst.words());
        if others.is_empty() {
            let line = change
                .line
                .as_ref()
                .map_or_else(String::new, |line| format!("  ({})", visible(&line.to_string())));
            let line = self.styled(FAINT, &line);
            self.line(&format!(
                "{:>3} {}: {effect}{line}",
                sign(change),
                visible(&change.identity.to_string())
            ));
            return;
        }
        self.line(&format!("{:>3} {} objects alike: {effect}", sign(change), others.len() + 1));
        for change in [change].iter().chain(others) {
            self.line(&format!("      {}", visible(&change.identity.to_string())));
        }
    }

    /// What stands below the head of a change.
    fn body(&self, change: &Change) -> String {
        let mut text = String::new();
        let mut pen = Pen { text: &mut text, colours: self.colours };
        for consequence in &change.consequences {
            pen.consequence(consequence, "      ");
        }
        // What comes of several fields alike stands once, below them.
        let mut left = FIELDS;
        let mut counted = 0;
        for fields in change.fields.chunk_by(|one, other| one.consequences == other.consequences) {
            let is_calm = fields[0].consequences.iter().all(|own| own.effect == Effect::InPlace);
            let shown = if is_calm { fields.len().min(left) } else { fields.len() };
            fields[..shown].iter().for_each(|field| pen.field(field));
            if is_calm {
                left -= shown;
                counted += fields.len() - shown;
            }
            if shown == 0 {
                continue;
            }
            for consequence in
                fields[0].consequences.iter().filter(|consequence| !is_plain(consequence))
            {
                pen.consequence(consequence, "        ");
            }
        }
        if counted > 0 {
            pen.line(&format!("      … {counted} more fields, changed in place"));
        }
        text
    }

    fn field(&mut self, field: &Field) {
        let path = visible(&field.path);
        if let Some(lines) = text_lines(field) {
            self.line(&format!("      {path}:"));
            for line in lines {
                self.line(&format!("        {line}"));
            }
        } else {
            let (old, new) = values(field);
            self.line(&format!("      {path}: {old} → {new}"));
        }
    }

    fn consequence(&mut self, consequence: &Consequence, indent: &str) {
        let effect = self.styled(colour(consequence.effect), consequence.effect.words());
        self.line(&format!("{indent}{effect}: {}", visible(&consequence.cause)));
    }

    fn unseen(&mut self, plan: &Plan) {
        self.list(unseen_title(plan), &plan.unseen);
        let (shown, rest) = plan.random.split_at(plan.random.len().min(LINES));
        self.list(RANDOM_TITLE, shown);
        if !rest.is_empty() {
            self.line(&format!("  … {} more", rest.len()));
        }
    }

    fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.line("");
        self.line(&self.styled(BOLD, &format!("{title}:")));
        for item in items {
            self.line(&format!("  {}", visible(item)));
        }
    }

    fn steps(&mut self, plan: &Plan) {
        let steps = plan.steps();
        if !steps.is_empty() {
            self.line("");
            self.line(&self.styled(BOLD, "To do by hand:"));
            for (position, step) in steps.iter().enumerate() {
                self.line(&format!("  {}. {}", position + 1, visible(step)));
            }
        }
        if plan.is_empty() {
            return;
        }
        let one_way: Vec<_> = plan
            .one_way()
            .map(|(change, consequence)| one_way(&change.identity, consequence))
            .collect();
        self.line("");
        if one_way.is_empty() {
            self.line(
                "It can be rolled back: nothing here is lost by deploying the old state again.",
            );
        } else {
            self.line(&self.styled(BOLD, "Deploying the old state again does not take back:"));
            for step in one_way {
                self.line(&format!("  {step}"));
            }
        }
    }
}

pub(super) fn one_way(identity: &Identity, consequence: &Consequence) -> String {
    visible(&format!("{identity}: {}", consequence.cause))
}

/// The changes of a group in their order, those that say the same as an earlier one with it.
pub(super) fn alike(
    group: &Group,
    body: impl Fn(&Change) -> String,
) -> Vec<(&Change, Vec<&Change>)> {
    let mut told: Vec<(&Change, Vec<&Change>)> = Vec::new();
    let mut positions = HashMap::new();
    for change in &group.changes {
        let is_plain = change.action == Action::Change && change.worst() == Effect::InPlace;
        let key = is_plain.then(|| (change.wave, body(change)));
        if let Some(&position) = key.as_ref().and_then(|key| positions.get(key)) {
            let (_, others): &mut (&Change, Vec<&Change>) = &mut told[position];
            others.push(change);
            continue;
        }
        if let Some(key) = key {
            positions.insert(key, told.len());
        }
        told.push((change, Vec::new()));
    }
    told
}

/// What a group is called, with its wave.
pub(super) fn title(group: &Group) -> String {
    let name = group.name.as_deref().unwrap_or("deployed by no Application here");
    let name = visible(name);
    if group.application.is_none() {
        return name;
    }
    let waves: Vec<String> = group.waves.iter().map(i64::to_string).collect();
    format!("{name} (wave {})", waves.join("."))
}

/// Both values of a field, each on one line; of long ones what differs.
pub(super) fn values(field: &Field) -> (String, String) {
    let (Shown::Value(old), Shown::Value(new)) = (&field.old, &field.new) else {
        return (shown(&field.old), shown(&field.new));
    };
    let (old, new) = (visible(&old.to_string()), visible(&new.to_string()));
    let common = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    if common <= WIDTH / 2 || old.chars().count().max(new.chars().count()) <= WIDTH {
        return (cut(&old), cut(&new));
    }
    let from_there = |text: &str| {
        let rest: String = text.chars().skip(common - BEFORE).collect();
        format!("…{}", cut(&rest))
    };
    (from_there(&old), from_there(&new))
}

/// A value on one line.
fn shown(value: &Shown) -> String {
    match value {
        Shown::Absent => "(absent)".to_owned(),
        Shown::Default(value) => format!("{} (default)", compact(value)),
        Shown::Secret => "(secret)".to_owned(),
        Shown::Value(value) => compact(value),
        Shown::Order(names) => cut(&visible(&names.join(", "))),
    }
}

fn compact(value: &Value) -> String {
    cut(&visible(&value.to_string()))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    let start: String = text.chars().take(WIDTH).collect();
    format!("{start}…")
}

/// The lines that differ of texts of several lines.
pub(super) fn text_lines(field: &Field) -> Option<Vec<String>> {
    let (Shown::Value(Value::String(old)), Shown::Value(Value::String(new))) =
        (&field.old, &field.new)
    else {
        return None;
    };
    if !old.contains('\n') && !new.contains('\n') {
        return None;
    }
    let changed = changed_lines(old, new);
    if changed.is_empty() {
        let is_moved = old.lines().ne(new.lines());
        // Otherwise only the ends of lines differ, which the values themselves show.
        return is_moved.then(|| vec!["… the same lines in another order".to_owned()]);
    }
    let shown = changed.iter().take(LINES);
    let mut lines: Vec<String> =
        shown.map(|(sign, line)| cut(&format!("{sign} {}", visible(line)))).collect();
    if changed.len() > LINES {
        lines.push(format!("… {} more lines", changed.len() - LINES));
    }
    Some(lines)
}

/// Texts with so many pairs of lines are compared without regard to where a line stands: dashboards have ten thousand lines.
const LARGE: usize = 1_000_000;

/// The lines of one text that the other lacks.
fn changed_lines<'a>(old: &'a str, new: &'a str) -> Vec<(char, &'a str)> {
    let (left, right): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if left.len() * right.len() > LARGE {
        let without = |own: &[&'a str], others: &[&str], sign| -> Vec<(char, &'a str)> {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            for line in others {
                *counts.entry(line).or_default() += 1;
            }
            let is_own = |line: &&&str| match counts.get_mut(**line) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            };
            own.iter().filter(is_own).map(|line| (sign, *line)).collect()
        };
        let (mut gone, come) = (without(&left, &right, '-'), without(&right, &left, '+'));
        gone.extend(come);
        return gone;
    }
    let operations = similar::capture_diff_slices(similar::Algorithm::Myers, &left, &right);
    let mut lines = Vec::new();
    for operation in operations.iter().filter(|own| own.tag() != similar::DiffTag::Equal) {
        lines.extend(left[operation.old_range()].iter().map(|line| ('-', *line)));
        lines.extend(right[operation.new_range()].iter().map(|line| ('+', *line)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::changed_lines;

    #[test]
    fn lines_that_differ_are_told_however_many_there_are() {
        let text = |numbers: std::ops::Range<u32>| -> String {
            numbers.map(|number| number.to_string() + "\n").collect()
        };
        assert_eq!(changed_lines("a\nb\n", "b\nc\n"), [('-', "a"), ('+', "c")]);
        let (old, new) = (text(0..20_000), text(10_000..30_000));
        let changed = changed_lines(&old, &new);
        assert_eq!(changed.len(), 20_000);
        assert_eq!((changed[0], changed[10_000]), (('-', "0"), ('+', "20000")));
        assert!(changed_lines(&old, &old).is_empty());
    }
}
