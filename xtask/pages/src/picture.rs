//! Pictures: boxes and lines, folded until they can be read.

mod mermaid;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::view::Kind;

pub use svg::{ARROW, COLOURS, Drawing, STYLE};

/// The most boxes of a picture that people can read.
pub const MOST: usize = 40;

/// Boxes and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The boxes by their ids, in the order of the ids.
    pub boxes: BTreeMap<String, Shape>,
    /// The lines, by the ids of the boxes that they begin and end at.
    pub lines: BTreeMap<(String, String), Line>,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub title: String,
    /// What is written below its name; empty where there is nothing.
    pub about: String,
    /// The boxes that it is drawn among; none where it is drawn alone.
    pub group: Option<String>,
    /// The bundle whose page tells more.
    pub bundle: Option<String>,
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What stands beside it.
    pub labels: BTreeSet<String>,
    /// Whether somebody refuses what it shows.
    pub is_refused: bool,
}

impl Line {
    /// What stands beside it, in a few words.
    #[must_use]
    pub fn label(&self) -> String {
        const MOST: usize = 3;
        let mut words: Vec<&str> = self.labels.iter().take(MOST).map(String::as_str).collect();
        let more = format!("and {} more", self.labels.len().saturating_sub(MOST));
        if self.labels.len() > MOST {
            words.push(&more);
        }
        let refused = if self.is_refused { "refused" } else { "" };
        let label = words.join(", ");
        match (label.is_empty(), refused.is_empty()) {
            (false, false) => format!("{label}: {refused}"),
            (true, _) => refused.to_owned(),
            (false, true) => label,
        }
    }
}

impl Picture {
    /// Adds a line.
    pub fn line(
        &mut self,
        from: &str,
        to: &str,
        label: impl IntoIterator<Item = String>,
        is_refused: bool,
    ) {
        if from == to {
            return;
        }
        let line = self.lines.entry((from.to_owned(), to.to_owned())).or_default();
        line.labels.extend(label);
        line.is_refused |= is_refused;
    }

    /// Removes the boxes that nothing leads to or from.
    #[must_use]
    pub fn without_strays(mut self) -> Self {
        let ends: BTreeSet<&String> = self.lines.keys().flat_map(|(from, to)| [from, to]).collect();
        let ends: BTreeSet<String> = ends.into_iter().cloned().collect();
        self.boxes.retain(|id, _| ends.contains(id));
        self
    }

    /// The same picture with at most so many boxes: the largest groups become one box each, then boxes of one kind.
    #[must_use]
    pub fn folded(mut self, most: usize) -> Self {
        while self.boxes.len() > most {
            let mut sizes: BTreeMap<(u8, String), Vec<String>> = BTreeMap::new();
            for (id, shape) in &self.boxes {
                let of = match &shape.group {
                    Some(group) => (0, group.clone()),
                    None => (1, shape.kind.word().to_owned()),
                };
                sizes.entry(of).or_default().push(id.clone());
            }
            // Of groups that are as large, the first: the same picture each time.
            let largest = sizes.into_iter().filter(|(_, members)| members.len() > 1).max_by(
                |((kind, name), members), ((other_kind, other_name), others)| {
                    let order = (other_kind, members.len()).cmp(&(kind, others.len()));
                    order.then_with(|| other_name.cmp(name))
                },
            );
            let Some(((_, name), members)) = largest else { return self };
            self.fold(&name, &members);
        }
        self
    }

    fn fold(&mut self, name: &str, members: &[String]) {
        let shapes: Vec<Shape> =
            members.iter().filter_map(|member| self.boxes.remove(member)).collect();
        let Some(first) = shapes.first() else { return };
        let kinds: BTreeSet<&str> = shapes.iter().map(|shape| shape.kind.word()).collect();
        let about = match (shapes.len(), kinds.len()) {
            (count, 1) => format!("{count} × {}", first.kind.word()),
            (count, _) => format!("{count} boxes"),
        };
        let id = format!("all of {name}");
        let shape =
            Shape { kind: first.kind, title: name.to_owned(), about, group: None, bundle: None };
        self.boxes.insert(id.clone(), shape);
        let lines = std::mem::take(&mut self.lines);
        for ((from, to), line) in lines {
            let end = |own: String| if members.contains(&own) { id.clone() } else { own };
            let (from, to) = (end(from), end(to));
            if from != to {
                let known = self.lines.entry((from, to)).or_default();
                known.labels.extend(line.labels);
                known.is_refused |= line.is_refused;
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn shape(title: &str, group: Option<&str>) -> Shape {
        Shape {
            kind: Kind::Service,
            title: title.to_owned(),
            about: String::new(),
            group: group.map(str::to_owned),
            bundle: None,
        }
    }

    pub(crate) fn picture(boxes: usize, groups: usize, lines: &[(usize, usize)]) -> Picture {
        let mut picture = Picture::default();
        for number in 0..boxes {
            let group = (groups > 0).then(|| format!("group {}", number % groups));
            picture
                .boxes
                .insert(format!("{number:04}"), shape(&format!("box {number}"), group.as_deref()));
        }
        for (from, to) in lines {
            let (from, to) = (from % boxes, to % boxes);
            picture.line(&format!("{from:04}"), &format!("{to:04}"), ["80".to_owned()], false);
        }
        picture
    }

    proptest! {
        #[test]
        fn a_folded_picture_has_few_boxes_and_whole_lines(
            boxes in 1_usize..200,
            groups in 0_usize..30,
            lines in proptest::collection::vec((0_usize..200, 0_usize..200), 0..300),
        ) {
            let folded = picture(boxes, groups, &lines).folded(MOST);
            prop_assert!(folded.boxes.len() <= MOST);
            for (from, to) in folded.lines.keys() {
                prop_assert!(folded.boxes.contains_key(from) && folded.boxes.contains_key(to));
            }
        }
    }

    #[test]
    fn what_is_small_enough_is_not_folded() {
        let own = picture(MOST, 2, &[(0, 1)]);
        assert_eq!(own.clone().folded(MOST), own);
        let folded = picture(MOST + 1, 2, &[(0, 1)]).folded(MOST);
        let titles: Vec<_> =
            folded.boxes.values().map(|shape| (&*shape.title, &*shape.about)).collect();
        assert!(titles.contains(&("group 0", "21 × service")), "{titles:?}");
    }
}
