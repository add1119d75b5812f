//! Tables validated against their [`Shape`], and arrays.

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::{nearest, one_of};
use crate::table::context::{Context, Table, Value};
use crate::table::shape::Shape;

/// A table whose unknown and missing keys are reported.
pub(crate) struct Fields<'v, 'i> {
    table: &'v Table<'i>,
    shape: &'static Shape,
    span: Span,
    /// The keys that misspelt ones are probably meant to be.
    meant: Vec<&'static str>,
}

impl<'v, 'i> Fields<'v, 'i> {
    /// Opens `value` as a table of this shape.
    pub fn open(ctx: &Context<'_>, value: &'v Value<'i>, shape: &'static Shape) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            return wrong_type(ctx, value, &format!("a table: {}", shape.example()));
        };
        Some(Fields::of_table(ctx, table, value.span(), shape))
    }

    /// Opens `table` as one of this shape.
    pub fn of_table(
        ctx: &Context<'_>,
        table: &'v Table<'i>,
        span: Span,
        shape: &'static Shape,
    ) -> Self {
        let mut meant = Vec::new();
        for (name, _) in table {
            if !shape.names().any(|known| known == name.get_ref()) {
                let what = format!("{} has no key", shape.what);
                ctx.unknown_key(name.span(), &what, name.get_ref(), shape.names());
                meant.extend(nearest(name.get_ref(), shape.names()));
            }
        }
        let fields = Fields { table, shape, span, meant };
        fields.check_required(ctx);
        fields
    }

    /// Reports missing keys, except those that a misspelt key is probably meant to be.
    fn check_required(&self, ctx: &Context<'_>) {
        for key in self.shape.keys.iter().filter(|key| key.required) {
            if self.lacks(key.name) {
                let message = format!("{} needs the key `{}`", self.shape.what, key.name);
                let label = format!("expected `{}`: {}", key.name, key.about);
                ctx.report(Problem::error(self.span.clone(), message).label(label));
            }
        }
        if self.shape.one_of.is_empty() {
            return;
        }
        let is_meant = self.shape.one_of.iter().any(|key| self.meant.contains(key));
        let names = self.table.keys();
        let is_one = |name: &str| self.shape.one_of.contains(&name);
        let mut there: Vec<_> = names.filter(|name| is_one(name.get_ref())).collect();
        there.sort_by_key(|name| name.span().start);
        let (span, message) = match there.as_slice() {
            [] if is_meant => return,
            [] => (self.span(), format!("{} needs one more key", self.shape.what)),
            [_] => return,
            [first, .., last] => {
                let (first, last_name) = (first.get_ref(), last.get_ref());
                (last.span(), format!("`{last_name}` and `{first}` exclude each other"))
            }
        };
        let label = one_of(self.shape.one_of.iter().copied());
        let label = label.replace("expected", "expected exactly");
        let help = (!ctx.sources.place(&span).in_file).then_some(
            "--set keeps the other keys of the table; set the whole table to replace them",
        );
        let problem = Problem::error(span, message).label(label);
        ctx.report(problem.maybe_help(help.map(str::to_owned)));
    }

    /// The value of a key of the shape.
    pub fn get(&self, name: &str) -> Option<&'v Value<'i>> {
        debug_assert!(
            self.shape.names().any(|known| known == name),
            "`{name}` is not in the shape of {}",
            self.shape.what
        );
        self.table.get(name)
    }

    /// Whether a key is neither there nor probably meant by a misspelt one.
    pub fn lacks(&self, name: &str) -> bool {
        !self.table.contains_key(name) && !self.meant.contains(&name)
    }

    /// Reads the value of a key, if it is present and valid.
    pub fn read<T>(
        &self,
        ctx: &Context<'_>,
        name: &str,
        reader: impl Fn(&Context<'_>, &Value<'i>) -> Option<T>,
    ) -> Option<T> {
        self.get(name).and_then(|value| reader(ctx, value))
    }

    /// The span of the whole table.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// The span of a key's value, or else of the whole table.
    pub fn span_of(&self, name: &str) -> Span {
        self.get(name).map_or_else(|| self.span(), Value::span)
    }

    /// Reports those of these keys that are present; `label` says what was expected instead.
    pub fn forbid(&self, ctx: &Context<'_>, names: &[&str], label: &str) {
        for name in names {
            if let Some((key, _)) = self.table.get_key_value(*name) {
                let message = format!("`{name}` is not allowed here");
                ctx.report(Problem::error(key.span(), message).label(label));
            }
        }
    }
}

/// Reports that `value` is of the wrong type.
pub(crate) fn wrong_type<T>(ctx: &Context<'_>, value: &Value<'_>, expected: &str) -> Option<T> {
    let found = match value.get_ref().type_str() {
        kind @ ("integer" | "array") => format!("an {kind}"),
        kind => format!("a {kind}"),
    };
    ctx.fail(value.span(), format!("wrong type: {found}"), &format!("expected {expected}"))
}

/// The maximum length of an array.
const LIST_MAX: usize = 10_000;

/// The elements of an array.
pub(crate) fn list<'v, 'i>(
    ctx: &Context<'_>,
    value: &'v Value<'i>,
    expected: &str,
) -> Option<&'v [Value<'i>]> {
    let Some(list) = value.get_ref().as_array() else {
        return wrong_type(ctx, value, expected);
    };
    if list.len() > LIST_MAX {
        let message = format!("too many elements: {}, at most 10,000", list.len());
        return ctx.fail(value.span(), message, "expected a shorter array");
    }
    Some(list)
}

/// The elements of an array of two.
pub(crate) fn pair<'v, 'i>(
    ctx: &Context<'_>,
    value: &'v Value<'i>,
    expected: &str,
) -> Option<(&'v Value<'i>, &'v Value<'i>)> {
    match list(ctx, value, expected)? {
        [first, second] => Some((first, second)),
        other => {
            let message = format!("this array has {} elements, not two", other.len());
            ctx.fail(value.span(), message, &format!("expected {expected}"))
        }
    }
}
