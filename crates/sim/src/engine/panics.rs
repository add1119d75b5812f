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
    let result = catch_unwind(AssertUnwindSafe(code)).map_err(caught);
    IN_NODE.set(outer);
    result
}

/// The panic that was caught with this payload. The hook's last one may be another, which node code
/// has caught itself.
fn caught(payload: Box<dyn Any + Send>) -> Panic {
    let last = LAST.take();
    let message = text(&*payload).to_owned();
    discard(payload);
    last.filter(|last| last.message == message).unwrap_or(Panic { message, place: String::new() })
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
        message: text(info.payload()).to_owned(),
        place: info
            .location()
            .map(|place| portable(&place.to_string()).to_owned())
            .unwrap_or_default(),
    }
}

/// What a panic says.
fn text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message")
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
    use std::panic::resume_unwind;

    use super::*;

    #[test]
    fn a_panic_that_was_caught_gives_its_place_to_no_other() {
        let panic = guarded(|| -> () { panic!("{} is too many", 7) }).unwrap_err();
        assert_eq!(panic.message, "7 is too many");
        assert!(panic.place.contains("panics.rs:"), "{}", panic.place);
        let resumed = guarded(|| {
            let caught = catch_unwind(|| panic!("caught"));
            assert!(caught.is_err());
            resume_unwind(Box::new("resumed"));
        });
        let Panic { message, place } = resumed.unwrap_err();
        assert_eq!((message.as_str(), place.as_str()), ("resumed", ""));
    }

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
