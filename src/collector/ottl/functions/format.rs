//! `Format`: Go's `fmt.Sprintf` for the verbs that values of OTTL have a use for. A format with another
//! verb, a width from an argument or an argument's number is refused at start.

pub mod quote;

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::ListKind;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::call;

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

/// A part of a format.
enum Part {
    Text(String),
    Verb(Spec),
}

/// One verb with its flags.
#[expect(clippy::struct_excessive_bools, reason = "flags are as many as Go has")]
#[derive(Clone, Copy)]
struct Spec {
    verb: char,
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Wider or more precise is refused: Go has a limit of its own there.
const WIDEST: usize = 1000;

fn format(mut args: Args) -> Built {
    let parts = parts(&args.text("Format").unwrap_or_default())?;
    let vals = args.getters("Vals").unwrap_or_default();
    call(move |scene| {
        let mut values = Vec::with_capacity(vals.len());
        for val in &vals {
            values.push(val.get(scene)?);
        }
        let mut out = String::new();
        let mut values = values.iter();
        for part in &parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Verb(spec) => match values.next() {
                    Some(value) => write_value(&mut out, spec, value)?,
                    None => {
                        let _ = write!(out, "%!{}(MISSING)", spec.verb);
                    }
                },
            }
        }
        let extra: Result<Vec<String>, String> = values
            .map(|value| Ok(format!("{}={}", go_name(value), plain(value)?)))
            .collect();
        let extra = extra?;
        if !extra.is_empty() {
            let extra: Vec<String> = extra
                .into_iter()
                .map(|text| text.replace("<nil>=<nil>", "<nil>"))
                .collect();
            let _ = write!(out, "%!(EXTRA {})", extra.join(", "));
        }
        Ok(Val::from(out))
    })
}

fn parts(format: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(one) = rest.next() {
        if one != '%' {
            text.push(one);
            continue;
        }
        let spec = spec(&mut rest, format)?;
        match spec {
            None => text.push_str("%!(NOVERB)"),
            Some(spec) if spec.verb == '%' => text.push('%'),
            Some(spec) => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Verb(spec));
            }
        }
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

fn spec(rest: &mut Peekable<Chars<'_>>, format: &str) -> Result<Option<Spec>, String> {
    let mut spec = Spec {
        verb: '%',
        minus: false,
        plus: false,
        zero: false,
        space: false,
        sharp: false,
        width: None,
        precision: None,
    };
    while let Some(flag) = rest.next_if(|one| matches!(one, '-' | '+' | '0' | ' ' | '#')) {
        match flag {
            '-' => spec.minus = true,
            '+' => spec.plus = true,
            '0' => spec.zero = true,
            ' ' => spec.space = true,
            _ => spec.sharp = true,
        }
    }
    let refused = |what: &str| Err(format!("{what} in the format {format:?} is not simulated"));
    spec.width = number(rest);
    if rest.next_if_eq(&'.').is_some() {
        spec.precision = Some(number(rest).unwrap_or(0));
    }
    if spec.width.max(spec.precision) > Some(WIDEST) {
        return refused("a width or precision above 1000");
    }
    let Some(verb) = rest.next() else {
        return Ok(None);
    };
    spec.verb = verb;
    match verb {
        '%' | 'v' | 's' | 'd' | 't' | 'f' | 'F' | 'e' | 'g' | 'x' | 'X' | 'o' | 'b' | 'c' | 'q' => {
        }
        other => return refused(&format!("%{other}")),
    }
    if spec.sharp || (spec.space && matches!(verb, 'x' | 'X')) {
        return refused("a flag");
    }
    Ok(Some(spec))
}

fn number(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let mut number = None;
    while let Some(digit) = rest.peek().and_then(|one| one.to_digit(10)) {
        rest.next();
        let so_far = number.unwrap_or(0_usize).saturating_mul(10);
        number = Some(so_far.saturating_add(digit as usize));
    }
    number
}

/// The type as `%T` writes it.
fn go_name(value: &Val) -> &'static str {
    match value {
        Val::Nil => "<nil>",
        other => other.go_type(),
    }
}

/// A value as `%v` writes it.
fn plain(value: &Val) -> Result<String, String> {
    Ok(match value {
        Val::Nil => "<nil>".to_owned(),
        Val::Bool(value) => value.to_string(),
        Val::Int(value) => value.to_string(),
        Val::Float(value) => shortest(*value, 6),
        Val::Str(text) => text.to_string(),
        Val::Bytes(bytes) => {
            let parts: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("[{}]", parts.join(" "))
        }
        other => {
            return Err(format!("Format of a {} is not simulated", other.go_type()));
        }
    })
}

/// A value of a type that the verb is not for: its type, and itself as `%v` with the same flags.
fn bad_verb(out: &mut String, spec: &Spec, value: &Val) -> Result<(), String> {
    if value.is_nil() {
        let _ = write!(out, "%!{}(<nil>)", spec.verb);
        return Ok(());
    }
    let _ = write!(out, "%!{}({}=", spec.verb, go_name(value));
    write_value(out, &Spec { verb: 'v', ..*spec }, value)?;
    out.push(')');
    Ok(())
}

/// Where Go uses the `String` method of a value.
fn is_for_texts(verb: char) -> bool {
    matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
}

fn write_value(out: &mut String, spec: &Spec, value: &Val) -> Result<(), String> {
    match (spec.verb, value) {
        (verb, Val::Duration(ns)) if is_for_texts(verb) => {
            let shown = Val::from(super::times::span::shown(*ns));
            return write_value(out, spec, &shown);
        }
        (verb, Val::Time(moment)) if is_for_texts(verb) => {
            let shown = Val::from(super::times::shown(moment)?);
            return write_value(out, spec, &shown);
        }
        (_, Val::List(list)) if list.kind == ListKind::Texts => {
            out.push('[');
            for (at, item) in list.items.iter().enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                write_value(out, spec, item)?;
            }
            out.push(']');
            return Ok(());
        }
        _ => {}
    }
    match (spec.verb, value) {
        ('v' | 'd', Val::Int(value)) => integer(out, spec, *value, 10, false),
        ('x', Val::Int(value)) => integer(out, spec, *value, 16, false),
        ('X', Val::Int(value)) => integer(out, spec, *value, 16, true),
        ('o', Val::Int(value)) => integer(out, spec, *value, 8, false),
        ('b', Val::Int(value)) => integer(out, spec, *value, 2, false),
        ('c', Val::Int(value)) => {
            let one = u32::try_from(*value).ok().and_then(char::from_u32);
            let one = one.unwrap_or(char::REPLACEMENT_CHARACTER);
            pad(out, spec, &one.to_string(), false);
        }
        ('v' | 'g' | 'f' | 'F' | 'e', Val::Float(value)) => float(out, spec, *value),
        ('v' | 't', Val::Bool(value)) => pad(out, spec, &value.to_string(), false),
        ('v' | 's', Val::Str(text)) => pad(out, spec, &cut(spec, text), false),
        ('x' | 'X', Val::Str(text)) => {
            let bytes = &text.as_bytes()[..text.len().min(spec.precision.unwrap_or(usize::MAX))];
            let digits = super::hashes::hex(bytes);
            let digits = if spec.verb == 'X' {
                digits.to_uppercase()
            } else {
                digits
            };
            pad(out, spec, &digits, false);
        }
        ('q', Val::Str(text)) => {
            let quoted = quote::text(&cut(spec, text), spec.plus);
            pad(out, spec, &quoted, false);
        }
        ('q', Val::Int(value)) => pad(out, spec, &quote::rune(*value, spec.plus), false),
        ('b' | 'x' | 'X', Val::Float(value)) if value.is_finite() && spec.precision.is_none() => {
            let digits = match spec.verb {
                'b' => binary(value.abs()),
                'x' => hexadecimal(value.abs()),
                _ => hexadecimal(value.abs()).to_uppercase(),
            };
            let text = format!("{}{digits}", sign(spec, value.is_sign_negative()));
            pad(out, spec, &text, true);
        }
        ('b' | 'x' | 'X', Val::Float(_)) => {
            return Err(format!("%{} of this value is not simulated", spec.verb));
        }
        ('v', Val::Nil) => pad(out, spec, "<nil>", false),
        ('v', other @ Val::Bytes(_)) => pad(out, spec, &plain(other)?, false),
        (_, Val::Nil | Val::Bool(_) | Val::Int(_) | Val::Float(_) | Val::Str(_)) => {
            bad_verb(out, spec, value)?;
        }
        (verb, other) => {
            return Err(format!("%{verb} of a {} is not simulated", other.go_type()));
        }
    }
    Ok(())
}

/// As many characters as the precision allows.
fn cut(spec: &Spec, text: &str) -> String {
    match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    }
}

/// Fills up to the width; zeros go behind a sign.
fn pad(out: &mut String, spec: &Spec, text: &str, numeric: bool) {
    let missing = spec
        .width
        .unwrap_or_default()
        .saturating_sub(text.chars().count());
    if spec.minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if spec.zero && numeric {
        let (sign, digits) = match text.chars().next() {
            Some('+' | '-' | ' ') => text.split_at(1),
            _ => ("", text),
        };
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        let fill = if spec.zero { '0' } else { ' ' };
        out.extend(std::iter::repeat_n(fill, missing));
        out.push_str(text);
    }
}

fn sign(spec: &Spec, negative: bool) -> &'static str {
    match negative {
        true => "-",
        false if spec.plus => "+",
        false if spec.space => " ",
        false => "",
    }
}

fn integer(out: &mut String, spec: &Spec, value: i64, base: u32, capitals: bool) {
    let size = value.unsigned_abs();
    let digits = match (base, capitals) {
        (16, false) => format!("{size:x}"),
        (16, true) => format!("{size:X}"),
        (8, _) => format!("{size:o}"),
        (2, _) => format!("{size:b}"),
        _ => size.to_string(),
    };
    let digits = match spec.precision {
        Some(0) if size == 0 => {
            out.extend(std::iter::repeat_n(' ', spec.width.unwrap_or_default()));
            return;
        }
        Some(precision) => format!("{digits:0>precision$}"),
        None => digits,
    };
    let text = format!("{}{digits}", sign(spec, value < 0));
    pad(out, spec, &text, spec.precision.is_none());
}

fn float(out: &mut String, spec: &Spec, value: f64) {
    if !value.is_finite() {
        let name = if value.is_nan() { "NaN" } else { "Inf" };
        let shown = match (value.is_nan(), spec.plus) {
            (true, true) => "+NaN".to_owned(),
            (true, false) => name.to_owned(),
            _ if value < 0.0 => format!("-{name}"),
            _ => format!("+{name}"),
        };
        let unpadded = Spec {
            zero: false,
            ..*spec
        };
        return pad(out, &unpadded, &shown, false);
    }
    let size = value.abs();
    let digits = match (spec.verb, spec.precision) {
        ('f' | 'F', precision) => format!("{size:.*}", precision.unwrap_or(6)),
        ('e', precision) => exponent(&format!("{size:.*e}", precision.unwrap_or(6))),
        (_, None) => shortest(size, 6),
        (_, Some(precision)) => precise(size, precision),
    };
    let text = format!("{}{digits}", sign(spec, value.is_sign_negative()));
    pad(out, spec, &text, true);
}

/// An exponent as Go writes it: with a sign and two digits at least.
fn exponent(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(exponent) => ('-', exponent),
                None => ('+', exponent),
            };
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text.to_owned(),
    }
}

/// The shortest text that reads back as the number; with an exponent below 1e-4, or from the power `large` on (6 in Go).
pub fn shortest(value: f64, large: i32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let power: i32 = scientific
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or_default();
    if value != 0.0 && (power < -4 || power >= large) {
        return exponent(&scientific);
    }
    format!("{value}")
}

/// `%.Ng`: so many digits in all, no zeros at the end.
fn precise(value: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let scientific = format!("{value:.*e}", precision - 1);
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i64 = power.parse().unwrap_or_default();
    let bare = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if value != 0.0 && (power < -4 || power >= precision as i64) {
        return exponent(&format!("{}e{power}", bare(digits)));
    }
    let decimals = (precision as i64 - 1 - power).max(0);
    bare(&format!("{value:.*}", decimals as usize))
}

/// The 53 bits of a number, and the power of two of the last of them.
fn bits_of(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let (power, mantissa) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    match power {
        0 => (mantissa, -1074),
        power => (mantissa | 1 << 52, power as i64 - 1075),
    }
}

/// `%b`: a whole number and a power of two.
fn binary(value: f64) -> String {
    let (mantissa, power) = bits_of(value);
    format!("{mantissa}p{power:+}")
}

/// `%x`: one digit, a hexadecimal fraction and a power of two.
fn hexadecimal(value: f64) -> String {
    let (mantissa, power) = bits_of(value);
    if mantissa == 0 {
        return "0x0p+00".to_owned();
    }
    let shift = mantissa.leading_zeros() - 11;
    let fraction = (mantissa << shift) & ((1 << 52) - 1);
    let power = power + 52 - i64::from(shift);
    let digits = format!("{fraction:013x}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if power < 0 { '-' } else { '+' };
    format!("0x1{point}{digits}p{sign}{:02}", power.abs())
}
