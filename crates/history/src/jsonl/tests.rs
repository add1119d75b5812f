use super::*;

fn read(text: &str) -> Result<Vec<Operation>, String> {
    read_history(text.as_bytes()).map_err(|error| error.to_string())
}

/// A line with these fields instead of, or beside, a plain one's.
fn line(fields: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("client", "1"),
        ("op", "\"write\""),
        ("key", "\"x\""),
        ("input", "7"),
        ("output", "null"),
        ("invoke_ns", "10"),
        ("return_ns", "25"),
        ("outcome", "\"ok\""),
    ];
    for (name, value) in fields {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push((name, value));
        }
    }
    let fields = all.iter().map(|(name, value)| format!("\"{name}\": {value}"));
    format!("{{{}}}\n", fields.collect::<Vec<_>>().join(", "))
}

#[test]
fn what_is_written_can_be_read() {
    let mut operations = read(&(line(&[]) + &line(&[("outcome", "\"unknown\"")]))).unwrap();
    operations[1].error = Some("boom".into());
    let mut text = Vec::new();
    write_history(&operations, &mut text).unwrap();
    assert_eq!(read(&String::from_utf8(text).unwrap()), Ok(operations));
}

#[test]
fn what_can_only_mean_one_thing_is_accepted() {
    let plain = read(&line(&[])).unwrap();
    for same in [
        format!("\u{feff}{}", line(&[])),
        format!("{}\n \r\n\n", line(&[])),
        line(&[]).replace('\n', "\r\n"),
        line(&[]).trim_end().to_owned(),
        line(&[("client", "1.0")]),
        line(&[("client", "\"worker a\"")]),
        line(&[("output", "")]),
        line(&[("node", "\"n1\""), ("tags", "[1, {\"a\": null}]")]),
        line(&[("node", "\"n1\""), ("output", "")]),
        line(&[("intended_ns", "null"), ("load", "null"), ("status", "null")]),
    ] {
        assert_eq!(read(&same).as_ref(), Ok(&plain), "{same}");
    }
    let unknown = read(&line(&[("outcome", "\"unknown\""), ("return_ns", "null")])).unwrap();
    for same in [
        line(&[("outcome", "\"info\"")]),
        line(&[("outcome", "\"info\""), ("return_ns", "")]),
        line(&[("outcome", "\"unknown\"")]),
    ] {
        assert_eq!(read(&same).as_ref(), Ok(&unknown), "{same}");
    }
    let keys = line(&[("key", "5")]) + &line(&[("key", "5.0")]) + &line(&[("key", "\"y\"")]);
    let keys: Vec<_> = read(&keys).unwrap().into_iter().map(|o| o.key.unwrap()).collect();
    assert_eq!(keys, ["5".into(), "5".into(), crate::Name::from("y")]);
    let clients = ["\"b\"", "\"a\"", "\"b\"", "\"7\""].map(|name| line(&[("client", name)]));
    let clients: Vec<_> = read(&clients.concat()).unwrap().iter().map(|o| o.client).collect();
    assert_eq!(clients, [1, 2, 1, 3]);
}

#[test]
fn what_could_mean_several_things_is_refused_with_its_line() {
    let plain = line(&[]);
    for (wrong, why) in [
        (line(&[("client", "\"1\"")]), "line 2: clients have either numbers or names: see line 1"),
        (line(&[("client", "-1")]), "line 2: a client is not numbered -1"),
        (
            line(&[("client", "4294967296")]),
            "line 2: a client's number is at most 4294967295: give clients names (\"4294967296\")",
        ),
        (line(&[("client", "1.5")]), "line 2: a client is not numbered 1.5"),
        (line(&[("client", "null")]), "line 2: a client or a key is a number or a string"),
        (line(&[("client", "")]), "line 2: missing field `client`"),
        (line(&[("key", "[1]")]), "line 2: a client or a key is a number or a string"),
        (
            line(&[("input", ""), ("value", "7")]),
            "line 2: there is no field `value`, and no `input`",
        ),
        (
            line(&[("op", "\"read\""), ("output", ""), ("ouput", "7")]),
            "no field `ouput`, and no `output`",
        ),
        (line(&[("op", "\"cas\""), ("output", ""), ("x", "7")]), "no field `x`, and no `output`"),
        (line(&[("key", ""), ("register", "\"x\"")]), "no field `register`, and no `key`"),
        (line(&[("return_ns", "null")]), "return_ns may be null only when"),
        (line(&[("return_ns", "9")]), "returns at 9, before"),
        (line(&[("outcome", "\"info\""), ("return_ns", "9")]), "returns at 9, before"),
        (line(&[("outcome", "\"timeout\"")]), "unknown variant `timeout`"),
        (format!("\n{plain}"), "line 2: it is empty, and operations follow"),
        (format!("\u{feff}{plain}"), "line 2: "),
        (plain.replace("\"x\"", "\"x\", \"key\": \"y\""), "duplicate field `key`"),
        (plain[..plain.len() - 3].to_owned(), "line 2: "),
    ] {
        let error = read(&(plain.clone() + &wrong)).expect_err(&wrong);
        assert!(error.contains(why), "{wrong}: {error}");
    }
    let keys = line(&[("key", "5")]) + &line(&[("key", "\"5\"")]);
    assert!(read(&keys).unwrap_err().starts_with("line 2: the key 5 is a number in one"));
}
