//! Load: arrivals, client sessions and the requests in flight.

pub(crate) mod arrivals;
pub(crate) mod requests;
