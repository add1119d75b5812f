//! Client sessions: requests go to the apps in turn.

use netsplit_sim::prelude::*;

use crate::cluster::{APPS, Cluster};
use crate::messages::{Read, ReadDone, Write, WriteDone};
use crate::types::Key;

/// The operation that reads a key.
pub(crate) const GET: &str = "get";
/// The operation that writes a key.
pub(crate) const PUT: &str = "put";
/// The operation that reads the next of a row of keys.
pub(crate) const SCAN: &str = "scan";

/// A session.
pub(crate) struct CacheClient {
    pub host: Host,
    pub cluster: Rc<Cluster>,
}

impl Client for CacheClient {
    fn input(&self, request: &Request) -> Value {
        match &*request.op {
            PUT => request.unique_value().into(),
            _ => Value::Null,
        }
    }

    fn perform(&self, request: Request) -> Performing {
        let (host, timeout) = (self.host.clone(), self.cluster.client_timeout);
        let apps = host.nodes(APPS);
        let app = apps[request.id as usize % apps.len()];
        let key = match &*request.op {
            SCAN => self.cluster.scanned(),
            _ => Key(request.rank),
        };
        Box::pin(async move {
            if &*request.op == PUT {
                let write = Write(key, request.unique_value());
                return match host.call(app, &write, timeout).await {
                    Ok(WriteDone::Done) => Reply::ok(Value::Null),
                    Ok(WriteDone::Overloaded) => Reply::rejected("the database is overloaded"),
                    Ok(WriteDone::Lost) => Reply::unknown("a step was not confirmed"),
                    Err(error) => Reply::timed_out(error.to_string()),
                };
            }
            match host.call(app, &Read(key), timeout).await {
                Ok(ReadDone::Value(value)) => Reply::ok(value),
                Ok(ReadDone::Overloaded) => Reply::rejected("the database is overloaded"),
                Ok(ReadDone::Lost) => Reply::failed("the database did not answer"),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}
