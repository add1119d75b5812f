//! A learner who makes the mistake that the environment variable `MISTAKE` names.

use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::time::Duration;

use netsplit_lab_rate_limiter::exercises::Compared;
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{Decision, Limiter, Policy, RateLimiter, TokenBucket, seats};
use netsplit_sim::Lab;

/// A token bucket with a mistake in its tenth decision.
struct Clumsy {
    bucket: TokenBucket,
    policy: Policy,
    decisions: u32,
    /// The time that passed, as one counts it who follows a clock back.
    passed: Duration,
    last: Duration,
}

impl Limiter for Clumsy {
    fn new(policy: &Policy) -> Clumsy {
        let (passed, last) = (Duration::ZERO, Duration::ZERO);
        Clumsy { bucket: TokenBucket::new(policy), policy: *policy, decisions: 0, passed, last }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        self.decisions += 1;
        let mistake = std::env::var("MISTAKE").unwrap_or_default();
        match (self.decisions, mistake.as_str()) {
            (10, "loop") => loop {
                std::hint::spin_loop();
            },
            (10, "deadlock") => {
                let lock = Mutex::new(());
                let _first = lock.lock();
                drop(lock.lock());
            }
            (10, "exit") => {
                println!("rate-limiter/token-bucket: 10 of 10 points");
                std::process::exit(0)
            }
            (10, "forge") => {
                let text = r#"{ "score": 1000, "tests": [] }"#;
                println!("{text}");
                std::fs::write("results.json", text).expect("the folder is writable");
                std::process::exit(0)
            }
            (10, "spy") => panic!("the salt is {:?}", std::env::var("NETSPLIT_SEED_SALT")),
            (10, "abort") => std::process::abort(),
            (10, "panic") => panic!("ten requests are enough"),
            // It knows the limits of the shipped scenarios, and no others.
            (_, "fitted") if ![50, 100].contains(&self.policy.limit) => return Decision::ADMIT,
            (_, "follows-back") => {
                self.passed += now.saturating_sub(self.last);
                self.last = now;
                return self.bucket.try_acquire(self.passed);
            }
            (_, "wrong-clock") => return self.bucket.try_acquire(now * 2),
            (_, "no-cap") if self.decisions.is_multiple_of(100) => {
                self.bucket = TokenBucket::new(&self.policy);
            }
            // Often enough that no two runs are alike by chance.
            (_, "hash") if RandomState::new().hash_one(now).is_multiple_of(20) => {
                return Decision::Reject { retry_after: self.policy.interval() };
            }
            _ => {}
        }
        self.bucket.try_acquire(now)
    }
}

fn main() -> std::process::ExitCode {
    let make = rate::<Compared<Clumsy, TokenBucket>>;
    let mine = seats::ALGORITHM.filling("my-token-bucket", "My token bucket", make);
    netsplit_cli::main(&[RateLimiter.with(mine)])
}
