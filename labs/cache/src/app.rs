//! An app: it reads the cache, fills it from the database, and keeps it true when it writes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_sim::CallError;
use netsplit_sim::prelude::*;
use tokio::sync::oneshot;

use crate::cluster::Cluster;
use crate::messages::{Delete, Fill, Filler, Get, Got, Load, Loaded, Put, PutDone};
use crate::messages::{Read, ReadDone, Release, Store, Stored, Write, WriteDone};
use crate::seats::Fetching;
use crate::types::{Entry, Key, Token};
use crate::writes::Step;

struct App {
    host: Host,
    cluster: Rc<Cluster>,
    /// Fetches in flight that others may share, with those who wait for each.
    fetching: RefCell<BTreeMap<Key, Vec<oneshot::Sender<ReadDone>>>>,
}

/// Runs an app until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    ["shared", "lost_deletes"].into_iter().for_each(|counter| host.count(counter, 0));
    let app = Rc::new(App { host: host.clone(), cluster, fetching: RefCell::default() });
    let writing = app.clone();
    host.spawn(async move {
        let host = writing.host.clone();
        host.serve(|_, Write(key, value)| writing.clone().write(key, value)).await;
    });
    host.serve(|_, Read(key)| app.clone().read(key)).await;
}

impl App {
    async fn read(self: Rc<Self>, key: Key) -> ReadDone {
        let params = &self.cluster.params;
        let until = self.host.monotonic() + *params.db_timeout;
        loop {
            let cache = Cluster::cache(&self.host, key);
            let filler = match self.host.call(cache, &Get(key), *params.cache_timeout).await {
                Ok(Got::Hit(entry)) => return ReadDone::Value(entry.value),
                Ok(Got::Early(entry, expires)) => {
                    self.host.spawn(self.clone().refresh(key, expires));
                    return ReadDone::Value(entry.value);
                }
                Ok(Got::Miss(token)) => Some(Filler::Missed(token)),
                Ok(Got::Wait) if self.host.monotonic() >= until => return ReadDone::Lost,
                Ok(Got::Wait) => {
                    self.host.sleep(*params.lease_wait).named("lease wait").await;
                    continue;
                }
                // Without its cache, an app reads the database and fills nothing.
                Err(_) => None,
            };
            return match self.cluster.fetching {
                Fetching::Each => self.fetch(key, filler).await,
                Fetching::Shared => self.fetch_once(key, filler).await,
            };
        }
    }

    /// Fetches a key behind the back of the reader that has hit it.
    async fn refresh(self: Rc<Self>, key: Key, expires: Duration) {
        // One that fails is made up for by a miss.
        let _ = self.fetch(key, Some(Filler::Early(expires))).await;
    }

    /// Waits for a fetch of the key that is in flight, or begins one.
    async fn fetch_once(&self, key: Key, filler: Option<Filler>) -> ReadDone {
        let others = self.fetching.borrow_mut().get_mut(&key).map(|waiting| {
            let (sender, receiver) = oneshot::channel();
            waiting.push(sender);
            receiver
        });
        if let Some(receiver) = others {
            self.host.count("shared", 1);
            return receiver.await.unwrap_or(ReadDone::Lost);
        }
        self.fetching.borrow_mut().insert(key, Vec::new());
        let done = self.fetch(key, filler).await;
        let waiting = self.fetching.borrow_mut().remove(&key);
        for sender in waiting.into_iter().flatten() {
            // A request that waited may have been dropped.
            let _ = sender.send(done);
        }
        done
    }

    /// Reads the database, and fills the cache.
    async fn fetch(&self, key: Key, filler: Option<Filler>) -> ReadDone {
        let (db, began) = (Cluster::db(&self.host), self.host.monotonic());
        let entry = match self.host.call(db, &Load(key), *self.cluster.params.db_timeout).await {
            Ok(Loaded(Some(entry))) => entry,
            failed => {
                if let Some(Filler::Missed(token)) = filler {
                    self.release(key, token).await;
                }
                let rejected = matches!(failed, Ok(Loaded(None)));
                return if rejected { ReadDone::Overloaded } else { ReadDone::Lost };
            }
        };
        if let Some(by) = filler {
            let cost = self.host.monotonic().saturating_sub(began);
            self.fill(&Fill { key, entry, by, cost }).await;
        }
        ReadDone::Value(entry.value)
    }

    /// Gives a lease back, so that another reader may try. One that is lost is waited for.
    async fn release(&self, key: Key, token: Token) {
        let cache = Cluster::cache(&self.host, key);
        let release = Release(key, token);
        let _ = self.host.call(cache, &release, *self.cluster.params.cache_timeout).await;
    }

    /// Puts an entry into the cache. One that is lost or refused costs a miss.
    async fn fill(&self, fill: &Fill) {
        let cache = Cluster::cache(&self.host, fill.key);
        let _ = self.host.call(cache, fill, *self.cluster.params.cache_timeout).await;
    }

    async fn write(self: Rc<Self>, key: Key, value: u64) -> WriteDone {
        let mut entry = Entry { value: Some(value), ..Entry::default() };
        for step in self.cluster.writes {
            match step {
                Step::Database => match self.store(key, value).await {
                    Ok(Stored(Some(version))) => entry.version = version,
                    Ok(Stored(None)) => return WriteDone::Overloaded,
                    Err(_) => return WriteDone::Lost,
                },
                Step::Delete => self.delete(key).await,
                Step::Set => {
                    let cost = Duration::ZERO;
                    self.fill(&Fill { key, entry, by: Filler::Writer, cost }).await;
                }
                Step::Through => return self.put(key, value, false).await,
                Step::Behind => return self.put(key, value, true).await,
            }
        }
        WriteDone::Done
    }

    async fn store(&self, key: Key, value: u64) -> Result<Stored, CallError> {
        let db = Cluster::db(&self.host);
        self.host.call(db, &Store(key, value), *self.cluster.params.db_timeout).await
    }

    /// Deletes a key from the cache. The database has been written, so a delete that is lost does
    /// not undo the write: the old value stays until something else ends it.
    async fn delete(&self, key: Key) {
        let cache = Cluster::cache(&self.host, key);
        let deleted = self.host.call(cache, &Delete(key), *self.cluster.params.cache_timeout).await;
        self.host.count("lost_deletes", u64::from(deleted.is_err()));
    }

    async fn put(&self, key: Key, value: u64, behind: bool) -> WriteDone {
        let cache = Cluster::cache(&self.host, key);
        let params = &self.cluster.params;
        let timeout = *params.cache_timeout + *params.db_timeout;
        match self.host.call(cache, &Put { key, value, behind }, timeout).await {
            Ok(PutDone(done)) => done,
            Err(_) => WriteDone::Lost,
        }
    }
}
