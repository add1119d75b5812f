//! The page of a difference: two space-time diagrams around the place where two runs part, one
//! above the other, with the same hosts and the same scale.

mod diagram;

use askama::Template;
use netsplit_history::{Parting, Run, Time, first_decisions};
use netsplit_report::{ComparedRun, Difference, FirstEvent};

use self::diagram::{Diagram, Focus};
use crate::assets::Assets;

/// What the page of a difference is made from.
#[derive(Clone, Copy, Debug)]
pub struct DifferencePage<'a> {
    /// The difference.
    pub difference: &'a Difference,
    /// Both runs, with their traces.
    pub runs: (&'a Run, &'a Run),
    /// The command that repeats it.
    pub command: &'a str,
}

#[derive(Template)]
#[template(path = "diff.html")]
struct Html<'a> {
    assets: Assets,
    difference: &'a Difference,
    runs: [(&'static str, &'a ComparedRun); 2],
    /// The first event that differs, in each run.
    first: Vec<(&'static str, &'a str)>,
    /// What the diagrams are centred on.
    centre: String,
    diagrams: Vec<(&'static str, Diagram)>,
    command: &'a str,
}

impl DifferencePage<'_> {
    /// The page.
    pub fn render(&self) -> String {
        let (a, b) = self.runs;
        let (centre, diagrams) = match self.centre() {
            Some((said, at)) => {
                let [a, b] = Focus::of((a, b), at).draw();
                (said, vec![("A", a), ("B", b)])
            }
            None => (String::new(), Vec::new()),
        };
        let html = Html {
            assets: Assets::new(),
            difference: self.difference,
            runs: [("A", &self.difference.a), ("B", &self.difference.b)],
            first: self.difference.first.iter().flat_map(first).collect(),
            centre,
            diagrams,
            command: self.command,
        };
        html.render().expect("a template without fallible parts")
    }

    /// What the diagrams are centred on, and its time in each run: the first event that differs, or
    /// else the first decision that does.
    fn centre(&self) -> Option<(String, (Time, Time))> {
        let (a, b) = self.runs;
        if self.difference.same {
            return None;
        }
        if self.difference.first.is_some() {
            let at = Parting::of(&a.trace, &b.trace).alike;
            let times = [a, b].map(|run| run.trace.get(at).map(|event| event.at));
            let first = times.into_iter().flatten().min()?;
            return Some(("The line is the first event that differs.".to_owned(), (first, first)));
        }
        let decisions = first_decisions(a, b);
        let both = decisions.iter().filter_map(|it| Some((it.node, it.a?.at, it.b?.at)));
        let (node, in_a, in_b) = both.min_by_key(|(_, in_a, in_b)| *in_a.min(in_b))?;
        Some((format!("The line is {node}'s first decision that differs."), (in_a, in_b)))
    }
}

/// An event of each run, in words.
fn first(event: &FirstEvent) -> [(&'static str, &str); 2] {
    let (a, b) = (event.a.as_deref(), event.b.as_deref());
    [("A", a.unwrap_or("nothing more")), ("B", b.unwrap_or("nothing more"))]
}
