//! The terminal: colour, width, progress.
//!
//! A worker process has no terminal of its own: it prints at its parent, and in its way.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// The width where there is no terminal.
const WIDTH: usize = 80;
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
    let columns = console_width().unwrap_or(WIDTH);
    columns.clamp(WIDTH, WIDTH_MAX)
}

fn console_width() -> Option<usize> {
    io::stdout()
        .is_terminal()
        .then(|| usize::from(indicatif::TermLike::width(&console::Term::stdout())))
}

/// Prints to standard output. The exit code is the verdict's, whatever happens to the output: a
/// reader that has closed the pipe (`netsplit list | head`) is no error, and any other failure to
/// write is reported on standard error.
pub fn print(text: &str) {
    if let Some(parent) = PARENT.get() {
        return parent.print.lock().expect("printing does not panic")(text);
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "error: cannot write to standard output: {error}");
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
