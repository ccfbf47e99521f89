//! What a value is, and making it another type: `IsString`, `Int`, `Len` and their like.

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::call;

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter(
        "IsBool",
        &[Param::new("Target", Kind::Probe(&Kind::Bool))],
        |args| is(args, |value| matches!(value, Val::Bool(_))),
    ),
    Function::converter(
        "IsDouble",
        &[Param::new("Target", Kind::Probe(&Kind::Float))],
        |args| is(args, |value| matches!(value, Val::Float(_))),
    ),
    Function::converter(
        "IsInt",
        &[Param::new("Target", Kind::Probe(&Kind::Int))],
        |args| is(args, |value| matches!(value, Val::Int(_))),
    ),
    Function::converter("IsList", ANY, |args| {
        is(args, |value| matches!(value, Val::List(_)))
    }),
    Function::converter(
        "IsMap",
        &[Param::new("Target", Kind::Probe(&Kind::Map))],
        |args| is(args, |value| matches!(value, Val::Map(_))),
    ),
    Function::converter(
        "IsString",
        &[Param::new("Target", Kind::Probe(&Kind::Str))],
        |args| is(args, |value| matches!(value, Val::Str(_))),
    ),
    Function::converter("String", &[Param::new("Target", Kind::StrLike)], same),
    Function::converter("Int", &[Param::new("Target", Kind::IntLike)], same),
    Function::converter("Double", &[Param::new("Target", Kind::FloatLike)], same),
    Function::converter("Bool", &[Param::new("Target", Kind::BoolLike)], same).since(143),
    Function::converter("Len", ANY, len),
    Function::converter(
        "Coalesce",
        &[Param::new("Values", Kind::ListOf(&Kind::Any))],
        coalesce,
    )
    .since(150),
    Function::converter("IsValidLuhn", &[Param::new("Target", Kind::StrLike)], luhn).since(151),
    Function::converter("Log", &[Param::new("Target", Kind::FloatLike)], log),
];

/// The parameter of tests: a value of another type is no error but false.
const ANY: &[Param] = &[Param::new("Target", Kind::Any)];

fn is(mut args: Args, test: fn(&Val) -> bool) -> Built {
    let target = args.getter("Target")?;
    call(move |scene| Ok(Val::Bool(test(&target.get(scene)?))))
}

/// The parameter's type does the work.
fn same(mut args: Args) -> Built {
    args.getter("Target")
}

fn coalesce(mut args: Args) -> Built {
    let values = args.getters("Values").unwrap_or_default();
    if values.is_empty() {
        return Err("Coalesce requires at least one argument".to_owned());
    }
    call(move |scene| {
        for value in &values {
            let value = value.get(scene)?;
            if !value.is_nil() {
                return Ok(value);
            }
        }
        Ok(Val::Nil)
    })
}

fn len(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    call(move |scene| {
        let len = match target.get(scene)? {
            Val::Str(text) => text.len(),
            Val::Bytes(bytes) => bytes.len(),
            Val::List(list) => list.items.len(),
            Val::Map(map) => map.len(),
            other => {
                return Err(format!(
                    "Len: target is a {}, not a text, list or map",
                    other.go_type()
                ));
            }
        };
        Ok(Val::Int(len as i64))
    })
}

fn log(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    call(move |scene| match target.get(scene)? {
        Val::Float(value) if value <= 0.0 => Err(format!(
            "invalid input: expected number greater than zero but got {value}"
        )),
        Val::Float(value) => Ok(Val::Float(value.ln())),
        other => Err(format!("invalid input: {}", other.go_type())),
    })
}

/// Whether the last digit is the check digit of those before it. Spaces do not count; nothing is not valid.
fn luhn(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    call(move |scene| {
        let Val::Str(text) = target.get(scene)? else {
            return Err("invalid input: <nil>".to_owned());
        };
        let digits = text.bytes().filter(|byte| *byte != b' ').rev();
        let mut sum = 0_u64;
        for (at, byte) in digits.enumerate() {
            if !byte.is_ascii_digit() {
                let shown = char::from(byte);
                return Err(format!("strconv.Atoi: parsing {shown:?}: invalid syntax"));
            }
            let digit = u64::from(byte - b'0');
            sum += match (at % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            };
        }
        let any = text.bytes().any(|byte| byte != b' ');
        Ok(Val::Bool(any && sum.is_multiple_of(10)))
    })
}
