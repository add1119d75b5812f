//! Variants: a name, or `seat=filling` pairs separated by commas.

use crate::lab::{Resolved, UnknownName};
use crate::table::context::{Context, Value};
use crate::value::scalar;

/// Reads a variant that the lab has: the text, and what it stands for.
pub(crate) fn variant(ctx: &Context<'_>, value: &Value<'_>) -> Option<(String, Resolved)> {
    let text = scalar::str_of(ctx, value, "a variant in quotes")?;
    match ctx.lab?.resolve(text) {
        Ok(resolved) => Some((text.to_owned(), resolved)),
        Err(unknown) => {
            for UnknownName { what, name, at, known } in unknown {
                let span = ctx.inside(value, at..at + name.len());
                ctx.unknown(span, &format!("the lab has no {what}"), &name, known.into_iter());
            }
            None
        }
    }
}
