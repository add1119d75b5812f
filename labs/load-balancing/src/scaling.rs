//! Autoscaling: how many servers there should be, from how busy they are.
//!
//! A scaler is a feedback loop with a delay: what it orders is in service only after a while, and it
//! goes on measuring meanwhile.

use std::collections::VecDeque;
use std::time::Duration;

use crate::params::Params;

/// What a scaler sees at each of its turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The time.
    pub now: Duration,
    /// Servers that are ordered, those that are still starting among them.
    pub ordered: u32,
    /// Servers in service.
    pub in_service: u32,
    /// How busy the servers in service were since the last turn, in percent of one server: 150 for
    /// one that was busy all the time and one that was half of it.
    pub busy: u32,
}

/// Decides how many servers there should be.
pub trait Scaler {
    /// Returns the number of servers to have; what differs is ordered or stopped at once.
    fn decide(&mut self, reading: &Reading) -> u32;
}

/// Makes a scaler; `None` if nothing is scaled.
pub type MakeScaler = fn(&Params) -> Option<Box<dyn Scaler>>;

/// How busy a server was in the mean, in whole percent, if those that are starting were idle.
pub fn busy_of_ordered(reading: &Reading) -> u32 {
    reading.busy / reading.ordered.max(1)
}

/// How busy a server in service was in the mean. Those on their way are forgotten.
pub fn busy_of_in_service(reading: &Reading) -> u32 {
    reading.busy / reading.in_service.max(1)
}

/// The rules of Kubernetes' `HorizontalPodAutoscaler`.
///
/// - The wish is `ceil(n busy / target)`, or `n` while that is within the tolerance of it.
/// - To fewer servers it goes only when no wish of the stabilisation window was higher.
/// - To more it goes at once, but within a period by no more than a share or a number of what there
///   was at its start, whichever is more.
pub struct Hpa {
    busy: fn(&Reading) -> u32,
    params: Params,
    /// The wishes within the window, with their times.
    wishes: VecDeque<(Duration, u32)>,
    /// What was added within the period.
    added: VecDeque<(Duration, u32)>,
}

impl Hpa {
    /// A scaler that has decided nothing yet, and takes `busy` for the mean.
    pub fn new(params: &Params, busy: fn(&Reading) -> u32) -> Hpa {
        let (wishes, added) = (VecDeque::new(), VecDeque::new());
        Hpa { busy, params: params.clone(), wishes, added }
    }

    /// The most servers that the policy allows now.
    fn limit(&mut self, now: Duration, ordered: u32) -> u32 {
        let period = *self.params.scale_up_period;
        self.added.retain(|(at, _)| now.saturating_sub(*at) < period);
        let added: u32 = self.added.iter().map(|(_, count)| count).sum();
        let base = ordered.saturating_sub(added);
        let share = u64::from(base) * u64::from(self.params.scale_up_percent) / 100;
        let share = u32::try_from(share).unwrap_or(u32::MAX);
        base.saturating_add(share.max(self.params.scale_up_servers))
    }
}

impl Scaler for Hpa {
    fn decide(&mut self, reading: &Reading) -> u32 {
        let Reading { now, ordered, .. } = *reading;
        let wish = wish(ordered, (self.busy)(reading), self.params.target, *self.params.tolerance);
        let window = *self.params.stabilise;
        self.wishes.push_back((now, wish));
        self.wishes.retain(|(at, _)| now.saturating_sub(*at) <= window);
        if wish > ordered {
            let next = wish.min(self.limit(now, ordered)).max(ordered);
            self.added.push_back((now, next - ordered));
            return next;
        }
        let highest = self.wishes.iter().map(|(_, wish)| *wish).max().unwrap_or(wish);
        highest.min(ordered)
    }
}

/// The number of servers that would be busy to `target` percent, if `servers` are busy to `busy`; no
/// other number while the ratio of the two is within `tolerance` of 1.
pub fn wish(servers: u32, busy: u32, target: u32, tolerance: f64) -> u32 {
    let ratio = f64::from(busy) / f64::from(target);
    if (ratio - 1.0).abs() <= tolerance {
        return servers;
    }
    libm::ceil(ratio * f64::from(servers)) as u32
}

/// One server more, or one fewer.
pub struct Step(pub Params);

impl Scaler for Step {
    fn decide(&mut self, reading: &Reading) -> u32 {
        let n = reading.ordered;
        n.saturating_add_signed(
            wish(n, busy_of_ordered(reading), self.0.target, *self.0.tolerance).cmp(&n) as i32,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decisions of an HPA with a target of 75%, one each 15 s, for (ordered, busy in the mean).
    fn decisions(params: &Params, readings: &[(u32, u32)]) -> Vec<u32> {
        let mut hpa = Hpa::new(params, busy_of_ordered);
        let readings = readings.iter().enumerate().map(|(turn, (ordered, busy))| Reading {
            now: Duration::from_secs(15 * turn as u64),
            ordered: *ordered,
            in_service: *ordered,
            busy: ordered * busy,
        });
        readings.map(|reading| hpa.decide(&reading)).collect()
    }

    #[test]
    fn the_wish_is_the_published_formula() {
        assert_eq!(wish(50, 90, 75, 0.1), 60);
        assert_eq!(wish(2, 200, 100, 0.1), 4);
        assert_eq!(wish(2, 50, 100, 0.1), 1);
        assert_eq!(wish(10, 82, 75, 0.1), 10, "within the tolerance");
        assert_eq!(wish(10, 83, 75, 0.1), 12);
        assert_eq!(wish(10, 67, 75, 0.1), 9);
        assert_eq!(wish(10, 68, 75, 0.1), 10);
    }

    #[test]
    fn fewer_only_once_no_wish_of_the_window_was_higher() {
        let params = Params { stabilise: netsplit_scenario::Span::ms(30_000), ..Params::default() };
        let readings = [(10, 75), (10, 30), (10, 30), (10, 30)];
        assert_eq!(decisions(&params, &readings), [10, 10, 10, 4]);
        let none = Params { stabilise: netsplit_scenario::Span::ms(0), ..Params::default() };
        assert_eq!(decisions(&none, &readings[..2]), [10, 4]);
    }

    #[test]
    fn more_by_double_or_four_within_a_period() {
        let readings = [(1, 900), (5, 900), (10, 900)];
        assert_eq!(decisions(&Params::default(), &readings), [5, 10, 20]);
        let slow = netsplit_scenario::Span::ms(60_000);
        let params = Params { scale_up_period: slow, ..Params::default() };
        assert_eq!(decisions(&params, &readings[..2]), [5, 5], "four a minute");
        let most =
            Params { scale_up_percent: u32::MAX, scale_up_servers: u32::MAX, ..Params::default() };
        assert_eq!(decisions(&most, &readings[..1]), [12], "as many as it wishes");
    }

    #[test]
    fn starting_servers_count_as_idle_or_are_forgotten() {
        let now = Duration::ZERO;
        let reading = Reading { now, ordered: 20, in_service: 10, busy: 1000 };
        assert_eq!([busy_of_ordered(&reading), busy_of_in_service(&reading)], [50, 100]);
        // Enough is ordered, but who forgets it orders as much again.
        let decide =
            |busy: fn(&Reading) -> u32| Hpa::new(&Params::default(), busy).decide(&reading);
        assert_eq!([decide(busy_of_ordered), decide(busy_of_in_service)], [14, 27]);
    }

    #[test]
    fn a_step_is_one_server() {
        let mut step = Step(Params::default());
        let now = Duration::ZERO;
        let mut decide = |busy| step.decide(&Reading { now, ordered: 10, in_service: 10, busy });
        assert_eq!([decide(1000), decide(760), decide(100)], [11, 10, 9]);
    }
}
