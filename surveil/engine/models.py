"""SQL models: finding them, what each reads, and their order. A model is a named SELECT, written once for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from surveil.errors import SurveilError

SOURCE_DIALECT = "duckdb"
_PACKAGE = Path(__file__).resolve().parent.parent
_HEAD = re.compile(r"^--\s*model:\s*(?P<name>[a-z][a-z0-9_]*)\s*$", re.MULTILINE)


class ModelError(SurveilError):
    """A model is written wrongly or is not there."""


@dataclass(frozen=True)
class Model:
    """One named SELECT of a `.sql` file.

    `sql` is the text under its head (comments included), `reads` the names of the tables it takes from,
    `parameters` the names of its `:integer` parameters.
    """

    name: str
    sql: str
    path: Path
    reads: frozenset[str]
    parameters: frozenset[str]

    @property
    def tree(self) -> exp.Expr:
        """The parsed text; shared by all who ask, so that nobody may change it in place."""
        return _parse(self.sql, self.name)

    @property
    def columns(self) -> list[str]:
        """The names of its columns, in order."""
        return list(_parse(self.sql, self.name).named_selects)


@cache
def _parse(sql: str, name: str) -> exp.Query:
    try:
        statements = [s for s in sqlglot.parse(sql, read=SOURCE_DIALECT) if s is not None]
    except sqlglot.errors.ParseError as error:
        raise ModelError(f"model {name}: {error}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelError(f"model {name}: exactly one SELECT is expected")
    return statements[0]


def parse_file(path: Path) -> list[Model]:
    """The models of one file, in its order.

    Raises:
        ModelError: no head, text before the first head, or a text that is not one SELECT.
    """
    text = path.read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise ModelError(f"{path}: no '-- model: name' head")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        _model(head["name"], text[head.end() : end].strip(), path)
        for head, end in zip(heads, ends, strict=True)
    ]


def _model(name: str, sql: str, path: Path) -> Model:
    tree = _parse(sql, name)
    local = {cte.alias for cte in tree.find_all(exp.CTE)}
    reads = {table.name for table in tree.find_all(exp.Table)} - local
    parameters = {p.name for p in tree.find_all(exp.Placeholder)}
    return Model(name, sql, path, frozenset(reads), frozenset(parameters))


@cache
def catalogue() -> Mapping[str, Model]:
    """Every model of the package by name.

    Raises:
        ModelError: two models share a name.
    """
    models: dict[str, Model] = {}
    for path in sorted(_PACKAGE.rglob("*.sql")):
        if not _HEAD.search(path.read_text(encoding="utf-8")):
            continue
        for model in parse_file(path):
            if model.name in models:
                raise ModelError(f"model {model.name} stands in {models[model.name].path} and in {path}")
            models[model.name] = model
    return models


def in_order(names: Iterable[str], models: Mapping[str, Model]) -> list[Model]:
    """The named models and all they read, each after what it reads.

    Raises:
        ModelError: a circle.
    """
    done: dict[str, Model] = {}
    open_names: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in models:
            return
        if name in open_names:
            raise ModelError(f"models read each other in a circle: {' -> '.join([*open_names, name])}")
        open_names.append(name)
        for read in sorted(models[name].reads):
            visit(read)
        open_names.pop()
        done[name] = models[name]

    for name in names:
        if name not in models:
            raise ModelError(f"there is no model {name!r}")
        visit(name)
    return list(done.values())


def compile_model(model: Model, dialect: str, parameters: Mapping[str, int]) -> str:
    """The model's SQL in an engine's dialect, its parameters written in as integers.

    Raises:
        ModelError: a parameter has no value.
    """
    missing = model.parameters - parameters.keys()
    if missing:
        raise ModelError(f"model {model.name}: no value for parameter {', '.join(sorted(missing))}")

    postgres = dialect == "postgres"

    def fill(node: exp.Expr) -> exp.Expr:
        if postgres and isinstance(node, exp.Substring) and (length := node.args.get("length")):
            # Nothing before the first letter is no text elsewhere, and an error there.
            node.set("length", exp.Greatest(this=length, expressions=[exp.Literal.number(0)]))
        return exp.Literal.number(int(parameters[node.name])) if isinstance(node, exp.Placeholder) else node

    filled = model.tree.transform(fill)
    if dialect == "duckdb":
        filled = _with_plain_sums(filled)
    # Names such as `day` or `end` are words of PostgreSQL's own unless they are quoted.
    return filled.sql(dialect=dialect, copy=False, comments=False, identify=postgres)


def _with_plain_sums(tree: exp.Expr) -> exp.Expr:
    """DuckDB adds integers to 128 bits, which Parquet and other engines do not have; every sum becomes a BIGINT."""
    for total in list(tree.find_all(exp.Sum)):
        whole: exp.Expr = total
        while isinstance(whole.parent, exp.Filter | exp.Window) and whole.arg_key == "this":
            whole = whole.parent
        if not isinstance(whole.parent, exp.Cast):
            whole.replace(exp.Cast(this=whole.copy(), to=exp.DataType.build("BIGINT")))
    return tree
