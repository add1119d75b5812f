//! `netsplit learn --watch`: a file that is saved is graded anew, and keys do what they say.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

const BEGINNER: &str = env!("CARGO_BIN_EXE_netsplit-beginner");

#[test]
fn each_save_is_graded_and_keys_do_what_they_say() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = |args: &[&str]| {
        let mut command = Command::new(BEGINNER);
        command.arg("learn").args(args).current_dir(folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command starts")
    };
    assert!(start(&["init", "."]).wait().expect("it ends").success());
    let mut watch = start(&["rate-limiter", "--watch", "--binary", BEGINNER]);
    let mut keys = watch.stdin.take().expect("it is piped");
    let mut lines = BufReader::new(watch.stdout.take().expect("it is piped")).lines();
    let mut until = |sign: &str| {
        let mut said = String::new();
        while !said.contains(sign) {
            said += &lines.next().expect("it goes on").expect("UTF-8");
            said.push('\n');
        }
        said
    };
    let help = "q quit";
    assert!(until(help).contains("rate-limiter/token-bucket: 0 of "));

    let file = folder.path().join("src/rate_limiter/token_bucket.rs");
    let text = fs::read_to_string(&file).expect("the skeleton");
    fs::write(&file, text + "// saved\n").expect("writable");
    assert!(until(help).contains("not yet implemented"), "a save is graded");

    for (key, sign) in [
        ("h", "hint 1 of 3"),
        ("h", "hint 2 of 3"),
        ("l", "✗ token-bucket"),
        ("r", "rate-limiter/token-bucket: 0 of "),
        ("n", "rate-limiter/sliding-window: 0 of "),
        ("?", help),
    ] {
        keys.write_all(key.as_bytes()).expect("it reads");
        until(sign);
    }
    keys.write_all(b"q").expect("it reads");
    assert!(watch.wait().expect("it ends").success());
}
