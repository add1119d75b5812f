//! `[[predict]]`: questions about a run, to be answered before it.

use crate::parse::symbols::Symbols;
use crate::parse::undecidable::{Faults, check_answer};
use crate::parse::verdict::parsed;
use crate::table::context::{Context, Value};
use crate::table::fields::Fields;
use crate::table::named_list;
use crate::table::shape::{Kind, Shape, required};
use crate::value::scalar;
use crate::{Answer, grammar};

/// A question about a run, to be answered before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The question, in one line.
    pub text: String,
    /// What answers it.
    pub answer: Answer,
}

/// `[[predict]]`.
pub(crate) const PREDICT: Shape = Shape {
    what: "a question",
    keys: &[
        required("question", Kind::Text, "What is asked before the run."),
        required(
            "answer",
            Kind::Answer,
            "What answers it: a metric and its window, or a property.",
        ),
    ],
    one_of: &[],
};

/// Reads the questions.
pub(crate) fn questions(
    ctx: &Context<'_>,
    symbols: &Symbols,
    faults: &Faults<'_>,
    value: Option<&Value<'_>>,
) -> Vec<Question> {
    let tables = named_list::tables(ctx, value, "predict", &PREDICT);
    let question = |value| {
        let fields = Fields::open(ctx, value, &PREDICT)?;
        let text = fields.read(ctx, "question", scalar::text);
        let answer = fields.read(ctx, "answer", |ctx, value| answer(ctx, symbols, faults, value));
        let text = text?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Question { text, answer: answer? })
    };
    tables.iter().filter_map(question).collect()
}

fn answer(
    ctx: &Context<'_>,
    symbols: &Symbols,
    faults: &Faults<'_>,
    value: &Value<'_>,
) -> Option<Answer> {
    let text = scalar::str_of(ctx, value, "a metric or a property, as a string")?;
    let answer = parsed(ctx, symbols, faults, value, |known| grammar::parse_answer(text, known))?;
    check_answer(ctx, faults, value, &answer)?;
    Some(answer)
}
