//! What a run is built from: parameters, and who sits in which seat.

use std::time::Duration;

use netsplit_scenario::{NodeGroup, Scenario};
use netsplit_sim::{Host, NodeId, Setup};

use crate::admission::Admission;
use crate::backoff::{Bounds, STRATEGIES};
use crate::budget::{Budget, NoRetries, RetryRatio, TokenBucket, Unlimited};
use crate::caller::{Caller, Rules};
use crate::discipline::{Discipline, DropExpired, Fifo, Lifo, Shed};
use crate::identity::{Anonymous, Identity, PerCustomer, PerRequest, PerTry};
use crate::params::{Deadlines, Params};
use crate::row::{Row, WriteRule};
use crate::throttling::AdaptiveThrottling;

/// What every node and client is told at its start.
pub(crate) struct Config {
    pub params: Params,
    pub rules: Rules,
    pub identity: Box<dyn Identity>,
    pub write_rule: WriteRule,
    budget: &'static str,
    admission: &'static str,
    /// Workers of a proxy and of a server.
    slots: [Option<u32>; 2],
}

impl Config {
    pub fn new(setup: &Setup<'_>) -> Result<Config, String> {
        let params: Params = setup.params::<Params>().clone();
        let [proxies, servers] = ["proxies", "servers"].map(|name| group(setup.scenario(), name));
        if params.fan_out == 0 || !servers.count.is_multiple_of(params.fan_out) {
            return Err(format!(
                "{} servers cannot be dealt to {} leaves evenly: make nodes.servers.count a \
                 multiple of params.fan_out",
                servers.count, params.fan_out
            ));
        }
        if params.tries == 0 {
            return Err("params.tries is 0: the first try counts too".into());
        }
        let strategy = STRATEGIES
            .iter()
            .find(|(name, _)| *name == setup.seat("backoff"))
            .expect("every filling is in the table");
        Ok(Config {
            rules: Rules {
                tries: params.tries,
                try_timeout: *params.try_timeout,
                strategy: strategy.1,
                bounds: Bounds {
                    base: *params.backoff_base,
                    cap: *params.backoff_cap,
                    jitter: params.jitter,
                },
                hedge_after: params.hedge_after.delay(),
                send_deadlines: params.deadlines != Deadlines::None,
                reserve: *params.reserve,
            },
            identity: match setup.seat("identity") {
                _ if !params.idempotency_keys => Box::new(Anonymous),
                "per-try" => Box::new(PerTry),
                "per-customer" => Box::new(PerCustomer),
                "none" => Box::new(Anonymous),
                _ => Box::new(PerRequest),
            },
            write_rule: match setup.seat("row") {
                "blind" => Row::write_blindly,
                _ => Row::write_if_unchanged,
            },
            budget: setup.seat("budget"),
            admission: setup.seat("admission"),
            slots: [proxies.workers, servers.workers],
            params,
        })
    }

    /// How a process asks: a client, or a proxy.
    pub fn caller(&self, host: &Host, retries: bool) -> Caller {
        let mut rules = self.rules;
        if !retries {
            rules.tries = 1;
        }
        Caller::new(host.clone(), rules, self.budget())
    }

    fn budget(&self) -> Box<dyn Budget> {
        let params = &self.params;
        match self.budget {
            "token-bucket" => match params.bucket.limit() {
                Some(tokens) => Box::new(TokenBucket::full(tokens)),
                None => Box::new(Unlimited),
            },
            "adaptive-throttling" => {
                Box::new(AdaptiveThrottling::new(params.throttle_k, *params.throttle_window))
            }
            "unlimited" => Box::new(Unlimited),
            "no-retries" => Box::new(NoRetries),
            _ => Box::new(RetryRatio::new(*params.retry_ratio)),
        }
    }

    /// The queue in front of a node.
    pub fn admission(&self, host: &Host) -> Admission {
        let count = |number: u32| number as usize;
        let above = self.params.lifo_above.limit().map(count);
        let discipline: Box<dyn Discipline> = match self.admission {
            "shed" => Box::new(Shed),
            "fifo" => Box::new(Fifo),
            "lifo" => Box::new(Lifo { above }),
            _ => Box::new(DropExpired),
        };
        let slots = self.slots[usize::from(&*host.group() == "servers")];
        let limit = self.params.queue_limit.limit();
        Admission::new(slots.map(count), limit.map(count), discipline)
    }

    /// Whom `host` asks: the proxy after the proxy `after`, the first one for a client, and
    /// behind the last one the replicas of the leaf. Servers are dealt to leaves in turn.
    pub fn next_hops(&self, host: &Host, after: Option<NodeId>, leaf: u32) -> Vec<NodeId> {
        let proxies = host.nodes("proxies");
        let next =
            proxies.iter().position(|proxy| Some(*proxy) == after).map_or(0, |place| place + 1);
        if let Some(proxy) = proxies.get(next) {
            return vec![*proxy];
        }
        let servers = host.nodes("servers").into_iter();
        servers.skip(leaf as usize).step_by(self.params.fan_out as usize).collect()
    }
}

fn group<'a>(scenario: &'a Scenario, name: &str) -> &'a NodeGroup {
    let named = scenario.nodes.iter().find(|group| group.name == name);
    named.expect("a scenario has all groups of its lab")
}

/// How long the clients of a load wait.
pub(crate) fn patience(scenario: &Scenario, load: &str) -> Duration {
    let load = scenario.loads.iter().find(|known| known.name == load);
    load.map_or(Duration::ZERO, |load| load.timeout)
}
