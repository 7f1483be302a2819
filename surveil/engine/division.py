"""Dividing a model: which tables of its SELECT may be read a part at a time, so that the parts' rows together are its rows.

A part has the rows whose key (such as `account_id`) falls into it, the same keys in every table. What a SELECT says of one
account needs the rows of that account only, where all that joins, groups and windows goes by the account. Whether it does is
read off the SELECT; in doubt it does not. Tables that are joined by something else are read whole by every part, which is
right, if dear, for whatever is not what the SELECT starts from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from surveil.engine.models import SOURCE_DIALECT

Columns = Callable[[str], Collection[str]]
_Member = tuple[str, str]
#: How the parts' values of an aggregate are put together.
_TOGETHER: dict[type[exp.Expr], str] = {exp.Count: "SUM", exp.Sum: "SUM", exp.Min: "MIN", exp.Max: "MAX"}


@dataclass(frozen=True)
class Division:
    """How a SELECT is computed part by part.

    Attributes:
        key: the column by whose values rows fall into parts.
        by_part: the tables of which a part reads its own rows; one that is read twice stands there twice.
        whole: the tables that every part reads whole.
        carried: the columns of the result that hold the key; a result without is divided by nothing.
        plain: it only passes rows of tables on, so that dividing it saves no memory.
        asked: table -> the names of columns that it may be asked for.
        together: the SELECT that puts the parts' rows together, from a table named `{parts}`; None where they are all.
    """

    key: str
    by_part: tuple[str, ...]
    whole: frozenset[str]
    carried: tuple[str, ...]
    plain: bool
    asked: Mapping[str, frozenset[str]]
    together: str | None
    _tree: exp.Query
    _nodes: tuple[tuple[exp.Table, str], ...]

    def sql(self, name: Callable[[str], str]) -> str:
        """The text of a part; `name` says under which name a part's rows of a table are found."""
        for node, table in self._nodes:
            node.set("this", exp.to_identifier(name(table), quoted=True))
        return self._tree.sql(dialect=SOURCE_DIALECT)


def divide(sql: str, key: str, columns: Columns) -> Division | None:
    """How a SELECT in DuckDB's words may be divided by a key; None where that is not plain to see.

    Args:
        columns: the names of a table's columns.
    """
    tree = sqlglot.parse_one(sql, read=SOURCE_DIALECT)
    if not isinstance(tree, exp.Query):
        return None
    reader, together = _Reader(key, columns), None
    try:
        found = reader.query(tree)
    except _NotDivisible:
        together = _together(tree)
        try:
            found = reader.query(tree, merged=together is not None)
        except _NotDivisible:
            return None
    names = tree.named_selects
    carried = () if together else tuple(names[place] for place in sorted(found.carried))
    nodes = tuple((node, node.name) for node in found.by_part)
    for node, name in nodes:
        if not node.alias:  # a part's rows have another name, by which nothing in the SELECT calls them
            node.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
    whole = frozenset(node.name for node in found.whole)
    by_part = tuple(name for _, name in nodes)
    asked = {table: _asked(tree, [node.alias for node, name in nodes if name == table]) for table in by_part}
    return Division(key, by_part, whole, carried, found.plain, asked, together, tree, nodes)


def _asked(tree: exp.Query, aliases: Collection[str]) -> frozenset[str]:
    """The columns that are asked for under a table's aliases, or under none, where they may be another one's."""
    return frozenset(node.name for node in tree.find_all(exp.Column) if node.table in ("", *aliases))


class _NotDivisible(Exception):
    pass


@dataclass
class _Found:
    """Of a query: the places of its columns that hold the key, and how its tables are read."""

    carried: frozenset[int] = frozenset()
    by_part: list[exp.Table] = field(default_factory=list)
    whole: list[exp.Table] = field(default_factory=list)
    plain: bool = False

    def add(self, other: _Found) -> None:
        self.by_part += other.by_part
        self.whole += other.whole


class _Reader:
    """Reads a query for one key."""

    def __init__(self, key: str, columns: Columns) -> None:
        self._key, self._columns = key, columns

    def query(self, query: exp.Expr, *, merged: bool = False) -> _Found:
        if isinstance(query, exp.Subquery | exp.Paren):
            return self.query(query.this)
        if isinstance(query, exp.Union):
            left, right = self.query(query.left), self.query(query.right)
            both = left.carried & right.carried
            if query.args.get("distinct") and not both:
                raise _NotDivisible  # the same row may come from two parts
            left.add(right)
            plain = left.plain and right.plain and not query.args.get("distinct")
            return _Found(both, left.by_part, left.whole, plain)
        if isinstance(query, exp.Select):
            return self._select(query, merged)
        raise _NotDivisible

    def _select(self, select: exp.Select, merged: bool) -> _Found:
        if select.args.get("with_") or select.args.get("limit") or not select.args.get("from_"):
            raise _NotDivisible
        first = select.args["from_"].this
        found = _Found()
        names, driver = self._relation(first)
        if isinstance(first, exp.Table) and not names:
            raise _NotDivisible
        found.add(driver)
        holds = {(first.alias_or_name, name) for name in names}
        relations = [first]
        for join in select.args.get("joins") or []:
            relations.append(join.this)
            self._join(join, relations, holds, found)
        for nested in _nested(select):
            self._nested(nested, relations, holds, found)
        self._windows(select, relations, holds)
        carried = frozenset(
            place
            for place, shown in enumerate(select.expressions)
            if self._is(shown.unalias(), relations, holds)
        )
        group = select.args.get("group")
        by_key = group and any(self._is(one, relations, holds) for one in group.expressions)
        if (group or _aggregates(select)) and not by_key and not merged:
            raise _NotDivisible
        if select.args.get("distinct") and not carried:
            raise _NotDivisible
        found.carried = carried
        passes = isinstance(first, exp.Table) or driver.plain
        gathers = group or select.args.get("distinct") or any(True for _ in _inside(select, exp.Window))
        found.plain = passes and not gathers and not found.whole and len(found.by_part) == 1
        return found

    def _relation(self, relation: exp.Expr) -> tuple[frozenset[str], _Found]:
        """The columns of a table or subquery that hold the key, and how its tables are read if it is read by part."""
        if isinstance(relation, exp.Table):
            there = self._key in self._columns(relation.name)
            return frozenset({self._key} if there else ()), _Found(by_part=[relation])
        if isinstance(relation, exp.Subquery):
            found = self.query(relation)
            names = relation.this.named_selects
            return frozenset(names[place] for place in found.carried), found
        raise _NotDivisible

    def _join(self, join: exp.Join, relations: list[exp.Expr], holds: set[_Member], found: _Found) -> None:
        if join.side not in ("", "LEFT") or join.kind not in ("", "INNER", "CROSS") or join.args.get("using"):
            raise _NotDivisible
        other, on = join.this, join.args.get("on")
        try:
            names, read = self._relation(other)
        except _NotDivisible:
            names, read = frozenset(), _Found()
        own = {(other.alias_or_name, name) for name in names}
        tied = any(
            (a in own and b in holds) or (b in own and a in holds) for a, b in self._equalities(on, relations)
        )
        if not tied:
            found.whole += list(other.find_all(exp.Table))
            return
        found.add(read)
        if join.side != "LEFT":  # what found no partner has no key there
            holds |= own

    def _nested(
        self, nested: exp.Expr, relations: list[exp.Expr], holds: set[_Member], found: _Found
    ) -> None:
        """A query in a condition: by part where it is tied to the key, else read whole."""
        try:
            if isinstance(nested, exp.Exists):
                read = self._exists(nested.this, relations, holds)
            elif _plain_in(nested) and self._is(nested.this, relations, holds):
                read = self.query(nested.args["query"])
                if 0 not in read.carried:
                    raise _NotDivisible
            else:
                raise _NotDivisible
        except _NotDivisible:
            found.whole += list(nested.find_all(exp.Table))
        else:
            found.add(read)

    def _exists(self, select: exp.Expr, outer: list[exp.Expr], holds: set[_Member]) -> _Found:
        if not isinstance(select, exp.Select) or select.args.get("group") or _aggregates(select):
            raise _NotDivisible
        if select.args.get("joins") or not select.args.get("from_") or list(_nested(select)):
            raise _NotDivisible
        inner = select.args["from_"].this
        names, read = self._relation(inner)
        own = {(inner.alias_or_name, name) for name in names}
        where = select.args.get("where")
        shadowed = {(alias, name) for alias, name in holds if alias != inner.alias_or_name}
        pairs = self._equalities(where.this if where else None, [*outer, inner])
        if not any((a in own and b in shadowed) or (b in own and a in shadowed) for a, b in pairs):
            raise _NotDivisible
        return read

    def _windows(self, select: exp.Select, relations: list[exp.Expr], holds: set[_Member]) -> None:
        for window in _inside(select, exp.Window):
            by = window.args.get("partition_by") or []
            if not any(self._is(one, relations, holds) for one in by):
                raise _NotDivisible

    def _equalities(
        self, on: exp.Expr | None, relations: list[exp.Expr]
    ) -> Iterator[tuple[_Member | None, _Member | None]]:
        for one in on.flatten() if isinstance(on, exp.And) else [on]:
            if isinstance(one, exp.EQ):
                yield self._member(one.left, relations), self._member(one.right, relations)

    def _is(self, shown: exp.Expr, relations: list[exp.Expr], holds: set[_Member]) -> bool:
        return self._member(shown, relations) in holds

    def _member(self, shown: exp.Expr, relations: list[exp.Expr]) -> _Member | None:
        """The relation and column that an expression is; None where it is something else, or it is not said of which."""
        if not isinstance(shown, exp.Column):
            return None
        if shown.table:
            return shown.table, shown.name
        return (relations[0].alias_or_name, shown.name) if len(relations) == 1 else None


def _inside(select: exp.Select, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
    """The nodes of some kinds that belong to a SELECT itself, not to a query within it."""
    for node in select.walk(prune=lambda one: isinstance(one, exp.Query) and one is not select):
        if isinstance(node, kinds):
            yield node


def _nested(select: exp.Select) -> Iterator[exp.Expr]:
    """The conditions of a SELECT that ask a query, and queries that stand for a value."""
    relations = {
        id(one) for one in (select.args["from_"].this, *(j.this for j in select.args.get("joins") or []))
    }
    for query in _inside(select, exp.Query):
        if query is select or id(query) in relations:
            continue
        asks = query.parent
        yield asks if isinstance(asks, exp.Exists | exp.In) else query


def _plain_in(nested: exp.Expr) -> bool:
    """An IN in a condition, where not known counts as no; to NOT IN a missing key in one part matters to all of them."""
    if not isinstance(nested, exp.In):
        return False
    asks = nested.parent
    while isinstance(asks, exp.And | exp.Or | exp.Paren):
        asks = asks.parent
    return isinstance(asks, exp.Where)


def _aggregates(select: exp.Select) -> bool:
    """Whether rows are added up, not only within windows."""
    return any(not node.find_ancestor(exp.Window) for node in _inside(select, exp.AggFunc))


def _together(tree: exp.Query) -> str | None:
    """The SELECT that adds up the groups that parts have in common; None where that can't be done."""
    if not isinstance(tree, exp.Select) or tree.args.get("distinct") or tree.args.get("having"):
        return None
    group = tree.args.get("group")
    if not group:
        return None
    keys, shown = [], []
    for one in tree.expressions:
        inner, name = one.unalias(), exp.to_identifier(one.alias_or_name, quoted=True).sql(SOURCE_DIALECT)
        if inner in group.expressions:
            keys.append(name)
            shown.append(name)
        elif how := _adds_up(inner):
            shown.append(f"{f'CAST(SUM({name}) AS BIGINT)' if how == 'SUM' else f'{how}({name})'} AS {name}")
        else:
            return None
    if len(keys) != len(group.expressions):
        return None
    return f"SELECT {', '.join(shown)} FROM {{parts}} GROUP BY {', '.join(keys)}"


def _adds_up(shown: exp.Expr) -> str | None:
    """How the parts' values of an aggregate are put together; None where they can't be."""
    while isinstance(shown, exp.Cast | exp.Filter) or (
        isinstance(shown, exp.Coalesce) and _or_nothing(shown)
    ):
        shown = shown.this
    if any(isinstance(node, exp.Distinct) for node in shown.walk()):
        return None
    return _TOGETHER.get(type(shown))


def _or_nothing(shown: exp.Coalesce) -> bool:
    """A sum that is 0 where there is nothing to add: it adds up as it is."""
    inner = shown.this
    while isinstance(inner, exp.Cast | exp.Filter):
        inner = inner.this
    rest = shown.expressions
    return isinstance(inner, exp.Sum | exp.Count) and len(rest) == 1 and rest[0].sql() == "0"
