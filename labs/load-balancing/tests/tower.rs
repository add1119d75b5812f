//! Two choices pick as `tower`'s balancer does, which many Rust services balance with.
//!
//! Both draw at random, so their picks are compared as distributions: with loads that stay as they
//! are, the server that is better than `k` of the others is picked with probability k / (n choose 2).

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use netsplit_lab_load_balancing::pick::{Known, LeastOf, Pick, own_load};
use netsplit_sim::random::stream;
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::Constant;
use tower::util::rng::HasherRng;
use tower::{Service, service_fn};

const SERVERS: usize = 10;
const PICKS: usize = 90_000;

/// How often tower picks each server of the loads 0, 1, 2, ...
fn towers() -> [usize; SERVERS] {
    let server = |number: usize| {
        let answer = move |()| -> Ready<Result<usize, Infallible>> { ready(Ok(number)) };
        Constant::new(service_fn(answer), number)
    };
    let servers = ServiceList::new((0..SERVERS).map(server));
    let rng = HasherRng::with_hasher(BuildHasherDefault::<DefaultHasher>::new());
    let mut balance = Balance::from_rng(servers, rng);
    let mut context = Context::from_waker(Waker::noop());
    let mut counts = [0; SERVERS];
    for _ in 0..PICKS {
        assert!(balance.poll_ready(&mut context).is_ready(), "its servers are always ready");
        let Poll::Ready(Ok(server)) = pin!(balance.call(())).poll(&mut context) else {
            panic!("its servers answer at once")
        };
        counts[server] += 1;
    }
    counts
}

/// How often this lab picks each.
fn ours() -> [usize; SERVERS] {
    let known = |number| Known { outstanding: number, ..Known::default() };
    let known: Vec<_> = (0..SERVERS as u32).map(known).collect();
    let open: Vec<_> = (0..SERVERS).collect();
    let (mut two, mut rng) = (LeastOf { choices: 2, load: own_load }, stream(1, "tower"));
    let mut counts = [0; SERVERS];
    (0..PICKS).for_each(|_| counts[two.pick(&open, &known, &mut rng)] += 1);
    counts
}

#[test]
fn two_choices_pick_as_tower_does() {
    let pairs = (SERVERS * (SERVERS - 1) / 2) as f64;
    for (who, counts) in [("tower", towers()), ("this lab", ours())] {
        for (server, count) in counts.into_iter().enumerate() {
            let share = (SERVERS - 1 - server) as f64 / pairs;
            let (expected, variance) = (PICKS as f64 * share, PICKS as f64 * share * (1.0 - share));
            // Five standard deviations: chance is beyond them once in a million.
            let off = (count as f64 - expected).abs();
            assert!(off <= 5.0 * variance.sqrt(), "{who}: {count} of server {server}: {counts:?}");
        }
    }
}
