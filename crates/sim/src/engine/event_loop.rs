//! The event loop: run every ready task, then advance time to the next event.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use netsplit_history::{Time, Touch};
use turmoil_net::EnterGuard;

use super::events::Event;
use super::executor::{TaskKey, Tasks, set_cause};
use super::panics::guarded;
use super::world::World;
use crate::{NodeId, System, comparison};

/// Polls and events that may happen at one instant before the run counts as a livelock.
const INSTANT_BUDGET: u64 = 1_000_000;

/// Further ones for each event that was due at this instant before it began: half a million
/// sessions that start at once are no livelock.
const STEPS_PER_EVENT: u64 = 100;

/// Steps between two calls of the progress callback.
const PROGRESS_STEPS: u64 = 1 << 12;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Simulations of this thread that have not been dropped: 0 once a run has returned. For tests.
#[doc(hidden)]
pub fn live_simulations() -> usize {
    LIVE.get()
}

/// One simulation. It lives on one thread, and a thread runs one at a time.
///
/// Invariant: no code of a lab runs while `world` or `tasks` is borrowed, whether it is polled,
/// called or dropped, so that it may use its [`Host`](crate::Host) at any time.
pub(crate) struct Sim {
    pub world: RefCell<World>,
    pub tasks: RefCell<Tasks>,
    /// turmoil-net's handle to the network of this thread, until the end of the run.
    pub net: RefCell<Option<EnterGuard>>,
    system: RefCell<Option<Rc<dyn System>>>,
    /// Polls and events since time last advanced, and how many there may be.
    instant: Cell<u64>,
    instant_budget: Cell<u64>,
    steps: Cell<u64>,
    /// The host whose code is running, or ran last.
    current: Cell<NodeId>,
    before_lab_code: Option<fn(Time, &str)>,
}

/// Polls a future that is ready at once.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("this future is ready at once"),
    }
}

impl Sim {
    pub fn new(world: World, net: EnterGuard, before_lab_code: Option<fn(Time, &str)>) -> Rc<Sim> {
        LIVE.set(LIVE.get() + 1);
        Rc::new(Sim {
            world: RefCell::new(world),
            tasks: RefCell::new(Tasks::new()),
            net: RefCell::new(Some(net)),
            system: RefCell::new(None),
            instant: Cell::new(0),
            instant_budget: Cell::new(INSTANT_BUDGET),
            steps: Cell::new(0),
            current: Cell::new(NodeId(0)),
            before_lab_code,
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

    /// Runs until no event is left, the run ends, or a budget is spent. Calls `progress` with the
    /// simulated time every now and then.
    // Apart from set-up and tear-down, the code of every step lies together.
    #[inline(never)]
    pub fn run(self: &Rc<Sim>, progress: &mut dyn FnMut(Time)) {
        let max_steps = self.world.borrow().core.budget.limits.events;
        let mut next_report = PROGRESS_STEPS;
        self.world.borrow_mut().core.begin_instant();
        while self.run_ready() {
            let (before, next, now) = {
                let core = &mut self.world.borrow_mut().core;
                (core.now, core.advance(), core.now)
            };
            let Some((event, due_before)) = next else { break };
            if now > before {
                self.instant.set(0);
                self.instant_budget.set(INSTANT_BUDGET);
            }
            if due_before {
                self.instant_budget.set(self.instant_budget.get() + STEPS_PER_EVENT);
            }
            self.handle(event);
            if !self.spend(None) {
                break;
            }
            if self.steps.get() >= next_report {
                next_report = self.steps.get() + PROGRESS_STEPS;
                progress(now);
            }
            if self.steps.get() > max_steps {
                self.world.borrow_mut().too_many_events();
                break;
            }
        }
        let core = &mut self.world.borrow_mut().core;
        core.now = core.end;
        core.run.steps = self.steps.get();
    }

    /// Counts a step, a poll on a host or an event; false when there were too many at one instant, or
    /// a budget is exceeded.
    fn spend(&self, at: Option<NodeId>) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.instant.set(self.instant.get() + 1);
        let world = &mut *self.world.borrow_mut();
        let within_budget = match at {
            Some(_) => world.within_budget(&self.tasks.borrow(), at),
            None => !world.core.budget.exceeded,
        };
        if !within_budget {
            return false;
        }
        let budget = self.instant_budget.get();
        let within_instant = self.instant.get() <= budget;
        if !within_instant {
            world.end_in_livelock(budget, at);
        }
        within_instant
    }

    /// Accounts for a line that code of a lab has logged; whether it is within the budget. The engine
    /// itself logs nothing.
    pub fn log_within_budget(&self, bytes: usize) -> bool {
        let Ok(mut world) = self.world.try_borrow_mut() else {
            return true;
        };
        world.core.budget.records += size_of::<String>() + bytes;
        world.within_budget(&self.tasks.borrow(), Some(self.current.get()))
    }

    /// Polls tasks until none is ready; false when the run is over.
    fn run_ready(self: &Rc<Sim>) -> bool {
        loop {
            let Some(key) = Tasks::next_ready() else {
                return true;
            };
            let Some(host) = self.tasks.borrow().host_of(key) else {
                continue;
            };
            {
                let world = &mut *self.world.borrow_mut();
                let machine = &mut world.machines[host];
                if machine.paused {
                    machine.parked.push(key);
                    machine.touched[Touch::TasksPaused] += 1;
                    continue;
                }
                machine.polls += 1;
                machine.fresh_since.take_if(|since| world.core.now > *since);
            }
            self.poll(key);
            if !self.spend(Some(host)) {
                return false;
            }
        }
    }

    fn poll(self: &Rc<Sim>, key: TaskKey) {
        let Some(mut taken) = self.tasks.borrow_mut().take(key) else {
            return;
        };
        let host = taken.host;
        self.make_current(host);
        let (future, waker) = taken.parts();
        let polled = guarded(|| future.poll(&mut Context::from_waker(waker)));
        if let Ok(Poll::Pending) = polled {
            let orphan = self.tasks.borrow_mut().put_back(key, taken).err();
            return orphan.into_iter().for_each(|orphan| self.drop_on(host, orphan));
        }
        let _ = self.tasks.borrow_mut().remove(key);
        self.drop_on(host, taken.into_future());
        if let Err(panic) = polled {
            self.node_panicked(host, &panic);
        }
    }

    /// Makes `host` the host of all socket calls on this thread.
    pub fn make_current(&self, host: NodeId) {
        let world = self.world.borrow();
        comparison::enter(world.core.now, host);
        if let Some(tell) = self.before_lab_code {
            tell(world.core.now, &world.machines[host].name);
        }
        // turmoil-net begins with its first host, as this does.
        if self.current.replace(host) != host
            && let Some(net) = &*self.net.borrow()
        {
            net.set_current(world.machines[host].net);
        }
    }

    /// Runs engine code that uses the sockets of `host`, while another host's code may be running.
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

    /// Drops code of the lab on its host, because its sockets are numbered per host. The caller
    /// drops unrelated futures one by one: a panic during another one's drop would abort.
    pub fn drop_on<T>(self: &Rc<Sim>, host: NodeId, code: T) {
        self.run_on(host, || drop(code));
    }

    /// All hosts, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.world.borrow().machines.ids()
    }

    /// The time, and the host whose code is running.
    pub fn now_and_host(&self) -> (Time, Arc<str>) {
        match self.world.try_borrow() {
            Ok(world) => (world.core.now, world.name_of(self.current.get())),
            Err(_) => (Time::ZERO, "the engine".into()),
        }
    }

    fn handle(self: &Rc<Sim>, event: Event) {
        set_cause(0);
        match event {
            Event::Deliver(flight) => return self.deliver(flight),
            Event::Timer(key, schedule) => {
                let woken = {
                    let world = &mut *self.world.borrow_mut();
                    world.machines.finish_timer(&mut world.core, key, schedule)
                };
                return woken.into_iter().for_each(Waker::wake);
            }
            Event::Job(key, schedule) => {
                let woken = {
                    let world = &mut *self.world.borrow_mut();
                    world.machines.finish_job(&mut world.core, key, schedule)
                };
                return woken.into_iter().for_each(Waker::wake);
            }
            Event::Arrival(load) => self.arrival(load as usize),
            Event::Think(load) => self.request(load as usize),
            Event::Timeout(request) => self.time_out(request),
            Event::Inject(fault, target) => self.inject(fault, target),
            Event::Heal(firing) => self.heal(firing),
            Event::Act { action, tries } => self.act(action as usize, tries),
        }
        // Those above that returned take no memory.
        self.world.borrow_mut().within_budget(&self.tasks.borrow(), None);
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
    }
}
