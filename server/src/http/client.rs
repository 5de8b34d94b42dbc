//! Where a request comes from.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use super::listen::Peer;
use crate::graphql::Access;

/// Who asks, and from where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    /// Who, if they are signed in.
    pub(super) access: Access,
    /// From where.
    pub(super) address: IpAddr,
}

impl Caller {
    /// Somebody who has not said who they are.
    pub(super) fn of(address: IpAddr) -> Self {
        Self { access: Access::default(), address }
    }
}

/// The proxies that may say for whom they ask.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies(pub(super) Vec<IpNet>);

impl Proxies {
    /// The address a request comes from: the connection's, or, if that is a trusted proxy's, the last one in
    /// `X-Forwarded-For` that is not. What stands before that, anyone could have written.
    ///
    /// Limits hold for all of an IPv6 network of 64 bits, for that is what a single customer gets.
    pub(super) fn address_of(&self, peer: Peer, headers: &HeaderMap) -> IpAddr {
        const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
        let given = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<IpAddr> =
            given.flat_map(|value| value.split(',')).map_while(|hop| hop.trim().parse().ok()).collect();
        let mut address = peer.0;
        for hop in hops.into_iter().rev() {
            if !self.0.iter().any(|proxy| proxy.contains(&address)) {
                break;
            }
            address = hop;
        }
        network(address)
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::direct("203.0.113.7", "", "203.0.113.7")]
    #[case::a_stranger_says_something("203.0.113.7", "198.51.100.1", "203.0.113.7")]
    #[case::behind_a_proxy("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    #[case::behind_two("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1")]
    #[case::the_client_lies("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1")]
    #[case::nonsense("10.0.0.1", "nonsense", "10.0.0.1")]
    #[case::a_whole_network("2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::")]
    #[case::mapped("::ffff:203.0.113.7", "", "203.0.113.7")]
    fn the_address_that_counts(#[case] peer: &str, #[case] forwarded: &str, #[case] expected: &str) {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let address = proxies.address_of(Peer(peer.parse().unwrap()), &headers);
        assert_eq!(address, expected.parse::<IpAddr>().unwrap());
    }
}
