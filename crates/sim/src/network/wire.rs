//! Messages: plain serde types with a kind, and their form on the wire.
//!
//! A message is sent as one datagram: a header of ten bytes (its form, its kind, the number of its
//! call) and its postcard encoding. Datagrams may be dropped, duplicated, delayed or reordered.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// The maximum size of a message on the wire, in bytes: 1 MiB.
pub const MAX_MESSAGE: usize = 1 << 20;

/// The port at which answers to calls arrive.
pub(crate) const REPLY_PORT: u16 = 1;

pub(crate) const HEADER: usize = 10;

/// A message between hosts.
pub trait Message: Serialize + DeserializeOwned + 'static {
    /// The port that it is sent to. Types with inboxes of their own need different ports.
    /// Default: 100.
    const PORT: u16 = 100;

    /// Its kind, one of those in the lab's description. Link rules, faults and traces name messages
    /// by kind.
    fn kind(&self) -> &'static str;
}

/// A request that is answered: a remote procedure call.
pub trait Rpc: Message {
    /// The answer.
    type Response: Message;
}

/// Declares the messages of a lab: their kinds, their ports, and which are answered.
///
/// Each line names a type and its kind, and for a call the type and the kind of the answer. The
/// constant before the colon lists the kinds, in order, for the lab's description. Each type that
/// is sent has a port of its own, by its place in the list, unless `@` gives one.
///
/// ```
/// use netsplit_sim::{Message, messages};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Serialize, Deserialize)]
/// struct Tell(u64);
/// #[derive(Debug, Serialize, Deserialize)]
/// struct Told;
/// #[derive(Debug, Serialize, Deserialize)]
/// struct News(u64);
///
/// messages! { KINDS:
///     Tell "tell" => Told "told";
///     News "news" @ 200;
/// }
/// assert_eq!(KINDS, ["tell", "told", "news"]);
/// assert_eq!((Tell::PORT, News::PORT), (100, 200));
/// ```
#[macro_export]
macro_rules! messages {
    ($kinds:ident: $($name:ident $kind:literal $(@ $port:literal)? $(=> $answer:ident $answer_kind:literal)?;)*) => {
        /// The kinds of messages.
        pub(crate) const $kinds: &[&str] = &[$($kind, $($answer_kind,)?)*];
        $(
            impl $crate::Message for $name {
                const PORT: u16 = $crate::messages!(@port $kinds $kind $($port)?);

                fn kind(&self) -> &'static str {
                    $kind
                }
            }
            $(
                impl $crate::Message for $answer {
                    fn kind(&self) -> &'static str {
                        $answer_kind
                    }
                }
                impl $crate::Rpc for $name {
                    type Response = $answer;
                }
            )?
        )*
    };
    (@port $kinds:ident $kind:literal $port:literal) => { $port };
    (@port $kinds:ident $kind:literal) => { $crate::port_of($kinds, $kind) };
}

/// The port of the kind at its place in `kinds`, for [`messages!`].
#[doc(hidden)]
pub const fn port_of(kinds: &[&str], kind: &str) -> u16 {
    let mut place = 0;
    while !equal(kinds[place].as_bytes(), kind.as_bytes()) {
        place += 1;
    }
    100 + place as u16
}

/// Whether two strings of bytes are equal; `==` is not yet available at compile time.
const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The error of a message that was not sent, or of a call without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// No answer arrived before the timeout. The request may have taken effect, or may do so later.
    #[error("no answer in time")]
    Timeout,
    /// The message is larger than [`MAX_MESSAGE`] and was not sent.
    #[error("the message is larger than {MAX_MESSAGE} bytes")]
    TooLarge,
}

/// The form of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    OneWay = 0,
    Request = 1,
    Response = 2,
}

/// Encodes a message behind its header.
pub(crate) fn encode(
    form: Form,
    kind: u8,
    call: u64,
    message: &impl Serialize,
) -> Result<Vec<u8>, CallError> {
    let mut wire = Vec::with_capacity(64);
    wire.extend_from_slice(&[form as u8, kind]);
    wire.extend_from_slice(&call.to_le_bytes());
    let wire = postcard::to_extend(message, wire)
        .unwrap_or_else(|error| panic!("cannot encode the message: {error}"));
    if wire.len() > MAX_MESSAGE { Err(CallError::TooLarge) } else { Ok(wire) }
}

/// Decodes a datagram: (number of its call, message).
///
/// # Panics
/// When it is not an `M`: all nodes run the same code, so that is a bug of the lab.
pub(crate) fn decode<M: DeserializeOwned>(wire: &[u8]) -> (u64, M) {
    let message = postcard::from_bytes(&wire[HEADER..]).unwrap_or_else(|error| {
        panic!(
            "a message of another type arrived at this port ({error}): give each type that has an \
             inbox a port of its own"
        )
    });
    (call_of(wire), message)
}

/// The number of the call that a datagram belongs to.
pub(crate) fn call_of(wire: &[u8]) -> u64 {
    u64::from_le_bytes(wire[2..HEADER].try_into().expect("a datagram has a header"))
}
