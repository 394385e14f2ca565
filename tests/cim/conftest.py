"""What the tests of the city's store share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text


@pytest.fixture
def ask() -> Callable[[str, str], list[object]]:
    """Run one statement on the database of a URL and give the first column."""

    def run(url: str, statement: str) -> list[object]:
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                result = connection.execute(text(statement))
                return [row[0] for row in result] if result.returns_rows else []
        finally:
            engine.dispose()

    return run


@pytest.fixture
def note(ask: Callable[[str, str], list[object]]) -> Callable[[str, str], None]:
    """Leave words in a database that a later start must find in its table ``note``."""

    def leave(url: str, words: str) -> None:
        ask(url, "CREATE TABLE IF NOT EXISTS note (words text)")
        ask(url, f"INSERT INTO note VALUES ('{words}')")

    return leave
