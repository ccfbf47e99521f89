//! Names of days, months and halves of the day in other languages, made English before a text is read
//! (the Collector has <https://github.com/elastic/lunes> for it).
//!
//! The names are those of Unicode CLDR 45 and 48, in `locales.txt`, which `tests/conformance/generate_locales.py` writes;
//! `data.md`, one folder up, says more.

use crate::collector::ottl::functions::case;

use super::civil::DAYS;
use super::civil::MONTHS;
use super::reading::Misread;

static TABLE: &str = include_str!("locales.txt");

/// Which library a release has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// 0.1.0 with CLDR 45.
    Cldr45,
    /// 0.2.0 with CLDR 48.
    Cldr48,
    /// 0.2.2: clocks may have hours, minutes and seconds of one digit.
    Clocks,
}

/// The names of one locale.
pub struct Locale {
    edition: Edition,
    /// Short days, long days, short months, long months, halves of the day; empty where the locale has none.
    names: [Vec<&'static str>; 5],
}

const SHORT_DAYS: usize = 0;
const LONG_DAYS: usize = 1;
const SHORT_MONTHS: usize = 2;
const LONG_MONTHS: usize = 3;
const HALVES: usize = 4;

impl Locale {
    /// The locale of a tag (`de`, `pt-BR`), exactly as the library writes it.
    ///
    /// # Errors
    /// There is none.
    pub fn named(tag: &str, edition: Edition) -> Result<Self, String> {
        let column = usize::from(edition >= Edition::Cldr48);
        let line = TABLE.lines().find(|line| {
            let tags = line.split('\t').nth(column).unwrap_or_default();
            tags.split(' ').any(|own| own == tag && !tag.is_empty())
        });
        let line = line.ok_or_else(|| {
            format!("unsupported locale '{tag}', value must be a supported BCP 47 language tag")
        })?;
        let mut fields = line.split('\t').skip(2);
        let names = std::array::from_fn(|_| match fields.next() {
            None | Some("") => Vec::new(),
            Some(names) => names.split('|').collect(),
        });
        Ok(Self { edition, names })
    }

    /// The text with English names at the elements of a layout.
    ///
    /// Layout and text are gone through side by side, as the library does it: what is no name counts one byte of
    /// each, so a text whose parts are longer or shorter than those of the layout may be read at the wrong place.
    ///
    /// # Errors
    /// A name is not one of the locale's, or the locale has no such names.
    pub fn translate(&self, layout: &str, text: &[u8]) -> Result<Vec<u8>, Misread> {
        let layout = layout.as_bytes();
        let mut step = Step {
            text,
            at: 0,
            out: Vec::with_capacity(text.len() + 32),
        };
        let mut at = 0;
        while at < layout.len() {
            if let Some((element, table)) = name_at(&layout[at..]) {
                self.write_name(&mut step, element, table)?;
                at += element.len();
            } else if let Some(size) = padded_at(&layout[at..], step.left()) {
                step.write_word(size, self.edition, &layout[at..at + size])?;
                at += size;
                // The library then looks for the next such element without looking for a name first.
                if layout[at..].get(1..3) == Some(b"_2") && step.left() >= 3 {
                    step.write_word(3, self.edition, b"__2")?;
                    at += 3;
                }
            } else if self.edition == Edition::Clocks
                && matches!(layout[at], b'3'..=b'5')
                && (at == 0 || layout[at - 1] != b'0')
            {
                step.write_clock(layout[at])?;
                at += 1;
            } else {
                step.write_byte();
                at += 1;
            }
        }
        step.out.extend(text.get(step.at..).unwrap_or_default());
        Ok(step.out)
    }

    fn write_name(&self, step: &mut Step<'_>, element: &str, table: usize) -> Result<(), Misread> {
        let names = &self.names[table];
        if names.is_empty() {
            return Err(Misread::Other(format!(
                "layout element {element:?} is not supported by the language"
            )));
        }
        let english = |at: usize| match element {
            "January" => MONTHS[at],
            "Monday" => DAYS[at],
            "Jan" => &MONTHS[at][..3],
            "Mon" => &DAYS[at][..3],
            "pm" => ["am", "pm"][at],
            _ => ["AM", "PM"][at],
        };
        let mismatch = || Misread::Name {
            element: element.to_owned(),
        };
        let blanks = step.blanks();
        let start = step.at + blanks;
        if self.edition >= Edition::Clocks && start >= step.text.len() {
            return Err(mismatch());
        }
        let mut found: Option<(usize, usize)> = None;
        for (at, name) in names.iter().enumerate() {
            if found.is_some_and(|(_, size)| name.len() <= size) {
                continue;
            }
            let own = step.text.get(start..start + name.len());
            if own.is_some_and(|own| equal_fold(own, name)) {
                found = Some((at, name.len()));
            }
        }
        let (which, size) = found.ok_or_else(mismatch)?;
        step.out.extend(std::iter::repeat_n(b' ', blanks));
        step.out.extend(english(which).as_bytes());
        step.at = start + size;
        Ok(())
    }
}

/// The element that a layout begins with, if it is a name, and where the names are.
fn name_at(layout: &[u8]) -> Option<(&'static str, usize)> {
    let short = |name: &[u8]| {
        layout.starts_with(name) && !layout.get(3).is_some_and(u8::is_ascii_lowercase)
    };
    Some(match layout {
        [b'J', ..] if layout.starts_with(b"January") => ("January", LONG_MONTHS),
        [b'J', ..] if short(b"Jan") => ("Jan", SHORT_MONTHS),
        [b'M', ..] if layout.starts_with(b"Monday") => ("Monday", LONG_DAYS),
        [b'M', ..] if short(b"Mon") => ("Mon", SHORT_DAYS),
        [b'P', b'M' | b'm', ..] => ("PM", HALVES),
        [b'p', b'M' | b'm', ..] => ("pm", HALVES),
        _ => return None,
    })
}

/// The length of an element that is filled up with blanks, if a layout begins with one and the text is long enough.
fn padded_at(layout: &[u8], left: usize) -> Option<usize> {
    let elements: [&[u8]; 3] = [b"_2006", b"_2", b"__2"];
    let element = elements.iter().find(|one| layout.starts_with(one))?;
    (left >= element.len()).then_some(element.len())
}

/// Equal but for the case of letters, as Go's `strings.EqualFold` for texts of one length.
fn equal_fold(bytes: &[u8], name: &str) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    case::lower(text) == case::lower(name) || case::upper(text) == case::upper(name)
}

/// How far a text has been translated.
struct Step<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Step<'_> {
    /// How many bytes are left.
    fn left(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }

    /// How many bytes of blank follow; two of Latin-1's count too, which are never blanks in UTF-8.
    fn blanks(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_blank = |one: &&u8| matches!(one, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0);
        rest.iter().take_while(is_blank).count()
    }

    /// One byte; above ASCII it is written as the character of that number, and the byte after it is lost.
    fn write_byte(&mut self) {
        if let Some(&byte) = self.text.get(self.at) {
            let mut buffer = [0; 2];
            let written = char::from(byte).encode_utf8(&mut buffer);
            self.at += written.len();
            self.out.extend(written.as_bytes());
        }
    }

    /// What follows up to the next blank, at most so many bytes.
    fn write_word(&mut self, most: usize, edition: Edition, element: &[u8]) -> Result<(), Misread> {
        let blanks = self.blanks();
        let start = self.at + blanks;
        if edition >= Edition::Clocks && start >= self.text.len() {
            return Err(Misread::Name {
                element: String::from_utf8_lossy(element).into_owned(),
            });
        }
        self.out.extend(std::iter::repeat_n(b' ', blanks));
        self.at = start;
        let end = self.out.len() + most;
        while self.left() > 0 && self.blanks() == 0 && self.out.len() != end {
            let byte = self.text[self.at];
            if edition >= Edition::Clocks {
                self.out.push(byte);
            } else {
                // Older editions take a byte above ASCII for the character of that number, and count it twice.
                self.out
                    .extend(char::from(byte).encode_utf8(&mut [0; 2]).as_bytes());
            }
            self.at += 1;
        }
        Ok(())
    }

    /// One or two digits.
    fn write_clock(&mut self, element: u8) -> Result<(), Misread> {
        let blanks = self.blanks();
        let start = self.at + blanks;
        let rest = self.text.get(start..).unwrap_or_default();
        let digits = rest.iter().take(2).take_while(|one| one.is_ascii_digit());
        let digits = digits.count();
        if digits == 0 {
            return Err(Misread::Name {
                element: char::from(element).to_string(),
            });
        }
        self.out.extend(std::iter::repeat_n(b' ', blanks));
        self.out.extend(&rest[..digits]);
        self.at = start + digits;
        Ok(())
    }
}
