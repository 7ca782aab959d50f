//! The page of `cargo xtask docs --html`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness::{Failure, Form, Scheme, Tab, cannot_write};
use serde_json::Value;

use super::{Driven, Page};
use crate::rendered;

pub const PAGE: Page = Page { name: "docs", write, drive };

pub fn write(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let file = folder.join("docs.html");
    let page = commands::docs::page_of(rendered::entries())?;
    fs::write(&file, page).map_err(|error| cannot_write(&file, &error))?;
    Ok(vec![file])
}

/// The form in which the page is read from end to end: what it says does not depend on it, and it takes seconds.
pub const READ: Form = Form { width: 1280, scheme: Scheme::Light };

/// Uses it in every form, and reads all of it in one.
pub fn drive(tab: &mut Tab<'_>) -> Result<Driven, Failure> {
    let mut driven = Driven::default();
    opened(tab, &mut driven)?;
    by_keys(tab, &mut driven)?;
    by_finger(tab, &mut driven)?;
    searched(tab, &mut driven)?;
    if tab.form() == READ {
        read(tab, &mut driven)?;
    }
    printed(tab, &mut driven)?;
    go(tab, "start")?;
    Ok(driven)
}

/// Waits for its pages to be unpacked.
fn opened(tab: &mut Tab<'_>, driven: &mut Driven) -> Result<(), Failure> {
    let is_ready = "new Promise(done=>{const start=performance.now();const look=()=>{\
         const ready=document.documentElement.dataset.ready==='true';\
         if(ready||performance.now()-start>20000)done(ready);else setTimeout(look,10)};look()})";
    driven.expect(tab.evaluate(is_ready)? == true, "its pages are not unpacked after 20 s");
    let ready = "performance.getEntriesByName('ready')[0]?.startTime";
    let size = "document.documentElement.outerHTML.length";
    if let (Some(milliseconds), Some(size)) =
        (tab.evaluate(ready)?.as_f64(), tab.evaluate(size)?.as_u64())
    {
        driven.note(format!("it opens in {milliseconds:.0} ms, and has {} KiB", size / 1024));
    }
    Ok(())
}

const HEADING: &str = "document.querySelector('main h1').textContent";
const IS_OPEN: &str = "document.querySelector('dialog').open";
/// Until the page that was asked for is shown, and the browser has scrolled.
const SETTLED: &str = "new Promise(done=>requestAnimationFrame(()=>setTimeout(done)))";

fn go(tab: &mut Tab<'_>, address: &str) -> Result<(), Failure> {
    tab.evaluate(&format!("location.hash='#{address}'"))?;
    tab.evaluate(SETTLED)?;
    Ok(())
}

fn heading(tab: &mut Tab<'_>) -> Result<String, Failure> {
    tab.evaluate(SETTLED)?;
    text(tab, HEADING)
}

/// What an expression says; empty where it says nothing.
fn text(tab: &mut Tab<'_>, expression: &str) -> Result<String, Failure> {
    Ok(tab.evaluate(expression)?.as_str().unwrap_or_default().to_owned())
}

/// Tab until what has the focus meets a condition; says whether it has come there.
fn tabbed(tab: &mut Tab<'_>, condition: &str) -> Result<bool, Failure> {
    for _ in 0..500 {
        tab.press("Tab")?;
        let is_there = format!("(focused=>{condition})(document.activeElement)");
        if tab.evaluate(&is_there)? == true {
            return Ok(true);
        }
    }
    Ok(false)
}

/// From the start to the YAML of an object and back, without a mouse.
fn by_keys(tab: &mut Tab<'_>, driven: &mut Driven) -> Result<(), Failure> {
    let skips = tabbed(tab, "focused.matches('.skip')")?;
    driven.expect(skips, "the key Tab does not lead to the link that skips the list of pages");
    tab.press("Enter")?;
    let is_main = "document.activeElement.id";
    driven
        .expect(tab.evaluate(is_main)? == "main", "the link that skips does not lead to the page");
    let boxed = tabbed(tab, "focused.matches('.picture a.service')")?;
    driven.expect(boxed, "the key Tab leads to no service of a picture");
    let bundle = text(tab, "document.activeElement.querySelector?.('text')?.textContent")?;
    tab.press("Enter")?;
    let shown = heading(tab)?;
    driven.expect(shown == bundle, format!("the key Enter on the box {bundle} leads to {shown}"));
    driven.expect(
        tab.evaluate(is_main)? == "main",
        "a page that is gone to by keys does not get the focus",
    );
    let unfolds = tabbed(tab, "focused.matches('main summary')")?;
    tab.press("Enter")?;
    let is_unfolded = "document.activeElement.parentElement.open";
    driven.expect(
        unfolds && tab.evaluate(is_unfolded)? == true,
        "the key Enter does not unfold the lines of a picture",
    );
    let reached = tabbed(tab, "focused.matches('[data-object]')")?;
    driven.expect(reached, "the key Tab leads to no object");
    tab.press("Enter")?;
    driven.expect(tab.evaluate(IS_OPEN)? == true, "the key Enter opens no object");
    tab.press("Escape")?;
    driven.expect(tab.evaluate(IS_OPEN)? == false, "the key Escape does not close an object");
    tab.evaluate("document.querySelector('dialog').close()")?;
    let is_back = tab.evaluate("document.activeElement.matches('[data-object]')")?;
    driven.expect(is_back == true, "a closed object does not give the focus back");
    tab.press("/")?;
    let is_search = tab.evaluate("document.activeElement.id")?;
    driven.expect(is_search == "search", "the key / does not lead to the search");
    Ok(())
}

/// Boxes, buttons and folds under a finger: what lies over them would get it.
fn by_finger(tab: &mut Tab<'_>, driven: &mut Driven) -> Result<(), Failure> {
    go(tab, "start")?;
    let boxes = "document.querySelectorAll('.picture a').length";
    let boxes = tab.evaluate(boxes)?.as_u64().unwrap_or_default();
    driven.expect(boxes > 0, "the first page has no boxes to press");
    for number in 0..boxes {
        go(tab, "start")?;
        let bundle = format!(
            "(()=>{{for(const old of document.querySelectorAll('#pressed'))old.removeAttribute('id');\
             const box=document.querySelectorAll('.picture a')[{number}];box.id='pressed';\
             box.scrollIntoView({{block:'center',inline:'center'}});\
             return decodeURIComponent(box.getAttribute('href')).split('/').at(-1)}})()"
        );
        let bundle = text(tab, &bundle)?;
        tab.click("#pressed")?;
        let shown = heading(tab)?;
        driven.expect(shown == bundle, format!("a press on a box of {bundle} leads to {shown}"));
    }
    let background = "getComputedStyle(document.body).backgroundColor";
    let before = tab.evaluate(background)?;
    tab.click("#theme")?;
    driven.expect(tab.evaluate(background)? != before, "the button of colours changes none");
    tab.click("#theme")?;
    driven.expect(tab.evaluate(background)? == before, "the button of colours does not go back");
    let is_folded = "document.querySelector('#menu summary').checkVisibility()";
    if tab.evaluate(is_folded)? == true {
        let is_open = "document.querySelector('#menu').open";
        let before = tab.evaluate(is_open)?;
        tab.click("#menu summary")?;
        driven.expect(tab.evaluate(is_open)? != before, "the list of pages does not unfold");
    }
    for choice in ["differs", "all"] {
        tab.click(&format!("[data-choice={choice}]"))?;
        let pressed = "document.querySelector('[data-choice][aria-pressed=true]').dataset.choice";
        driven.expect(
            tab.evaluate(pressed)? == choice,
            format!("a press on the choice {choice} does not choose it"),
        );
    }
    Ok(())
}

/// Each service and tool by its name, a name that is nowhere, and the end of a search.
fn searched(tab: &mut Tab<'_>, driven: &mut Driven) -> Result<(), Failure> {
    go(tab, "start")?;
    for name in bundles()? {
        tab.evaluate("document.querySelector('#search').focus()")?;
        tab.write("#search", &name)?;
        let link = format!(
            "[...document.querySelectorAll('nav a')].some(link=>link.textContent==={name:?}&&link.checkVisibility())"
        );
        driven.expect(tab.evaluate(&link)? == true, format!("a search does not find {name}"));
        tab.press("Enter")?;
        let shown = heading(tab)?;
        driven.expect(
            shown == name,
            format!("the key Enter after a search for {name} leads to {shown}"),
        );
    }
    tab.write("#search", "no such thing anywhere")?;
    let found =
        "[...document.querySelectorAll('nav li')].filter(row=>row.checkVisibility()).length";
    driven.expect(tab.evaluate(found)? == 0, "a search for what is nowhere finds pages");
    let told = "document.querySelector('#none').checkVisibility()";
    driven.expect(tab.evaluate(told)? == true, "a search for what is nowhere does not say so");
    tab.press("Escape")?;
    let all = "[...document.querySelectorAll('nav li')].every(row=>row.checkVisibility())";
    driven.expect(tab.evaluate(all)? == true, "the key Escape does not end a search");
    Ok(())
}

/// Follows every link, opens every object, and looks for the lines of Rust that are named.
fn read(tab: &mut Tab<'_>, driven: &mut Driven) -> Result<(), Failure> {
    let told = tab.evaluate(include_str!("docs.js"))?;
    let texts = |name: &str| {
        let all = told[name].as_array().into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    driven.worked += usize::try_from(told["worked"].as_u64().unwrap_or_default()).unwrap_or(0);
    driven.failed.extend(texts("failed"));
    let rendered = rendered::environments()?;
    let objects: usize = rendered.iter().map(|environment| environment.objects.len()).sum();
    driven.expect(
        told["objects"] == objects,
        format!("{} of {objects} objects can be opened", told["objects"]),
    );
    let pages = texts("pages");
    for name in bundles()? {
        let has_page =
            ["services", "tools"].iter().any(|of| pages.contains(&format!("{of}/{name}")));
        driven.expect(has_page, format!("{name} has no page"));
    }
    let workspace = support::workspace()?;
    for written in texts("lines") {
        let line = written.rsplit_once(':').and_then(|(file, line)| {
            let text = fs::read_to_string(workspace.join(file)).ok()?;
            let line: usize = line.parse().ok()?;
            text.lines().nth(line.checked_sub(1)?).map(|line| !line.trim().is_empty())
        });
        driven.expect(line == Some(true), format!("{written} is no line of this repository"));
    }
    for file in texts("files") {
        driven.expect(workspace.join(&file).is_file(), format!("there is no {file} to link to"));
    }
    driven.note(format!("{} pages, {} boxes, {objects} objects read", pages.len(), told["boxes"]));
    Ok(())
}

/// On paper everything is there without scrolling, whatever was chosen on the screen.
fn printed(tab: &mut Tab<'_>, driven: &mut Driven) -> Result<(), Failure> {
    let mut addresses = vec!["start".to_owned()];
    let first = "[...document.querySelectorAll('nav li a')].map(link=>link.getAttribute('href').slice(1)).filter((page,place,all)=>\
         all.findIndex(other=>other.split('/')[0]===page.split('/')[0])===place).join(' ')";
    addresses.extend(text(tab, first)?.split(' ').map(str::to_owned));
    for address in addresses {
        go(tab, &address)?;
        tab.evaluate("document.documentElement.dataset.theme='dark'")?;
        tab.print(true)?;
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")?;
        let lost = tab.evaluate(
            "[...document.querySelectorAll('main .picture,main .picture svg,main .table,main table,main pre')].filter(part=>part.checkVisibility())\
             .filter(part=>{const box=part.getBoundingClientRect();return box.width<1||box.height<1||box.right>innerWidth+1\
             ||part.scrollWidth>part.clientWidth+1&&getComputedStyle(part).overflowX!=='visible'\
             ||part.scrollHeight>part.clientHeight+1&&getComputedStyle(part).overflowY!=='visible'}).map(part=>part.className.baseVal??part.className)",
        )?;
        driven.expect(
            lost == Value::Array(Vec::new()),
            format!("{address}: printed, {lost} is cut off"),
        );
        let folded =
            "[...document.querySelectorAll('main details')].filter(part=>!part.open).length";
        driven.expect(tab.evaluate(folded)? == 0, format!("{address}: printed, a list is folded"));
        let controls =
            "[...document.querySelectorAll('header,nav')].some(part=>part.checkVisibility())";
        driven.expect(tab.evaluate(controls)? == false, format!("{address}: controls are printed"));
        let background = text(tab, "getComputedStyle(document.body).backgroundColor")?;
        driven.expect(
            background == "rgb(255, 255, 255)",
            format!("{address}: printed on {background}"),
        );
        tab.print(false)?;
        tab.evaluate("delete document.documentElement.dataset.theme")?;
    }
    Ok(())
}

/// The names of all services and tools.
fn bundles() -> Result<BTreeSet<String>, Failure> {
    let rendered = rendered::environments()?;
    let objects = rendered.iter().flat_map(|environment| &environment.objects);
    Ok(objects.map(|object| object.bundle.clone()).collect())
}
