//! What no scenario needs, refused before it costs time or stack.

use crate::context::Context;

/// A scenario written by hand has some kilobytes, one written by a program perhaps hundreds.
const FILE_MAX: usize = 1024 * 1024;
/// Keys with more dots than this nest deeper than any scenario; the TOML parser limits the
/// nesting of brackets itself, but not that of dotted keys.
const DOTS_MAX: usize = 60;

/// Reports a text that is too long, or nests too deeply.
pub(crate) fn check(ctx: &Context<'_>, text: &str) -> Option<()> {
    if text.len() > FILE_MAX {
        let message = "this file is absurdly long";
        return ctx.fail(0..0, message, "expected at most 1 MiB");
    }
    if let Some(deep) = deep_key(text) {
        let message = "this key is nested absurdly deep";
        return ctx.fail(deep..deep, message, "expected fewer dots");
    }
    Some(())
}

/// Where a dotted key with too many dots ends.
fn deep_key(text: &str) -> Option<usize> {
    let mut dots = 0;
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            toml_parser::lexer::TokenKind::Dot => dots += 1,
            toml_parser::lexer::TokenKind::Newline
            | toml_parser::lexer::TokenKind::Equals
            | toml_parser::lexer::TokenKind::Comma => dots = 0,
            _ => {}
        }
        if dots > DOTS_MAX {
            return Some(token.span().start());
        }
    }
    None
}
