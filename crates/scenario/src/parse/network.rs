//! `[network]` and `[[network.link]]`: the default settings of links, and exceptions.

use crate::diagnostic::suggest::one_of;
use crate::parse::selector::{fixed_selector, selector};
use crate::parse::symbols::Symbols;
use crate::table::context::{Context, Table, Value};
use crate::table::fields::{self, Fields};
use crate::table::named_list;
use crate::table::shape::{Key, Kind, Shape, key};
use crate::value::dist::dist;
use crate::value::scalar;
use crate::{Dist, Ends, LinkRule, LinkSettings, Network, Selector};

/// The latency of a link for which the file sets none.
const DEFAULT_LATENCY: Dist = Dist::Constant(1_000_000);

/// The links between two sides, in both directions.
pub(crate) const BETWEEN: Key =
    key("between", Kind::Pair(&Kind::Selector), "The links between these two, in both directions.");
/// The links from one side to the other.
pub(crate) const ONE_WAY: Key =
    key("one_way", Kind::Pair(&Kind::Selector), "The links from the first to the second.");
/// All links of the selected nodes.
pub(crate) const OF: Key = key("of", Kind::Selector, "All links to and from these.");
/// A restriction to one kind of message.
pub(crate) const MESSAGE: Key = key("message", Kind::Message, "Only messages of this kind.");

/// `[network]`.
pub(crate) const NETWORK: Shape = Shape {
    what: "the network",
    keys: &[
        key("latency", Kind::Dist, "One-way latency. Default: 1ms."),
        key("loss", Kind::Probability, "Probability that a message is dropped. Default: 0."),
        key(
            "duplicate",
            Kind::Probability,
            "Probability that a message is duplicated. Default: 0.",
        ),
        key("bandwidth", Kind::Bandwidth, "Bandwidth per link and direction. Default: unlimited."),
        key(
            "link",
            Kind::Tables(&LINK),
            "Exceptions for some links; where several apply, the last one wins.",
        ),
    ],
    one_of: &[],
};

const LINK: Shape = Shape {
    what: "a link rule",
    keys: &[
        key(
            "name",
            Kind::Name,
            "Its name in overrides. Default: link, numbered from the second on.",
        ),
        BETWEEN,
        ONE_WAY,
        OF,
        MESSAGE,
        key("latency", Kind::Dist, "One-way latency. Default: the network's."),
        key("loss", Kind::Probability, "Probability of a drop. Default: the network's."),
        key("duplicate", Kind::Probability, "Probability of a duplicate. Default: the network's."),
        key("bandwidth", Kind::Bandwidth, "Bandwidth per direction. Default: the network's."),
    ],
    one_of: &[],
};

/// The base name of an unnamed link rule.
pub(crate) fn default_name<'t>(_: &'t Table<'_>) -> &'t str {
    "link"
}

/// Reads the network.
pub(crate) fn network(ctx: &Context<'_>, symbols: &Symbols, value: Option<&Value<'_>>) -> Network {
    let fields = value.and_then(|value| Fields::open(ctx, value, &NETWORK));
    let mut default = fields.as_ref().map(|fields| settings(ctx, fields)).unwrap_or_default();
    default.latency.get_or_insert(DEFAULT_LATENCY);
    let links = fields.and_then(|fields| fields.get("link"));
    let elements = named_list::tables(ctx, links, "network.link", &LINK);
    named_list::check_unique(ctx, elements, "link rule");
    let links = elements.iter().filter_map(|value| link(ctx, symbols, value)).collect();
    Network { default, links }
}

fn settings(ctx: &Context<'_>, fields: &Fields<'_, '_>) -> LinkSettings {
    LinkSettings {
        latency: fields.read(ctx, "latency", dist),
        loss: fields.read(ctx, "loss", scalar::probability),
        duplicate: fields.read(ctx, "duplicate", scalar::probability),
        bandwidth: fields.read(ctx, "bandwidth", scalar::bandwidth),
    }
}

fn link(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<LinkRule> {
    let fields = Fields::open(ctx, value, &LINK)?;
    fields.read(ctx, "name", scalar::name);
    let settings = settings(ctx, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let ends = ends(ctx, &fields, |ctx, value| fixed_selector(ctx, symbols, value))?;
    if ends == Ends::All && fields.get("message").is_none() {
        let label = "expected one of `between`, `one_way`, `of`, `message`";
        return ctx.fail(fields.span(), "this rule selects no links", label);
    }
    if message.is_some() {
        fields.forbid(
            ctx,
            &["bandwidth"],
            "the bandwidth of a link is shared by all kinds of messages",
        );
    }
    let said = ["latency", "loss", "duplicate", "bandwidth"];
    if said.iter().all(|name| fields.get(name).is_none()) {
        let label = one_of(said);
        return ctx.fail(fields.span(), "this rule sets nothing", &label);
    }
    Some(LinkRule { ends, message, settings })
}

/// Reads the links of a fault. Default: all.
pub(crate) fn fault_ends(
    ctx: &Context<'_>,
    symbols: &Symbols,
    fields: &Fields<'_, '_>,
) -> Option<Ends> {
    ends(ctx, fields, |ctx, value| selector(ctx, symbols, value))
}

fn ends(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    side: impl Fn(&Context<'_>, &Value<'_>) -> Option<Selector>,
) -> Option<Ends> {
    let both = |value| {
        let (a, b) = fields::pair(ctx, value, "an array of two sides")?;
        let (a, b) = (side(ctx, a), side(ctx, b));
        Some((a?, b?))
    };
    let ways = ["between", "one_way", "of"];
    let there: Vec<_> = ways.iter().filter(|name| fields.get(name).is_some()).collect();
    if let [_, second, ..] = there.as_slice() {
        let label = "expected only one of `between`, `one_way`, `of`";
        return ctx.fail(fields.span_of(second), "the links are selected twice", label);
    }
    if let Some(value) = fields.get("between") {
        both(value).map(|(a, b)| Ends::Between(a, b))
    } else if let Some(value) = fields.get("one_way") {
        if value.get_ref().as_bool().is_some() {
            let label = "expected the sender and the receiver: [\"n1\", \"n2\"]";
            return ctx.fail(value.span(), "`one_way` needs two sides", label);
        }
        both(value).map(|(a, b)| Ends::OneWay(a, b))
    } else if let Some(value) = fields.get("of") {
        side(ctx, value).map(Ends::Of)
    } else {
        Some(Ends::All)
    }
}

/// Reads a kind of message that the lab knows, as an index into its list.
pub(crate) fn message_kind(ctx: &Context<'_>, value: &Value<'_>) -> Option<u8> {
    let kind = scalar::str_of(ctx, value, "a kind of message, as a string")?;
    let lab = ctx.lab?;
    if let Some(index) = lab.messages.iter().position(|known| *known == kind) {
        return Some(u8::try_from(index).expect("a lab has at most 256 kinds of messages"));
    }
    let known = lab.messages.iter().copied();
    ctx.unknown(value.span(), "the lab has no message", kind, known);
    None
}
