//! From a pattern of Go's dialect (`regexp/syntax`, Perl flags) to the tree the engine takes.
//!
//! What Go refuses is refused in its words. The tree means what Go's program would do: classes are those of
//! Unicode 15.0, `\d`, `\w`, `\s` and `\b` are ASCII, `$` without flag `m` is the end of the text.

use regex_syntax::hir::Capture;
use regex_syntax::hir::Class;
use regex_syntax::hir::Dot;
use regex_syntax::hir::Hir;
use regex_syntax::hir::Look;
use regex_syntax::hir::Repetition;

use super::error::Fault;
use super::error::RegexError;
use super::escape;
use super::item::Item;
use super::unicode;

/// A parsed pattern.
pub(super) struct Parsed {
    pub(super) tree: Hir,
    /// By number of the group; the first is the whole match. Empty where a group has no name.
    pub(super) names: Vec<String>,
}

/// Ranges that the classes of one pattern may have: a bound on memory, far above what people write.
const MAX_RANGES: usize = 1 << 20;

/// Repetitions of the innermost thing that Go allows.
const MAX_REPEAT: u32 = 1000;

/// Flags in force at a place of the pattern.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are Perl's flags")]
pub(super) struct Flags {
    pub(super) fold: bool,
    multi_line: bool,
    dot_newline: bool,
    swap_greed: bool,
}

/// What stands between a parenthesis and its partner, as far as it was read.
struct Group {
    /// Number of the group; `None` for those that do not capture, and for the pattern as a whole.
    capture: Option<u32>,
    /// To be restored at the end.
    flags: Flags,
    alternatives: Vec<Item>,
    current: Vec<Item>,
}

impl Group {
    fn new(capture: Option<u32>, flags: Flags) -> Self {
        Self {
            capture,
            flags,
            alternatives: Vec::new(),
            current: Vec::new(),
        }
    }

    fn end_alternative(&mut self) {
        let items = std::mem::take(&mut self.current);
        self.alternatives.push(Item::concat(items));
    }

    fn finish(mut self) -> Item {
        self.end_alternative();
        let item = Item::alternation(self.alternatives);
        match self.capture {
            None => item,
            Some(index) => item.wrapped(2, |tree| {
                let sub = Box::new(tree);
                let name = None;
                Hir::capture(Capture { index, name, sub })
            }),
        }
    }
}

pub(super) struct Parser<'p> {
    pattern: &'p str,
    pub(super) flags: Flags,
    names: Vec<String>,
    outer: Vec<Group>,
    group: Group,
    ranges: usize,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Parsed, RegexError> {
    let mut parser = Parser {
        pattern,
        flags: Flags::default(),
        names: vec![String::new()],
        outer: Vec::new(),
        group: Group::new(None, Flags::default()),
        ranges: 0,
    };
    let mut rest = pattern;
    // The pattern from the operator on, if what was read last is a repetition.
    let mut last_repeat = None;
    while let Some(c) = rest.chars().next() {
        let before = rest;
        (rest, last_repeat) = match c {
            '*' => (
                parser.repeat((0, None), before, &rest[1..], last_repeat)?,
                Some(before),
            ),
            '+' => (
                parser.repeat((1, None), before, &rest[1..], last_repeat)?,
                Some(before),
            ),
            '?' => (
                parser.repeat((0, Some(1)), before, &rest[1..], last_repeat)?,
                Some(before),
            ),
            '{' => match counts(rest) {
                Some((bounds, after)) => (
                    parser.count(bounds, before, after, last_repeat)?,
                    Some(before),
                ),
                None => (parser.one(rest, '{')?, None),
            },
            _ => (parser.one(rest, c)?, None),
        };
    }
    let Parser {
        outer,
        group,
        names,
        ..
    } = parser;
    let item = group.finish();
    item.check(pattern)?;
    if !outer.is_empty() {
        return Err(RegexError::syntax(Fault::MissingParen, pattern));
    }
    let tree = item.tree;
    Ok(Parsed { tree, names })
}

impl<'p> Parser<'p> {
    /// Reads one thing that is no repetition; returns what follows it.
    fn one(&mut self, rest: &'p str, c: char) -> Result<&'p str, RegexError> {
        let after = &rest[c.len_utf8()..];
        match c {
            '(' if after.starts_with('?') => return self.perl_group(rest),
            '(' => {
                self.open(String::new());
                return Ok(after);
            }
            '|' => self.group.end_alternative(),
            ')' => {
                let Some(outer) = self.outer.pop() else {
                    return Err(RegexError::syntax(Fault::UnexpectedParen, self.pattern));
                };
                let inner = std::mem::replace(&mut self.group, outer);
                self.flags = inner.flags;
                self.push(inner.finish())?;
            }
            '^' if self.flags.multi_line => self.look(Look::StartLF),
            '^' => self.look(Look::Start),
            '$' if self.flags.multi_line => self.look(Look::EndLF),
            '$' => self.look(Look::End),
            '.' => {
                let dot = if self.flags.dot_newline {
                    Dot::AnyChar
                } else {
                    Dot::AnyCharExceptLF
                };
                self.group.current.push(Item::leaf(Hir::dot(dot)));
            }
            '[' => {
                let (class, after) = self.class(rest)?;
                self.group
                    .current
                    .push(Item::leaf(Hir::class(Class::Unicode(class))));
                return Ok(after);
            }
            '\\' => return self.backslash(rest),
            _ => self.literal(c),
        }
        Ok(after)
    }

    fn backslash(&mut self, rest: &'p str) -> Result<&'p str, RegexError> {
        let look = match rest.as_bytes().get(1) {
            Some(b'A') => Some(Look::Start),
            Some(b'z') => Some(Look::End),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            Some(b'C') => return Err(RegexError::syntax(Fault::Escape, &rest[..2])),
            Some(b'Q') => {
                let quoted = &rest[2..];
                let (quoted, after) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                quoted.chars().for_each(|c| self.literal(c));
                return Ok(after);
            }
            _ => None,
        };
        if let Some(look) = look {
            self.look(look);
            return Ok(&rest[2..]);
        }
        if let Some((class, after)) = self.named_class(rest)? {
            self.group
                .current
                .push(Item::leaf(Hir::class(Class::Unicode(class))));
            return Ok(after);
        }
        let (code, after) = escape::escape(rest)?;
        match char::from_u32(code) {
            Some(c) => self.literal(c),
            // Half of a surrogate pair is in no text.
            None => self.group.current.push(Item::leaf(Hir::fail())),
        }
        Ok(after)
    }

    fn look(&mut self, look: Look) {
        self.group.current.push(Item::leaf(Hir::look(look)));
    }

    fn literal(&mut self, c: char) {
        let tree = if self.flags.fold {
            Hir::class(Class::Unicode(unicode::folded(c)))
        } else {
            Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes())
        };
        self.group.current.push(Item::literal(tree));
    }

    fn push(&mut self, item: Item) -> Result<(), RegexError> {
        item.check(self.pattern)?;
        self.group.current.push(item);
        Ok(())
    }

    /// Counts the ranges of a class against the limit.
    pub(super) fn charge(&mut self, ranges: usize) -> Result<(), RegexError> {
        self.ranges += ranges;
        if self.ranges > MAX_RANGES {
            Err(RegexError::syntax(Fault::TooLarge, self.pattern))
        } else {
            Ok(())
        }
    }

    fn open(&mut self, name: String) {
        let index = self.names.len() as u32;
        self.names.push(name);
        let group = Group::new(Some(index), self.flags);
        self.outer.push(std::mem::replace(&mut self.group, group));
    }

    /// `{2,5}` and its kin, within Go's bounds.
    fn count(
        &mut self,
        (min, max): Counts,
        before: &'p str,
        after: &'p str,
        last: Option<&'p str>,
    ) -> Result<&'p str, RegexError> {
        let wrong =
            || RegexError::syntax(Fault::RepeatCount, &before[..before.len() - after.len()]);
        let bounds = match (min, max) {
            (Some(min), None) => (min, None),
            (Some(min), Some(Some(max))) if min <= max => (min, Some(max)),
            _ => return Err(wrong()),
        };
        if bounds.0 > MAX_REPEAT || bounds.1.is_some_and(|max| max > MAX_REPEAT) {
            return Err(wrong());
        }
        let after = self.repeat(bounds, before, after, last)?;
        let Some(item) = self.group.current.last_mut() else {
            return Ok(after);
        };
        if !item.repeated(bounds.0, bounds.1, MAX_REPEAT) {
            let excerpt = &before[..before.len() - after.len()];
            return Err(RegexError::syntax(Fault::RepeatCount, excerpt));
        }
        Ok(after)
    }

    fn repeat(
        &mut self,
        (min, max): (u32, Option<u32>),
        before: &'p str,
        after: &'p str,
        last: Option<&'p str>,
    ) -> Result<&'p str, RegexError> {
        let lazy = after.starts_with('?');
        let after = &after[usize::from(lazy)..];
        if let Some(last) = last {
            let excerpt = &last[..last.len() - after.len()];
            return Err(RegexError::syntax(Fault::NestedRepetition, excerpt));
        }
        let Some(item) = self.group.current.pop() else {
            let excerpt = &before[..before.len() - after.len()];
            return Err(RegexError::syntax(Fault::MissingArgument, excerpt));
        };
        let greedy = lazy == self.flags.swap_greed;
        self.push(item.repetition(min, max, |tree| {
            let sub = Box::new(tree);
            Hir::repetition(Repetition {
                min,
                max,
                greedy,
                sub,
            })
        }))?;
        Ok(after)
    }

    /// Reads what begins with `(?`: a named group, flags, or both flags and a group.
    fn perl_group(&mut self, rest: &'p str) -> Result<&'p str, RegexError> {
        let name_at = match rest.as_bytes() {
            [_, _, b'P', b'<', _, ..] => 4,
            [_, _, b'<', _, ..] => 3,
            _ => return self.flag_group(rest),
        };
        let Some(end) = rest.find('>') else {
            return Err(RegexError::syntax(Fault::NamedCapture, rest));
        };
        let name = rest.get(name_at..end).unwrap_or_default();
        let is_fine = |c: char| c == '_' || c.is_ascii_alphanumeric();
        if name.is_empty() || !name.chars().all(is_fine) {
            return Err(RegexError::syntax(Fault::NamedCapture, &rest[..=end]));
        }
        self.open(name.to_owned());
        Ok(&rest[end + 1..])
    }

    fn flag_group(&mut self, rest: &'p str) -> Result<&'p str, RegexError> {
        let mut flags = self.flags;
        let (mut on, mut saw_flag) = (true, false);
        let mut end = rest.len();
        for (at, c) in rest.char_indices().skip(2) {
            let after = at + c.len_utf8();
            let flag = match c {
                'i' => &mut flags.fold,
                'm' => &mut flags.multi_line,
                's' => &mut flags.dot_newline,
                'U' => &mut flags.swap_greed,
                '-' if on => {
                    (on, saw_flag) = (false, false);
                    continue;
                }
                ':' | ')' if on || saw_flag => {
                    if c == ':' {
                        let group = Group::new(None, self.flags);
                        self.outer.push(std::mem::replace(&mut self.group, group));
                    }
                    self.flags = flags;
                    return Ok(&rest[after..]);
                }
                _ => {
                    end = after;
                    break;
                }
            };
            *flag = on;
            saw_flag = true;
        }
        Err(RegexError::syntax(Fault::PerlSyntax, &rest[..end]))
    }
}

/// Bounds of a repetition; `None` as a number: too big to be one. No second number: without end.
type Counts = (Option<u32>, Option<Option<u32>>);

/// Reads `{2}`, `{2,}` or `{2,5}`; `None` where it is something else, and the brace a literal one.
fn counts(rest: &str) -> Option<(Counts, &str)> {
    let (min, rest) = number(rest.strip_prefix('{')?)?;
    let (max, rest) = match rest.strip_prefix(',') {
        None => (Some(min), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => {
            let (max, rest) = number(rest)?;
            (Some(max), rest)
        }
    };
    Some(((min, max), rest.strip_prefix('}')?))
}

fn number(rest: &str) -> Option<(Option<u32>, &str)> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at(digits);
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    (!digits.is_empty() && !leading_zero).then(|| (digits.parse().ok(), after))
}
