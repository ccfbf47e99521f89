//! Numbers of a budget file: limits with a unit, and allowed growth.

use bytesize::ByteSize;

use super::super::Unit;
use super::super::policy::Allowed;
use super::finish;
use super::required;
use crate::collector::decode::Fields;
use crate::collector::position::ConfigError;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;

/// A limit that fails, or a map with one that warns and one that fails.
pub(super) fn limit(node: &Node, unit: Unit) -> Result<(Option<f64>, Option<f64>), ConfigError> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Ok((None, Some(number(node, unit)?)));
    }
    let mut fields = Fields::of(node, "a limit")?;
    let mut side = |key: &'static str| {
        let node = fields.take(key).filter(|node| !node.is_null());
        node.map(|node| number(node, unit)).transpose()
    };
    let (warn, fail) = (side("warn")?, side("fail")?);
    let at = fields.at();
    finish(fields)?;
    match (warn, fail) {
        (None, None) => Err(ConfigError::new(at, "a limit without a number")
            .with_help("write `fail: NUMBER`, `warn: NUMBER`, or both")),
        (Some(warn), Some(fail)) if warn > fail => {
            let message = "it fails before it warns: `warn` is above `fail`";
            Err(ConfigError::new(at, message))
        }
        both => Ok(both),
    }
}

/// A number of a unit, which is neither negative nor without end.
fn number(node: &Node, unit: Unit) -> Result<f64, ConfigError> {
    let (parsed, like) = match unit {
        Unit::BodyBytes => (bytes(node)?, "1MiB, 64KiB or 4096"),
        Unit::HiddenFailureRatio => (ratio(node)?.filter(|ratio| *ratio <= 1.0), "1% or 0.01"),
        Unit::SamplesPerSecond => (plain(node), "1000 or 0.5"),
        Unit::Series | Unit::Values | Unit::LabelsPerSeries | Unit::Names => {
            return Ok(whole(node, "a limit")? as f64);
        }
    };
    let usable = parsed.filter(|number| number.is_finite() && *number >= 0.0);
    usable.ok_or_else(|| {
        let message = match node.scalar() {
            Some(typed) => format!("`{typed}` is no limit of {}", unit.as_str()),
            None => format!(
                "a limit of {} is a number, not {}",
                unit.as_str(),
                node.kind_name()
            ),
        };
        ConfigError::new(node.at, message).with_help(format!("write it like {like}"))
    })
}

fn plain(node: &Node) -> Option<f64> {
    match &node.kind {
        Kind::Int(number, _) => Some(*number as f64),
        Kind::Float(number, _) => Some(*number),
        _ => None,
    }
}

fn bytes(node: &Node) -> Result<Option<f64>, ConfigError> {
    if let Some(number) = plain(node) {
        return Ok(Some(number));
    }
    if node.scalar().is_none() {
        return Ok(None);
    }
    let size: Option<ByteSize> = required(node, "a limit")?.parse().ok();
    Ok(size.map(|size| size.as_u64() as f64))
}

/// `0.05` or `5%`.
fn ratio(node: &Node) -> Result<Option<f64>, ConfigError> {
    if let Some(number) = plain(node) {
        return Ok(Some(number));
    }
    if node.scalar().is_none() {
        return Ok(None);
    }
    let typed = required(node, "a share")?;
    let percent = typed.trim().strip_suffix('%').map(str::trim);
    Ok(percent
        .and_then(|number| number.parse::<f64>().ok())
        .map(|number| number / 100.0))
}

/// A whole number from 0 on.
pub(super) fn whole(node: &Node, what: &str) -> Result<u64, ConfigError> {
    match &node.kind {
        Kind::Int(number, _) if *number >= 0 => Ok(*number as u64),
        _ => {
            let found = node
                .scalar()
                .map_or_else(|| node.kind_name().to_owned(), |typed| format!("`{typed}`"));
            let message = format!("{what} must be a whole number from 0 on, not {found}");
            Err(ConfigError::new(node.at, message).with_help("write it like 250000 or 250_000"))
        }
    }
}

/// Growth in percent, in series or values, or both.
pub(super) fn allowed(node: &Node, counted: &'static str) -> Result<Allowed, ConfigError> {
    let mut allowed = Allowed {
        at: node.at,
        ..Allowed::default()
    };
    if !matches!(node.kind, Kind::Map(_)) {
        allowed.share = Some(percent(node)?);
        return Ok(allowed);
    }
    let mut fields = Fields::of(node, "allowed growth")?;
    let given = fields.take("percent").filter(|node| !node.is_null());
    allowed.share = given.map(percent).transpose()?;
    let given = fields.take(counted).filter(|node| !node.is_null());
    allowed.absolute = given.map(|node| whole(node, "growth")).transpose()?;
    let given = fields.take("at_least").filter(|node| !node.is_null());
    allowed.at_least = given.map_or(Ok(0), |node| whole(node, "`at_least`"))?;
    let at = fields.at();
    finish(fields)?;
    if allowed.share.is_none() && allowed.absolute.is_none() {
        return Err(ConfigError::new(at, "how much growth is allowed?")
            .with_help(format!("write `percent: 5%`, `{counted}: 1000`, or both")));
    }
    Ok(allowed)
}

/// Percent, with its sign: `5` alone could as well be five times.
fn percent(node: &Node) -> Result<f64, ConfigError> {
    let typed = node.scalar().unwrap_or_default().trim();
    let number = match typed.strip_suffix('%') {
        Some(number) => number.trim().parse::<f64>().ok(),
        None if typed == "0" => Some(0.0),
        None => None,
    };
    let usable = number.filter(|number| number.is_finite() && *number >= 0.0);
    usable.map(|number| number / 100.0).ok_or_else(|| {
        let found = node
            .scalar()
            .map_or_else(|| node.kind_name().to_owned(), |typed| format!("`{typed}`"));
        ConfigError::new(node.at, format!("growth is a percentage, not {found}"))
            .with_help("write it like 5% or 0%")
    })
}
