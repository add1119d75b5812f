//! The grammar of expectations: from text to [`Sentence`](crate::Sentence) and back.
//!
//! The words of a sentence are separated by spaces, parentheses and comparisons; each keeps
//! its place in the sentence, so that an error points at the word that is wrong. The parser is
//! one function per rule of the grammar in [`sentence`](crate::grammar::sentence). It knows the lab's
//! names, and so what `mean(x)` means: over the durations of operation x in one run, or over
//! the seeds of the lab's metric x.

mod display;
mod metric;
mod parser;
pub(crate) mod sentence;
mod words;

pub(crate) use parser::{Vocabulary, parse};
