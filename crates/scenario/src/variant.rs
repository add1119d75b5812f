//! Variants: a name, or `seat=filling` pairs separated by commas.

use crate::context::{Context, Value};
use crate::scalar;

/// Reads a variant that the lab has.
pub(crate) fn variant(ctx: &Context<'_>, value: &Value<'_>) -> Option<String> {
    let text = scalar::str_of(ctx, value, "a variant in quotes")?;
    let lab = ctx.lab?;
    let mut sound = true;
    let mut offset = 0;
    for part in text.split(',') {
        let start = offset + (part.len() - part.trim_start().len());
        offset += part.len() + 1;
        let part = part.trim();
        let (word, what, known): (_, _, Vec<_>) = match part.split_once('=') {
            None => (part, "variant", lab.variants.iter().map(|v| v.name).collect()),
            Some((seat, filling)) => {
                match lab.seats.iter().find(|known| known.name == seat.trim()) {
                    None => (seat, "seat", lab.seats.iter().map(|seat| seat.name).collect()),
                    Some(seat) => {
                        let fillings = seat.fillings.iter().map(|filling| filling.name);
                        (filling, "filling", fillings.collect())
                    }
                }
            }
        };
        if known.contains(&word.trim()) {
            continue;
        }
        sound = false;
        let start = start + (word.as_ptr() as usize - part.as_ptr() as usize);
        let span = ctx.inside(value, start..start + word.len());
        ctx.unknown(span, &format!("the lab has no {what}"), word, known.into_iter());
    }
    sound.then(|| text.to_owned())
}
