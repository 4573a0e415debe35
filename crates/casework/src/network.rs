//! Where a request comes from, as far as limits count it: neighbours are one, because one person has a
//! whole range.

use std::net::IpAddr;

use ipnet::IpNet;

/// The network that an address is counted under: /24 for IPv4, /56 for IPv6. What is no address stands
/// for itself.
pub(crate) fn network_of(address: &str) -> String {
    let Ok(address) = address.parse::<IpAddr>() else {
        return address.to_owned();
    };
    // An IPv4 address in IPv6 writing is the same machine.
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 24 } else { 56 };
    IpNet::new(address, bits).map_or_else(|_| address.to_string(), |net| net.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn neighbours_are_one_network() {
        assert_eq!(network_of("192.0.2.7"), network_of("192.0.2.250"));
        assert_ne!(network_of("192.0.2.7"), network_of("192.0.3.7"));
        assert_eq!(network_of("::ffff:192.0.2.7"), network_of("192.0.2.8"));
        let (one, near) = ("2001:db8:1:ab00::1", "2001:db8:1:abff:9::2");
        assert_eq!(network_of(one), network_of(near));
        assert_ne!(network_of(one), network_of("2001:db8:1:ac00::1"));
        assert_eq!(network_of(""), "");
    }
}
