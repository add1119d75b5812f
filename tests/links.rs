//! The links of all pages lead somewhere: to a file of the repository, and to a heading in it.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::root;

/// All Markdown files below a folder, without what tools have written there.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        if path.is_dir() && !["target", "node_modules", ".git", "netsplit-out"].contains(&name) {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// The lines of a page outside its code blocks, numbered.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    (1..).zip(page.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// The targets of a line's links, `[text](target)`, outside code spans.
fn targets(line: &str) -> Vec<String> {
    let text: String = line.split('`').step_by(2).collect();
    let links = text.split("](").skip(1);
    links.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

/// The names by which the headings and the anchors of a page are linked.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in prose(page) {
        let ids = line.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(ids.map(str::to_owned));
        if line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            found.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    found
}

/// The reason why a link of `page` leads nowhere, if it does.
fn dead(page: &Path, target: &str) -> Option<String> {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match path {
        "" => page.to_owned(),
        path => page.parent().expect("a folder").join(path),
    };
    if !file.exists() {
        return Some(format!("there is no {path}"));
    }
    let text = || fs::read_to_string(&file).expect("UTF-8");
    (!anchor.is_empty() && !anchors(&text()).contains(anchor))
        .then(|| format!("there is no heading #{anchor}"))
}

#[test]
fn links_lead_to_files_and_headings() {
    let root = root();
    let (mut files, mut links, mut wrong) = (Vec::new(), 0, Vec::new());
    pages(&root, &mut files);
    for file in files {
        let page = fs::read_to_string(&file).expect("UTF-8");
        for (number, line) in prose(&page) {
            for target in targets(line) {
                links += 1;
                if let Some(why) = dead(&file, &target) {
                    let shown = file.strip_prefix(&root).expect("below the root").display();
                    wrong.push(format!("{shown}:{number}: ({target}): {why}"));
                }
            }
        }
    }
    assert!(links > 50, "only {links} links");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
