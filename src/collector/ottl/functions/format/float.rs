//! Floating-point numbers, as Go's `fmt` and `strconv` write them.

use super::flags::Flags;

/// More digits than this behind the point are zeros in every number; the formatter of Rust has a limit of its own.
const EXACT: usize = 1_100;

/// A number by a verb; `None` if the verb is not one for such numbers.
pub fn write(out: &mut String, flags: &Flags, value: f64, verb: char) -> Option<()> {
    let (verb, standard) = match verb {
        'v' => ('g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
        'f' | 'e' | 'E' => (verb, Some(6)),
        'F' => ('f', Some(6)),
        _ => return None,
    };
    let precision = flags.precision().or(standard);
    if !value.is_finite() {
        let name = match (value.is_nan(), value > 0.0) {
            (true, _) => format!("{}NaN", flags.sign()),
            (false, true) if flags.space && !flags.plus => " Inf".to_owned(),
            (false, true) if flags.plus => "+Inf".to_owned(),
            (false, true) => "+Inf".to_owned(),
            (false, false) => "-Inf".to_owned(),
        };
        flags.without_zeros().pad(out, &name);
        return Some(());
    }
    let size = value.abs();
    let mut number = match verb {
        'f' => fixed(size, precision.unwrap_or_default()),
        'e' => scientific(size, precision.unwrap_or_default()),
        'E' => scientific(size, precision.unwrap_or_default()).to_uppercase(),
        'b' => binary(size),
        'x' => hexadecimal(size, precision),
        'X' => hexadecimal(size, precision).to_uppercase(),
        'G' => general(size, precision).to_uppercase(),
        _ => general(size, precision),
    };
    if flags.sharp && verb != 'b' {
        number = with_point(&number, verb, precision);
    }
    let sign = if value.is_sign_negative() {
        "-"
    } else {
        flags.sign()
    };
    let length = sign.len() + number.len();
    if !sign.is_empty() && flags.fills_with_zeros() && flags.width() > length {
        out.push_str(sign);
        flags.fill(out, flags.width() - length);
        out.push_str(&number);
    } else {
        flags.pad(out, &format!("{sign}{number}"));
    }
    Some(())
}

/// A number with a point, and with the zeros at its end that `%g` leaves out.
fn with_point(number: &str, verb: char, precision: Option<usize>) -> String {
    let mut missing = match verb {
        'g' | 'G' | 'x' => precision.unwrap_or(6) as i64,
        _ => 0,
    };
    let is_hexadecimal = matches!(verb, 'x' | 'X');
    let exponent = number.find(|one| match one {
        'p' | 'P' => true,
        'e' | 'E' => !is_hexadecimal,
        _ => false,
    });
    let (digits, exponent) = number.split_at(exponent.unwrap_or(number.len()));
    let mut has_begun = false;
    for digit in digits.chars().filter(|one| *one != '.') {
        // The `x` of a prefix counts, as it does in Go.
        has_begun |= digit != '0';
        missing -= i64::from(has_begun);
    }
    let mut out = digits.to_owned();
    if !digits.contains('.') {
        missing -= i64::from(digits == "0");
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', missing.max(0) as usize));
    out + exponent
}

/// `%.Nf`.
fn fixed(size: f64, precision: usize) -> String {
    let exact = precision.min(EXACT);
    let zeros = "0".repeat(precision - exact);
    format!("{size:.exact$}{zeros}")
}

/// `%.Ne`.
fn scientific(size: f64, precision: usize) -> String {
    let exact = precision.min(EXACT);
    let zeros = "0".repeat(precision - exact);
    let text = format!("{size:.exact$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    exponent(&format!("{digits}{zeros}e{power}"))
}

/// `%g`: all digits that are needed, or so many, without zeros at the end.
fn general(size: f64, precision: Option<usize>) -> String {
    match precision {
        None => shortest(size, 6),
        Some(precision) => precise(size, precision),
    }
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
    // Go goes on without an exponent as long as no zeros have to be made up, but not beyond 21 digits.
    if value != 0.0 && (power < -4 || power >= large) {
        return exponent(&scientific);
    }
    format!("{value}")
}

/// `%.Ng`: so many digits in all, no zeros at the end.
fn precise(value: f64, precision: usize) -> String {
    // A double has no more significant digits than this.
    let precision = precision.clamp(1, EXACT);
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
    let digits = bare(digits);
    // As many digits as there are decide, where they reach as far as the point.
    let count = digits.chars().filter(char::is_ascii_digit).count() as i64;
    let limit = match precision as i64 {
        precision if precision > count && count > power => count,
        precision => precision,
    };
    if value != 0.0 && (power < -4 || power >= limit) {
        return exponent(&format!("{digits}e{power}"));
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

/// `%x`: one digit, a hexadecimal fraction of so many digits or as many as are needed, and a power of two.
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    /// The digit before the point is the bit of this number, 15 digits follow.
    const POINT: u32 = 60;
    let (mut mantissa, mut power) = bits_of(value);
    if mantissa == 0 {
        power = 0;
    } else {
        let shift = mantissa.leading_zeros() - (63 - POINT);
        mantissa <<= shift;
        power += i64::from(POINT - shift);
    }
    if let Some(digits @ 0..15) = precision {
        // Rounds to the nearest, to an even digit halfway.
        let kept = POINT - 4 * digits as u32;
        let rest = mantissa & ((1 << kept) - 1);
        mantissa >>= kept;
        let half = 1 << (kept - 1);
        mantissa += u64::from(rest > half || (rest == half && mantissa & 1 == 1));
        mantissa <<= kept;
        if mantissa >> (POINT + 1) != 0 {
            mantissa >>= 1;
            power += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << POINT) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(digits) => {
            let zeros = "0".repeat(digits.saturating_sub(fraction.len()));
            format!("{}{zeros}", &fraction[..digits.min(fraction.len())])
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if power < 0 { '-' } else { '+' };
    let first = mantissa >> POINT;
    format!("0x{first}{point}{fraction}p{sign}{:02}", power.abs())
}
