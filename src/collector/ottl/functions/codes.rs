//! Bytes written as texts, and back: base64, hexadecimal digits, character sets; identifiers.

use std::rc::Rc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::Term;
use super::arguments::call;
use super::arguments::of_text;
use super::arguments::text;
use super::arguments::text_of_bytes;
use super::arguments::unexpected;
use super::charset::Charset;
use super::hashes::hex;
use super::texts::DYNAMIC;

/// From this release on, identifiers may be dynamic and written as hexadecimal digits.
const DYNAMIC_IDS: u16 = 142;

/// From this release on, `Decode` knows the variants of base64 (`func_decode.go`).
const VARIANTS: u16 = 125;

const TARGET: Param = Param::new("Target", Kind::Str);

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("Base64Decode", &[TARGET], |mut args| {
        of_text(args.getter("Target")?, |text| {
            Ok(text_of_bytes(&base64_bytes(&STANDARD, text.as_bytes())?))
        })
    }),
    Function::converter(
        "Base64Encode",
        &[TARGET, Param::optional("Variant", Kind::Str)],
        base64_encode,
    )
    .since(147),
    Function::converter(
        "Decode",
        &[
            Param::new("Target", Kind::Any),
            Param::new("Encoding", Kind::LitStr),
        ],
        decode,
    )
    .since(109)
    .until(DYNAMIC),
    Function::converter(
        "Decode",
        &[
            Param::new("Target", Kind::Any),
            Param::new("Encoding", Kind::Str),
        ],
        decode,
    )
    .since(DYNAMIC),
    Function::converter(
        "Hex",
        &[Param::new("Target", Kind::BytesLike)],
        |mut args| {
            let target = args.getter("Target")?;
            call(move |scene| match target.get(scene)? {
                Val::Nil => Ok(Val::from("")),
                Val::Bytes(bytes) => Ok(Val::from(hex(&bytes))),
                other => Err(unexpected("bytes", &other)),
            })
        },
    )
    .since(105),
    Function::converter("TraceID", LITERAL_BYTES, |args| literal_id(args, 16)).until(DYNAMIC_IDS),
    Function::converter("TraceID", BYTES, |args| dynamic_id(args, 16)).since(DYNAMIC_IDS),
    Function::converter("SpanID", LITERAL_BYTES, |args| literal_id(args, 8)).until(DYNAMIC_IDS),
    Function::converter("SpanID", BYTES, |args| dynamic_id(args, 8)).since(DYNAMIC_IDS),
    Function::converter("ProfileID", LITERAL_BYTES, |args| literal_id(args, 16))
        .since(126)
        .until(DYNAMIC_IDS),
    Function::converter("ProfileID", BYTES, |args| dynamic_id(args, 16)).since(DYNAMIC_IDS),
];

const LITERAL_BYTES: &[Param] = &[Param::new("Bytes", Kind::LitBytes)];
const BYTES: &[Param] = &[Param::new("Target", Kind::BytesLike)];

// Go does not look at the bits that the last digit has too many.
const PADDED: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
const RAW: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDED);

/// The base64 of a name.
fn base64_named(name: &str) -> Option<GeneralPurpose> {
    Some(match name {
        "base64" => STANDARD,
        "base64-raw" => GeneralPurpose::new(&alphabet::STANDARD, RAW),
        "base64-url" => GeneralPurpose::new(&alphabet::URL_SAFE, PADDED),
        "base64-raw-url" => GeneralPurpose::new(&alphabet::URL_SAFE, RAW),
        _ => return None,
    })
}

/// What base64 digits stand for. Line breaks among them are skipped, as Go does.
fn base64_bytes(engine: &GeneralPurpose, digits: &[u8]) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = digits
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    engine
        .decode(digits)
        .map_err(|error| format!("illegal base64 data: {error}"))
}

fn base64_encode(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let variant = args.optional("Variant");
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        let variant = match &variant {
            Some(variant) => text(variant.as_ref(), scene)?,
            None => "base64".into(),
        };
        let engine = base64_named(&variant)
            .ok_or_else(|| format!("unsupported base64 variant: {variant}"))?;
        Ok(Val::from(engine.encode(target.as_bytes())))
    })
}

/// How bytes are read.
enum Decoder {
    Base64(Box<GeneralPurpose>),
    Charset(Charset),
}

impl Decoder {
    fn named(name: &str, variants: bool) -> Result<Self, String> {
        match base64_named(name) {
            Some(engine) if variants || name == "base64" => Ok(Self::Base64(Box::new(engine))),
            _ => Charset::named(name).map(Self::Charset),
        }
    }

    fn decode(&self, bytes: &[u8]) -> Result<Val, String> {
        match self {
            Self::Base64(engine) => base64_bytes(engine, bytes)
                .map(|bytes| text_of_bytes(&bytes))
                .map_err(|error| format!("could not decode: {error}")),
            Self::Charset(charset) => charset.decode(bytes).map(Val::from),
        }
    }
}

fn decode(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let encoding = args.getter("Encoding")?;
    let variants = args.version.is_from(VARIANTS);
    // Since the encoding may be dynamic, a literal one is judged at start; before, when it is used.
    let known = match encoding.literal() {
        Some(Val::Str(name)) => Some(Decoder::named(name, variants)),
        _ => None,
    };
    if args.version.is_from(DYNAMIC)
        && let Some(Err(error)) = &known
    {
        return Err(error.clone());
    }
    call(move |scene| {
        let bytes: Rc<[u8]> = match target.get(scene)? {
            Val::Str(text) => text.as_bytes().into(),
            Val::Bytes(bytes) => bytes,
            other => {
                return Err(format!(
                    "unsupported type provided to Decode function: {}",
                    other.go_type()
                ));
            }
        };
        match &known {
            Some(Ok(decoder)) => decoder.decode(&bytes),
            Some(Err(error)) => Err(error.clone()),
            None => Decoder::named(&text(encoding.as_ref(), scene)?, variants)?.decode(&bytes),
        }
    })
}

/// An identifier of literal bytes, exactly as many as it has.
fn literal_id(mut args: Args, len: usize) -> Built {
    let Some(Val::Bytes(bytes)) = args.literal("Bytes") else {
        return Err("argument Bytes is missing".to_owned());
    };
    if bytes.len() != len {
        return Err(format!(
            "an identifier has {len} bytes, not {}",
            bytes.len()
        ));
    }
    call(move |_| Ok(Val::Bytes(bytes.clone())))
}

/// An identifier of its bytes or their hexadecimal digits.
fn dynamic_id(mut args: Args, len: usize) -> Built {
    let target: Term = args.getter("Target")?;
    let read = move |value: Val| -> Result<Val, String> {
        let bytes = match value {
            Val::Nil => Rc::default(),
            Val::Bytes(bytes) => bytes,
            Val::Str(text) => text.as_bytes().into(),
            other => return Err(unexpected("bytes", &other)),
        };
        if bytes.len() == len {
            return Ok(Val::Bytes(bytes));
        }
        if bytes.len() != len * 2 {
            return Err(format!(
                "could not decode ID: invalid length: expected {len} or {} bytes, got {}",
                len * 2,
                bytes.len()
            ));
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
        let decoded: Option<Vec<u8>> = bytes.chunks_exact(2).map(pair).collect();
        let decoded = decoded.ok_or("could not decode ID: invalid hex")?;
        Ok(Val::Bytes(decoded.into()))
    };
    if let Some(literal) = target.literal() {
        let id = read(literal.clone())?;
        return call(move |_| Ok(id.clone()));
    }
    call(move |scene| read(target.get(scene)?))
}
