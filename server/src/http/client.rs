//! Where a request comes from.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::{IpNet, Ipv4Net};

use crate::graphql::{Access, RequestTime};

/// Who asks, from where, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    /// Who, if they are signed in.
    pub(super) access: Access,
    /// From where.
    pub(super) address: IpAddr,
    /// When the request came.
    pub(super) arrived: RequestTime,
}

impl Caller {
    /// Somebody who has not said who they are.
    pub(super) fn of(address: IpAddr, arrived: RequestTime) -> Self {
        Self { access: Access::default(), address, arrived }
    }
}

/// The proxies that may say for whom they ask.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Those of these networks. IPv4 written as IPv6 is IPv4.
    pub(super) fn of(networks: &[IpNet]) -> Self {
        Self(networks.iter().map(|network| canonical(*network)).collect())
    }

    /// The address a request comes from: the connection's, or, if that is a trusted proxy's, the last hop in
    /// `X-Forwarded-For` or `Forwarded` (RFC 7239) that is no trusted proxy. What stands before that, anyone could have
    /// written. If that hop does not tell its address, the proxy's own counts, which said so.
    ///
    /// A proxy writes one of the two headers and passes on what a client wrote in the other. So where both say something,
    /// and not the same, the connection's address counts, and nobody gets another one by lying.
    ///
    /// Limits hold for all of an IPv6 network of 64 bits, for that is what a single customer gets.
    pub(super) fn address_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return network(peer);
        }
        let lines = |name: HeaderName| headers.get_all(name).iter().rev().map(HeaderValue::as_bytes);
        let said = [
            self.last_stranger(peer, lines(FORWARDED_FOR).flat_map(from_the_right).map(node)),
            self.last_stranger(peer, lines(header::FORWARDED).flat_map(from_the_right).map(forwarded_for)),
        ];
        match said {
            [None, None] => network(peer),
            [Some(one), None] | [None, Some(one)] => network(one),
            [Some(one), Some(other)] if network(one) == network(other) => network(one),
            [Some(_), Some(_)] => network(peer),
        }
    }

    /// Whose connection this is, where connections of an address are counted: a proxy's are those of many.
    pub(super) fn customer(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        (!self.trusts(peer)).then(|| network(peer))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|proxy| proxy.contains(&address))
    }

    /// Follows hops, the last one first, up to one that is no trusted proxy; none if there are no hops.
    fn last_stranger(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> Option<IpAddr> {
        let mut last = None;
        for hop in hops {
            let Some(address) = hop else { return last.or(Some(peer)) };
            last = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        last
    }
}

/// The elements of a header's line, the last one first; empty ones are none (RFC 9110, section 5.6.1). Commas in quotes
/// separate nothing. Quotes are looked for from the right as well: one that a client left open takes nothing from what a
/// proxy wrote after it.
fn from_the_right(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let mut quoted = false;
        let comma = line.iter().rposition(|&byte| {
            quoted ^= byte == b'"';
            byte == b',' && !quoted
        });
        let (before, element) = match comma {
            Some(comma) => (Some(&line[..comma]), &line[comma + 1..]),
            None => (None, line),
        };
        rest = before;
        Some(element.trim_ascii())
    })
    .filter(|element| !element.is_empty())
}

/// The address that an element of `Forwarded` is for.
fn forwarded_for(element: &[u8]) -> Option<IpAddr> {
    element.split(|&byte| byte == b';').find_map(|parameter| {
        let parameter = parameter.trim_ascii();
        let (name, value) = parameter.split_at_checked(4)?;
        name.eq_ignore_ascii_case(b"for=").then(|| node(value))
    })?
}

/// The address of a node (RFC 7239, section 6), such as `192.0.2.1:80` or `"[2001:db8::1]"`; none of `unknown`, and of
/// what is known by a name only.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim().trim_matches('"').trim();
    let host = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (port.is_empty() || port.starts_with(':')).then_some(host)?
        }
        // One colon is before a port; more are an IPv6 address's own.
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => host,
            _ => text,
        },
    };
    // A zone is of no meaning elsewhere.
    let host = host.split_once('%').map_or(host, |(host, _)| host);
    host.parse().ok().map(|address: IpAddr| address.to_canonical())
}

fn canonical(network: IpNet) -> IpNet {
    match (network, network.network().to_canonical()) {
        (IpNet::V6(v6), IpAddr::V4(address)) if v6.prefix_len() >= 96 => {
            Ipv4Net::new(address, v6.prefix_len() - 96).map_or(network, IpNet::V4)
        }
        _ => network,
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn told(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let given = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap()));
        let proxies =
            Proxies::of(&["10.0.0.0/8", "fd00::/8", "::ffff:192.168.0.0/112"].map(|net| net.parse().unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in given {
            map.append(name, value);
        }
        proxies.address_of(peer.parse().unwrap(), &map).to_string()
    }

    #[rstest]
    #[case::direct("203.0.113.7", &[], "203.0.113.7")]
    #[case::a_stranger_says_something("203.0.113.7", &["198.51.100.1"], "203.0.113.7")]
    #[case::behind_a_proxy("10.0.0.1", &["198.51.100.1"], "198.51.100.1")]
    #[case::behind_two("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1")]
    #[case::the_client_lies("10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1")]
    #[case::the_client_writes_nonsense("10.0.0.1", &["192.0.2.66, x, 198.51.100.1"], "198.51.100.1")]
    #[case::the_client_claims_to_be_a_proxy("10.0.0.1", &["10.9.9.9, 198.51.100.1"], "198.51.100.1")]
    #[case::the_client_writes_no_utf_8("10.0.0.1", &["é, 198.51.100.1"], "198.51.100.1")]
    #[case::nonsense_before_a_proxy("10.0.0.1", &["192.0.2.66, x, 10.0.0.2"], "10.0.0.2")]
    #[case::lines_are_one_list("10.0.0.1", &["192.0.2.66", "x, 198.51.100.1", "10.0.0.2"], "198.51.100.1")]
    #[case::an_empty_line("10.0.0.1", &["198.51.100.1", ""], "198.51.100.1")]
    #[case::empty_elements("10.0.0.1", &["198.51.100.1, ,"], "198.51.100.1")]
    #[case::proxies_only("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3")]
    #[case::nonsense("10.0.0.1", &["nonsense"], "10.0.0.1")]
    #[case::unknown("10.0.0.1", &["192.0.2.66, unknown"], "10.0.0.1")]
    #[case::with_a_port("10.0.0.1", &["198.51.100.1:5123, 10.0.0.2:80"], "198.51.100.1")]
    #[case::ipv6("10.0.0.1", &["2001:db8:1:2:aaaa::1"], "2001:db8:1:2::")]
    #[case::ipv6_in_brackets("10.0.0.1", &["[2001:db8:1:2:aaaa::1]"], "2001:db8:1:2::")]
    #[case::ipv6_with_a_port("10.0.0.1", &["192.0.2.66, [2001:db8:1:2:aaaa::1]:443"], "2001:db8:1:2::")]
    #[case::ipv6_with_a_zone("10.0.0.1", &["fe80::1%eth0"], "fe80::")]
    #[case::quoted("10.0.0.1", &["\"[2001:db8:1:2::9]:443\""], "2001:db8:1:2::")]
    #[case::a_whole_network("2001:db8:1:2:aaaa::1", &[], "2001:db8:1:2::")]
    #[case::mapped("::ffff:203.0.113.7", &[], "203.0.113.7")]
    #[case::a_mapped_proxy("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1")]
    #[case::a_mapped_hop("10.0.0.1", &["::ffff:198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1")]
    #[case::a_mapped_network("192.168.0.7", &["198.51.100.1"], "198.51.100.1")]
    #[case::outside_a_mapped_network("192.169.0.7", &["198.51.100.1"], "192.169.0.7")]
    #[case::a_proxy_of_ipv6("fd00::1", &["198.51.100.1"], "198.51.100.1")]
    fn x_forwarded_for_is_read_from_the_right(#[case] peer: &str, #[case] lines: &[&str], #[case] expected: &str) {
        let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        assert_eq!(told(peer, &headers), expected);
    }

    #[rstest]
    #[case::plain(&["for=198.51.100.1"], "198.51.100.1")]
    #[case::a_stranger_said_more(&["for=192.0.2.66, for=x, for=198.51.100.1;by=10.0.0.1"], "198.51.100.1")]
    #[case::upper_case(&["Proto=https;For=198.51.100.1"], "198.51.100.1")]
    #[case::spaces(&["proto=http ; for=198.51.100.1 , for=10.0.0.2"], "198.51.100.1")]
    #[case::quoted(&["for=\"198.51.100.1:4711\""], "198.51.100.1")]
    #[case::ipv6(&["for=\"[2001:db8:1:2::17]\""], "2001:db8:1:2::")]
    #[case::ipv6_with_a_port(&["for=192.0.2.66, for=\"[2001:db8:1:2::17]:4711\";proto=https"], "2001:db8:1:2::")]
    #[case::a_port_with_a_name(&["for=\"198.51.100.1:_web\""], "198.51.100.1")]
    #[case::mapped(&["for=\"[::ffff:198.51.100.1]\""], "198.51.100.1")]
    #[case::a_comma_in_quotes(&["for=198.51.100.1;host=\"a,for=192.0.2.66\""], "198.51.100.1")]
    #[case::a_quote_left_open(&["for=\"192.0.2.66, for=198.51.100.1"], "198.51.100.1")]
    #[case::a_quote_left_open_before_quotes(&["for=\", for=\"198.51.100.1:80\""], "198.51.100.1")]
    #[case::a_quote_left_open_on_another_line(&["for=\"192.0.2.66", "for=198.51.100.1"], "198.51.100.1")]
    #[case::unknown(&["for=192.0.2.66, for=unknown"], "10.0.0.1")]
    #[case::obfuscated(&["for=192.0.2.66, for=_hidden"], "10.0.0.1")]
    #[case::obfuscated_before_a_proxy(&["for=192.0.2.66, for=_SEVKISEK, for=10.0.0.2"], "10.0.0.2")]
    #[case::nobody_named(&["for=192.0.2.66, proto=https"], "10.0.0.1")]
    #[case::brackets_that_do_not_close(&["for=\"[2001:db8::1\""], "10.0.0.1")]
    #[case::empty(&[""], "10.0.0.1")]
    fn forwarded_is_read_from_the_right(#[case] lines: &[&str], #[case] expected: &str) {
        let headers: Vec<_> = lines.iter().map(|line| ("forwarded", *line)).collect();
        assert_eq!(told("10.0.0.1", &headers), expected);
    }

    #[rstest]
    #[case::both_say_the_same("198.51.100.1", "for=\"198.51.100.1:80\"", "198.51.100.1")]
    #[case::one_of_them_lies("198.51.100.1", "for=192.0.2.66", "10.0.0.1")]
    fn two_headers_that_disagree_are_believed_neither(
        #[case] x_forwarded_for: &str,
        #[case] forwarded: &str,
        #[case] expected: &str,
    ) {
        let headers = [("x-forwarded-for", x_forwarded_for), ("forwarded", forwarded)];
        assert_eq!(told("10.0.0.1", &headers), expected);
    }

    #[rstest]
    #[case::a_stranger("203.0.113.7", Some("203.0.113.7"))]
    #[case::mapped("::ffff:203.0.113.7", Some("203.0.113.7"))]
    #[case::a_whole_network("2001:db8:1:2:aaaa::1", Some("2001:db8:1:2::"))]
    #[case::a_proxy("10.0.0.1", None)]
    #[case::a_mapped_proxy("::ffff:10.0.0.1", None)]
    fn whose_a_connection_is(#[case] peer: &str, #[case] expected: Option<&str>) {
        let proxies = Proxies::of(&["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(proxies.customer(peer.parse().unwrap()), expected.map(|address| address.parse().unwrap()));
    }

    #[test]
    fn whatever_a_client_writes_before_its_proxy_changes_nothing() {
        use proptest::prelude::*;
        proptest!(|(lie in "[ -~]{0,60}", joined in any::<bool>())| {
            for (name, truth) in [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=\"198.51.100.1:80\"")] {
                let together = format!("{lie}, {truth}");
                let headers = if joined { vec![(name, &*together)] } else { vec![(name, &*lie), (name, truth)] };
                prop_assert_eq!(told("10.0.0.1", &headers), "198.51.100.1");
            }
        });
    }
}
