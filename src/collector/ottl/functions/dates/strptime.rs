//! Formats of `strptime` as the Collector has them, made into layouts of Go
//! (`internal/coreinternal/timeutils/internal/ctimefmt`).

use crate::collector::ottl::val::Moment;

use super::reading::Misread;

/// What a directive is in a layout, by its letter.
fn layout_of(letter: char, nanoseconds: &'static str) -> Option<&'static str> {
    Some(match letter {
        'Y' => "2006",
        'y' => "06",
        'm' => "01",
        'o' => "_1",
        'q' => "1",
        'b' | 'h' => "Jan",
        'B' => "January",
        'd' => "02",
        'e' => "_2",
        'g' => "2",
        'a' => "Mon",
        'A' => "Monday",
        'H' => "15",
        'l' => "3",
        'I' => "03",
        'p' => "PM",
        'P' => "pm",
        'M' => "04",
        'S' => "05",
        'L' => "999",
        'f' => "999999",
        's' => nanoseconds,
        'Z' => "MST",
        'z' => "Z0700",
        'w' => "-070000",
        'i' => "-07",
        'j' => "-07:00",
        'k' => "-07:00:00",
        'D' | 'x' => "01/02/2006",
        'F' => "2006-01-02",
        'T' | 'X' => "15:04:05",
        'r' => "03:04:05 pm",
        'R' => "15:04",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        'c' => "Mon Jan 02 15:04:05 2006",
        _ => return None,
    })
}

/// What a directive may be when 0.155 and later read it: each row is tried in turn. They are cut where Go's errors
/// name one element.
fn readings_of(letter: char) -> Option<&'static [&'static [&'static str]]> {
    Some(match letter {
        'm' | 'o' | 'q' => &[&["1"]],
        'd' | 'e' | 'g' => &[&["2"]],
        'I' => &[&["3"]],
        'M' => &[&["4"]],
        'S' => &[&["5"]],
        'D' | 'x' => &[&["1", "/", "2", "/", "2006"], &["1", "/", "2", "/", "06"]],
        'F' => &[&["2006", "-", "1", "-", "2"]],
        'T' | 'X' => &[&["15", ":", "4", ":", "5"]],
        'r' => &[&["3", ":", "4", ":", "5", " ", "pm"]],
        'R' => &[&["15", ":", "4"]],
        'c' => &[&[
            "Mon", " ", "Jan", " ", "2", " ", "15", ":", "4", ":", "5", " ", "2006",
        ]],
        'z' => &[&["Z0700"], &["Z07:00"], &["Z07"]],
        _ => return None,
    })
}

/// A format cut at its directives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// The text before each directive, and its letter.
    directives: Vec<(String, char)>,
    /// The text after the last one.
    end: String,
    /// What `%s` is in a layout.
    nanoseconds: &'static str,
}

impl Format {
    /// Cuts a format; `nine` is whether `%s` has nine digits, not eight.
    ///
    /// # Errors
    /// It has a directive that there is not.
    pub fn new(format: &str, nine: bool) -> Result<Self, String> {
        let nanoseconds = if nine { "999999999" } else { "99999999" };
        let (mut directives, mut end) = (Vec::new(), String::new());
        let mut unknown = Vec::new();
        let mut rest = format.chars().peekable();
        while let Some(one) = rest.next() {
            // A percent sign at the end of the format or of a line is text.
            match rest.next_if(|next| one == '%' && *next != '\n') {
                Some(letter) => {
                    if layout_of(letter, nanoseconds).is_none() {
                        unknown.push(format!("%{letter}"));
                    }
                    directives.push((std::mem::take(&mut end), letter));
                }
                None => end.push(one),
            }
        }
        if !unknown.is_empty() {
            return Err(format!(
                "unsupported directives in the format {format:?}: {}",
                unknown.join(", ")
            ));
        }
        Ok(Self {
            directives,
            end,
            nanoseconds,
        })
    }

    /// The layout of Go.
    pub fn layout(&self) -> String {
        let mut layout = String::new();
        for (before, letter) in &self.directives {
            layout.push_str(before);
            layout.push_str(layout_of(*letter, self.nanoseconds).unwrap_or_default());
        }
        layout + &self.end
    }

    /// Reads with each layout that the directives allow, until `read` takes one.
    ///
    /// # Errors
    /// None is taken.
    pub fn search(
        &self,
        read: &dyn Fn(&str) -> Result<Moment, Misread>,
    ) -> Result<Moment, Misread> {
        self.search_from(0, "", read)
    }

    fn search_from(
        &self,
        at: usize,
        so_far: &str,
        read: &dyn Fn(&str) -> Result<Moment, Misread>,
    ) -> Result<Moment, Misread> {
        let Some((before, letter)) = self.directives.get(at) else {
            return read(&format!("{so_far}{}", self.end));
        };
        let so_far = format!("{so_far}{before}");
        let directive = Directive {
            format: self,
            at,
            letter: *letter,
            so_far: &so_far,
            read,
        };
        if let Some(readings) = readings_of(*letter) {
            let mut result = Err(Misread::Crash);
            for reading in readings {
                let (outcome, is_own) = directive.attempt(reading);
                result = outcome;
                if !is_own {
                    break;
                }
            }
            return result;
        }
        let layout = layout_of(*letter, self.nanoseconds).unwrap_or_default();
        directive.attempt(&["", layout]).0
    }
}

/// One directive on the way through a format.
struct Directive<'a> {
    format: &'a Format,
    at: usize,
    letter: char,
    so_far: &'a str,
    read: &'a dyn Fn(&str) -> Result<Moment, Misread>,
}

impl Directive<'_> {
    /// Reads with these elements, with blanks before one of digits where the text has them. Also says whether it is
    /// one of these elements that does not fit.
    fn attempt(&self, elements: &[&str]) -> (Result<Moment, Misread>, bool) {
        let mut elements: Vec<String> = elements.iter().map(|&one| one.to_owned()).collect();
        let mut last_rest = None;
        loop {
            let layout = format!("{}{}", self.so_far, elements.concat());
            let result = self.format.search_from(self.at + 1, &layout, self.read);
            let (element, rest, why) = match &result {
                Err(Misread::Part { element, rest, why }) => (element, rest.as_str(), why.clone()),
                Err(Misread::Name { element }) => (element, "", None),
                _ => return (result, false),
            };
            let Some(own) = elements.iter().position(|one| one == element) else {
                return (result, false);
            };
            let Some(&first) = elements[own].as_bytes().first() else {
                // An error of the whole time has no element, and the Collector looks for the first letter of that.
                return (Err(Misread::Crash), false);
            };
            let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
            if (first.is_ascii_digit() || first == b'Z') && blanks > 0 {
                // Blanks did not help: another directive has the same element, and the Collector tries for ever.
                if last_rest.as_deref() == Some(rest) {
                    return (Err(Misread::Crash), false);
                }
                elements.insert(own, rest[..blanks].to_owned());
                last_rest = Some(rest.to_owned());
                continue;
            }
            let element = format!("%{}", self.letter);
            let misread = match &result {
                Err(Misread::Name { .. }) => Misread::Name { element },
                _ => Misread::Part {
                    element,
                    rest: rest.to_owned(),
                    why,
                },
            };
            return (Err(misread), true);
        }
    }
}

/// Go's `\s`.
fn is_blank(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// Whether a format is one that 0.155 and later take.
///
/// # Errors
/// It has digits, or a fraction of a second that no separator precedes.
pub fn ensure_valid(format: &str) -> Result<(), String> {
    if format.contains(|one: char| one.is_ascii_digit()) {
        return Err("format string should not contain decimals".to_owned());
    }
    let letters: Vec<char> = format.chars().collect();
    for window in letters.windows(3) {
        if let [before, '%', 'L' | 'f' | 's'] = window
            && !matches!(before, '.' | ',')
        {
            let directive: String = window.iter().collect();
            return Err(format!(
                "invalid fractional seconds directive: '{directive}'. \
                 must be preceded with '.' or ','"
            ));
        }
    }
    Ok(())
}
