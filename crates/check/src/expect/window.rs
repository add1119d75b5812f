//! Resolution of window names to spans of time.
//!
//! Every window is clipped to the measured part of the run: from the end of the warm-up until the
//! load stops.

use std::time::Duration;

use netsplit_history::{Run, Time, Window};
use netsplit_scenario::WindowName;

/// The measured spans of the window `name` in `run`. `outside faults` excludes `settle` after each
/// heal. Windows before, during and after a fault that never struck, or an action that was never
/// asked, are empty.
pub fn resolve(name: &WindowName, run: &Run, settle: Duration) -> Window {
    let named = match name {
        WindowName::Overall => run.measured_window(),
        WindowName::Before(fault) => match spans(run, fault).first() {
            Some(&(strike, _)) => Window::span(Time::ZERO, strike),
            None => Window::default(),
        },
        WindowName::During(fault) => Window::union(spans(run, fault)),
        WindowName::After(fault) => match spans(run, fault).iter().map(|span| span.1).max() {
            Some(heal) => Window::span(heal, until_next_strike(run, heal)),
            None => Window::default(),
        },
        WindowName::From(fault) => match spans(run, fault).first() {
            Some(&(strike, _)) => Window::span(strike, run.duration),
            None => Window::default(),
        },
        WindowName::OutsideFaults => {
            let faults = run.faults.iter().flat_map(|fault| &fault.spans);
            let unsettled = faults.map(|&(strike, heal)| (strike, heal + settle));
            run.measured_window().minus(&Window::union(unsettled))
        }
        WindowName::Span(from, to) => Window::span(*from, *to),
    };
    named.and(&run.measured_window())
}

/// The first strike of any fault at or after `heal`, or the end of the load.
pub fn until_next_strike(run: &Run, heal: Time) -> Time {
    let spans = run.faults.iter().flat_map(|fault| &fault.spans);
    let strikes = spans.map(|span| span.0).filter(|strike| *strike >= heal);
    strikes.min().unwrap_or(run.duration).min(run.duration)
}

/// The firings of the fault called `name`, in order of their strikes; or the time from which the
/// action of that name was asked until it was obeyed, which without that is the end of the run.
pub(super) fn spans(run: &Run, name: &str) -> Vec<(Time, Time)> {
    let faults = run.faults.iter().filter(|fault| fault.name == name);
    let actions = run.actions.iter().filter(|action| action.name == name);
    let asked =
        actions.filter_map(|action| Some((action.asked?, action.obeyed.unwrap_or(run.end))));
    let mut spans: Vec<_> = faults.flat_map(|fault| fault.spans.clone()).chain(asked).collect();
    spans.sort_unstable();
    spans
}
