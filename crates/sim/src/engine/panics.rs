//! Panics of node code: each is that node's crash, not the tool's.
//!
//! [`guarded`] runs node code and returns a panic in it as a [`Panic`] with its message and place.
//! A process-wide hook records both, and is silent only inside nodes: any other panic is a bug of
//! the tool and is reported as usual.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A panic of node code.
#[derive(Debug)]
pub(crate) struct Panic {
    pub message: String,
    /// `file:line:column`.
    pub place: String,
}

thread_local! {
    static IN_NODE: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs node code.
pub(crate) fn guarded<T>(code: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(install_hook);
    let outer = IN_NODE.replace(true);
    LAST.with_borrow_mut(|last| {
        if last.is_some() {
            *last = None;
        }
    });
    let result = catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let panic = LAST.take();
        discard(payload);
        panic.unwrap_or_else(|| Panic {
            message: "a panic that was resumed".into(),
            place: String::new(),
        })
    });
    IN_NODE.set(outer);
    result
}

/// Drops the payload of a panic of node code, which may panic in turn.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

fn install_hook() {
    let usual = take_hook();
    set_hook(Box::new(move |info| {
        if IN_NODE.get() {
            LAST.set(Some(describe(info)));
        } else {
            usual(info);
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> Panic {
    Panic {
        message: info.payload_as_str().unwrap_or("a panic without a message").to_owned(),
        place: info
            .location()
            .map(|place| portable(&place.to_string()).to_owned())
            .unwrap_or_default(),
    }
}

/// The place without the folders of the machine that built it, so that reports agree: inside a
/// dependency from its name on, inside Rust's own libraries from `library` on.
fn portable(place: &str) -> &str {
    if let Some((_, inside)) = place.split_once("/registry/src/") {
        return inside.split_once('/').map_or(inside, |(_, file)| file);
    }
    if let Some(inside) = place.strip_prefix("/rustc/") {
        return inside.split_once('/').map_or(inside, |(_, file)| file);
    }
    match place.find("/labs/").or_else(|| place.find("/crates/")) {
        Some(at) if place.starts_with('/') => &place[at + 1..],
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::portable;

    #[test]
    fn a_place_names_no_folder_of_the_machine() {
        for (place, shown) in [
            ("labs/raft/src/node.rs:3:5", "labs/raft/src/node.rs:3:5"),
            ("/home/me/netsplit/labs/raft/src/node.rs:3:5", "labs/raft/src/node.rs:3:5"),
            (
                "/root/.cargo/registry/src/index.crates.io-1949cf/bytes-1.12.0/src/bytes.rs:9:1",
                "bytes-1.12.0/src/bytes.rs:9:1",
            ),
            (
                "/rustc/17067e9ac6d7/library/core/src/option.rs:1:2",
                "library/core/src/option.rs:1:2",
            ),
        ] {
            assert_eq!(portable(place), shown);
        }
    }
}
