//! Addresses: `IsInCIDR`, `CommunityID`, `URL`.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Digest as _;
use sha1::Sha1;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Getter;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::int;
use super::arguments::of_text;
use super::arguments::text;
use super::url;

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter(
        "IsInCIDR",
        &[
            Param::new("Target", Kind::Str),
            Param::new("Networks", Kind::ListOf(&Kind::Str)),
        ],
        is_in_cidr,
    )
    .since(146),
    Function::converter(
        "CommunityID",
        &[
            Param::new("SourceIP", Kind::Str),
            Param::new("SourcePort", Kind::Int),
            Param::new("DestinationIP", Kind::Str),
            Param::new("DestinationPort", Kind::Int),
            Param::optional("Protocol", Kind::Str),
            Param::optional("Seed", Kind::Int),
        ],
        community_id,
    )
    .since(141),
    Function::converter("URL", &[Param::new("URI", Kind::Str)], |mut args| {
        of_text(args.getter("URI")?, |text| url::parts(text).map(Val::Map))
    })
    .since(103),
];

/// An address as Go's `net.ParseIP` reads it: an IPv4 address inside IPv6 is IPv4.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

/// A network: its address with the host bits cleared, and the bits that count.
struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("invalid CIDR address: {text}");
        let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let bits: u8 = bits.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        if bits > width {
            return Err(wrong());
        }
        // Go keeps the length of the mask, but reads the address as IPv4 where it is one.
        match (address, address.to_canonical()) {
            (IpAddr::V6(_), IpAddr::V4(inner)) => match bits.checked_sub(96) {
                Some(bits) => Ok(Self {
                    address: IpAddr::V4(mask_4(inner, bits)),
                    bits,
                }),
                None => Ok(Self { address, bits }),
            },
            (IpAddr::V4(inner), _) => Ok(Self {
                address: IpAddr::V4(mask_4(inner, bits)),
                bits,
            }),
            (IpAddr::V6(inner), _) => Ok(Self {
                address: IpAddr::V6(mask_6(inner, bits)),
                bits,
            }),
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => mask_4(address, self.bits) == network,
            (IpAddr::V6(network), IpAddr::V6(address)) => mask_6(address, self.bits) == network,
            _ => false,
        }
    }
}

fn mask_4(address: Ipv4Addr, bits: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & mask)
}

fn mask_6(address: Ipv6Addr, bits: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

fn is_in_cidr(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let networks = args.getters("Networks").unwrap_or_default();
    let mut known = Some(Vec::with_capacity(networks.len()));
    for network in &networks {
        if let Some(Val::Str(network)) = network.literal() {
            let network = Network::parse(network)?;
            if let Some(known) = &mut known {
                known.push(network);
            }
        } else {
            known = None;
            break;
        }
    }
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        let Some(address) = address(&target) else {
            return Ok(Val::Bool(false));
        };
        if let Some(known) = &known {
            let inside = known.iter().any(|network| network.contains(address));
            return Ok(Val::Bool(inside));
        }
        for network in &networks {
            let network = text(network.as_ref(), scene)?;
            if Network::parse(&network)?.contains(address) {
                return Ok(Val::Bool(true));
            }
        }
        Ok(Val::Bool(false))
    })
}

/// One end of a flow: the address as bytes, and the port.
fn endpoint(
    ip: &dyn Getter,
    port: &dyn Getter,
    scene: &Scene<'_>,
) -> Result<(Vec<u8>, u16), String> {
    let ip = text(ip, scene)?;
    let port = int(port, scene)?;
    let port =
        u16::try_from(port).map_err(|_| format!("port must be between 0 and 65535, got {port}"))?;
    let bytes = match address(&ip).ok_or_else(|| format!("invalid IP: {ip}"))? {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    Ok((bytes, port))
}

/// The hash of a flow, the same in both directions (<https://github.com/corelight/community-id-spec>).
fn community_id(mut args: Args) -> Built {
    let (source_ip, source_port) = (args.getter("SourceIP")?, args.getter("SourcePort")?);
    let target_ip = args.getter("DestinationIP")?;
    let target_port = args.getter("DestinationPort")?;
    let (protocol, seed) = (args.optional("Protocol"), args.optional("Seed"));
    call(move |scene| {
        let source = endpoint(source_ip.as_ref(), source_port.as_ref(), scene)?;
        let target = endpoint(target_ip.as_ref(), target_port.as_ref(), scene)?;
        let protocol: u8 = match &protocol {
            None => 6,
            Some(protocol) => match text(protocol.as_ref(), scene)?.as_str() {
                "ICMP" => 1,
                "TCP" => 6,
                "UDP" => 17,
                "RSVP" => 46,
                "ICMP6" => 58,
                "SCTP" => 132,
                other => return Err(format!("unsupported protocol: {other}")),
            },
        };
        let seed = match &seed {
            None => 0,
            Some(seed) => {
                let seed = int(seed.as_ref(), scene)?;
                u16::try_from(seed)
                    .map_err(|_| format!("seed must be between 0 and 65535, got {seed}"))?
            }
        };
        let key = |end: &(Vec<u8>, u16)| (end.0.len(), end.0.clone(), end.1);
        let (first, second) = if key(&source) > key(&target) {
            (target, source)
        } else {
            (source, target)
        };
        let mut flow = seed.to_be_bytes().to_vec();
        flow.extend(&first.0);
        flow.extend(&second.0);
        flow.extend([protocol, 0]);
        flow.extend(first.1.to_be_bytes());
        flow.extend(second.1.to_be_bytes());
        Ok(Val::from(format!(
            "1:{}",
            STANDARD.encode(Sha1::digest(flow))
        )))
    })
}
