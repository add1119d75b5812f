//! The grammar of expectations: parsing and formatting of [`Sentence`](crate::Sentence)s.
//!
//! The words of a sentence are separated by spaces, parentheses, commas and comparisons; each keeps its
//! span in the sentence, so that an error points at the wrong word. The parser is one function per
//! rule of the grammar in [`sentence`]. It knows the lab's names, and so the meaning of `mean(x)`:
//! the mean latency of operation x in one run, or the mean of the lab's metric x over the seeds.

mod arguments;
mod display;
mod metric;
mod parser;
pub(crate) mod sentence;
mod words;

pub(crate) use parser::{Vocabulary, parse, parse_answer};
pub(crate) use words::Mistake;
