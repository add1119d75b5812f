//! Messages: send, call, serve and receive.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use serde::Serialize;
use turmoil_net::shim::tokio::net::UdpSocket;

use super::time::{Sleep, wait_with};
use crate::network::readable::readable;
use crate::network::wire::{Form, REPLY_PORT, Rpc, decode, encode};
use crate::network::{CallKey, Datagram, Envelope};
use crate::{CallError, Host, Message, NodeId};

/// Messages.
impl Host {
    /// Sends a message as one datagram. It may be dropped, delayed, duplicated or reordered.
    ///
    /// # Errors
    /// [`CallError::TooLarge`]: the message was not sent.
    ///
    /// # Panics
    /// When the lab does not declare the message's kind, or there is no host `to`.
    pub fn send<M: Message>(&self, to: NodeId, message: &M) -> Result<(), CallError> {
        let kind = self.kind_of(message);
        let wire = encode(Form::OneWay, kind, 0, message)?;
        self.transmit(to, M::PORT, kind, wire, message);
        Ok(())
    }

    /// Listens on `M`'s port from now on.
    ///
    /// # Panics
    /// When this host already listens on that port.
    pub fn inbox<M: Message>(&self) -> Inbox<M> {
        let socket = self.is_up().then(|| self.sim().bind(self.id(), M::PORT));
        if socket.is_some() {
            self.if_alive(|world, id| world.machines.open_port(id, M::PORT));
        }
        Inbox { host: self.clone(), socket, port: M::PORT, messages: PhantomData }
    }

    /// Sends a request; the returned future waits for the answer, for at most `timeout` on this
    /// host's monotonic clock. The request is sent at once, so several can be in flight before any
    /// is awaited. Dropping the future stops waiting; it does not cancel the request.
    ///
    /// # Panics
    /// When the lab does not declare the message's kind, or there is no host `to`.
    pub fn call<R: Rpc>(&self, to: NodeId, request: &R, timeout: Duration) -> Call<R> {
        let kind = self.kind_of(request);
        let key = self.world().open_call(self.id());
        let mut waiting = Call {
            host: self.clone(),
            key,
            sleep: self.timer(timeout, "timeout"),
            failed: None,
            answer: PhantomData,
        };
        match encode(Form::Request, kind, waiting.key.number(), request) {
            Ok(wire) => self.transmit(to, R::PORT, kind, wire, request),
            Err(error) => waiting.failed = Some(error),
        }
        waiting
    }

    /// Answers requests of type `R`, each in a task of its own, until the host crashes. An answer
    /// larger than [`MAX_MESSAGE`](crate::MAX_MESSAGE) is logged and not sent: its caller times out.
    ///
    /// # Panics
    /// When this host already listens on `R`'s port.
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
                    Ok(wire) => host.transmit(from, REPLY_PORT, kind, wire, &response),
                    Err(error) => tracing::warn!("a {} was not sent: {error}", response.kind()),
                }
            });
        }
    }

    fn kind_of(&self, message: &impl Message) -> u8 {
        let name = message.kind();
        self.world().network.kind(name)
    }

    fn transmit(&self, to: NodeId, port: u16, kind: u8, wire: Vec<u8>, message: &impl Serialize) {
        // Serializing runs code of the lab, so the world is not borrowed meanwhile.
        let records = self.world().core.records();
        let content = records.then(|| readable(message));
        self.if_alive(|world, from| {
            world.transmit(Envelope { from, to, port, kind }, Datagram { wire, content });
        });
    }
}

/// A listener for messages of one type.
#[derive(Debug)]
pub struct Inbox<M> {
    host: Host,
    /// `None` on a host that is down: no message ever arrives.
    socket: Option<UdpSocket>,
    port: u16,
    messages: PhantomData<M>,
}

impl<M: Message> Inbox<M> {
    /// Waits for the next message; returns it with its sender.
    pub async fn recv(&mut self) -> (NodeId, M) {
        let (from, _, message) = self.receive().await;
        (from, message)
    }

    /// Waits for the next message; returns it with its sender and the number of its call.
    async fn receive(&self) -> (NodeId, u64, M) {
        poll_fn(|cx| {
            let Some(socket) = &self.socket else {
                return Poll::Pending;
            };
            ready!(pin!(socket.recv_from(&mut [])).poll(cx)).expect("a bound socket receives");
            let id = self.host.id();
            let received = self.host.alive().and_then(|mut it| it.machines.receive(id, self.port));
            let Some((from, wire)) = received else {
                return Poll::Pending;
            };
            let (call, message) = decode(&wire);
            Poll::Ready((from, call, message))
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
        self.host.if_alive(|world, id| world.machines.close_port(id, port));
        self.host.sim().close(self.host.id(), socket);
    }
}

/// A future that completes with the answer to a request, or with [`CallError::Timeout`].
#[derive(Debug)]
#[must_use = "dropping a call stops waiting for its answer"]
pub struct Call<R> {
    host: Host,
    key: CallKey,
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
        if let Some(call) = world.network.call(self.key) {
            if let Some(wire) = call.answer.take() {
                drop(world);
                return Poll::Ready(Ok(decode(&wire).1));
            }
            old = wait_with(&mut call.waker, cx);
        }
        drop(world);
        drop(old);
        Pin::new(&mut self.sleep).poll(cx).map(|()| Err(CallError::Timeout))
    }
}

impl<R> Drop for Call<R> {
    fn drop(&mut self) {
        let call = self.host.world().network.close_call(self.key);
        drop(call);
    }
}
