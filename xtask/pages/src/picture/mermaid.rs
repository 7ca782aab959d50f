//! Pictures as Mermaid, which GitHub draws by itself.
//!
//! Upstream: <https://mermaid.js.org/syntax/flowchart.html>

use std::collections::BTreeMap;
use std::fmt::Write;

use support::visible;

use super::{Picture, Shape};
use crate::view::Kind;

impl Picture {
    /// The picture as a flowchart.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let of_boxes = names("b", self.boxes.keys().map(String::as_str));
        let mut text = "flowchart LR\n".to_owned();
        let mut groups: BTreeMap<&str, Vec<(&String, &Shape)>> = BTreeMap::new();
        for (id, shape) in &self.boxes {
            match &shape.group {
                Some(group) => groups.entry(group).or_default().push((id, shape)),
                None => shape_line(&of_boxes[id.as_str()], shape, "  ", &mut text),
            }
        }
        let of_groups = names("g", groups.keys().copied());
        for (group, shapes) in groups {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  subgraph {}[\"{}\"]", of_groups[group], label(group));
            for (id, shape) in shapes {
                shape_line(&of_boxes[id.as_str()], shape, "    ", &mut text);
            }
            text.push_str("  end\n");
        }
        for ((from, to), line) in &self.lines {
            let (Some(from), Some(to)) = (of_boxes.get(from.as_str()), of_boxes.get(to.as_str()))
            else {
                continue;
            };
            let arrow = if line.is_refused { "-.-x" } else { "-->" };
            let words = line.label();
            let _ = if words.is_empty() {
                writeln!(text, "  {from} {arrow} {to}")
            } else {
                writeln!(text, "  {from} {arrow}|\"{}\"| {to}", label(&words))
            };
        }
        text
    }
}

/// Names that Mermaid takes, made of ids, so that a new box renames no other one.
fn names<'a>(kind: &str, ids: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let mut taken = BTreeMap::new();
    let mut names = BTreeMap::new();
    for id in ids {
        let letters =
            id.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
        // Words of the language, such as `end`, begin otherwise.
        let name = format!("{kind}_{}", letters.collect::<String>());
        let count: &mut usize = taken.entry(name.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { name } else { format!("{name}__{count}") };
        names.insert(id, name);
    }
    names
}

fn shape_line(name: &str, shape: &Shape, indent: &str, text: &mut String) {
    let (open, close) = match shape.kind {
        Kind::Users => ("([", "])"),
        Kind::Gateway => ("{{", "}}"),
        Kind::Service => ("[", "]"),
        Kind::Tool => ("[[", "]]"),
        Kind::Database => ("[(", ")]"),
        Kind::Broker => ("[/", "/]"),
        Kind::Outside => (">", "]"),
    };
    let mut words = label(&shape.title);
    if !shape.about.is_empty() {
        words.push_str("<br>");
        words.push_str(&label(&shape.about));
    }
    let _ = writeln!(text, "{indent}{name}{open}\"{words}\"{close}");
}

/// Words between quotes, in which nothing is a command of Mermaid, Markdown or HTML.
fn label(text: &str) -> String {
    let mut words = String::new();
    for letter in visible(text).replace('\t', " ").chars() {
        if letter.is_alphanumeric() || " .,:/-–×+@()=".contains(letter) {
            words.push(letter);
        } else {
            let _ = write!(words, "#{};", u32::from(letter));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::tests::{picture, shape};
    use super::*;

    #[test]
    fn names_are_no_commands() {
        let mut odd = Picture::default();
        odd.boxes.insert("end".into(), shape("a\"]; click b \"javascript:x\"", Some("g\"] end")));
        odd.boxes.insert("a b".into(), shape("<b>`x`</b>", None));
        odd.boxes.insert("a-b".into(), shape("end", None));
        odd.line("end", "a b", ["x|y".to_owned()], true);
        insta::assert_snapshot!(odd.mermaid(), @r##"
        flowchart LR
          b_a_b["#60;b#62;#96;x#96;#60;/b#62;"]
          b_a_b__2["end"]
          subgraph g_g___end["g#34;#93; end"]
            b_end["a#34;#93;#59; click b #34;javascript:x#34;"]
          end
          b_end -.-x|"x#124;y: refused"| b_a_b
        "##);
    }

    #[test]
    fn a_new_box_renames_no_other() {
        let (old, new) = (picture(3, 0, &[(0, 1)]).mermaid(), picture(4, 0, &[(0, 1)]).mermaid());
        let lines: Vec<&str> = new.lines().collect();
        assert!(old.lines().all(|line| lines.contains(&line)), "{old}\n{new}");
    }
}
