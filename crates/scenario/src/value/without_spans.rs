//! Conversion of spanned values to plain TOML values.

use toml::de::DeValue;

use crate::table::context::{Context, Table, Value};
use crate::value::scalar;

/// The value without spans; an integer that does not fit 64 bits is an error.
pub(crate) fn plain(ctx: &Context<'_>, value: &Value<'_>) -> Option<toml::Value> {
    Some(match value.get_ref() {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            let Ok(number) = i64::from_str_radix(&digits, number.radix()) else {
                let label = "expected a 64-bit integer";
                return ctx.fail(value.span(), "this number is too large", label);
            };
            toml::Value::Integer(number)
        }
        DeValue::Float(_) => toml::Value::Float(scalar::number(ctx, value)?),
        DeValue::Boolean(flag) => toml::Value::Boolean(*flag),
        DeValue::Datetime(date) => toml::Value::Datetime(*date),
        DeValue::Array(list) => {
            let read: Vec<_> = list.iter().map(|element| plain(ctx, element)).collect();
            toml::Value::Array(read.into_iter().collect::<Option<_>>()?)
        }
        DeValue::Table(table) => toml::Value::Table(plain_table(ctx, table)),
    })
}

/// The table without spans, and without its invalid values.
pub(crate) fn plain_table(ctx: &Context<'_>, table: &Table<'_>) -> toml::Table {
    let entries = table.iter();
    entries
        .filter_map(|(key, value)| Some((key.get_ref().to_string(), plain(ctx, value)?)))
        .collect()
}
