//! `Format`: Go's `fmt.Sprintf`, with its widths, its arguments by number and its words for what does not fit.
//!
//! A format is never refused: what is wrong with it stands in the text, as in Go. What Go writes as an address in
//! memory, maps and lists of pdata above all, is an error.

pub mod flags;
pub mod float;
pub mod integer;
pub mod quote;
pub mod values;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::call;

use flags::Flags;
use values::Printer;

/// The converters of this file.
pub static TABLE: &[Function] = &[Function::converter(
    "Format",
    &[
        Param::new("Format", Kind::LitStr),
        Param::new("Vals", Kind::ListOf(&Kind::Any)),
    ],
    format,
)
.since(106)];

/// Go takes no width, precision or number of an argument beyond this.
const LARGEST: i64 = 1_000_000;

fn format(mut args: Args) -> Built {
    let format = args.text("Format").unwrap_or_default();
    let vals = args.getters("Vals").unwrap_or_default();
    call(move |scene| {
        let mut values = Vec::with_capacity(vals.len());
        for val in &vals {
            values.push(val.get(scene)?);
        }
        sprintf(&format, &values).map(Val::from)
    })
}

/// A format filled in.
///
/// # Errors
/// A value is one that Go writes as an address.
pub fn sprintf(format: &str, values: &[Val]) -> Result<String, String> {
    let mut walk = Walk {
        format,
        at: 0,
        values,
        next: 0,
        by_number: false,
        is_number_good: true,
        printer: Printer::default(),
    };
    while walk.at < format.len() {
        walk.is_number_good = true;
        let rest = &format[walk.at..];
        let text = &rest[..rest.find('%').unwrap_or(rest.len())];
        walk.printer.out.push_str(text);
        walk.at += text.len();
        if walk.at >= format.len() {
            break;
        }
        walk.at += 1;
        if !walk.verb()? {
            break;
        }
    }
    walk.extra()?;
    Ok(walk.printer.out)
}

/// How far a format has been filled in.
struct Walk<'a> {
    format: &'a str,
    /// The byte of the format that is looked at.
    at: usize,
    values: &'a [Val],
    /// The value for the next verb.
    next: usize,
    /// Whether a value was asked for by its number.
    by_number: bool,
    /// Whether such a number in the current verb is one of a value, and stands where it may.
    is_number_good: bool,
    printer: Printer,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    /// Goes through one verb, from behind its percent sign; `false` if the format ends before the verb.
    fn verb(&mut self) -> Result<bool, String> {
        let mut flags = Flags::default();
        while let Some(flag) = self.peek() {
            match flag {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut after_number = self.number_of_value();
        if self.peek() == Some(b'*') {
            self.at += 1;
            flags.width = self.size_from_value();
            if flags.width.is_none() {
                self.printer.out.push_str("%!(BADWIDTH)");
            }
            if flags.width.is_some_and(|width| width < 0) {
                flags.width = flags.width.map(i64::abs);
                flags.minus = true;
                flags.zero = false;
            }
            after_number = false;
        } else {
            flags.width = self.size();
            if after_number && flags.width.is_some() {
                self.is_number_good = false;
            }
        }
        if self.at + 1 < self.format.len() && self.peek() == Some(b'.') {
            self.at += 1;
            after_number = self.precision(&mut flags, after_number);
        }
        if !after_number {
            self.number_of_value();
        }
        let Some(verb) = self
            .format
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        else {
            self.printer.out.push_str("%!(NOVERB)");
            return Ok(false);
        };
        self.at += verb.len_utf8();
        let out = &mut self.printer.out;
        match self.values.get(self.next) {
            _ if verb == '%' => out.push('%'),
            _ if !self.is_number_good => {
                out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(BADINDEX)"]);
            }
            None => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]),
            Some(value) => {
                if matches!(verb, 'v' | 'w') {
                    flags.go_syntax = std::mem::take(&mut flags.sharp);
                    flags.plus = false;
                }
                self.printer.flags = flags;
                self.printer.value(value, verb)?;
                self.next += 1;
            }
        }
        Ok(true)
    }

    /// The precision, from behind its point. Returns whether a value's number is what came last.
    fn precision(&mut self, flags: &mut Flags, after_number: bool) -> bool {
        if after_number {
            self.is_number_good = false;
        }
        let after_number = self.number_of_value();
        if self.peek() != Some(b'*') {
            flags.precision = Some(self.size().unwrap_or_default());
            return after_number;
        }
        self.at += 1;
        flags.precision = self.size_from_value().filter(|precision| *precision >= 0);
        if flags.precision.is_none() {
            self.printer.out.push_str("%!(BADPREC)");
        }
        false
    }

    /// Digits at this place; where they are too many, the rest of the format is passed over.
    fn size(&mut self) -> Option<i64> {
        let (size, end) = digits(self.format.as_bytes(), self.at, self.format.len());
        self.at = end;
        size
    }

    /// The next value as a width or precision.
    fn size_from_value(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        match value {
            Val::Int(size) | Val::Duration(size) => {
                (-LARGEST..=LARGEST).contains(size).then_some(*size)
            }
            _ => None,
        }
    }

    /// `[2]`: the next value is the second. Returns whether there was such a number.
    fn number_of_value(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.by_number = true;
        let bytes = self.format.as_bytes();
        let rest = &bytes[self.at..];
        let end = match rest.iter().position(|one| *one == b']') {
            Some(end) if rest.len() >= 3 => self.at + end,
            _ => {
                self.is_number_good = false;
                self.at += 1;
                return false;
            }
        };
        let (number, read_to) = digits(bytes, self.at + 1, end);
        self.at = end + 1;
        let Some(number) = number.filter(|_| read_to == end) else {
            self.is_number_good = false;
            return false;
        };
        match usize::try_from(number - 1) {
            Ok(at) if at < self.values.len() => self.next = at,
            _ => self.is_number_good = false,
        }
        true
    }

    /// Values that no verb was for, if none was asked for by number.
    fn extra(&mut self) -> Result<(), String> {
        let values = self.values;
        let extra = values.get(self.next..).unwrap_or_default();
        if self.by_number || extra.is_empty() {
            return Ok(());
        }
        self.printer.flags = Flags::default();
        self.printer.out.push_str("%!(EXTRA ");
        for (at, value) in extra.iter().enumerate() {
            if at > 0 {
                self.printer.out.push_str(", ");
            }
            if !value.is_nil() {
                self.printer.out.push_str(value.go_type());
                self.printer.out.push('=');
            }
            self.printer.value(value, 'v')?;
        }
        self.printer.out.push(')');
        Ok(())
    }
}

/// The number that begins at `at`, if there is one before `end`, and where it ends; `end` if it is too large.
fn digits(bytes: &[u8], at: usize, end: usize) -> (Option<i64>, usize) {
    let mut number = None;
    for (place, byte) in bytes.iter().enumerate().take(end).skip(at) {
        if !byte.is_ascii_digit() {
            return (number, place);
        }
        let so_far = number.unwrap_or_default();
        if so_far > LARGEST {
            return (None, end);
        }
        number = Some(so_far * 10 + i64::from(byte - b'0'));
    }
    (number, end.max(at))
}
