//! How node code sends, calls and receives.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use turmoil_net::shim::tokio::net::UdpSocket;

use crate::engine::world::{CallKey, CallSlot};
use crate::host::time::{Sleep, wait_with};
use crate::machine::state::host_at;
use crate::network::wire::{Form, MAX_MESSAGE, REPLY_PORT, Rpc, decode, encode};
use crate::{CallError, Host, Message, NodeId};

/// Messages.
impl Host {
    /// Sends one datagram. It may be lost, late, doubled, and out of order.
    ///
    /// # Errors
    /// [`CallError::TooLarge`]; the message is not sent then.
    ///
    /// # Panics
    /// When the lab does not declare the message's kind, or there is no host `to`.
    pub fn send<M: Message>(&self, to: NodeId, message: &M) -> Result<(), CallError> {
        let kind = self.kind_of(message);
        let wire = encode(Form::OneWay, kind, 0, message)?;
        self.transmit(to, M::PORT, kind, wire);
        Ok(())
    }

    /// Receives messages of type `M` from now on.
    ///
    /// # Panics
    /// When this host listens on `M`'s port already.
    pub fn inbox<M: Message>(&self) -> Inbox<M> {
        let socket = self.is_up().then(|| self.sim().bind(self.id(), M::PORT));
        if socket.is_some() {
            self.if_alive(|world, id| world.hosts[id.index()].ports.push(M::PORT));
        }
        Inbox { host: self.clone(), socket, port: M::PORT, messages: PhantomData }
    }

    /// Sends a request; the returned future waits for the answer. The request leaves at once,
    /// so several can be under way before any is awaited. Dropping the future stops waiting,
    /// not the request.
    ///
    /// # Panics
    /// When the lab does not declare the message's kind, or there is no host `to`.
    pub fn call<R: Rpc>(&self, to: NodeId, request: &R, timeout: Duration) -> Call<R> {
        let kind = self.kind_of(request);
        let slot = self.world().calls.insert(CallSlot::default());
        let mut waiting = Call {
            host: self.clone(),
            slot,
            sleep: self.sleep(timeout),
            failed: None,
            answer: PhantomData,
        };
        match encode(Form::Request, kind, waiting.slot.number(), request) {
            Ok(wire) => self.transmit(to, R::PORT, kind, wire),
            Err(error) => waiting.failed = Some(error),
        }
        waiting
    }

    /// Answers requests of type `R`, each in a task of its own, until the host crashes. An
    /// answer that is too large is not sent: its caller times out, and the log says why.
    ///
    /// # Panics
    /// When this host listens on `R`'s port already.
    pub async fn serve<R, F, Fut>(&self, handler: F)
    where
        R: Rpc,
        F: Fn(NodeId, R) -> Fut,
        Fut: Future<Output = R::Response> + 'static,
    {
        let inbox = self.inbox::<R>();
        loop {
            let (from, call, request) = inbox.receive().await;
            let (host, response) = (self.clone(), handler(from, request));
            self.spawn(async move {
                let response = response.await;
                let kind = host.kind_of(&response);
                match encode(Form::Response, kind, call, &response) {
                    Ok(wire) => host.transmit(from, REPLY_PORT, kind, wire),
                    Err(error) => tracing::warn!("a {} was not sent: {error}", response.kind()),
                }
            });
        }
    }

    fn kind_of(&self, message: &impl Message) -> u8 {
        let name = message.kind();
        self.world().kind(name)
    }

    fn transmit(&self, to: NodeId, port: u16, kind: u8, wire: Vec<u8>) {
        self.if_alive(|world, id| world.transmit(id, to, port, kind, wire));
    }
}

/// Messages of one type that arrive at a host.
#[derive(Debug)]
pub struct Inbox<M> {
    host: Host,
    /// `None` on a host that is down: nothing ever arrives.
    socket: Option<UdpSocket>,
    port: u16,
    messages: PhantomData<M>,
}

impl<M: Message> Inbox<M> {
    /// The next message and its sender.
    pub async fn recv(&mut self) -> (NodeId, M) {
        let (from, _, message) = self.receive().await;
        (from, message)
    }

    /// The next message, its sender, and the number of the call that it asks or answers.
    async fn receive(&self) -> (NodeId, u64, M) {
        poll_fn(|cx| {
            let Some(socket) = &self.socket else {
                return Poll::Pending;
            };
            let mut buffer = self.host.sim().scratch.take();
            buffer.resize(MAX_MESSAGE, 0);
            let received = pin!(socket.recv_from(&mut buffer)).poll(cx);
            let decoded = received.map(|result| {
                let (length, from) = result.expect("a bound socket receives");
                let (call, message) = decode(&buffer[..length]);
                (host_at(from.ip()), call, message)
            });
            self.host.sim().scratch.replace(buffer);
            decoded
        })
        .await
    }
}

impl<M> Drop for Inbox<M> {
    fn drop(&mut self) {
        let Some(socket) = self.socket.take() else {
            return;
        };
        let port = self.port;
        self.host.if_alive(|world, id| {
            world.hosts[id.index()].ports.retain(|bound| *bound != port);
        });
        self.host.sim().close(self.host.id(), socket);
    }
}

/// Waits for the answer to a request.
#[derive(Debug)]
#[must_use = "dropping a call stops waiting for its answer"]
pub struct Call<R> {
    host: Host,
    slot: CallKey,
    sleep: Sleep,
    failed: Option<CallError>,
    answer: PhantomData<fn() -> R>,
}

impl<R: Rpc> Future for Call<R> {
    type Output = Result<R::Response, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(error) = self.failed {
            return Poll::Ready(Err(error));
        }
        let mut world = self.host.world();
        let mut old = None;
        if let Some(slot) = world.calls.get_mut(self.slot) {
            if let Some(wire) = slot.answer.take() {
                drop(world);
                return Poll::Ready(Ok(decode(&wire).1));
            }
            old = wait_with(&mut slot.waker, cx);
        }
        drop(world);
        drop(old);
        Pin::new(&mut self.sleep).poll(cx).map(|()| Err(CallError::Timeout))
    }
}

impl<R> Drop for Call<R> {
    fn drop(&mut self) {
        let slot = self.host.world().calls.remove(self.slot);
        drop(slot);
    }
}
