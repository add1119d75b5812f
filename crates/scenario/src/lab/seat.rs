//! Seats: the parts of a lab's algorithm that a scenario may exchange.
//!
//! A [`Seat`] lists its [`Filling`]s, each with its name, its description and its code in one
//! place. The first filling is the reference's. A lab builds its system with `setup.pick(&SEAT)`,
//! so a filling that is misspelt, or that has no code, does not compile.
//!
//! Seats are open: [`Seat::filling`] makes a filling in another crate, such as a learner's, which
//! `lab.with(...)` adds to a lab.

use std::any::Any;
use std::fmt;

/// One way to fill a seat.
#[derive(Clone, Copy, Debug)]
pub struct Filling<T: 'static> {
    /// The name, unique among the fillings and variants of the lab.
    pub name: &'static str,
    /// One line: what is different, and what goes wrong with it.
    pub summary: &'static str,
    /// The defect of a filling that is wrong on purpose.
    pub mutant: Option<Mutant>,
    /// The code, or what makes it.
    pub make: T,
}

/// A filling without its code: its name and description.
pub type FillingNames = Filling<()>;

/// A deliberate defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The invariant, property or metric that it violates, as expectations name it.
    pub breaks: &'static str,
    /// The name of the scenario of this lab that shows it.
    pub shown_by: &'static str,
}

/// Creates a filling.
pub const fn filling<T: Copy>(name: &'static str, summary: &'static str, make: T) -> Filling<T> {
    Filling { name, summary, mutant: None, make }
}

/// Creates a filling that is wrong on purpose: it violates `breaks`, an invariant, property or
/// metric as expectations name it, and the scenario `shown_by` of this lab shows it.
pub const fn mutant<T: Copy>(
    name: &'static str,
    summary: &'static str,
    breaks: &'static str,
    shown_by: &'static str,
    make: T,
) -> Filling<T> {
    Filling { name, summary, mutant: Some(Mutant { breaks, shown_by }), make }
}

impl<T> Filling<T> {
    /// Returns the filling without its code.
    pub fn names(&self) -> FillingNames {
        Filling { name: self.name, summary: self.summary, mutant: self.mutant, make: () }
    }
}

/// A part of a lab's algorithm that a scenario may exchange.
#[derive(Debug)]
pub struct Seat<T: 'static> {
    /// The name, in kebab-case.
    pub name: &'static str,
    /// One line: what the part decides.
    pub summary: &'static str,
    /// The fillings that the lab ships; the first is the reference's.
    pub fillings: &'static [Filling<T>],
}

impl<T> Seat<T> {
    /// Returns the (seat, filling) names of the shipped filling `name`, for a
    /// [`Bundle`](crate::Bundle) of the same lab.
    ///
    /// # Panics
    /// Panics if there is no such filling: a compile error in the initialiser of a `const` or
    /// `static`, where bundles are defined.
    pub const fn fill(&self, name: &str) -> (&'static str, &'static str) {
        let mut at = 0;
        while at < self.fillings.len() {
            if equal(self.fillings[at].name.as_bytes(), name.as_bytes()) {
                return (self.name, self.fillings[at].name);
            }
            at += 1;
        }
        panic!("the seat has no such filling")
    }
}

/// Whether two strings of bytes are equal; `==` is not yet available at compile time.
const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

impl<T: Send + Sync> Seat<T> {
    /// Creates a filling of this seat in another crate.
    pub fn filling(&self, name: &'static str, summary: &'static str, make: T) -> OpenFilling {
        let filling = Filling { name, summary, mutant: None, make: () };
        OpenFilling { seat: self.name, filling, make: Box::new(make) }
    }
}

/// A filling from another crate, without the type of its seat.
pub struct OpenFilling {
    /// The seat's name.
    pub seat: &'static str,
    /// The filling's names.
    pub filling: FillingNames,
    make: Box<dyn Any + Send + Sync>,
}

impl OpenFilling {
    /// Returns the code, or `None` if the seat's type is not `T`.
    pub fn make<T: 'static>(&self) -> Option<&T> {
        self.make.downcast_ref()
    }
}

impl fmt::Debug for OpenFilling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenFilling({}={})", self.seat, self.filling.name)
    }
}

/// A type-erased seat: the names that scenario files use.
pub trait SeatNames: Sync {
    /// The seat's name.
    fn name(&self) -> &'static str;

    /// What the part decides, in one line.
    fn summary(&self) -> &'static str;

    /// The fillings, without their code; the first is the reference's.
    fn fillings(&self) -> Vec<FillingNames>;
}

impl<T: Sync> SeatNames for Seat<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn fillings(&self) -> Vec<FillingNames> {
        self.fillings.iter().map(Filling::names).collect()
    }
}

impl fmt::Debug for dyn SeatNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seat({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SEAT: Seat<fn() -> u8> = Seat {
        name: "seat",
        summary: "For tests",
        fillings: &[
            filling("first", "The reference", || 1),
            mutant("second", "Wrong", "linearizable", "calm", || 2),
        ],
    };
    static BUNDLE: (&str, &str) = SEAT.fill("second");

    #[test]
    fn a_filling_is_found_by_its_name() {
        assert_eq!(BUNDLE, ("seat", "second"));
        assert_eq!((SEAT.fillings[1].make)(), 2);
        assert_eq!(SEAT.fillings()[1].mutant.map(|mutant| mutant.shown_by), Some("calm"));
    }

    #[test]
    #[should_panic(expected = "no such filling")]
    fn a_misspelt_filling_is_refused() {
        SEAT.fill("secnod");
    }

    #[test]
    fn an_open_filling_keeps_the_type_of_its_seat() {
        let open = SEAT.filling("mine", "Written elsewhere", || 3);
        assert_eq!(open.make::<fn() -> u8>().map(|make| make()), Some(3));
        assert!(open.make::<u8>().is_none());
    }
}
