//! Windows agree with what one would count by hand.

use std::time::Duration;

use netsplit_lab_circuit_breaker::{BUCKETS, Call, CountWindow, Tally, TimeWindow, Window};
use proptest::collection::vec;
use proptest::prelude::*;

fn call() -> impl Strategy<Value = Call> {
    (any::<bool>(), any::<bool>()).prop_map(|(failed, slow)| Call { failed, slow })
}

fn count<'a>(calls: impl Iterator<Item = &'a Call>) -> Tally {
    let mut tally = Tally::default();
    for call in calls {
        tally.calls += 1;
        tally.failures += u32::from(call.failed);
        tally.slow += u32::from(call.slow);
    }
    tally
}

proptest! {
    #[test]
    fn a_count_window_holds_the_last_calls(size in 1u32..20, calls in vec(call(), 1..100)) {
        let mut window = CountWindow::new(size);
        for end in 1..=calls.len() {
            let held = window.record(Duration::ZERO, calls[end - 1]);
            let last = &calls[end.saturating_sub(size as usize)..end];
            prop_assert_eq!(held, count(last.iter()));
        }
    }

    #[test]
    fn a_time_window_holds_the_calls_of_its_ten_buckets(
        length_ms in 10u64..2_000,
        steps in vec((0u64..1_500, call()), 1..100),
    ) {
        let length = Duration::from_millis(length_ms);
        let mut window = TimeWindow::new(length);
        let bucket = (length / BUCKETS).as_nanos();
        let (mut now, mut past) = (Duration::ZERO, Vec::new());
        for (step, call) in steps {
            now += Duration::from_millis(step);
            past.push((now.as_nanos() / bucket, call));
            let oldest = (now.as_nanos() / bucket + 1).saturating_sub(u128::from(BUCKETS));
            let young = past.iter().filter(|(at, _)| *at >= oldest).map(|(_, call)| call);
            prop_assert_eq!(window.record(now, call), count(young));
        }
    }
}

#[test]
fn a_cleared_window_has_forgotten() {
    let (failed, good) = (Call { failed: true, slow: true }, Call { failed: false, slow: false });
    let windows: [Box<dyn Window>; 2] =
        [Box::new(CountWindow::new(10)), Box::new(TimeWindow::new(Duration::from_secs(10)))];
    for mut window in windows {
        window.record(Duration::ZERO, failed);
        window.clear();
        let held = window.record(Duration::ZERO, good);
        assert_eq!(held, count([good].iter()), "{window:?}");
    }
}
