//! Keys, each as it is pressed.

use std::io::{self, IsTerminal, Read};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::signals;

/// The settings of the terminal before [`Keys::read`].
static BEFORE: OnceLock<Termios> = OnceLock::new();

/// The keys that are pressed while this is alive. A terminal then hands over each key at once, and
/// does not show it; it has its settings back afterwards, also when a signal ends the process.
pub struct Keys {
    pressed: Receiver<u8>,
}

impl Keys {
    /// Reads keys from standard input.
    ///
    /// # Errors
    /// When the terminal refuses, or no handler of signals can be installed.
    pub fn read() -> anyhow::Result<Keys> {
        if io::stdin().is_terminal() {
            let before = tcgetattr(io::stdin())?;
            let mut at_once = before.clone();
            at_once.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            let _ = BEFORE.set(before);
            signals::end_after(restore)?;
            tcsetattr(io::stdin(), OptionalActions::Now, &at_once)?;
        }
        let (sender, pressed) = channel();
        #[expect(clippy::disallowed_methods, reason = "it runs beside the simulation, not in it")]
        thread::spawn(move || {
            let keys = io::stdin().lock().bytes();
            keys.map_while(Result::ok).all(|key| sender.send(key).is_ok())
        });
        Ok(Keys { pressed })
    }

    /// The next key within this time, in lower case; `Err` at the end of the input.
    pub fn within(&self, time: Duration) -> Result<Option<char>, ()> {
        match self.pressed.recv_timeout(time) {
            Ok(key) => Ok(Some(char::from(key.to_ascii_lowercase()))),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(()),
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal its settings back.
fn restore() {
    if let Some(before) = BEFORE.get() {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
    }
}
