"""The portable subset of SQL: what a model may use, so that every engine computes the same integers.

Free translation between engines is not safe: casts round differently, dates subtract to different types, `1/0` is an error
here and infinity there. So models work on integers and text, days are integers from the calendar table, and whatever is
not on the list below is refused.
"""

from __future__ import annotations

from sqlglot import exp

from surveil.engine.models import Model

_STRUCTURE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.With, exp.CTE,
    exp.Table, exp.TableAlias, exp.Subquery, exp.Union, exp.Except, exp.Alias, exp.Column, exp.Identifier, exp.Distinct,
    exp.Paren, exp.Literal, exp.Null, exp.Placeholder, exp.Tuple, exp.Exists, exp.Window, exp.WindowSpec,
    exp.Filter,
)  # fmt: skip
_PREDICATES = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between,
    exp.Case, exp.If, exp.Coalesce, exp.Like,
)  # fmt: skip
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs)
_AGGREGATES = (exp.Count, exp.Sum, exp.Min, exp.Max, exp.RowNumber, exp.Lag, exp.Lead)
_TEXT = (exp.Lower, exp.DPipe, exp.Length, exp.StrPosition, exp.Substring)
_CASTS = (exp.Cast, exp.DataType)
ALLOWED: frozenset[type[exp.Expr]] = frozenset(
    (*_STRUCTURE, *_PREDICATES, *_ARITHMETIC, *_AGGREGATES, *_TEXT, *_CASTS)
)
_CAST_TARGETS = {"BIGINT", "INT", "TEXT"}


def problems(model: Model) -> list[str]:
    """What in a model lies outside the subset, one sentence each; empty when it is portable."""
    found: list[str] = []
    for node in model.tree.walk():
        found.extend(_node_problems(node))
    return [f"{model.path.name}, model {model.name}: {text}" for text in dict.fromkeys(found)]


def _node_problems(node: exp.Expr) -> list[str]:
    shown = node.sql(dialect="duckdb")[:60]
    if isinstance(node, exp.Star):
        inside_count = isinstance(node.parent, exp.Count)
        return [] if inside_count else ["'*' is not allowed: name the columns"]
    if type(node) not in ALLOWED:
        return [f"{type(node).__name__} is not in the portable subset: {shown}"]
    if isinstance(node, exp.Cast) and node.to.this.name not in _CAST_TARGETS:
        return [f"cast to {node.to.this.name} is not portable: {shown}"]
    if isinstance(node, exp.Literal) and not node.is_string and not node.this.isdigit():
        return [f"only whole numbers: {shown}"]
    if isinstance(node, exp.Window) and not node.args.get("order") and isinstance(node.this, exp.RowNumber):
        return [f"ROW_NUMBER needs an order: {shown}"]
    return []
