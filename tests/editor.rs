//! Scenario files in an editor: the linter of Tombi, a TOML language server, accepts every shipped
//! scenario without a warning, and its completions have the lab's own names.
//!
//! `pip install tombi==1.9.6` installs it. Where it is missing these tests are skipped, except in
//! CI (`CI=true`), where they fail.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::slice;
use std::time::Duration;

use serde_json::{Value, json};
use support::{netsplit, root, scenarios, stderr, stdout};

/// Whether Tombi is installed.
fn has_tombi() -> bool {
    let found = Command::new("tombi").arg("--version").output().is_ok();
    let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(found || !ci, "tombi is not installed: pip install tombi==1.9.6");
    if !found {
        eprintln!("skipped: tombi is not installed (pip install tombi==1.9.6)");
    }
    found
}

/// What the linter says about these files of a folder.
fn lint(folder: &Path, files: &[String]) -> String {
    let mut tombi = Command::new("tombi");
    tombi.args(["lint", "--offline"]).args(files).current_dir(folder).env("NO_COLOR", "1");
    let output = tombi.output().expect("tombi starts");
    stdout(&output) + &stderr(&output)
}

/// The labs, and a folder with the schema in it, as a user has it who writes scenarios of their own.
fn folder() -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let schema = netsplit(folder.path(), &["schema"]).stdout;
    fs::write(folder.path().join("scenario.schema.json"), schema).expect("writable");
    let list = stdout(&netsplit(folder.path(), &["list", "--json"]));
    let labs: Value = serde_json::from_str(&list).expect("list prints JSON");
    let labs = labs.as_array().expect("an array of labs").iter();
    let names = labs.map(|lab| lab["lab"].as_str().expect("a name").to_owned());
    (folder, names.collect())
}

#[test]
fn the_linter_accepts_every_shipped_scenario_and_template_without_a_warning() {
    if !has_tombi() {
        return;
    }
    let shipped: Vec<_> = scenarios().iter().map(|name| format!("{name}.toml")).collect();
    let said = lint(&root().join("scenarios"), &shipped);
    assert_eq!(said.trim(), format!("{} files linted successfully", shipped.len()));

    let (folder, labs) = folder();
    let files: Vec<_> = labs.iter().map(|lab| format!("{lab}.toml")).collect();
    for (lab, file) in labs.iter().zip(&files) {
        let template = netsplit(folder.path(), &["new", lab]).stdout;
        fs::write(folder.path().join(file), template).expect("writable");
        let lint = netsplit(folder.path(), &["lint", file]);
        assert!(lint.status.success(), "{}{}", stdout(&lint), stderr(&lint));
    }
    let said = lint(folder.path(), &files);
    assert_eq!(said.trim(), format!("{} files linted successfully", files.len()));
}

#[test]
fn the_linter_refuses_what_is_wrong() {
    if !has_tombi() {
        return;
    }
    let (folder, _) = folder();
    let head =
        "#:schema ./scenario.schema.json\ntitle = \"T\"\nlab = \"raft\"\nduration = \"9s\"\n";
    let crash = "[[fault]]\nat = \"1s\"\ncrash = 5\n";
    let wrong = [
        crash,
        "warmup = \"1\"\n",
        "settel = \"1s\"\n",
        "variant = \"no-such-variant\"\n",
        "[params]\nno_such_param = 1\n",
        "[[load]]\nrate = \"1/s\"\nmix = { git = 1 }\n",
        "[[fault]]\nat = { event = \"no-such-event\" }\ncrash = \"n1\"\n",
        "[[fault]]\nat = \"1s\"\nloss = { message = \"no-such-message\", probability = 1 }\n",
        "[[action]]\nat = \"1s\"\ndo = \"no-such-verb\"\n",
    ];
    let file = "wrong.toml".to_owned();
    let no_roles = head.replace("raft", "queueing") + crash;
    let all = wrong.iter().map(|text| format!("{head}{text}")).chain([no_roles]);
    for text in all {
        fs::write(folder.path().join(&file), &text).expect("writable");
        let said = lint(folder.path(), slice::from_ref(&file));
        assert!(said.contains("1 file failed"), "{text}{said}");
    }
}

/// The values of a `const` or an `enum`.
fn texts(schema: &Value) -> impl Iterator<Item = &str> {
    let list = schema["enum"].as_array().into_iter().flatten();
    list.chain(schema.get("const")).filter_map(Value::as_str)
}

#[test]
fn the_suggested_expectations_of_every_lab_are_valid() {
    let (folder, labs) = folder();
    let schema = fs::read_to_string(folder.path().join("scenario.schema.json")).expect("readable");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    for lab in labs {
        let suggested = |kind: &str| -> Vec<_> {
            let all = schema["definitions"][format!("{lab}.{kind}")]["anyOf"].as_array();
            let all = all.expect("suggestions").iter();
            all.flat_map(texts).collect()
        };
        let operations = schema["definitions"][format!("{lab}.mix")]["properties"].as_object();
        let mix: Vec<_> = operations
            .expect("each lab has operations")
            .keys()
            .map(|operation| format!("{operation} = 1"))
            .collect();
        let text = format!(
            "title = \"T\"\nlab = {lab:?}\nduration = \"60s\"\n[[load]]\nname = \"LOAD\"\nregion = \"REGION\"\nrate = \"1/s\"\nmix = {{ {} }}\n\
             [[fault]]\nname = \"FAULT\"\nat = \"10s\"\nfor = \"1s\"\ncrash = \"any\"\n\
             [verdict]\nexpect = {:?}\nsweep = {:?}\n",
            mix.join(", "),
            suggested("expectation"),
            suggested("sweep-expectation")
        );
        fs::write(folder.path().join("suggested.toml"), text).expect("writable");
        let output = netsplit(folder.path(), &["lint", "suggested.toml"]);
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    }
}

/// A running language server.
struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: String,
    requests: u64,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut tombi = Command::new("tombi");
        tombi.args(["lsp", "--offline"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = tombi.stderr(Stdio::null()).spawn().expect("tombi starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let folder = format!("file://{}", folder.display());
        let mut server = Server { child, input, output, folder, requests: 0 };
        let root = json!({ "processId": null, "rootUri": server.folder, "capabilities": {} });
        server.request("initialize", &root);
        server.notify("initialized", &json!({}));
        server
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        self.input.flush().expect("it listens");
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and waits for its result.
    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message.get("method").is_none() && message["id"] == id {
                return message["result"].clone();
            }
            if message.get("method").is_some() && message.get("id").is_some() {
                // A request of the server, such as for settings: it has none.
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            }
        }
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("it speaks") > 0, "tombi has ended");
            match line.trim().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().expect("a length"),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).expect("it speaks");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// The completions at the `|` of a file. The server reads files in the background, so one that
    /// is just opened may have none at first.
    #[allow(clippy::disallowed_methods, reason = "the server is a process outside any simulation")]
    fn completions(&mut self, name: &str, text: &str) -> Vec<String> {
        let (before, after) = text.split_once('|').expect("a cursor");
        let uri = format!("{}/{name}", self.folder);
        let text = format!("{before}{after}");
        let document = json!({ "uri": uri, "languageId": "toml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        let line = before.matches('\n').count();
        let character = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        let place = json!({
            "textDocument": { "uri": uri },
            "position": { "line": line, "character": character },
        });
        for _ in 0..40 {
            let result = self.request("textDocument/completion", &place);
            let items = result.get("items").unwrap_or(&result).as_array().cloned();
            if let Some(items) = items.filter(|items| !items.is_empty()) {
                let labels = items.iter().filter_map(|item| item["label"].as_str());
                return labels.map(|label| label.trim_matches('"').to_owned()).collect();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Vec::new()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ending a server that has ended already is no mistake.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

#[test]
fn the_names_of_the_lab_are_completed() {
    if !has_tombi() {
        return;
    }
    let (folder, labs) = folder();
    let mut server = Server::start(folder.path());
    let fault = "[[fault]]\nat = \"1s\"\n";
    let action = "[[action]]\nat = \"1s\"\n";
    let by_event = "at = { event = \"|\" }\n";
    // (what follows the head of a scenario of raft, what must be offered, what must not)
    let cases = [
        ("|\n".to_owned(), "variant", "prevote"),
        ("variant = \"|\"\n".to_owned(), "no-prevote", "last-writer-wins"),
        ("[params]\n|\n".to_owned(), "prevote", "try_timeout"),
        ("[[load]]\nrate = \"9/s\"\nmix = { | }\n".to_owned(), "append", "reviews"),
        ("[[load]]\nrate = \"9/s\"\n|\n".to_owned(), "timeout", "prevote"),
        ("[[network.link]]\nmessage = \"|\"\n".to_owned(), "request-vote", "handoff"),
        (
            format!("{fault}loss = {{ message = \"|\", probability = 1 }}\n"),
            "request-vote",
            "handoff",
        ),
        (format!("{fault}latency = {{ | }}\n"), "add", "probability"),
        (format!("{fault}crash = \"|\"\n"), "leader", "front"),
        (format!("{fault}partition = {{ isolate = \"|\" }}\n"), "leader", "front"),
        (format!("[[fault]]\ncrash = \"n1\"\n{by_event}"), "became-leader", "opened"),
        (format!("[[action]]\ndo = \"transfer\"\n{by_event}"), "became-leader", "opened"),
        (format!("{action}do = \"|\"\n"), "transfer", "join"),
        (format!("{action}do = {{ | }}\n"), "add", "join"),
        (format!("{action}do = {{ add = {{ | }} }}\n"), "node", "to"),
        (format!("{action}do = {{ remove = {{ node = \"|\" }} }}\n"), "leader", "front"),
        ("[verdict]\nexpect = [\"|\"]\n".to_owned(), "elections == 0", "hints_stored == 0"),
        ("[verdict]\nexpect = [\"|\"]\n".to_owned(), "linearizable", "hints_stored == 0"),
        ("[verdict]\nexpect = [\"|\"]\n".to_owned(), "invariant election-safety", "leader"),
        ("[verdict]\ncatches = [\"|\"]\n".to_owned(), "no-prevote", "last-writer-wins"),
    ];
    let head =
        "#:schema ./scenario.schema.json\ntitle = \"T\"\nlab = \"raft\"\nduration = \"9s\"\n";
    for (number, (rest, wanted, unwanted)) in cases.iter().enumerate() {
        let text = format!("{head}{rest}");
        let offered = server.completions(&format!("case{number}.toml"), &text);
        assert!(offered.iter().any(|label| label == wanted), "{rest}has no {wanted}: {offered:?}");
        assert!(
            !offered.iter().any(|label| label == unwanted),
            "{rest}has {unwanted}: {offered:?}"
        );
    }
    // Nothing is known of the lab yet, so that all are offered.
    let offered = server.completions("lab.toml", "#:schema ./scenario.schema.json\nlab = \"|\"\n");
    assert!(labs.iter().all(|lab| offered.contains(lab)), "{offered:?}");
}
