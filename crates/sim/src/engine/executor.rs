//! A small single-threaded executor: tasks, wakers and the ready queue.
//!
//! Tasks belong to hosts. A woken task is appended to a first-in, first-out queue unless it is
//! already queued, so that the order of polls is a function of the order of wakes.
//!
//! Wakers must be `Send + Sync`, yet a simulation never leaves its thread: the ready queue is
//! thread-local, and a waker that outlives its simulation, or is used on another thread, is
//! recognised by its epoch and does nothing.
//!
//! A poll has one cause: that of the wake that queued the task. Causes are numbers of the recorded
//! trace, all 0 when there is none; no decision depends on them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Wake, Waker};

use slotmap::{SlotMap, new_key_type};

use crate::machine::id::NodeId;

/// A future that runs on one host.
pub type Task = Pin<Box<dyn Future<Output = ()>>>;

new_key_type! {
    /// A task; keys are never reused.
    pub(crate) struct TaskKey;
}

/// Numbers the simulations of the process.
static EPOCHS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static EPOCH: Cell<u64> = const { Cell::new(0) };
    static CAUSE: Cell<u32> = const { Cell::new(0) };
    static READY: RefCell<VecDeque<TaskKey>> = const { RefCell::new(VecDeque::new()) };
}

/// The cause of the code that runs now.
pub(crate) fn cause() -> u32 {
    CAUSE.get()
}

/// Sets the cause of the code that runs next; returns the former one.
pub(crate) fn set_cause(cause: u32) -> u32 {
    CAUSE.replace(cause)
}

struct TaskWaker {
    task: TaskKey,
    epoch: u64,
    /// The cause of the poll that it is queued for.
    cause: AtomicU32,
    queued: AtomicBool,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Only the simulation's own thread has its epoch, so no other comes between load and store.
        if EPOCH.get() == self.epoch && !self.queued.load(Ordering::Relaxed) {
            self.queued.store(true, Ordering::Relaxed);
            self.cause.store(CAUSE.get(), Ordering::Relaxed);
            READY.with_borrow_mut(|ready| ready.push_back(self.task));
        }
    }
}

struct Slot {
    host: NodeId,
    /// `None` while it is being polled.
    idle: Option<Idle>,
    /// What it takes, in bytes; a larger task is counted as this much.
    bytes: u32,
}

/// A task that is not being polled.
struct Idle {
    future: Task,
    state: Arc<TaskWaker>,
    waker: Waker,
}

/// Bytes around the future of a task: its slot, its waker and its place in the queue.
const AROUND_TASK: usize = size_of::<Slot>() + size_of::<TaskWaker>() + 32;

/// All tasks of a simulation.
#[derive(Default)]
pub(crate) struct Tasks {
    slots: SlotMap<TaskKey, Slot>,
    epoch: u64,
    bytes: usize,
    /// Tasks by host.
    of_host: Vec<u64>,
}

/// A task taken out for one poll.
pub(crate) struct Taken {
    pub host: NodeId,
    task: Idle,
}

impl Taken {
    /// The future, and its waker.
    pub fn parts(&mut self) -> (Pin<&mut (dyn Future<Output = ()> + 'static)>, &Waker) {
        (self.task.future.as_mut(), &self.task.waker)
    }

    /// The future, once the task is over.
    pub fn into_future(self) -> Task {
        self.task.future
    }
}

impl Tasks {
    /// An executor without tasks; wakers of earlier ones on this thread have no effect any more.
    pub fn new() -> Tasks {
        READY.with_borrow_mut(VecDeque::clear);
        let epoch = EPOCHS.fetch_add(1, Ordering::Relaxed) + 1;
        EPOCH.set(epoch);
        CAUSE.set(0);
        Tasks { slots: SlotMap::with_key(), epoch, bytes: 0, of_host: Vec::new() }
    }

    /// Adds a task and queues its first poll.
    pub fn spawn(&mut self, host: NodeId, future: Task) -> TaskKey {
        let epoch = self.epoch;
        let bytes = (size_of_val(&*future) + AROUND_TASK).try_into().unwrap_or(u32::MAX);
        self.bytes += bytes as usize;
        if self.of_host.len() <= host.index() {
            self.of_host.resize(host.index() + 1, 0);
        }
        self.of_host[host.index()] += 1;
        self.slots.insert_with_key(|task| {
            let (cause, queued) = (AtomicU32::new(0), AtomicBool::new(false));
            let state = Arc::new(TaskWaker { task, epoch, cause, queued });
            let waker = Waker::from(state.clone());
            waker.wake_by_ref();
            Slot { host, idle: Some(Idle { future, state, waker }), bytes }
        })
    }

    /// The next task to poll, in order of wakes.
    pub fn next_ready() -> Option<TaskKey> {
        READY.with_borrow_mut(VecDeque::pop_front)
    }

    /// The host of a task; `None` once it has ended.
    pub fn host_of(&self, task: TaskKey) -> Option<NodeId> {
        self.slots.get(task).map(|slot| slot.host)
    }

    /// Takes a task out for a poll, with its cause: from now on it may be woken again.
    pub fn take(&mut self, task: TaskKey) -> Option<Taken> {
        let slot = self.slots.get_mut(task)?;
        let task = slot.idle.take()?;
        task.state.queued.store(false, Ordering::Relaxed);
        set_cause(task.state.cause.load(Ordering::Relaxed));
        Some(Taken { host: slot.host, task })
    }

    /// Puts a pending task back; returns it if it was removed during the poll.
    pub fn put_back(&mut self, key: TaskKey, taken: Taken) -> Result<(), Task> {
        match self.slots.get_mut(key) {
            Some(slot) => {
                slot.idle = Some(taken.task);
                Ok(())
            }
            None => Err(taken.into_future()),
        }
    }

    /// Queues a task that was taken from the ready queue and not polled.
    pub fn requeue(task: TaskKey) {
        READY.with_borrow_mut(|ready| ready.push_back(task));
    }

    /// Removes a task; the caller drops its future.
    #[must_use]
    pub fn remove(&mut self, task: TaskKey) -> Option<Task> {
        let slot = self.slots.remove(task)?;
        self.bytes -= slot.bytes as usize;
        self.of_host[slot.host.index()] -= 1;
        slot.idle.map(|task| task.future)
    }

    /// The number of tasks.
    pub fn count(&self) -> u64 {
        self.slots.len() as u64
    }

    /// The number of tasks of a host.
    pub fn count_of(&self, host: NodeId) -> u64 {
        self.of_host.get(host.index()).copied().unwrap_or_default()
    }

    /// The bytes of all tasks.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Removes all tasks, with their hosts; the caller drops the futures.
    #[must_use]
    pub fn remove_all(&mut self) -> Vec<(NodeId, Task)> {
        (self.bytes, self.of_host) = (0, Vec::new());
        let slots = self.slots.drain();
        slots.filter_map(|(_, slot)| Some((slot.host, slot.idle?.future))).collect()
    }

    /// Removes all tasks of a host; the caller drops the futures.
    #[must_use]
    pub fn remove_host(&mut self, host: NodeId) -> Vec<Task> {
        let keys: Vec<_> =
            self.slots.iter().filter(|(_, slot)| slot.host == host).map(|(key, _)| key).collect();
        keys.into_iter().filter_map(|key| self.remove(key)).collect()
    }
}
