//! Plans as one page with nothing beside it: bundles are folded, and a field searches them.

use std::fmt::Write;

use super::text;
use crate::plan::{Change, Consequence, Effect, Group, Plan};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--bad:#c62828;--warn:#b26a00;--good:#2e7d32;--calm:#1565c0}\
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}\
code,.path,.value{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.3rem .8rem}\
summary{cursor:pointer}\
.change{border-top:1px solid var(--line);padding:.5rem 0}\
.field{margin:.2rem 0 .2rem 1.5rem}\
.cause{margin-left:1.5rem}\
.badge{border-radius:1rem;padding:0 .6rem;border:1px solid currentColor;font-size:13px;white-space:nowrap}\
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}.calm{color:var(--calm)}\
del{color:var(--bad);text-decoration:none}ins{color:var(--good);text-decoration:none}\
input{font:inherit;width:100%;padding:.4rem .6rem;box-sizing:border-box}\
.place{opacity:.7;font-size:13px}\
[hidden]{display:none}";

const SCRIPT: &str = "\
const search=document.querySelector('input');\
search.addEventListener('input',()=>{\
const wanted=search.value.toLowerCase();\
for(const group of document.querySelectorAll('details')){\
let found=false;\
for(const change of group.querySelectorAll('.change')){\
const is=change.textContent.toLowerCase().includes(wanted);change.hidden=!is;found=found||is;}\
group.hidden=!found;if(wanted)group.open=found;}});";

/// The page.
pub(super) fn print(plans: &[Plan]) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Plan</title>\n<style>{STYLE}</style>\n<h1>Plan</h1>\n\
         <input type=\"search\" placeholder=\"Search objects, fields, values, causes\" aria-label=\"Search\">\n"
    );
    for plan in plans {
        of_plan(plan, &mut page);
    }
    let _ = writeln!(page, "<script>{SCRIPT}</script>\n</html>");
    page
}

fn of_plan(plan: &Plan, page: &mut String) {
    let name = plan.environment.as_deref().unwrap_or("Changes");
    let _ = writeln!(
        page,
        "<h2>{}</h2>\n<p><strong>{}</strong></p>",
        escaped(name),
        escaped(&text::totals(plan))
    );
    items("To do by hand", "ol", plan.steps().into_iter(), page);
    let one_way =
        plan.one_way().map(|(change, consequence)| text::one_way(&change.identity, consequence));
    items("Deploying the old state again does not take back", "ul", one_way, page);
    items(
        "Not seen, because charts are not rendered here",
        "ul",
        plan.unseen.iter().cloned(),
        page,
    );
    for group in &plan.groups {
        of_group(group, page);
    }
}

fn items(title: &str, list: &str, items: impl Iterator<Item = String>, page: &mut String) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    let _ = writeln!(page, "<h3>{title}</h3>\n<{list}>");
    for item in items {
        let _ = writeln!(page, "<li>{}</li>", escaped(&item));
    }
    let _ = writeln!(page, "</{list}>");
}

fn of_group(group: &Group, page: &mut String) {
    let worst = group.worst().unwrap_or(Effect::InPlace);
    let open = if worst < Effect::Restart { " open" } else { "" };
    let _ = writeln!(
        page,
        "<details{open}><summary>{} {} ({})</summary>",
        escaped(&text::title(group)),
        badge(worst),
        group.changes.len()
    );
    for change in &group.changes {
        of_change(change, page);
    }
    page.push_str("</details>\n");
}

fn of_change(change: &Change, page: &mut String) {
    let line = change.line.as_ref().map_or_else(String::new, |line| {
        format!(" <span class=\"place\">{}</span>", escaped(&line.to_string()))
    });
    let _ = writeln!(
        page,
        "<div class=\"change\"><code>{} {}</code> {}{line}",
        escaped(text::sign(change)),
        escaped(&change.identity.to_string()),
        badge(change.worst())
    );
    change.consequences.iter().for_each(|own| consequence(own, page));
    for field in &change.fields {
        let _ = write!(
            page,
            "<div class=\"field\"><span class=\"path\">{}</span>: ",
            escaped(&field.path)
        );
        match text::text_lines(field) {
            Some(lines) => {
                page.push_str("<br>");
                for line in lines {
                    let tag = if line.starts_with('-') { "del" } else { "ins" };
                    let _ = write!(page, "<{tag} class=\"value\">{}</{tag}><br>", escaped(&line));
                }
            }
            None => {
                let _ = write!(
                    page,
                    "<del class=\"value\">{}</del> → <ins class=\"value\">{}</ins>",
                    escaped(&text::shown(&field.old)),
                    escaped(&text::shown(&field.new))
                );
            }
        }
        field
            .consequences
            .iter()
            .filter(|own| !crate::plan::effect::is_plain(own))
            .for_each(|own| consequence(own, page));
        page.push_str("</div>\n");
    }
    page.push_str("</div>\n");
}

fn consequence(consequence: &Consequence, page: &mut String) {
    let _ = writeln!(
        page,
        "<div class=\"cause\">{} {}</div>",
        badge(consequence.effect),
        escaped(&consequence.cause)
    );
}

fn badge(effect: Effect) -> String {
    let class = match effect {
        Effect::DataLoss | Effect::Refused | Effect::Outage | Effect::Recreate | Effect::Delete => {
            "bad"
        }
        Effect::Security | Effect::Restart | Effect::UntilRestart => "warn",
        Effect::Create => "good",
        Effect::NoEffect | Effect::Ignored | Effect::InPlace => "calm",
    };
    format!("<span class=\"badge {class}\">{}</span>", effect.words())
}

fn escaped(text: &str) -> String {
    let text = support::visible(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
