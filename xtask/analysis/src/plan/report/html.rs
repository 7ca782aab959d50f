//! Plans as one page with nothing beside it: bundles are folded, and a field searches them. The lane `browser` uses it.

use std::fmt::Write;

use super::{RANDOM_TITLE, text, unseen_title};
use crate::plan::{Change, Consequence, Effect, Group, Plan};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--bad:light-dark(#b71c1c,#ff8a80);\
--warn:light-dark(#8a5300,#ffb74d);--good:light-dark(#1b5e20,#81c784);--calm:light-dark(#0d47a1,#90caf9)}\
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
header{position:sticky;top:0;background:Canvas;padding:.5rem 0;z-index:1}\
header p{margin:.2rem 0 0;font-size:13px;min-height:1.5em}\
input{font:inherit;width:100%;padding:.4rem .6rem;box-sizing:border-box}\
input::placeholder{color:inherit;opacity:.8}\
.place{opacity:.8;font-size:13px;overflow-wrap:anywhere}\
[hidden]{display:none}";

const SCRIPT: &str = "\
const search=document.querySelector('input'),status=document.querySelector('[role=status]');\
const groups=[...document.querySelectorAll('details')].map(group=>({group,open:group.open,\
changes:[...group.querySelectorAll('.change')].map(change=>({change,text:change.textContent.toLowerCase()}))}));\
const all=groups.reduce((sum,{changes})=>sum+changes.length,0);\
let searches=false;\
search.addEventListener('input',()=>{\
const wanted=search.value.trim().toLowerCase();\
if(wanted&&!searches)for(const one of groups)one.open=one.group.open;\
let count=0;\
for(const {group,open,changes} of groups){\
let found=0;\
for(const {change,text} of changes){const is=text.includes(wanted);change.hidden=!is;if(is)found++;}\
count+=found;group.hidden=!found;group.open=wanted?true:open;}\
for(const part of document.querySelectorAll('.about'))part.hidden=!!wanted;\
searches=!!wanted;\
status.textContent=wanted?`${count} of ${all} changes`:'';});";

/// The page.
pub(super) fn print(plans: &[Plan]) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Plan</title>\n<style>{STYLE}</style>\n<h1>Plan</h1>\n\
         <header><input type=\"search\" placeholder=\"Search objects, fields, values, causes\" aria-label=\"Search\"><p role=\"status\"></p></header>\n"
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
        "<h2>{}</h2>\n<div class=\"about\"><p><strong>{}</strong></p>",
        escaped(name),
        escaped(&text::totals(plan))
    );
    items("To do by hand", "ol", plan.steps().into_iter(), page);
    let one_way =
        plan.one_way().map(|(change, consequence)| text::one_way(&change.identity, consequence));
    items("Deploying the old state again does not take back", "ul", one_way, page);
    items(unseen_title(plan), "ul", plan.unseen.iter().cloned(), page);
    items(RANDOM_TITLE, "ul", plan.random.iter().cloned(), page);
    page.push_str("</div>\n");
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
        if let Some(lines) = text::text_lines(field) {
            page.push_str("<br>");
            for line in lines {
                let tag = if line.starts_with('-') { "del" } else { "ins" };
                let _ = write!(page, "<{tag} class=\"value\">{}</{tag}><br>", escaped(&line));
            }
        } else {
            let (old, new) = text::values(field);
            let _ = write!(
                page,
                "<del class=\"value\">{}</del> → <ins class=\"value\">{}</ins>",
                escaped(&old),
                escaped(&new)
            );
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
