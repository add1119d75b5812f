//! The storage: a list per key, and a look at the token of whoever holds its lock.
//!
//! Left out: its disk. A crash empties it, so scenarios must not crash it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

use crate::cluster::Cluster;
use crate::fencing::{Access, Fencing};
use crate::messages::{Read, ReadDone, Write, Written};
use crate::record;
use crate::types::{Key, Token};

struct Storage {
    host: Host,
    lists: RefCell<BTreeMap<Key, Vec<u64>>>,
    fencing: RefCell<Box<dyn Fencing>>,
}

/// Runs the storage until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    ["writes", "fenced", "lost_updates"].iter().for_each(|counter| host.count(counter, 0));
    let fencing = RefCell::new((cluster.fencing)());
    let storage = Rc::new(Storage { host: host.clone(), lists: RefCell::default(), fencing });
    let reading = storage.clone();
    host.spawn(async move {
        let handle = |_, Read(key, token)| std::future::ready(reading.read(key, token));
        reading.host.serve(handle).await;
    });
    host.serve(|_, write| std::future::ready(storage.write(write))).await;
}

impl Storage {
    fn read(&self, key: Key, token: Option<Token>) -> ReadDone {
        if !self.admits(key, token, Access::Read) {
            return ReadDone(None);
        }
        ReadDone(Some(self.lists.borrow().get(&key).cloned().unwrap_or_default()))
    }

    fn write(&self, write: Write) -> Written {
        let Write { key, token, list } = write;
        if !self.admits(key, token, Access::Write) {
            return Written(false);
        }
        let mut lists = self.lists.borrow_mut();
        let before = lists.entry(key).or_default();
        // The storage cannot refuse this: without a version it does not know what was read.
        if !list.starts_with(before) {
            let lost = before.iter().filter(|value| !list.contains(value)).count();
            self.host.count("lost_updates", lost as u64);
        }
        *before = list;
        self.host.count("writes", 1);
        record::written(&self.host, key, token);
        Written(true)
    }

    /// Whether an access is admitted. One without a token has nothing to be refused by.
    fn admits(&self, key: Key, token: Option<Token>, access: Access) -> bool {
        let admit = |token| self.fencing.borrow_mut().admit(key, token, access);
        let admitted = token.is_none_or(admit);
        self.host.count("fenced", u64::from(!admitted));
        admitted
    }
}
