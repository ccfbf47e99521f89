//! Character sets that `Decode` reads: the Unicode ones, ASCII and Latin-1. Others are refused by name.

/// From bytes to characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8; what is none becomes U+FFFD. ASCII is read like it.
    Utf8,
    /// UTF-16 with the lower byte first.
    Utf16Little,
    /// UTF-16 with the higher byte first.
    Utf16Big,
    /// ISO 8859-1.
    Latin1,
}

impl Charset {
    /// The character set of a name (`internal/coreinternal/textutils/encoding.go`).
    ///
    /// # Errors
    /// It is unknown, or not simulated.
    pub fn named(name: &str) -> Result<Self, String> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "" | "utf-8" | "utf8" | "ascii" | "us-ascii" | "nop" | "utf-8-raw" | "utf8-raw" => {
                Self::Utf8
            }
            "utf-16" | "utf16" | "utf-16le" => Self::Utf16Little,
            "utf-16be" => Self::Utf16Big,
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" => Self::Latin1,
            _ => return Err(format!("the encoding {name:?} is not simulated")),
        })
    }

    /// The characters of bytes. None of these sets refuses anything: what is no character becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        let wide = |unit: fn([u8; 2]) -> u16| {
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
        };
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Utf16Little => wide(u16::from_le_bytes),
            Self::Utf16Big => wide(u16::from_be_bytes),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
        }
    }
}
