//! Plans as a comment on a pull request: totals and risks first, then each bundle, folded.

use std::fmt::Write;

use super::{RANDOM_TITLE, text, unseen_title};
use crate::plan::{Effect, Group, Plan};

/// The most letters that GitHub takes in a comment.
///
/// Upstream: `IssueComment` of <https://docs.github.com/en/graphql>, which counts UTF-16 units
const LIMIT: usize = 65_536;
/// Room for what is said at the end of a comment that was cut.
const NOTE: usize = 400;
/// The first line, by which the comment of a plan is found again.
pub const MARK: &str = "<!-- manifests plan -->";

/// What a reviewer has to look at before merging.
const RISKS: [Effect; 6] = [
    Effect::DataLoss,
    Effect::Refused,
    Effect::Outage,
    Effect::Recreate,
    Effect::Security,
    Effect::Delete,
];

/// A comment that fits.
pub(super) fn print(plans: &[Plan]) -> String {
    let mut page = Page { text: format!("{MARK}\n"), left: LIMIT - NOTE, cut: 0 };
    page.left -= length(&page.text);
    for plan in plans {
        let heading = plan
            .environment
            .as_deref()
            .map_or_else(|| "Plan".to_owned(), |name| format!("Plan of {}", escaped(name)));
        page.add(&format!("## {heading}\n\n**{}**\n\n", text::totals(plan)));
    }
    for plan in plans {
        page.risks(plan);
        page.steps(plan);
    }
    for plan in plans {
        for group in &plan.groups {
            page.group(plan, group);
        }
    }
    if page.cut > 0 {
        let parts =
            if page.cut == 1 { "1 part does".to_owned() } else { format!("{} parts do", page.cut) };
        // Writing to a String cannot fail.
        let _ = write!(
            page.text,
            "\n> **{parts} not fit into a comment.** The whole plan is in the artifact of this run, and what `cargo xtask plan` prints.\n"
        );
    }
    page.text
}

struct Page {
    text: String,
    left: usize,
    cut: usize,
}

impl Page {
    /// Adds a part as a whole, or counts it.
    fn add(&mut self, part: &str) {
        let length = length(part);
        if length > self.left {
            self.cut += 1;
            return;
        }
        self.left -= length;
        self.text.push_str(part);
    }

    fn risks(&mut self, plan: &Plan) {
        let mut rows = Vec::new();
        for change in plan.changes().filter(|change| RISKS.contains(&change.worst())) {
            let worst = change.worst();
            let of_worst = change.consequences().find(|consequence| consequence.effect == worst);
            let cause = of_worst.map_or("", |consequence| &consequence.cause);
            rows.push((
                worst,
                format!(
                    "| {} | `{}` | {} |\n",
                    worst.words(),
                    code(&change.identity.to_string()),
                    cell(cause)
                ),
            ));
        }
        if rows.is_empty() {
            return;
        }
        rows.sort_by_key(|(worst, _)| *worst);
        self.add(&format!(
            "### Look at this first{}\n\n| effect | object | why |\n|---|---|---|\n",
            of(plan)
        ));
        for (_, row) in rows {
            self.add(&row);
        }
        self.add("\n");
    }

    fn steps(&mut self, plan: &Plan) {
        let steps = plan.steps();
        if !steps.is_empty() {
            self.add(&format!("### To do by hand{}\n\n", of(plan)));
            for (position, step) in steps.iter().enumerate() {
                self.add(&format!("{}. {}\n", position + 1, cell(step)));
            }
            self.add("\n");
        }
        let one_way: Vec<_> = plan.one_way().collect();
        if !one_way.is_empty() {
            self.add(&format!(
                "### Deploying the old state again does not take back{}\n\n",
                of(plan)
            ));
            for (change, consequence) in one_way {
                self.add(&format!("- {}\n", cell(&text::one_way(&change.identity, consequence))));
            }
            self.add("\n");
        }
        self.list(unseen_title(plan), &plan.unseen, plan);
        self.list(RANDOM_TITLE, &plan.random, plan);
    }

    fn list(&mut self, title: &str, items: &[String], plan: &Plan) {
        if items.is_empty() {
            return;
        }
        self.add(&format!("### {title}{}\n\n", of(plan)));
        for item in items {
            self.add(&format!("- {}\n", cell(item)));
        }
        self.add("\n");
    }

    fn group(&mut self, plan: &Plan, group: &Group) {
        let name = plan
            .environment
            .as_deref()
            .map_or_else(String::new, |name| format!("{}: ", escaped(name)));
        let worst = group.worst().map_or("", Effect::words);
        let count = group.changes.len();
        let objects = if count == 1 { "1 object".to_owned() } else { format!("{count} objects") };
        let title = escaped(&text::title(group));
        let body = text::group(group);
        // A fence that is longer than any in it.
        let longest = body.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.add(&format!(
            "<details><summary>{name}{title}: {objects}, {worst}</summary>\n\n{fence}diff\n{}{fence}\n\n</details>\n\n",
            coloured(&body)
        ));
    }
}

fn of(plan: &Plan) -> String {
    plan.environment.as_deref().map_or_else(String::new, |name| format!(" ({})", escaped(name)))
}

/// Moves the signs to the beginning of their lines, where GitHub colours them.
fn coloured(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    for line in body.lines() {
        let is_head = !line.starts_with("    ");
        let (sign, rest) = line.trim_start().split_once(' ').unwrap_or((line, ""));
        let line = match sign {
            "+" | "-" | "!" if is_head => format!("{sign}   {rest}"),
            "-/+" if is_head => format!("!{}", &line[1..]),
            _ => line.to_owned(),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The length as GitHub counts it.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text in a cell or an item: it ends neither, mentions nobody and is no HTML.
fn cell(text: &str) -> String {
    let text = escaped(&support::visible(text));
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if "|*_`[]#@\\~".contains(letter) {
            safe.push('\\');
        }
        safe.push(letter);
    }
    // A backslash does not stop a mention.
    safe.replace("\\@", "&#64;")
}

/// Text between backticks in a cell.
fn code(text: &str) -> String {
    support::visible(text).replace('`', "'").replace('|', "\\|")
}
