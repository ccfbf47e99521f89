//! Texts read as JSON, CSV, pairs and numbers, and maps written as pairs.

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;
use crate::collector::value::Value;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::int;
use super::arguments::map;
use super::arguments::of_text;
use super::arguments::text;
use super::csv;
use super::number;
use super::pairs;

const TARGET: Param = Param::new("Target", Kind::Str);

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("ParseJSON", &[TARGET], parse_json),
    Function::converter(
        "ParseCSV",
        &[
            TARGET,
            Param::new("Header", Kind::Str),
            Param::optional("Delimiter", Kind::LitStr),
            Param::optional("HeaderDelimiter", Kind::LitStr),
            Param::optional("Mode", Kind::LitStr),
        ],
        parse_csv,
    ),
    Function::converter(
        "ParseKeyValue",
        &[
            TARGET,
            Param::optional("Delimiter", Kind::LitStr),
            Param::optional("PairDelimiter", Kind::LitStr),
        ],
        parse_key_value,
    ),
    Function::converter(
        "ToKeyValueString",
        &[
            Param::new("Target", Kind::Map),
            Param::optional("Delimiter", Kind::LitStr),
            Param::optional("PairDelimiter", Kind::LitStr),
            Param::optional("SortOutput", Kind::LitBool),
        ],
        to_key_value_string,
    )
    .since(111),
    Function::converter(
        "ParseInt",
        &[TARGET, Param::new("Base", Kind::Int)],
        parse_int,
    )
    .since(130),
];

fn parse_json(mut args: Args) -> Built {
    of_text(args.getter("Target")?, |text| {
        let parsed: serde_json::Value =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        match value_of(parsed) {
            Value::Map(map) => Ok(Val::Map(map)),
            list @ Value::List(_) => Ok(Val::from(&list)),
            _ => Err("could not convert parsed value to JSON object".to_owned()),
        }
    })
}

/// All numbers are floating-point numbers, as Go reads them without being told a type.
fn value_of(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Empty,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Double(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Value::Str(text.into()),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(value_of).collect()),
        serde_json::Value::Object(pairs) => Value::Map(
            pairs
                .into_iter()
                .map(|(key, value)| (key, value_of(value)))
                .collect(),
        ),
    }
}

fn parse_csv(mut args: Args) -> Built {
    let (target, header) = (args.getter("Target")?, args.getter("Header")?);
    let mut single = |name: &str| match args.text(name) {
        Some(text) => {
            let mut all = text.chars();
            match (all.next(), all.next()) {
                (Some(one), None) => Ok(Some(one)),
                _ => Err(format!(
                    "invalid arguments: {name} must be a single character"
                )),
            }
        }
        None => Ok(None),
    };
    let delimiter = single("Delimiter")?.unwrap_or(',');
    let header_delimiter = single("HeaderDelimiter")?.unwrap_or(delimiter);
    let quotes = match args.text("Mode").as_deref() {
        None | Some("strict") => csv::Quotes::Strict,
        Some("lazyQuotes") => csv::Quotes::Lazy,
        Some("ignoreQuotes") => csv::Quotes::Ignored,
        Some(other) => return Err(format!("unknown mode: {other}")),
    };
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        let header = text(header.as_ref(), scene)?;
        if header.is_empty() {
            return Err("headers must not be an empty string".to_owned());
        }
        let headers: Vec<&str> = header.split(header_delimiter).collect();
        let fields = csv::row(&target, delimiter, quotes)?;
        if fields.len() != headers.len() {
            return Err(format!(
                "map csv headers: wrong number of fields: expected {}, found {}",
                headers.len(),
                fields.len()
            ));
        }
        let mut map = Attributes::default();
        for (header, field) in headers.into_iter().zip(fields) {
            map.insert(header, Value::Str(field.into()));
        }
        Ok(Val::Map(map))
    })
}

/// The two delimiters, checked.
fn delimiters(args: &mut Args) -> Result<(String, String), String> {
    let mut one = |name: &str, default: &str| match args.text(name) {
        Some(text) if text.is_empty() => Err(format!("{name} cannot be set to an empty string")),
        Some(text) => Ok(text.to_string()),
        None => Ok(default.to_owned()),
    };
    let delimiter = one("Delimiter", "=")?;
    let pair_delimiter = one("PairDelimiter", " ")?;
    if delimiter == pair_delimiter {
        return Err(format!(
            "pair delimiter {pair_delimiter:?} cannot be equal to delimiter {delimiter:?}"
        ));
    }
    Ok((delimiter, pair_delimiter))
}

fn parse_key_value(mut args: Args) -> Built {
    let (delimiter, pair_delimiter) = delimiters(&mut args)?;
    let by_bytes = !args.version.is_from(pairs::WHOLE_CHARACTERS);
    of_text(args.getter("Target")?, move |text| {
        if text.is_empty() {
            return Err("cannot parse from empty target".to_owned());
        }
        let mut map = Attributes::default();
        for pair in pairs::split(text, &pair_delimiter, by_bytes)? {
            let (key, value) = pair
                .split_once(delimiter.as_str())
                .ok_or_else(|| format!("cannot split {pair:?} into 2 items, got 1 item(s)"))?;
            map.insert(key.trim(), value.trim());
        }
        Ok(Val::Map(map))
    })
}

fn to_key_value_string(mut args: Args) -> Built {
    let (delimiter, pair_delimiter) = delimiters(&mut args)?;
    let sorted = args.bool("SortOutput").unwrap_or(false);
    let target = args.getter("Target")?;
    call(move |scene| {
        let map = map(target.as_ref(), scene)?;
        let mut pairs: Vec<_> = map.iter().collect();
        if sorted {
            pairs.sort_by(|left, right| left.0.as_str().cmp(right.0.as_str()));
        }
        let quoted = |text: &str| {
            let escaped = text.replace('"', "\\\"");
            if escaped.contains(&pair_delimiter) || escaped.contains(&delimiter) {
                format!("\"{escaped}\"")
            } else {
                escaped
            }
        };
        let written: Vec<String> = pairs
            .into_iter()
            .map(|(key, value)| quoted(key) + &delimiter + &quoted(&value.to_string()))
            .collect();
        Ok(Val::from(written.join(&pair_delimiter)))
    })
}

fn parse_int(mut args: Args) -> Built {
    let (target, base) = (args.getter("Target")?, args.getter("Base")?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        if target.is_empty() {
            return Err(
                "invalid target value for ParseInt function, target cannot be empty".into(),
            );
        }
        let base = int(base.as_ref(), scene)?;
        number::parse_int(&target, base).map(Val::Int)
    })
}
