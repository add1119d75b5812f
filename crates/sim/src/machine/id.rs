//! Hosts by number, and their addresses on the simulated network.

use std::net::{IpAddr, Ipv4Addr};

/// A host of the simulation (a node, a client host or the operator's), by its number from 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The address of a host: 10.x.y.z, without broadcast addresses.
pub(crate) fn address(node: NodeId) -> IpAddr {
    let n = node.0;
    Ipv4Addr::new(10, (n / 62_500) as u8, (n / 250 % 250) as u8, (n % 250) as u8 + 1).into()
}
