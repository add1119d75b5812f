//! The traits that a lab implements.
//!
//! A [`Lab`] describes itself and builds a [`System`]: the code of the nodes, and the [`Client`]
//! sessions that send requests to them. One `System` serves one run.

use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use crate::{Answer, Client, Host, Order, Task, open_seat};
use netsplit_history::Run;
use netsplit_scenario::{
    Exercises, LabSpec, NodeGroup, OpenFilling, Refusal, Scenario, ScenarioFile, Seat,
};

/// A lab: one system that a course teaches, with its variants.
pub trait Lab: Sync {
    /// Its description: all names that scenario files may use.
    fn spec(&self) -> &'static LabSpec;

    /// Its lesson, in Markdown.
    fn lesson(&self) -> &'static str;

    /// Its truth table, as TOML: expected values with their sources. Default: empty.
    fn truth(&self) -> &'static str {
        ""
    }

    /// Its scenarios, in order of their names; one of them is `calm`, the control. Default: none.
    fn scenarios(&self) -> &'static [ScenarioFile] {
        &[]
    }

    /// Its exercises. Default: none.
    fn exercises(&self) -> Exercises {
        Exercises::default()
    }

    /// Adds a filling to one of the lab's seats, such as a learner's. It is a variant by its own
    /// name. The returned lab lives until the process ends.
    ///
    /// # Panics
    /// When the lab has no such seat, or already has a variant of that name.
    fn with(self, filling: OpenFilling) -> &'static dyn Lab
    where
        Self: Sized + 'static,
    {
        open_seat::with(Box::leak(Box::new(self)), filling)
    }

    /// Builds the system for one run.
    ///
    /// # Errors
    /// When values of the scenario do not fit together, such as a quorum larger than the number of
    /// replicas. The refusal names the key, so that its place in the file can be shown.
    fn build(&self, setup: &Setup) -> Result<Rc<dyn System>, Refusal>;
}

/// The input of [`Lab::build`]: the scenario's parameters, fillings and groups.
pub struct Setup<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) open_fillings: Vec<&'static OpenFilling>,
}

impl<'a> Setup<'a> {
    /// The scenario's parameters, with those that its variant sets.
    ///
    /// # Panics
    /// When `P` is not the parameter type of the lab.
    pub fn params<P: 'static>(&self) -> &'a P {
        self.scenario.params.get().expect("the lab's description names its parameter type")
    }

    /// The code of the filling of a seat in this run.
    ///
    /// # Panics
    /// When the lab's description does not list the seat.
    pub fn pick<T: Sync>(&self, seat: &'static Seat<T>) -> &'static T {
        let chosen = self.scenario.fillings.iter().find(|(name, _)| *name == seat.name);
        let Some((_, chosen)) = chosen else {
            panic!("the lab's description does not list the seat `{}`", seat.name);
        };
        let shipped = seat.fillings.iter().find(|filling| filling.name == *chosen);
        let open = || {
            let of_seat = self.open_fillings.iter().filter(|open| open.seat == seat.name);
            of_seat.filter(|open| open.filling.name == *chosen).find_map(|open| open.make())
        };
        shipped.map(|filling| &filling.make).or_else(open).expect("a checked scenario's filling")
    }

    /// The scenario, for values that all nodes must agree on, such as the number of nodes.
    pub fn scenario(&self) -> &'a Scenario {
        self.scenario
    }

    /// The group of nodes called `name`.
    ///
    /// # Panics
    /// When the lab's description has no such group.
    pub fn group(&self, name: &str) -> &'a NodeGroup {
        let group = self.scenario.nodes.iter().find(|group| group.name == name);
        group.expect("a scenario has all groups of its lab")
    }

    /// The longest client timeout of all loads.
    pub fn client_timeout(&self) -> Duration {
        self.scenario.loads.iter().map(|load| load.timeout).max().unwrap_or_default()
    }
}

/// A lab's system during one run. It outlives crashes: state that must not survive a crash belongs
/// in the future that [`node`](System::node) returns.
pub trait System {
    /// Starts a node: returns its main task. Called at the start of the run, and again when the
    /// node restarts after a crash.
    fn node(&self, host: Host) -> Task;

    /// Opens a client session on the client host `host`, one of many there.
    fn client(&self, host: Host) -> Rc<dyn Client>;

    /// Performs an action of the scenario from the operator's host. The run records when the answer
    /// is ready as the time at which the action was obeyed; if it is an error, or never comes, the
    /// run is inconclusive. Default: refuses.
    fn act(&self, operator: Host, order: Order) -> Answer {
        let _ = operator;
        Box::pin(ready(Err(format!("the lab has no code for `{}`", order.verb))))
    }

    /// End-of-run measures: numbers by name, computed from the record of the run. A measure for
    /// which the run gives no evidence is left out: an expectation about it is then inconclusive. The
    /// values of a prefix of [`LabSpec::numbered`] are those for 1, 2, and so on; the last stands for
    /// all greater numbers. Default: none.
    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        let _ = run;
        Vec::new()
    }
}

impl Lab for &'static dyn Lab {
    fn spec(&self) -> &'static LabSpec {
        (**self).spec()
    }

    fn lesson(&self) -> &'static str {
        (**self).lesson()
    }

    fn truth(&self) -> &'static str {
        (**self).truth()
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        (**self).scenarios()
    }

    fn exercises(&self) -> Exercises {
        (**self).exercises()
    }

    fn build(&self, setup: &Setup) -> Result<Rc<dyn System>, Refusal> {
        (**self).build(setup)
    }
}
