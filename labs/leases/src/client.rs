//! Client sessions: appends go to the apps in turn, reads to the storage.

use netsplit_sim::prelude::*;

use crate::cluster::{APPS, Cluster};
use crate::messages::{Append, Appended, Read, ReadDone};
use crate::types::Key;

/// The operation that adds to a key's list, under its lock.
pub(crate) const APPEND: &str = "append";
/// The operation that reads a key's list, without a lock.
pub(crate) const GET: &str = "get";

/// A session.
pub(crate) struct LeaseClient {
    pub host: Host,
    pub cluster: Rc<Cluster>,
}

impl Client for LeaseClient {
    fn input(&self, request: &Request) -> Value {
        match &*request.op {
            APPEND => request.unique_value().into(),
            _ => Value::Null,
        }
    }

    fn perform(&self, request: Request) -> Performing {
        let (host, timeout) = (self.host.clone(), self.cluster.client_timeout);
        let apps = host.nodes(APPS);
        let app = apps[request.id as usize % apps.len()];
        let key = Key(request.rank);
        Box::pin(async move {
            if &*request.op == GET {
                let read = Read(key, None);
                return match host.call(Cluster::storage(&host), &read, timeout).await {
                    Ok(ReadDone(Some(list))) if !list.is_empty() => Reply::ok(list),
                    Ok(_) => Reply::ok(Value::Null),
                    Err(error) => Reply::timed_out(error.to_string()),
                };
            }
            match host.call(app, &Append(key, request.unique_value()), timeout).await {
                Ok(Appended::Done) => Reply::ok(Value::Null),
                Ok(Appended::NoLock) => Reply::failed("the lock was not to be had"),
                Ok(Appended::LeaseOver) => Reply::failed("the lease was over before the write"),
                Ok(Appended::Fenced) => Reply::failed("the storage refused the token"),
                Ok(Appended::Unread) => Reply::failed("the storage did not answer the read"),
                Ok(Appended::Unknown) => Reply::unknown("the storage did not answer the write"),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}
