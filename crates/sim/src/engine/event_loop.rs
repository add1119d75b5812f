//! The loop: run every ready task, then jump to the next event.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use netsplit_history::{Problem, Time};
use turmoil_net::EnterGuard;

use crate::engine::events::Event;
use crate::engine::executor::{TaskKey, Tasks};
use crate::engine::panics::guarded;
use crate::engine::world::World;
use crate::network::wire::MAX_MESSAGE;
use crate::{NodeId, System};

/// Polls and events that may happen at one instant before the run counts as a livelock.
const INSTANT_BUDGET: u64 = 1_000_000;

/// Steps between two reports of progress.
const PROGRESS_STEPS: u64 = 1 << 16;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Simulations of this thread that still hold memory: none, once a run has returned. For
/// tests.
#[doc(hidden)]
pub fn live_simulations() -> usize {
    LIVE.get()
}

/// One simulation. It lives on one thread, and a thread runs one at a time.
///
/// Invariant: no code of a lab runs while `world`, `tasks` or `scratch` is borrowed, whether it
/// is polled, called or dropped, so that it may use its [`Host`](crate::Host) at any time.
pub(crate) struct Sim {
    pub world: RefCell<World>,
    pub tasks: RefCell<Tasks>,
    /// Where messages are received before they are decoded.
    pub scratch: RefCell<Vec<u8>>,
    /// The network of this thread, until the end of the run.
    pub net: RefCell<Option<EnterGuard>>,
    system: RefCell<Option<Rc<dyn System>>>,
    /// Polls and events since time last advanced.
    instant: Cell<u64>,
    steps: Cell<u64>,
    /// The host whose code runs, or ran last.
    current: Cell<NodeId>,
}

/// Polls a future that is ready at once.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("this future is ready at once"),
    }
}

impl Sim {
    pub fn new(world: World, net: EnterGuard) -> Rc<Sim> {
        LIVE.set(LIVE.get() + 1);
        Rc::new(Sim {
            world: RefCell::new(world),
            tasks: RefCell::new(Tasks::new()),
            scratch: RefCell::new(vec![0; MAX_MESSAGE]),
            net: RefCell::new(Some(net)),
            system: RefCell::new(None),
            instant: Cell::new(0),
            steps: Cell::new(0),
            current: Cell::new(NodeId(0)),
        })
    }

    pub fn install(&self, system: Rc<dyn System>) {
        self.system.replace(Some(system));
    }

    pub fn system(&self) -> Rc<dyn System> {
        self.system.borrow().clone().expect("the system is installed before anything runs")
    }

    pub fn uninstall(&self) {
        let system = self.system.take();
        drop(system);
    }

    /// Runs until nothing is left, the end has come, or a budget is spent. `progress` hears of
    /// the time now and then.
    pub fn run(self: &Rc<Sim>, max_steps: u64, progress: &mut dyn FnMut(Time)) {
        let end = self.world.borrow().end;
        let mut next_report = PROGRESS_STEPS;
        while self.run_ready() {
            let next = self.world.borrow_mut().events.pop_until(end);
            let Some((at, event)) = next else { break };
            let before = std::mem::replace(&mut self.world.borrow_mut().now, at);
            if at > before {
                self.instant.set(0);
            }
            self.handle(event);
            if !self.spend(None) {
                break;
            }
            if self.steps.get() >= next_report {
                next_report = self.steps.get() + PROGRESS_STEPS;
                progress(at);
            }
            if self.steps.get() > max_steps {
                let why = format!("more than {max_steps} events by {at}: a shorter scenario?");
                self.world.borrow_mut().run.problems.push(Problem::Inconclusive(why));
                break;
            }
        }
        let world = &mut *self.world.borrow_mut();
        world.now = end;
        world.run.steps = self.steps.get();
    }

    /// Counts a step; false when too much has happened at one instant.
    fn spend(&self, at: Option<NodeId>) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.instant.set(self.instant.get() + 1);
        if self.instant.get() <= INSTANT_BUDGET {
            return true;
        }
        let world = &mut *self.world.borrow_mut();
        let place = at.map_or("the network".into(), |id| world.hosts[id.index()].name.clone());
        let now = world.now;
        let why = format!("livelock: a million steps at {now} without time advancing, at {place}");
        world.run.problems.push(Problem::Failure(why));
        false
    }

    /// Polls tasks until none is ready; false when that does not end.
    fn run_ready(self: &Rc<Sim>) -> bool {
        loop {
            let Some(key) = Tasks::next_ready() else {
                return true;
            };
            let Some(host) = self.tasks.borrow().host_of(key) else {
                continue;
            };
            {
                let state = &mut self.world.borrow_mut().hosts[host.index()];
                if state.paused {
                    state.parked.push(key);
                    continue;
                }
            }
            self.poll(key);
            if !self.spend(Some(host)) {
                return false;
            }
        }
    }

    fn poll(self: &Rc<Sim>, key: TaskKey) {
        let Some(taken) = self.tasks.borrow_mut().take(key) else {
            return;
        };
        let (host, mut future) = (taken.host, taken.future);
        self.make_current(host);
        let mut context = Context::from_waker(&taken.waker);
        let polled = guarded(|| future.as_mut().poll(&mut context));
        if let Ok(Poll::Pending) = polled {
            let orphan = self.tasks.borrow_mut().put_back(key, future).err();
            return orphan.into_iter().for_each(|orphan| self.drop_on(host, orphan));
        }
        let _ = self.tasks.borrow_mut().remove(key);
        self.drop_on(host, future);
        if let Err(panic) = polled {
            self.node_panicked(host, &panic);
        }
    }

    /// Makes socket calls on this thread mean `host`.
    pub fn make_current(&self, host: NodeId) {
        self.current.set(host);
        if let Some(net) = &*self.net.borrow() {
            net.set_current(self.world.borrow().hosts[host.index()].net);
        }
    }

    /// Runs engine code that uses the sockets of `host`, whichever host's code is running.
    pub fn as_host<T>(&self, host: NodeId, act: impl FnOnce() -> T) -> T {
        let running = self.current.get();
        self.make_current(host);
        let result = act();
        self.make_current(running);
        result
    }

    /// Runs code of the lab on a host; `None` when it panics, which crashes the host.
    pub fn run_on<T>(self: &Rc<Sim>, host: NodeId, code: impl FnOnce() -> T) -> Option<T> {
        let running = self.current.get();
        self.make_current(host);
        let result = guarded(code).map_err(|panic| self.node_panicked(host, &panic)).ok();
        self.make_current(running);
        result
    }

    /// Drops code of the lab where it belongs: its sockets are numbered per host. Futures that
    /// do not belong together are dropped one by one, since two panics at once abort.
    pub fn drop_on<T>(self: &Rc<Sim>, host: NodeId, code: T) {
        self.run_on(host, || drop(code));
    }

    /// All hosts, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.world.borrow().ids()
    }

    /// When and where node code is running.
    pub fn whereabouts(&self) -> (Time, Arc<str>) {
        match self.world.try_borrow() {
            Ok(world) => (world.now, world.hosts[self.current.get().index()].name.clone()),
            Err(_) => (Time::ZERO, "the engine".into()),
        }
    }

    fn handle(self: &Rc<Sim>, event: Event) {
        let wake = match event {
            Event::Deliver(flight) => return self.deliver(flight),
            Event::Timer(key, schedule) => self.world.borrow_mut().finish_timer(key, schedule),
            Event::Job(key, schedule) => self.world.borrow_mut().finish_job(key, schedule),
            Event::Arrival(load) => return self.arrival(load as usize),
            Event::Think(load) => return self.request(load as usize),
            Event::GiveUp(request) => return self.give_up(request),
            Event::Strike(fault, target) => return self.strike(fault as usize, target),
            Event::Heal(fault, firing) => return self.heal(fault as usize, firing as usize),
            Event::Act(action) => return self.act(action as usize),
        };
        wake.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
    }
}
