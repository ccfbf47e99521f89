//! Whole numbers, as Go's `fmt` writes them.

use super::flags::Flags;
use super::quote;

/// A number by a verb; `None` if the verb is not one for numbers. `signed` is whether the highest bit is a sign.
pub fn write(out: &mut String, flags: &Flags, number: u64, signed: bool, verb: char) -> Option<()> {
    match verb {
        'v' if flags.go_syntax && !signed => {
            let sharp = Flags {
                sharp: true,
                ..*flags
            };
            digits(out, &sharp, number, signed, 'x');
        }
        'v' | 'd' | 'b' | 'o' | 'O' | 'x' | 'X' => digits(out, flags, number, signed, verb),
        'c' => flags.pad(out, &character(number).to_string()),
        'q' => flags.pad(out, &quote::character(character(number), flags.plus)),
        'U' => code_point(out, flags, number),
        _ => return None,
    }
    Some(())
}

/// The character of a number; U+FFFD where there is none.
fn character(number: u64) -> char {
    let code = u32::try_from(number).ok().and_then(char::from_u32);
    code.unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn digits(out: &mut String, flags: &Flags, number: u64, signed: bool, verb: char) {
    let negative = signed && (number as i64) < 0;
    let size = if negative {
        number.wrapping_neg()
    } else {
        number
    };
    let sign = if negative { "-" } else { flags.sign() };
    if flags.precision == Some(0) && size == 0 {
        flags.without_zeros().fill(out, flags.width());
        return;
    }
    // A precision wins over zeros up to the width, which count the sign.
    let least = match flags.precision() {
        Some(precision) => precision,
        None if flags.fills_with_zeros() => flags.width().saturating_sub(sign.len()),
        None => 0,
    };
    let written = match verb {
        'b' => format!("{size:b}"),
        'o' | 'O' => format!("{size:o}"),
        'x' => format!("{size:x}"),
        'X' => format!("{size:X}"),
        _ => size.to_string(),
    };
    let zeros = "0".repeat(least.saturating_sub(written.len()));
    let prefix = match verb {
        'b' if flags.sharp => "0b",
        'o' if flags.sharp && zeros.is_empty() && !written.starts_with('0') => "0",
        'O' if flags.sharp && zeros.is_empty() && !written.starts_with('0') => "0o0",
        'O' => "0o",
        'x' if flags.sharp => "0x",
        'X' if flags.sharp => "0X",
        _ => "",
    };
    let text = format!("{sign}{prefix}{zeros}{written}");
    flags.without_zeros().pad(out, &text);
}

/// `U+0078`, and the character too if the flag is set.
fn code_point(out: &mut String, flags: &Flags, number: u64) {
    let digits = format!("{number:X}");
    let least = flags.precision().unwrap_or_default().max(4);
    let zeros = "0".repeat(least.saturating_sub(digits.len()));
    let mut text = format!("U+{zeros}{digits}");
    let code = u32::try_from(number).ok().and_then(char::from_u32);
    if let Some(one) = code.filter(|one| flags.sharp && quote::is_printed(*one)) {
        text.extend([" '", one.encode_utf8(&mut [0; 4]), "'"]);
    }
    flags.without_zeros().pad(out, &text);
}
