//! Classes in brackets, classes by name, and characters behind a backslash.

use regex_syntax::hir::ClassUnicode;
use regex_syntax::hir::ClassUnicodeRange;

use super::error::Fault;
use super::error::RegexError;
use super::parse::Parser;
use super::unicode;

impl<'p> Parser<'p> {
    /// Reads a class in brackets; returns it and what follows.
    pub(super) fn class(&mut self, rest: &'p str) -> Result<(ClassUnicode, &'p str), RegexError> {
        let mut t = &rest[1..];
        let negated = t.starts_with('^');
        t = &t[usize::from(negated)..];
        // Characters and ranges are folded at the end, all at once; named classes one by one, as they may be
        // negated.
        let mut plain = Vec::new();
        let mut named = Vec::new();
        let mut first = true;
        let mut posix_may_end = true;
        while first || !t.starts_with(']') {
            first = false;
            if posix_may_end && t.len() > 2 && t.starts_with("[:") {
                match t[2..].find(":]") {
                    None => posix_may_end = false,
                    Some(end) => {
                        let (name, after) = t.split_at(end + 4);
                        let class = self.ascii_class(posix(name), name)?;
                        self.charge(class.ranges().len())?;
                        named.extend_from_slice(class.ranges());
                        t = after;
                        continue;
                    }
                }
            }
            if let Some((class, after)) = self.named_class(t)? {
                named.extend_from_slice(class.ranges());
                t = after;
                continue;
            }
            let range = t;
            let (low, after) = class_char(t, rest)?;
            let mut high = low;
            t = after;
            if t.starts_with('-') && t.len() >= 2 && !t[1..].starts_with(']') {
                (high, t) = class_char(&t[1..], rest)?;
                if high < low {
                    let excerpt = &range[..range.len() - t.len()];
                    return Err(RegexError::syntax(Fault::CharRange, excerpt));
                }
            }
            self.charge(1)?;
            plain.extend(without_surrogates(low, high));
        }
        let mut class = ClassUnicode::new(plain);
        if self.flags.fold {
            unicode::fold(&mut class);
            self.charge(class.ranges().len())?;
        }
        class.union(&ClassUnicode::new(named));
        if negated {
            class.negate();
        }
        Ok((class, &t[1..]))
    }

    /// Reads `\d`, `\pL`, `\p{Greek}` and their kin, if one of them is what stands here.
    pub(super) fn named_class(
        &mut self,
        rest: &'p str,
    ) -> Result<Option<(ClassUnicode, &'p str)>, RegexError> {
        let (class, after) = match rest.as_bytes() {
            [b'\\', b'p' | b'P', ..] => self.unicode_class(rest)?,
            [b'\\', b'd' | b'D' | b's' | b'S' | b'w' | b'W', ..] => {
                let (name, after) = rest.split_at(2);
                (self.ascii_class(perl(name), name)?, after)
            }
            _ => return Ok(None),
        };
        // At least what it takes to look it up.
        self.charge(class.ranges().len().max(16))?;
        Ok(Some((class, after)))
    }

    fn unicode_class(&self, rest: &'p str) -> Result<(ClassUnicode, &'p str), RegexError> {
        let wrong = |excerpt| RegexError::syntax(Fault::CharRange, excerpt);
        let tail = &rest[2..];
        let (name, after) = match (tail.chars().next(), tail.strip_prefix('{')) {
            (None, _) => return Err(wrong(rest)),
            (_, Some(braced)) => braced.split_once('}').ok_or_else(|| wrong(rest))?,
            (Some(c), None) => tail.split_at(c.len_utf8()),
        };
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let whole = &rest[..rest.len() - after.len()];
        let mut class = unicode::named(name).ok_or_else(|| wrong(whole))?;
        if self.flags.fold {
            unicode::fold_named(name, &mut class);
        }
        if negated != rest.starts_with(r"\P") {
            class.negate();
        }
        Ok((class, after))
    }

    /// A class of ASCII characters: pairs of ends, and whether it is negated.
    fn ascii_class(
        &self,
        found: Option<(&[u8], bool)>,
        name: &str,
    ) -> Result<ClassUnicode, RegexError> {
        let Some((ends, negated)) = found else {
            return Err(RegexError::syntax(Fault::CharRange, name));
        };
        let ranges = ends.chunks_exact(2);
        let ranges =
            ranges.map(|ends| ClassUnicodeRange::new(char::from(ends[0]), char::from(ends[1])));
        let mut class = ClassUnicode::new(ranges);
        if self.flags.fold {
            unicode::fold(&mut class);
        }
        if negated {
            class.negate();
        }
        Ok(class)
    }
}

fn perl(name: &str) -> Option<(&'static [u8], bool)> {
    let negated = name.as_bytes()[1].is_ascii_uppercase();
    let ends: &[u8] = match name {
        r"\d" | r"\D" => b"09",
        r"\s" | r"\S" => b"\t\n\x0c\r  ",
        r"\w" | r"\W" => b"09AZ__az",
        _ => return None,
    };
    Some((ends, negated))
}

/// The class of a name as in `[:alpha:]`.
fn posix(name: &str) -> Option<(&'static [u8], bool)> {
    let name = name.strip_prefix("[:")?.strip_suffix(":]")?;
    let negated = name.starts_with('^');
    let ends: &[u8] = match &name[usize::from(negated)..] {
        "alnum" => b"09AZaz",
        "alpha" => b"AZaz",
        "ascii" => b"\0\x7f",
        "blank" => b"\t\t  ",
        "cntrl" => b"\0\x1f\x7f\x7f",
        "digit" => b"09",
        "graph" => b"!~",
        "lower" => b"az",
        "print" => b" ~",
        "punct" => b"!/:@[`{~",
        "space" => b"\t\r  ",
        "upper" => b"AZ",
        "word" => b"09AZ__az",
        "xdigit" => b"09AFaf",
        _ => return None,
    };
    Some((ends, negated))
}

/// Surrogates can be written, but are in no text.
fn without_surrogates(low: u32, high: u32) -> impl Iterator<Item = ClassUnicodeRange> {
    let below = (low, high.min(0xD7FF));
    let above = (low.max(0xE000), high);
    [below, above].into_iter().filter_map(|(low, high)| {
        let ends = char::from_u32(low).zip(char::from_u32(high));
        let (low, high) = ends.filter(|(low, high)| low <= high)?;
        Some(ClassUnicodeRange::new(low, high))
    })
}

fn class_char<'p>(rest: &'p str, whole: &str) -> Result<(u32, &'p str), RegexError> {
    match rest.chars().next() {
        None => Err(RegexError::syntax(Fault::MissingBracket, whole)),
        Some('\\') => escape(rest),
        Some(c) => Ok((u32::from(c), &rest[c.len_utf8()..])),
    }
}

/// Reads a character behind a backslash; returns its number, maybe that of a surrogate, and what follows.
pub(super) fn escape(rest: &str) -> Result<(u32, &str), RegexError> {
    let mut chars = rest[1..].chars();
    let Some(c) = chars.next() else {
        return Err(RegexError::syntax(Fault::TrailingBackslash, ""));
    };
    let code = match c {
        '0'..='7' => octal(c, &mut chars),
        'x' => hexadecimal(&mut chars),
        'a' => Some(0x07),
        'f' => Some(0x0C),
        'n' => Some(0x0A),
        'r' => Some(0x0D),
        't' => Some(0x09),
        'v' => Some(0x0B),
        _ => (c.is_ascii() && !c.is_ascii_alphanumeric()).then_some(u32::from(c)),
    };
    let after = chars.as_str();
    let excerpt = &rest[..rest.len() - after.len()];
    let code = code.ok_or_else(|| RegexError::syntax(Fault::Escape, excerpt))?;
    Ok((code, after))
}

/// Up to three digits. A single one that is not zero would be a reference to a group, which Go does not have.
fn octal(first: char, chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let digit = |chars: &std::str::Chars<'_>| chars.clone().next().and_then(|c| c.to_digit(8));
    if first != '0' && digit(chars).is_none() {
        return None;
    }
    let mut code = first.to_digit(8)?;
    for _ in 0..2 {
        let Some(next) = digit(chars) else {
            break;
        };
        code = code * 8 + next;
        chars.next();
    }
    Some(code)
}

fn hexadecimal(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let first = chars.next()?;
    if first != '{' {
        let second = chars.next();
        return Some(first.to_digit(16)? * 16 + second?.to_digit(16)?);
    }
    let mut code = None;
    loop {
        match chars.next()? {
            '}' => return code,
            c => {
                let next = code.unwrap_or(0) * 16 + c.to_digit(16)?;
                code = Some(next).filter(|&code| code <= u32::from(char::MAX));
                code?;
            }
        }
    }
}
