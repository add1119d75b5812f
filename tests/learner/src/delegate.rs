//! Shipped fillings in the place of a learner's.

use netsplit_sim::prelude::{OpenFilling, Seat};

/// The filling `my-STEP` that does what the shipped filling `name` of `seat` does.
///
/// # Panics
/// When the seat has no such filling.
pub fn delegate<T: Copy + Send + Sync>(
    seat: &'static Seat<T>,
    name: &str,
    my_step: &'static str,
) -> OpenFilling {
    let shipped = seat.fillings.iter().find(|filling| filling.name == name);
    let shipped = shipped.unwrap_or_else(|| panic!("{} has no filling {name}", seat.name));
    seat.filling(my_step, "As shipped", shipped.make)
}
