//! Asking several nodes at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use netsplit_sim::{Call, Host, NodeId, Rpc};

use crate::ring::Replica;

/// Requests under way to several nodes; answers are taken in the order in which they come.
#[derive(Debug)]
pub struct Round<R: Rpc> {
    calls: Vec<(Replica, Call<R>)>,
}

impl<R: Rpc> Default for Round<R> {
    fn default() -> Self {
        Round { calls: Vec::new() }
    }
}

impl<R: Rpc> Round<R> {
    /// Sends one more request.
    pub fn ask(&mut self, host: &Host, to: (Replica, NodeId), request: &R, timeout: Duration) {
        self.calls.push((to.0, host.call(to.1, request, timeout)));
    }

    /// The next answer; `None` when there are no more to come.
    pub async fn next(&mut self) -> Option<(Replica, R::Response)> {
        poll_fn(|cx| {
            let mut place = 0;
            while let Some((replica, call)) = self.calls.get_mut(place) {
                let Poll::Ready(answer) = Pin::new(call).poll(cx) else {
                    place += 1;
                    continue;
                };
                let replica = *replica;
                drop(self.calls.remove(place));
                if let Ok(answer) = answer {
                    return Poll::Ready(Some((replica, answer)));
                }
            }
            if self.calls.is_empty() { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }

    /// Who has not answered yet.
    pub fn silent(&self) -> impl Iterator<Item = Replica> {
        self.calls.iter().map(|(replica, _)| *replica)
    }
}
