"""docs/reliability.md cannot rot: every case it lists names a test that exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

from reliability_table import ROOT, read_table


@cache
def functions_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_at_least_sixty_cases_numbered_in_order() -> None:
    rows = read_table()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 60


def test_no_case_is_listed_twice() -> None:
    rows = read_table()
    assert not [given for given, n in Counter(row.given for row in rows).items() if n > 1]


def test_every_case_names_a_test_that_exists() -> None:
    for row in read_table():
        path, _, name = row.test.partition("::")
        function, _, parameter = name.partition("[")
        file = ROOT / path
        assert file.is_file(), row.test
        assert function in functions_of(file), row.test
        if parameter and path.startswith("tests/reliability/"):
            assert f'"{parameter.rstrip("]")}"' in file.read_text(encoding="utf-8"), row.test


@cache
def texts_of_the_product() -> str:
    """Every text in the product's code, one a line, with … where a value is put in."""
    found = []
    for path in [*(ROOT / "semcine_nb").rglob("*.py"), *(ROOT / "widgets").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def test_the_words_of_cases_that_other_tests_hold_are_the_products() -> None:
    """Tests elsewhere do not read their sentence from the page, so its words must stand in the code."""
    for row in read_table():
        if not row.test.startswith("tests/reliability/"):
            for words in re.split(r"…|[\d.]+ ?|'.*?'", row.said):
                assert words.strip() in texts_of_the_product(), f"{row.number}: {words}"


def test_every_exit_code_is_one_that_the_command_has() -> None:
    assert {row.code for row in read_table()} <= {"0", "1", "2", "130", "137", "–"}


def test_every_promise_about_security_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    promises = [line for line in page.split("## What is not promised")[0].splitlines() if "::" in line]
    assert len(promises) >= 9
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page):
        assert name in functions_of(ROOT / path), f"{path}::{name}"
