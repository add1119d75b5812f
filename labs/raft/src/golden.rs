//! Golden scripts: one per rule of the paper, in `golden/*.txt`.
//!
//! A script drives servers that are nothing but the core: no disk, no network, no clock but what
//! a line says. Its first line is the claim. Lines that start with `>` are commands; the lines
//! after each are its effects, written by `NETSPLIT_BLESS=1` and then read.
//!
//! | command | does |
//! |---|---|
//! | `> cluster 3` | three servers, `n1` to `n3`, that have never heard of a leader |
//! | `> seat election any-log` | servers started from here on have this filling |
//! | `> prevote` | and ask for pre-votes |
//! | `> timeout n1` | `n1` stops waiting |
//! | `> deliver` | messages arrive until there are none; `deliver n1 n2`: only between these |
//! | `> drop` | all messages in flight are dropped |
//! | `> propose n1 x` | a client's command; `read n1`, `transfer n1 n2`, `add n1 n4`, `remove n1 n2`, `compact n1` |
//! | `> crash n2` | it restarts with what it had persisted |
//! | `> later 500ms` | time passes, and nothing happens |
//! | `> logs` | every log: index, term and content; `*` behind what is committed |

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;
use std::time::Duration;

use netsplit_scenario::Seat;

use crate::event::{Change, Effect, Event, Role, Saved, Ticket};
use crate::log::{Index, Payload, Server, Snapshot};
use crate::raft::{Core, Seats};
use crate::rpc::{Appended, Body, Message};
use crate::seats;
use crate::state::{Config, State};

/// Servers, and the messages between them.
#[derive(Default)]
struct Stage {
    servers: BTreeMap<Server, Box<dyn Core>>,
    disks: BTreeMap<Server, Saved>,
    prevote: bool,
    in_flight: VecDeque<(Server, Server, Message)>,
    fillings: BTreeMap<String, String>,
    now: Duration,
    tickets: u64,
    told: String,
}

fn server(name: &str) -> Server {
    let number: u32 = name.trim_start_matches('n').parse().expect("servers are n1, n2, ...");
    Server(number - 1)
}

fn name(server: Server) -> String {
    format!("n{}", server.0 + 1)
}

impl Stage {
    fn pick<T: Copy>(&self, seat: &Seat<T>) -> T {
        let chosen = self.fillings.get(seat.name);
        let named = |name: &String| seat.fillings.iter().find(|filling| filling.name == *name);
        chosen.map_or(&seat.fillings[0], |name| named(name).expect("the seat has it")).make
    }

    fn start(&mut self, me: Server) {
        let config = Config {
            election_timeout: (Duration::from_millis(150), Duration::from_millis(300)),
            heartbeat: Duration::from_millis(50),
            batch: 2,
            prevote: self.prevote,
            check_quorum: true,
            fast_backtracking: true,
            transfer: true,
            snapshot_every: None,
            drift_bound: 0.1,
        };
        let seats = Seats {
            election: self.pick(&seats::ELECTION),
            replication: self.pick(&seats::REPLICATION),
            commitment: self.pick(&seats::COMMITMENT),
            snapshots: self.pick(&seats::SNAPSHOTS),
            reads: self.pick(&seats::READS),
        };
        let saved = self.disks[&me].clone();
        let state = State::new(me, config.into(), saved, self.now);
        let core = self.pick(&seats::CORE)(state, seats, me.0.into());
        self.servers.insert(me, core);
    }

    fn step(&mut self, who: Server, event: Event) {
        let raft = self.servers.get_mut(&who).expect("there is such a server");
        for effect in raft.step(self.now, event) {
            self.carry_out(who, effect);
        }
    }

    fn carry_out(&mut self, who: Server, effect: Effect) {
        let me = name(who);
        let line = match effect {
            Effect::Send(to, message) => {
                self.in_flight.push_back((who, to, message));
                return;
            }
            Effect::Persist(record) => {
                return self.disks.get_mut(&who).expect("it has one").replay(record);
            }
            Effect::Became(role, term) => {
                let role = match role {
                    Role::Follower => "follows",
                    Role::PreCandidate => "asks whether it would win",
                    Role::Candidate => "stands",
                    Role::Leader => "leads",
                };
                format!("{me} {role} in term {}", term.0)
            }
            Effect::Accepted(..) => return,
            Effect::Apply(index, entry) => {
                format!("{me} applies {}: {}", index.0, show(&entry.payload))
            }
            Effect::Restore(snapshot) => {
                format!("{me} restores a snapshot up to {}", snapshot.index.0)
            }
            Effect::Serve(_) => format!("{me} answers the read"),
            Effect::Refuse(_, leader) => {
                let hint = leader.map_or("nobody".into(), name);
                format!("{me} refuses: ask {hint}")
            }
        };
        self.told += &format!("{line}\n");
    }

    fn deliver(&mut self, only: &[Server]) {
        let between = |from: &Server, to: &Server| {
            only.is_empty() || (only.contains(from) && only.contains(to))
        };
        let mut left = VecDeque::new();
        while let Some((from, to, message)) = self.in_flight.pop_front() {
            if !between(&from, &to) || !self.servers.contains_key(&to) {
                left.push_back((from, to, message));
                continue;
            }
            if let Some(line) = tell(from, to, &message) {
                self.told += &line;
            }
            self.step(to, Event::Receive(from, message));
        }
        self.in_flight = left;
    }

    fn run(&mut self, command: &str) {
        let words: Vec<_> = command.split_whitespace().collect();
        let who = words.get(1).filter(|word| word.starts_with('n')).map(|word| server(word));
        match words[0] {
            "cluster" => {
                let count: u32 = words[1].parse().expect("a number");
                let members = (0..count).map(Server).collect();
                let snapshot = Snapshot { members, ..Snapshot::default() };
                for me in (0..count).map(Server) {
                    self.disks.insert(me, Saved::new(snapshot.clone()));
                    self.start(me);
                }
            }
            "newcomer" => {
                let me = who.expect("a server");
                self.disks.insert(me, Saved::new(Snapshot::default()));
                self.start(me);
            }
            "seat" => {
                self.fillings.insert(words[1].into(), words[2].into());
            }
            "prevote" => self.prevote = true,
            "timeout" => {
                let raft = &self.servers[&who.expect("a server")];
                self.now = self.now.max(raft.due());
                self.step(who.expect("a server"), Event::Tick);
            }
            "later" => self.now += humantime(words[1]),
            "deliver" => {
                let only: Vec<_> = words[1..].iter().map(|word| server(word)).collect();
                self.deliver(&only);
            }
            "drop" => self.in_flight.clear(),
            "crash" => self.start(who.expect("a server")),
            "logs" => self.logs(),
            _ => self.ask(&words, who.expect("a server")),
        }
    }

    fn ask(&mut self, words: &[&str], who: Server) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let event = match words[0] {
            "propose" => Event::Propose(ticket, words[2].as_bytes().into()),
            "read" => Event::Read(ticket),
            "transfer" => Event::Transfer(words.get(2).map(|to| server(to))),
            "add" => Event::ChangeMembers(Change::Add(server(words[2]))),
            "remove" => Event::ChangeMembers(Change::Remove(server(words[2]))),
            "compact" => Event::Compact(b"state".as_slice().into()),
            other => panic!("what is `{other}`?"),
        };
        self.step(who, event);
    }

    fn logs(&mut self) {
        for (me, core) in &self.servers {
            let raft = core.state();
            let snapshot = &raft.log.snapshot;
            let mut line = format!("{} term {}:", name(*me), raft.current_term.0);
            if snapshot.index > Index(0) {
                line += &format!(" [snapshot to {}, term {}]", snapshot.index.0, snapshot.term.0);
            }
            for (place, entry) in raft.log.entries().iter().enumerate() {
                let index = snapshot.index.0 + place as u64 + 1;
                let mark = if Index(index) == raft.commit_index { "*" } else { "" };
                line += &format!(" {index}/{}={}{mark}", entry.term.0, show(&entry.payload));
            }
            self.told += &format!("{line}\n");
        }
    }
}

fn humantime(text: &str) -> Duration {
    let number = text.trim_end_matches("ms").parse().expect("milliseconds");
    Duration::from_millis(number)
}

fn show(payload: &Payload) -> String {
    match payload {
        Payload::Noop => "-".into(),
        Payload::Members(members) => {
            let names: Vec<_> = members.iter().map(|member| name(*member)).collect();
            format!("{{{}}}", names.join(","))
        }
        Payload::Command(command) => String::from_utf8_lossy(command).into_owned(),
    }
}

/// What a message says, where that is news.
fn tell(from: Server, to: Server, Message { term, body }: &Message) -> Option<String> {
    let what = match body {
        Body::RequestVote(ask) if ask.pre => "would you vote for me".to_owned(),
        Body::RequestVote(_) => "vote for me".to_owned(),
        Body::Vote(vote) => if vote.granted { "yes" } else { "no" }.to_owned(),
        Body::AppendEntries(append) if append.entries.is_empty() => return None,
        Body::AppendEntries(append) => {
            let (count, prev) = (append.entries.len(), append.prev_log_index.0);
            format!("{count} entries behind {prev}")
        }
        Body::Appended(Appended { matched: Ok(_), .. }) => return None,
        Body::Appended(Appended { matched: Err(hint), .. }) => {
            format!("refused, I have term {} at {}", hint.1.0, hint.0.0)
        }
        Body::InstallSnapshot { snapshot, .. } => format!("my snapshot to {}", snapshot.index.0),
        Body::TimeoutNow => "stand now".to_owned(),
        Body::Stale => "that is past".to_owned(),
    };
    Some(format!("{} -> {} (term {}): {what}\n", name(from), name(to), term.0))
}

/// The script as it should read.
fn played(script: &str) -> String {
    let mut stage = Stage::default();
    let mut truth = String::new();
    let commands = |line: &&str| line.starts_with('>') || line.starts_with('#') || line.is_empty();
    for line in script.lines().filter(commands) {
        truth += &format!("{line}\n");
        if let Some(command) = line.strip_prefix('>') {
            stage.run(command);
            truth += &std::mem::take(&mut stage.told);
        }
    }
    truth
}

#[test]
fn scripts_go_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden");
    let entries = fs::read_dir(folder).expect("there are scripts");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    assert!(files.len() >= 10, "only {} scripts", files.len());
    for file in files {
        let script = fs::read_to_string(&file).expect("readable");
        assert!(script.starts_with("# "), "{} makes no claim", file.display());
        let truth = played(&script);
        if truth != script && std::env::var_os("NETSPLIT_BLESS").is_some() {
            fs::write(&file, &truth).expect("writable");
        } else {
            assert_eq!(truth, script, "{}", file.display());
        }
    }
}
