//! Open seats: labs with fillings from other crates.

use std::rc::Rc;

use netsplit_scenario::{
    Exercises, FillingNames, LabSpec, OpenFilling, Refusal, ScenarioFile, SeatNames,
};

use crate::lab::{Lab, Setup, System};

/// The lab with one more filling.
pub(crate) fn with(lab: &'static dyn Lab, filling: OpenFilling) -> &'static dyn Lab {
    let (seat, name) = (filling.seat, filling.filling.name);
    let spec = lab.spec();
    assert!(spec.seats.iter().any(|known| known.name() == seat), "the lab has no seat `{seat}`");
    assert!(
        spec.resolve(name).is_err(),
        "the lab already has a variant `{name}`: choose another name"
    );
    let extended = spec.seats.iter().map(|known| -> &'static dyn SeatNames {
        if known.name() != seat {
            return *known;
        }
        Box::leak(Box::new(Extended { seat: *known, more: filling.filling }))
    });
    let seats = extended.collect::<Vec<_>>().leak();
    let spec = Box::leak(Box::new(LabSpec { seats, ..spec.clone() }));
    Box::leak(Box::new(With { lab, spec, filling: Box::leak(Box::new(filling)) }))
}

/// A seat with one more filling.
struct Extended {
    seat: &'static dyn SeatNames,
    more: FillingNames,
}

impl SeatNames for Extended {
    fn name(&self) -> &'static str {
        self.seat.name()
    }

    fn summary(&self) -> &'static str {
        self.seat.summary()
    }

    fn fillings(&self) -> Vec<FillingNames> {
        let mut all = self.seat.fillings();
        all.push(self.more);
        all
    }
}

/// A lab with one more filling.
struct With {
    lab: &'static dyn Lab,
    spec: &'static LabSpec,
    filling: &'static OpenFilling,
}

impl Lab for With {
    fn spec(&self) -> &'static LabSpec {
        self.spec
    }

    fn lesson(&self) -> &'static str {
        self.lab.lesson()
    }

    fn truth(&self) -> &'static str {
        self.lab.truth()
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        self.lab.scenarios()
    }

    fn exercises(&self) -> Exercises {
        self.lab.exercises()
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        let mut open_fillings = setup.open_fillings.clone();
        open_fillings.push(self.filling);
        self.lab.build(&Setup { scenario: setup.scenario, open_fillings })
    }
}
