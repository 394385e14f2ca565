"""What a command says when it is interrupted, or the database is against it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from api.commands.database_words import told

# Ctrl-C at the moment a module is looked for, however fast the machine is
PRESSING = """
import os, signal, sys

wanted = sys.argv.pop(1)


class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGINT)


sys.meta_path.insert(0, Pressed())
from api.cli import main
main()
"""


@pytest.mark.parametrize("module", ["typer", "sqlalchemy", "numpy", "api.commands.speech"])
def test_a_command_that_is_stopped_while_it_starts_says_nothing(
    module: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRESSING, module, "layers", "nowhere"],
        env={**os.environ, "CIM_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_a_database_that_is_gone_is_told_without_its_own_words(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("cim"), "layers"],
        env={
            **os.environ,
            "CIM_HOME": str(tmp_path / "home"),
            "CIM_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/nothing",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cim: 数据库没有回应")
    assert "127.0.0.1" not in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_database_refuses_is_told_by_its_kind(city: Engine) -> None:
    with city.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("select 1 / 0"))
    sentence = told(refused.value)
    assert sentence is not None
    assert "有一个值存不进去（22012）" in sentence
    assert "zero" not in sentence


def test_rows_the_copy_cannot_take_are_told_so_too(city: Engine) -> None:
    with city.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with (
            pytest.raises(psycopg.Error) as refused,
            driver.cursor() as cursor,
            cursor.copy("copy building (id) from stdin") as copy,
        ):
            copy.write_row(("a\tb", "c"))
    sentence = told(refused.value)
    assert sentence is not None
    assert "数据库有一个值存不进去" in sentence
    assert "building" not in sentence


def test_another_error_is_not_taken_for_one_of_the_database() -> None:
    assert told(ValueError("x")) is None
