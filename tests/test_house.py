"""The rules of the house that a machine can check: walls between rooms, where SQL stands, how files look."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("surveil", "dashboard")
LONGEST_FILE = 400

# Rooms that turn declared models, loads and migrations into statements; elsewhere SQL lives in *.sql files.
ROOMS_WITH_SQL = ("surveil/engine/", "surveil/feeds/", "surveil/store/migrations/")
SQL_STATEMENT = re.compile(
    r"^\s*(?:SELECT\b.+\bFROM\b|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|MERGE\s+INTO\b|COPY\s*\("
    r"|WITH\s+\w+\s+AS\s*\(|(?:CREATE|DROP|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:TEMP\w*\s+)?(?:TABLE|VIEW|INDEX|TRIGGER)\b)",
    re.DOTALL,
)

# Written in two parts so that this file does not contain what it looks for.
FORBIDDEN_TEXT = [
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("anaconda", ".org"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/tmp/", "venv"),
        (".libr", "ary/"),
    )
]

HEAVY = {
    "alembic", "altair", "cryptography", "duckdb", "holidays", "lifelines", "matplotlib", "networkx", "numba",
    "numpy", "pandas", "pikepdf", "pyarrow", "pyod", "pyspark", "reportlab", "scipy", "sklearn", "sqlalchemy",
    "sqlglot", "statsmodels", "streamlit",
}  # fmt: skip


def committed(*endings: str) -> list[Path]:
    """The repository's own files with one of these endings; all of them where none is given."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file() and (not endings or file.suffix in endings)]


def modules() -> list[Path]:
    """The Python files of the packages that are installed."""
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string in the code but docstrings, with its line; f-strings have `x` for what is filled in."""
    inside_fstring = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    passed_over = inside_fstring | {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed_over:
            yield node.lineno, node.value


def test_the_walls_between_rooms_hold() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    result = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_sql_stands_in_models_loading_and_migrations_only() -> None:
    found = [
        f"{relative(file)}:{line}: {text.strip()[:60]!r}"
        for file in modules()
        if not relative(file).startswith(ROOMS_WITH_SQL)
        for line, text in strings(parse(file))
        if SQL_STATEMENT.match(text)
    ]
    assert not found, "SQL text belongs into a *.sql model:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("code", "is_sql"),
    [
        ("q = 'SELECT a FROM b'", True),
        ("q = f'SELECT {a} FROM {b}'", True),
        ("q = f'''\n  INSERT INTO {table} VALUES (1)'''", True),
        ("q = 'CREATE OR REPLACE TEMP VIEW v AS'", True),
        ("q = 'WITH a AS (SELECT 1)'", True),
        ("def f():\n    'SELECT a FROM b is what this does.'", False),
        ("q = 'Select an alert from the queue.'", False),
        ("q = 'UPDATE the settings'", False),
    ],
)
def test_sql_is_told_from_prose(code: str, is_sql: bool) -> None:
    assert any(SQL_STATEMENT.match(text) for _, text in strings(ast.parse(code))) is is_sql


def test_no_file_is_two_rooms_in_one() -> None:
    lines = {relative(file): len(file.read_text("utf-8").splitlines()) for file in committed(".py", ".sql")}
    too_long = {name: count for name, count in lines.items() if count > LONGEST_FILE}
    assert not too_long, f"over {LONGEST_FILE} lines: {too_long}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        relative(file)
        for file in committed(".py")
        if file.read_text("utf-8").strip() and not ast.get_docstring(parse(file))
    ]
    assert not silent


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    found = []
    for file in committed():
        text = file.read_bytes().decode("utf-8", errors="replace")
        found += [f"{relative(file)}: {forbidden}" for forbidden in FORBIDDEN_TEXT if forbidden in text]
    assert not found


def test_every_imported_library_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = {normalized(line) for line in [*project["dependencies"], *extras]}
    owners = importlib.metadata.packages_distributions()
    undeclared = [
        f"{relative(file)}: {name}"
        for file in modules()
        for name in sorted(imported(parse(file)) - sys.stdlib_module_names - set(PACKAGES))
        if not declared & {normalized(owner) for owner in owners.get(name, [name])}
    ]
    assert not undeclared


def normalized(requirement: str) -> str:
    """The name that a requirement or a distribution goes by."""
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def imported(tree: ast.Module) -> set[str]:
    """Top-level names of everything that is imported absolutely."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['surveil', '--help']\n"
        "from surveil.cli import main\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
        "print('\\nLOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.rpartition("LOADED")[2].split())
    assert "surveil" in loaded
    assert not loaded & HEAVY


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "surveil", "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "scan" in result.stdout
