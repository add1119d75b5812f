//! The difference of two runs: the first event at which they part, and each node's first decision
//! that differs.

use netsplit_check::Verdict;

use super::paint::Paint;
use super::text::{clip, thousands, wrap, wrap_facts};
use super::{LEAST_WIDTH, Page, hang};
use crate::difference::{ComparedRun, Difference, EventPair, FirstEvent, NodeDifference};

/// The most nodes that are listed.
const NODES_MAX: usize = 12;
/// The most characters of an event.
const EVENT_MAX: usize = 400;
/// What a run says that has no more events.
const NOTHING: &str = "nothing more";

/// The difference as text, in lines of at most `width` columns (at least 40). Lines that begin with
/// `A` or `B` are of one run alone, those with `~` of both at different times.
pub fn render_difference(difference: &Difference, width: usize, colour: bool) -> String {
    let width = width.max(LEAST_WIDTH);
    let mut page = Page { text: String::new(), width, paint: Paint { colour } };
    let (a, b) = (&difference.a, &difference.b);
    for (mark, run) in [("A  ", a), ("B  ", b)] {
        let facts = wrap_facts(&facts(run), width - mark.len());
        for (index, line) in facts.iter().enumerate() {
            page.line(&format!("{}{line}", if index == 0 { mark } else { "   " }));
        }
    }
    if difference.same {
        page.line("");
        page.line(&page.paint.heading("The same run, event by event"));
        return page.text;
    }
    if let Some(first) = &difference.first {
        show_first(&mut page, first);
    }
    nodes(&mut page, difference);
    page.text
}

fn facts(run: &ComparedRun) -> Vec<String> {
    let mut facts = vec![
        run.scenario.clone(),
        format!("variant {}", run.variant),
        format!("seed {}", run.seed),
        match run.verdict {
            Verdict::Pass => "pass".to_owned(),
            other => other.to_string().to_uppercase(),
        },
    ];
    if !run.overrides.is_empty() {
        facts.push(format!("set {}", run.overrides.join(" ")));
    }
    facts.push(format!("fingerprint {}", run.fingerprint));
    facts
}

fn show_first(page: &mut Page, first: &FirstEvent) {
    let heading = format!("They part at event {}", thousands(first.event as u64));
    page.section(&heading, |room, paint| {
        let mut lines = sides((&first.a, &first.b), room, paint);
        if let Some(since) = first.hidden_since {
            let since = thousands(since as u64);
            let why = format!("From event {since} on, random draws or contents differ unseen.");
            lines.extend(wrap(&why, room));
        }
        lines
    });
    page.section("Around it", |room, paint| {
        first.around.iter().flat_map(|pair| row(pair, room, paint)).collect()
    });
}

/// What both runs have, the first with an `A` and the second with a `B` before it.
fn sides((a, b): (&Option<String>, &Option<String>), room: usize, paint: Paint) -> Vec<String> {
    let side = |mark: &str, event: &Option<String>| {
        hang(mark, &clip(event.as_deref().unwrap_or(NOTHING), EVENT_MAX), room)
    };
    let first = side("A ", a).into_iter().map(|line| paint.bad(&line));
    first.chain(side("B ", b).into_iter().map(|line| paint.good(&line))).collect()
}

/// A line of the events around the first that differs; two where the times differ.
fn row(pair: &EventPair, room: usize, paint: Paint) -> Vec<String> {
    let line = |mark: &str, event: &str| clip(&format!("{mark} {event}"), room);
    match (&pair.a, &pair.b) {
        (Some(a), Some(b)) if a == b => vec![paint.dim(&line(" ", a))],
        (Some(a), Some(b)) => vec![line("~", a), line("~", b)],
        (Some(a), None) => vec![paint.bad(&line("A", a))],
        (None, Some(b)) => vec![paint.good(&line("B", b))],
        (None, None) => Vec::new(),
    }
}

fn nodes(page: &mut Page, difference: &Difference) {
    let (unlike, alike): (Vec<_>, Vec<_>) =
        difference.nodes.iter().partition(|node| node.differs());
    let note = difference.note;
    page.section("Each node's first decision that differs", |room, paint| {
        let mut lines: Vec<_> = note.iter().flat_map(|note| wrap(note, room)).collect();
        for node in unlike.iter().take(NODES_MAX) {
            let after = format!("{} after {} alike", node.node, thousands(node.same as u64));
            lines.extend(wrap(&after, room));
            let both = sides((&node.a, &node.b), room - 2, paint);
            lines.extend(both.iter().map(|line| format!("  {line}")));
        }
        if unlike.len() > NODES_MAX {
            lines.push(format!("{} more nodes differ", unlike.len() - NODES_MAX));
        }
        lines.extend(the_same(&alike).iter().flat_map(|line| wrap(line, room)));
        lines
    });
}

/// The nodes that decided the same in both runs.
fn the_same(nodes: &[&NodeDifference]) -> Option<String> {
    if nodes.is_empty() {
        return None;
    }
    let names: Vec<_> = nodes.iter().take(NODES_MAX).map(|node| node.node.as_str()).collect();
    let more = match nodes.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{}{more}: the same decisions in both", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use netsplit_history::{Run, Time, TraceEvent, TraceKind};

    use super::*;
    use crate::testing::{cut, report_of};

    fn event(at: u64, node: &str, kind: TraceKind) -> TraceEvent {
        let at = Time::from_nanos(at * 1_000_000);
        TraceEvent { at, node: node.into(), kind, wake: 0, fingerprint: at.as_nanos() }
    }

    fn vote(at: u64, node: &str, to: &str, term: u64) -> TraceEvent {
        let content = format!("{{\"term\":{term},\"candidate\":\"{node}\"}}").into();
        let (to, message) = (to.into(), "vote-request".into());
        event(at, node, TraceKind::Send { to, message, bytes: 12, id: at, content })
    }

    fn role(at: u64, node: &str, role: &str) -> TraceEvent {
        event(at, node, TraceKind::Role(role.into()))
    }

    fn difference(seeds: [u64; 2]) -> Difference {
        let (scenario, run) = cut();
        let hosts = ["n1", "n2", "n3"].map(std::sync::Arc::from).to_vec();
        let start = [role(1, "n1", "follower"), role(1, "n2", "follower"), role(1, "n3", "x")];
        let a = [role(150, "n2", "candidate"), vote(150, "n2", "n1", 1), role(170, "n2", "leader")];
        let b = [vote(150, "n2", "n1", 0), role(152, "n2", "candidate"), role(171, "n2", "leader")];
        let of = |seed, fingerprint, rest: [TraceEvent; 3]| {
            let trace = start.iter().cloned().chain(rest).collect();
            Run { seed, fingerprint, hosts: hosts.clone(), trace, ..run.clone() }
        };
        let (a, b) = (of(seeds[0], 1, a), of(seeds[1], 2, b));
        let [for_a, for_b] = [&a, &b].map(|run| report_of(&scenario, run));
        Difference::new((&for_a, &a), (&for_b, &b))
    }

    #[test]
    fn two_runs_of_a_seed_part_at_an_event() {
        for width in [40, 80] {
            let text = render_difference(&difference([1, 1]), width, false);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            insta::assert_snapshot!(format!("parting_at_{width}"), text);
        }
    }

    #[test]
    fn two_seeds_part_in_the_decisions_of_nodes() {
        let text = render_difference(&difference([1, 2]), 80, false);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_run_is_the_same_as_itself() {
        let (scenario, run) = cut();
        let report = report_of(&scenario, &run);
        let difference = Difference::new((&report, &run), (&report, &run));
        let text = render_difference(&difference, 80, false);
        assert!(text.ends_with("\nThe same run, event by event\n"), "{text}");
    }
}
