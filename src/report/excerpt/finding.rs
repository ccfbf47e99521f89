//! A finding with the lines that it is about, and what to write there instead.

use std::ops::Range;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Level;
use annotate_snippets::Origin;
use annotate_snippets::Patch;
use annotate_snippets::Snippet;

use super::AROUND;
use super::MARKED;
use super::group_of;
use super::render;
use crate::collector::config::File;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Place;
use crate::findings::Severity;
use crate::report::Style;

/// A finding with all of its places marked, its remedy and what is known beside. Ends with a line break.
pub fn finding_excerpt(finding: &Finding, files: &[File<'_>], style: &Style) -> String {
    let safe = |text: &str| super::safe(text, style);
    let level = match finding.severity {
        Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::INFO,
        Severity::Info => Level::NOTE,
    };
    let level = level.with_name(finding.severity.as_str());
    let title = level.primary_title(safe(&finding.message)).id(finding.id);
    let mut group = title.elements(Vec::<Origin<'_>>::new());
    let mut drawn = None;
    for (name, places) in by_file(&finding.marks.places) {
        let text = files.iter().find(|file| file.name == name);
        let shown = text.map(|file| Lines::new(file.text, &places, style));
        let is_first = drawn.is_none();
        let Some(first) = places.first() else {
            continue;
        };
        let place = |line: u32, column: usize| format!("{}:{line}:{column}", safe(name));
        if let Some(lines) = shown.filter(|lines| !lines.marks.is_empty()) {
            let marks = lines.marks.into_iter().enumerate();
            let marks = marks.map(|(index, mark)| {
                let kind = if index == 0 && is_first {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let label = (!mark.note.is_empty()).then_some(mark.note);
                kind.span(mark.start..mark.end).label(label)
            });
            let snippet = Snippet::source(lines.text).line_start(lines.first as usize);
            let snippet = snippet.path(safe(name)).annotations(marks);
            group = group.element(snippet);
            drawn.get_or_insert((
                place(first.line, lines.drawn_column),
                place(first.line, first.column as usize),
            ));
        } else {
            let origin = Origin::path(safe(name));
            let (line, column) = (first.line as usize, first.column as usize);
            group = group.element(origin.line(line).char_column(column));
            drawn.get_or_insert_with(Default::default);
        }
    }
    let remedy = safe(&finding.remedy);
    let Some(corrected) = Corrected::new(&finding.marks.fix, files, style) else {
        if !remedy.is_empty() {
            group = group.element(Level::HELP.message(remedy));
        }
        return render(&group_of(group), drawn, style);
    };
    let snippet = Snippet::source(corrected.text).line_start(corrected.line);
    let patches = corrected.patches.into_iter();
    let snippet = snippet.patches(patches.map(|(span, text)| Patch::new(span, text)));
    let help = Level::HELP.secondary_title(remedy).element(snippet);
    render(&[group, help], drawn, style)
}

/// What stands before a line: its number and a sign.
const MARGIN: usize = 8;

/// Where it is narrower than this, lines run on anyway.
const LEAST: usize = 80;

/// Lines with what is to be written there instead.
struct Corrected {
    /// Number of the first line.
    line: usize,
    text: String,
    patches: Vec<(Range<usize>, String)>,
}

impl Corrected {
    /// None where there is nothing to write, or too much to be shown.
    fn new(edits: &[Edit], files: &[File<'_>], style: &Style) -> Option<Self> {
        let name = &edits.first()?.file;
        let file = files.iter().find(|file| file.name == name)?;
        if edits.iter().any(|edit| edit.file != *name) {
            return None;
        }
        let first = edits.iter().map(|edit| edit.start).min()?;
        let last = edits.iter().map(|edit| edit.end).max()?;
        let start = file.text.get(..first)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = file.text.get(last..)?;
        let end = last + rest.find('\n').unwrap_or(rest.len());
        let shown = file.text.get(start..end)?;
        // Unlike lines that are marked, these are not cut to what fits.
        let widest = shown.lines().map(|line| line.chars().count()).max();
        if widest.unwrap_or(0) + MARGIN > style.width.max(LEAST) {
            return None;
        }
        let mut text = String::new();
        // Where each byte of the file is in what is shown.
        let mut places = vec![0; shown.len() + 1];
        for (at, char) in shown.char_indices() {
            places[at] = text.len();
            if char == '\n' {
                text.push('\n');
            } else if char != '\r' {
                text.push_str(&super::safe(&char.to_string(), style));
            }
        }
        places[shown.len()] = text.len();
        let patches = edits.iter().map(|edit| {
            let span = places[edit.start - start]..places[edit.end - start];
            (span, super::safe(&edit.text, style))
        });
        Some(Self {
            line: file.text[..start].matches('\n').count() + 1,
            patches: patches.collect(),
            text,
        })
    }
}

/// Places by their file, files in the order in which they come, places in that of their lines; the first place
/// of all stays first.
fn by_file(places: &[Place]) -> Vec<(&str, Vec<&Place>)> {
    let mut files: Vec<(&str, Vec<&Place>)> = Vec::new();
    for place in places {
        match files.iter_mut().find(|(name, _)| *name == place.file) {
            Some((_, own)) => own.push(place),
            None => files.push((&place.file, vec![place])),
        }
    }
    files
}

/// The lines of a file from the first marked one to the last; those that are not shown are empty.
struct Lines {
    /// Number of the first one.
    first: u32,
    text: String,
    /// In the order of the places.
    marks: Vec<Mark>,
    /// In which column of the text the first place stands.
    drawn_column: usize,
}

struct Mark {
    start: usize,
    end: usize,
    note: String,
}

/// How many lines around a marked one may be shown by the renderer.
const NEAR: u32 = 2;

impl Lines {
    fn new(text: &str, places: &[&Place], style: &Style) -> Self {
        let marked = places
            .iter()
            .map(|place| place.line)
            .filter(|line| *line > 0);
        let (first, last) = (marked.clone().min(), marked.max());
        let (first, last) = (first.unwrap_or(1), last.unwrap_or(0));
        let mut lines = Self {
            first,
            text: String::new(),
            marks: Vec::new(),
            drawn_column: 1,
        };
        let mut marks: Vec<Option<Mark>> = places.iter().map(|_| None).collect();
        // Positions do not count a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let all = text.lines().zip(1_u32..).skip(first as usize - 1);
        for (line, number) in all.take_while(|(_, number)| *number <= last) {
            let start = lines.text.len();
            let own = places.iter().enumerate();
            let own = own.filter(|(_, place)| place.line == number);
            let first_column = own.clone().map(|(_, place)| place.column).min();
            let is_near = places
                .iter()
                .any(|place| place.line.abs_diff(number) <= NEAR);
            if first_column.is_some() || is_near {
                let cut = (first_column.unwrap_or(1) as usize).saturating_sub(1 + AROUND);
                let shown: Vec<String> = line
                    .chars()
                    .skip(cut)
                    .take(2 * AROUND + MARKED)
                    .map(|char| super::safe(&char.to_string(), style))
                    .collect();
                for (index, place) in own {
                    let from = (place.column as usize)
                        .saturating_sub(1 + cut)
                        .min(shown.len());
                    let length = (place.length as usize).clamp(1, MARKED);
                    let to = (from + length).min(shown.len());
                    let bytes =
                        |count: usize| shown[..count].iter().map(String::len).sum::<usize>();
                    if index == 0 {
                        let before = shown[..from].iter();
                        lines.drawn_column =
                            1 + before.map(|char| char.chars().count()).sum::<usize>();
                    }
                    marks[index] = Some(Mark {
                        start: start + bytes(from),
                        end: start + bytes(to),
                        note: super::safe(&place.note, style),
                    });
                }
                lines.text.extend(shown);
            }
            lines.text.push('\n');
        }
        lines.marks = marks.into_iter().flatten().collect();
        lines
    }
}
