//! The platform as one page of HTML, without a network: pictures to click, pages, YAML, and a search.
//!
//! All but the first picture is packed into it and unpacked when the page opens, so that hundreds of services fit.

mod blocks;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use analysis::objects::{Object, list, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use manifests_lib::yaml;
use serde::Serialize;
use support::Failure;

use crate::Site;
use crate::page::Page;
use crate::picture::{ARROW, COLOURS, STYLE};
use crate::view::{self, View};
use blocks::Printer;

/// What a browser unpacks.
#[derive(Serialize)]
struct Packed {
    /// The pages by their addresses.
    pages: BTreeMap<String, OfPage>,
    /// The objects by the paths of their files.
    objects: BTreeMap<String, OfObject>,
}

#[derive(Serialize)]
struct OfPage {
    title: String,
    html: String,
}

#[derive(Serialize)]
struct OfObject {
    name: String,
    yaml: String,
    lines: Vec<String>,
    /// Where the line can be read, if the repository is on a host that shows files.
    url: Option<String>,
}

/// The page.
///
/// # Errors
/// If an object cannot be written as YAML, or the pages not as JSON.
pub fn print(site: &Site<'_>) -> Result<String, Failure> {
    let repository = repository(site);
    let printer = Printer { site, repository: repository.as_deref() };
    let all: Vec<Page> = [site.first()].into_iter().chain(site.pages()).collect();
    let pages = all.iter().map(|page| {
        let html = printer.page(page);
        (address(page), OfPage { title: page.title.clone(), html })
    });
    let mut pages: BTreeMap<String, OfPage> = pages.collect();
    for view in &site.views {
        for (team, html) in printer.teams(view) {
            pages.insert(format!("teams/{}/{team}", view.name), OfPage { title: team, html });
        }
    }
    let mut objects = BTreeMap::new();
    for view in &site.views {
        add_objects(view, repository.as_deref(), &mut objects)?;
    }
    let packed = serde_json::to_vec(&Packed { pages, objects })
        .map_err(|error| Failure::new(format!("the pages cannot be packed: {error}")))?;
    // Zlib, which browsers call `deflate`.
    let packed = STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(&packed, 8));
    Ok(document(site, &printer, &all, &packed))
}

fn address(page: &Page) -> String {
    if page.folder.is_empty() {
        "start".to_owned()
    } else {
        format!("{}/{}", page.folder, page.name)
    }
}

fn add_objects(
    view: &View<'_>,
    repository: Option<&str>,
    objects: &mut BTreeMap<String, OfObject>,
) -> Result<(), Failure> {
    for object in view.environment.checked.objects.written() {
        let Some(path) = view.file(object) else { continue };
        let mut text = String::new();
        yaml::write(&object.json, &mut text).map_err(|error| {
            Failure::new(format!("{} cannot be written as YAML: {error}", object.identity))
        })?;
        let line = view::line(object);
        let url = line.as_ref().zip(repository).map(|(line, repository)| {
            format!("{repository}/{}#L{}", crate::markdown::address(&line.file), line.line)
        });
        let packed =
            OfObject { name: object.identity.to_string(), yaml: text, lines: lines(object), url };
        objects.insert(path.to_owned(), packed);
    }
    Ok(())
}

/// The line that wrote an object, and those that patched it.
fn lines(object: &Object) -> Vec<String> {
    match &object.origin {
        analysis::objects::Origin::Rust { written, patched } => {
            let patches = patched.iter().map(|line| format!("patched at {line}"));
            std::iter::once(format!("written at {written}")).chain(patches).collect()
        }
        _ => Vec::new(),
    }
}

/// Where files of the repository can be read, from what Argo CD reads.
fn repository(site: &Site<'_>) -> Option<String> {
    let applications = site.views.iter().flat_map(|view| view.applications.values());
    let mut sources =
        applications.flat_map(|application| list(&application.object.json["spec"]["sources"]));
    let own = sources
        .find(|source| text(&source["path"]).is_some_and(|path| path.starts_with("snapshots/")))?;
    let url = text(&own["repoURL"])?;
    let url = url.strip_prefix("https://github.com/")?.trim_end_matches(".git");
    let revision = text(&own["targetRevision"]).unwrap_or("HEAD");
    let is_plain = |text: &str| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._/".contains(letter))
    };
    (is_plain(url) && is_plain(revision))
        .then(|| format!("https://github.com/{url}/blob/{revision}"))
}

/// Nothing is loaded, and nothing but what is in the page runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

fn document(site: &Site<'_>, printer: &Printer<'_, '_>, all: &[Page], packed: &str) -> String {
    let (light, dark) = COLOURS;
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<title>The platform</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>\n\
         :root{{color-scheme:light;--link:#0a58ca;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;--link:#7ab0ff;{dark}}}}}\n\
         @media screen{{:root[data-theme=dark]{{color-scheme:dark;--link:#7ab0ff;{dark}}}}}\n{}{STYLE}\n</style>\n</head>\n<body>\n<svg class=\"pic\" width=\"0\" height=\"0\" aria-hidden=\"true\">{ARROW}</svg>\n",
        include_str!("html/page.css")
    );
    page.push_str("<a class=\"skip\" href=\"#main\">Skip to the page</a>\n<header>\n<strong><a id=\"start\" href=\"#start\">The platform</a></strong>\n");
    page.push_str("<div class=\"choice\" role=\"group\" aria-label=\"Environment\">\n");
    let mut choices = vec![("all".to_owned(), "all".to_owned())];
    choices
        .extend(site.views.iter().map(|view| (format!("in {}", view.name), view.name.to_owned())));
    if site.views.len() > 1 {
        choices.push(("differs".to_owned(), "what differs".to_owned()));
    }
    for (value, name) in choices {
        let _ = writeln!(
            page,
            "<button type=\"button\" data-choice=\"{}\" aria-pressed=\"{}\">{}</button>",
            blocks::escaped(&value),
            value == "all",
            blocks::escaped(&name)
        );
    }
    page.push_str(
        "</div>\n<label class=\"search\"><span class=\"hidden\">Search</span>\
         <input type=\"search\" id=\"search\" placeholder=\"Search (press /)\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <button type=\"button\" id=\"theme\" aria-label=\"Light or dark\">◐</button>\n</header>\n\
         <div class=\"columns\">\n<nav aria-label=\"Pages\"><details id=\"menu\" open><summary>Pages</summary>\n",
    );
    navigation(site, all, &mut page);
    page.push_str("<p id=\"none\" hidden>Nothing is called so.</p>\n<div id=\"found\" aria-live=\"polite\"></div>\n</details></nav>\n");
    page.push_str("<main id=\"main\" tabindex=\"-1\">\n");
    if let Some(first) = all.first() {
        page.push_str(&printer.page(first));
    }
    let _ = write!(
        page,
        "</main>\n</div>\n<dialog id=\"object\" aria-labelledby=\"object-name\"><form method=\"dialog\"><button aria-label=\"Close\">✕</button></form>\
         <h2 id=\"object-name\"></h2><p id=\"object-lines\"></p><pre tabindex=\"0\"><code id=\"object-yaml\"></code></pre></dialog>\n\
         <noscript><p>The pages are packed, and take JavaScript to open. The same pages are below docs/platform in the repository.</p></noscript>\n\
         <script type=\"application/octet-stream\" id=\"packed\">{packed}</script>\n<script>\n{}</script>\n</body>\n</html>\n",
        include_str!("html/page.js")
    );
    page
}

/// The list of pages.
fn navigation(site: &Site<'_>, all: &[Page], text: &mut String) {
    for (folder, title) in
        [("environments", "Environments"), ("services", "Services"), ("tools", "Tools")]
    {
        let pages: Vec<&Page> = all.iter().filter(|page| page.folder == folder).collect();
        if pages.is_empty() {
            continue;
        }
        let _ = writeln!(text, "<h2>{title}</h2>\n<ul>");
        for page in pages {
            let about = match folder {
                "environments" => String::new(),
                _ => site.about(&page.name).into_iter().next().unwrap_or_default(),
            };
            let there: Vec<&str> = site
                .views
                .iter()
                .filter(|view| view.bundles.contains_key(page.name.as_str()))
                .map(|view| view.name)
                .collect();
            let only = if folder == "environments" || there.len() == site.views.len() {
                String::new()
            } else {
                format!(" data-in=\"{}\"", blocks::escaped(&there.join(" ")))
            };
            let own = address(page);
            let _ = writeln!(
                text,
                "<li{only}><a id=\"{}\" href=\"#{}\" title=\"{}\">{}</a></li>",
                blocks::escaped(&own),
                blocks::escaped(&crate::markdown::address(&own)),
                blocks::escaped(&about),
                blocks::escaped(&page.title)
            );
        }
        text.push_str("</ul>\n");
    }
    text.push_str("<h2>Teams</h2>\n<ul>\n");
    for view in &site.views {
        let teams: BTreeSet<&str> =
            view.bundles.values().map(|bundle| bundle.team.as_str()).collect();
        for team in teams {
            let own = format!("teams/{}/{team}", view.name);
            let _ = writeln!(
                text,
                "<li data-in=\"{}\"><a id=\"{}\" href=\"#{}\" title=\"\">{} in {}</a></li>",
                blocks::escaped(view.name),
                blocks::escaped(&own),
                blocks::escaped(&crate::markdown::address(&own)),
                blocks::escaped(team),
                blocks::escaped(view.name)
            );
        }
    }
    text.push_str("</ul>\n");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_script_ends_no_element() {
        let script = include_str!("html/page.js");
        assert!(!script.contains("</script") && !script.contains("<!--"));
        assert!(!include_str!("html/page.css").contains("</style"));
    }
}
