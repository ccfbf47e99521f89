//! Character sets that `Decode` reads: those of IANA that the Collector's library has.
//!
//! Names and the tables of sets of one byte stand in `charset/charsets.txt`, which `tests/conformance/generate_charsets.py`
//! writes.

use encoding_rs::Encoding;

static TABLE: &str = include_str!("charset/charsets.txt");

/// From bytes to characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8; what is none of it becomes U+FFFD.
    Utf8,
    /// UTF-8 that is left as it is; each byte that is none of it becomes U+FFFD, since our texts hold no others.
    Raw,
    /// UTF-16 with the lower byte first.
    Utf16Little,
    /// UTF-16 with the higher byte first.
    Utf16Big,
    /// UTF-16 that may say itself which byte is first; else the higher one.
    Utf16Marked,
    /// One byte, one character: of a byte the character at its number.
    Single(Box<[char; 256]>),
    /// One of East Asia.
    Wide(&'static Encoding),
}

impl Charset {
    /// The character set of a name (`internal/coreinternal/textutils/encoding.go`).
    ///
    /// # Errors
    /// It is unknown, or not simulated.
    pub fn named(name: &str) -> Result<Self, String> {
        // These the Collector reads in another way than the standard says, whose names may have blanks around.
        match name.to_ascii_lowercase().as_str() {
            "" | "utf-8" | "utf8" | "ascii" | "us-ascii" => return Ok(Self::Utf8),
            "nop" | "utf-8-raw" | "utf8-raw" => return Ok(Self::Raw),
            "utf-16" | "utf16" => return Ok(Self::Utf16Little),
            _ => {}
        }
        let wanted = name.trim().to_ascii_lowercase();
        let fields = TABLE.lines().find_map(|line| {
            let (kind, rest) = line.split_once('\t')?;
            let (names, table) = rest.split_once('\t')?;
            names
                .split(' ')
                .any(|own| own == wanted && !wanted.is_empty())
                .then_some((kind, table))
        });
        let (kind, table) = fields.ok_or_else(|| format!("unsupported encoding '{name}'"))?;
        match kind {
            "utf-8" => Ok(Self::Utf8),
            "utf-16" => Ok(Self::Utf16Marked),
            "utf-16be" => Ok(Self::Utf16Big),
            "utf-16le" => Ok(Self::Utf16Little),
            "ascii" => Ok(Self::single(|byte| {
                if byte.is_ascii() {
                    char::from(byte)
                } else {
                    char::REPLACEMENT_CHARACTER
                }
            })),
            "single" => {
                let changed: Vec<(u8, char)> = table.split(' ').filter_map(entry).collect();
                Ok(Self::single(|byte| {
                    let own = changed.iter().find(|(of, _)| *of == byte);
                    own.map_or(char::from(byte), |(_, character)| *character)
                }))
            }
            kind => Encoding::for_label(kind.as_bytes())
                .filter(|encoding| encoding.name().eq_ignore_ascii_case(kind))
                .map(Self::Wide)
                .ok_or_else(|| format!("the encoding {name:?} is not simulated")),
        }
    }

    fn single(character: impl Fn(u8) -> char) -> Self {
        Self::Single(Box::new(std::array::from_fn(|byte| character(byte as u8))))
    }

    /// The characters of bytes: what is no character becomes U+FFFD.
    ///
    /// # Errors
    /// The Collector's library and ours disagree on what such bytes are in Shift JIS.
    pub fn decode(&self, bytes: &[u8]) -> Result<String, String> {
        Ok(match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Raw => {
                let mut text = String::with_capacity(bytes.len());
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
                }
                text
            }
            Self::Utf16Little => utf16(bytes, u16::from_le_bytes),
            Self::Utf16Big => utf16(bytes, u16::from_be_bytes),
            Self::Utf16Marked => match bytes {
                [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
                _ => utf16(bytes, u16::from_be_bytes),
            },
            Self::Single(table) => bytes.iter().map(|byte| table[usize::from(*byte)]).collect(),
            Self::Wide(encoding) => {
                let text = encoding.decode_without_bom_handling(bytes).0;
                // Bytes of nobody's own are private characters here and none there, and an error has another length.
                let inner = text.strip_suffix(char::REPLACEMENT_CHARACTER);
                let is_doubtful = |one| matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{fffd}');
                if *encoding == encoding_rs::SHIFT_JIS
                    && inner.unwrap_or(&text).contains(is_doubtful)
                {
                    return Err("what these bytes are in shift_jis is not simulated".to_owned());
                }
                text.into_owned()
            }
        })
    }
}

/// One entry of a table: `80=20ac`.
fn entry(text: &str) -> Option<(u8, char)> {
    let (byte, code) = text.split_once('=')?;
    let code = u32::from_str_radix(code, 16).ok()?;
    Some((u8::from_str_radix(byte, 16).ok()?, char::from_u32(code)?))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut text: String = char::decode_utf16(units)
        .map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if odd {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_set_but_the_one_that_is_refused() {
        let mut refused = Vec::new();
        for line in TABLE.lines() {
            let names = line.split('\t').nth(1).unwrap();
            for name in names.split(' ') {
                if Charset::named(name).is_err() {
                    refused.push(name);
                }
            }
        }
        assert_eq!(refused, ["hz-gb-2312"]);
    }

    #[test]
    fn the_euro_has_many_places() {
        let euro = |name: &str, byte: u8| Charset::named(name).unwrap().decode(&[byte]).unwrap();
        assert_eq!(euro("windows-1252", 0x80), "€");
        assert_eq!(euro("ISO-8859-15", 0xa4), "€");
        assert_eq!(euro("IBM01140", 0x9f), "€");
        assert_eq!(euro(" cp00858 ", 0xd5), "€");
    }
}
