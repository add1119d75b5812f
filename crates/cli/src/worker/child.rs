//! The worker's side: requests in, answers out.
//!
//! The main thread does the work. A second one reads the requests, so that it notices when the
//! parent has ended, or when the work makes no progress, and ends the process.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{ExitCode, exit};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use clap::Parser;
use netsplit_harness::Catalog;

use super::os::{Socket, take_stdin};
use super::place;
use super::protocol::{Answer, Link, Request, send};
use super::watch::{self, Watch};
use crate::args::{Cli, Command};
use crate::command::{simulated_run, swept_run};
use crate::{exit as codes, signals, terminal};

/// The time between two looks at the progress of the work.
const LOOK: Duration = Duration::from_secs(1);

/// Answers the requests of the parent until it closes the socket.
pub fn serve(catalog: Catalog<'_>) -> ExitCode {
    let link = take_stdin().and_then(Link::new).and_then(|link| {
        link.give_up_after(LOOK)?;
        Ok(link)
    });
    let Ok(link) = link else {
        anstream::eprintln!("error: only netsplit itself starts a worker process");
        return codes::USAGE.into();
    };
    let mut socket = link.sender().expect("a descriptor is left");
    // Ctrl-C reaches all processes of a terminal. The parent decides what it means.
    let _ = signals::ignore();
    let (requests, received) = channel();
    #[expect(clippy::disallowed_methods, reason = "it runs beside the simulation, not in it")]
    thread::spawn(move || listen(link, &requests));
    for request in received {
        place::tell_if_asked(&request, &socket);
        let answer = match request {
            Request::Command { args, colour, width, predictions, .. } => {
                let parent = socket.try_clone().expect("a descriptor is left");
                terminal::use_parents(parent_printer(parent), colour, width);
                let code = command(catalog, args, predictions);
                let _ = send(&mut socket, &Answer::Done);
                return code;
            }
            Request::Simulate(run) => Answer::Ran(simulated_run(catalog, &run).map(Box::new)),
            Request::Run(run) => Answer::Entry(swept_run(catalog, &run).map(Box::new)),
            Request::End(_) => unreachable!("it is heeded where it is read"),
        };
        if send(&mut socket, &answer).is_err() {
            break;
        }
    }
    codes::PASS.into()
}

/// Hands requests to the main thread; ends the process with its parent, or without progress.
fn listen(mut link: Link, requests: &Sender<Request>) {
    let mut watch = Watch::default();
    loop {
        match link.receive() {
            Ok(Some(Request::End(code))) => {
                signals::ask(code);
                watch::end_if_asked();
            }
            Ok(Some(request)) => {
                if matches!(request, Request::Simulate(_)) {
                    watch.learners_code();
                }
                drop(requests.send(request));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if let Some(why) = watch.look() {
                    let _ = link.send(&Answer::Lost(why));
                    exit(i32::from(codes::INCONCLUSIVE));
                }
            }
            Ok(None) | Err(_) => exit(i32::from(codes::PASS)),
        }
    }
}

/// Does a whole command; its exit code is that of the process.
fn command(
    catalog: Catalog<'_>,
    args: Vec<OsString>,
    predictions: Vec<Option<String>>,
) -> ExitCode {
    let done = catch_unwind(AssertUnwindSafe(|| match Cli::try_parse_from(args) {
        Ok(mut cli) => {
            if let Command::Run(run) = &mut cli.command {
                run.predictions = predictions;
            }
            watch::finish_what_runs(cli.command.tells_parts());
            crate::execute(catalog, &cli.command)
        }
        Err(_) => codes::USAGE.into(),
    }));
    done.unwrap_or_else(|_| codes::BUG.into())
}

/// The length of a piece of a command's output, in bytes.
const PIECE: usize = 1 << 16;

/// Prints at the parent.
fn parent_printer(mut socket: Socket) -> impl FnMut(&str) + Send {
    move |mut text| {
        while !text.is_empty() {
            let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE));
            let _ = send(&mut socket, &Answer::Printed(piece.into()));
            text = rest;
        }
    }
}
