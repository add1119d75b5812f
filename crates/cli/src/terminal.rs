//! The terminal: colour, width, progress.
//!
//! A worker process has no terminal of its own: it prints at its parent, and in its way.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, Once, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use netsplit_report::sweep::diagnostics_to_annotations;
use netsplit_scenario::{Diagnostics, is_hidden, visible};

/// The width where there is no terminal.
const WIDTH: usize = 80;
/// The narrowest that a report gets.
const WIDTH_MIN: usize = 40;
/// The widest that a report gets.
const WIDTH_MAX: usize = 120;

/// A function that prints at the parent process.
type Print = Box<dyn FnMut(&str) + Send>;

/// The output of a parent process.
struct Parent {
    print: Mutex<Print>,
    colour: bool,
    width: usize,
}

static PARENT: OnceLock<Parent> = OnceLock::new();

/// Uses the output of the parent process from now on.
pub fn use_parents(print: impl FnMut(&str) + Send + 'static, colour: bool, width: usize) {
    let _ = PARENT.set(Parent { print: Mutex::new(Box::new(print)), colour, width });
}

/// Whether standard output takes colour: it is a terminal and `NO_COLOR` is not set.
pub fn colour() -> bool {
    if let Some(parent) = PARENT.get() {
        return parent.colour;
    }
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Whether standard error takes colour.
pub fn colour_on_stderr() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// The columns of the terminal, or 80 when there is none.
pub fn width() -> usize {
    if let Some(parent) = PARENT.get() {
        return parent.width;
    }
    console_width().unwrap_or(WIDTH).clamp(WIDTH_MIN, WIDTH_MAX)
}

/// The columns of the terminal; `None` when there is none, so that what another program reads stays
/// on one line.
pub fn columns() -> Option<usize> {
    console_width().map(|width| width.clamp(WIDTH_MIN, WIDTH_MAX))
}

fn console_width() -> Option<usize> {
    io::stdout()
        .is_terminal()
        .then(|| usize::from(indicatif::TermLike::width(&console::Term::stdout())))
}

/// Clears the terminal, if there is one.
pub fn clear() {
    if io::stdout().is_terminal() {
        let _ = console::Term::stdout().clear_screen();
    }
}

/// A path, in one line.
pub fn path(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// Text as it may be printed: what a terminal or a CI log would obey is shown instead. Colours stay
/// where there are any, and so do tabulators and ends of lines.
///
/// GitHub obeys lines that begin with `::`, and Azure and GitHub `##[` anywhere.
fn harmless(text: &str, colour: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        if line[start..].starts_with("::") {
            out.push('\\');
        }
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let coloured = if colour { colour_code(rest) } else { 0 };
            let kept = coloured.max(c.len_utf8());
            match c {
                _ if coloured > 0 => out += &rest[..coloured],
                '#' if rest.starts_with("##[") => out += "#\\",
                '\n' | '\t' => out.push(c),
                _ if is_hidden(c) => out.extend(c.escape_default()),
                _ => out.push(c),
            }
            rest = &rest[kept..];
        }
    }
    out
}

/// The length of the colour code that `text` begins with, such as `ESC [ 1 ; 31 m`, or 0.
fn colour_code(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.filter(|end| parameters[*end..].starts_with('m')).map_or(0, |end| "\u{1b}[m".len() + end)
}

/// Prints a line to standard error.
pub fn complain(text: &str) {
    anstream::eprintln!("{}", harmless(text.trim_end(), colour_on_stderr()));
}

/// Shows what is wrong with a scenario on standard error; in a workflow of GitHub's also as
/// annotations of its lines.
pub fn complain_of(found: &Diagnostics) {
    if in_github_actions() {
        anstream::eprint!("{}", diagnostics_to_annotations(found));
    }
    complain(&found.render(colour_on_stderr()));
}

/// Whether a workflow of GitHub's reads the output.
pub fn in_github_actions() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|there| there == "true")
}

/// Prints to standard output what may contain text of anybody's.
pub fn print(text: &str) {
    print_own(&harmless(text, colour()));
}

/// Prints to standard output a text of this program alone. The exit code is the verdict's, whatever happens to the output: a
/// reader that has closed the pipe (`netsplit list | head`) is no error, and any other failure to
/// write is reported on standard error.
pub fn print_own(text: &str) {
    if let Some(parent) = PARENT.get() {
        return parent.print.lock().expect("printing does not panic")(text);
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            // One full disk is one error, however much there is to print.
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                let _ = writeln!(io::stderr(), "error: cannot write to standard output: {error}");
            });
        }
        _ => {}
    }
}

/// The progress bar appears after this time.
const BAR_DELAY: Duration = Duration::from_secs(1);

/// A progress bar on standard error: only on a terminal, and only for work that takes longer
/// than a second.
pub struct Progress {
    what: String,
    total: u64,
    started: Instant,
    bar: Option<ProgressBar>,
    visible: bool,
}

impl Progress {
    /// Progress of `what`, up to `total`.
    #[expect(clippy::disallowed_methods, reason = "a progress bar shows real time")]
    pub fn new(what: &str, total: u64) -> Progress {
        let visible = io::stderr().is_terminal();
        Progress { what: what.into(), total, started: Instant::now(), bar: None, visible }
    }

    /// Sets the progress.
    pub fn at(&mut self, done: u64) {
        if !self.visible || self.started.elapsed() < BAR_DELAY {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} [{bar:40}] {percent}% {eta} left")
                .expect("the template is a constant")
                .progress_chars("=> ");
            ProgressBar::new(self.total).with_style(style).with_message(self.what.clone())
        });
        bar.set_position(done.min(self.total));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_only_shows_itself() {
        let text =
            "a\tb\n  ::error::x\n::add-mask::y ##[error]z\n\u{1b}]0;t\u{7}\u{9b}2J\u{202e}\r";
        let shown = "a\tb\n\\  ::error::x\n\\::add-mask::y #\\#[error]z\n\\u{1b}]0;t\\u{7}\\u{9b}2J\\u{202e}\\r";
        assert_eq!(harmless(text, false), shown);
        assert_eq!(harmless(text, true), shown);
        assert_eq!(harmless(shown, true), shown, "twice is as good as once");
        let painted = "\u{1b}[1;31mFAIL\u{1b}[0m \u{1b}[2J";
        assert_eq!(harmless(painted, true), "\u{1b}[1;31mFAIL\u{1b}[0m \\u{1b}[2J");
        assert_eq!(harmless(painted, false), "\\u{1b}[1;31mFAIL\\u{1b}[0m \\u{1b}[2J");
    }
}
