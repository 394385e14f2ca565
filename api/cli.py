"""The command ``cim``."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterable
from importlib import import_module
from types import FrameType

import typer
from sqlalchemy.exc import OperationalError

from api.commands.speech import fail
from cim.cluster import ClusterError
from cim.database import CityError

COMMANDS = {
    "up": ("service", "up"),
    "down": ("service", "down"),
    "status": ("service", "status"),
    "get": ("service", "get"),
    "layers": ("description", "list_layers"),
    "template": ("template", "write_template"),
    "import": ("imports", "import_file"),
    "import-osm": ("imports", "import_osm"),
    "import-gtfs": ("imports", "import_gtfs"),
    "report": ("imports", "write_report"),
    "set": ("features", "set_fields"),
    "export": ("features", "export_layer"),
    "scene": ("scenes", "write_scene"),
    "batches": ("history", "list_batches"),
    "rollback": ("history", "rollback"),
    "labels": ("labels", "labels"),
}
"""Each command: its module in `api.commands`, and its function, or program of functions, there."""


def app_with(names: Iterable[str]) -> typer.Typer:
    """Return the program with these commands; only their modules are loaded."""
    app = typer.Typer(
        name="cim",
        help="罗湖城市信息模型 Luohu city information model",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # without a callback Typer takes a lone command for the whole program
    app.callback()(lambda: None)
    for name in names:
        module, function = COMMANDS[name]
        command = getattr(import_module(f"api.commands.{module}"), function)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command; what goes wrong is said in words, not as a traceback."""
    # a service manager's stop ends long work as cleanly as Ctrl-C does
    signal.signal(signal.SIGTERM, _interrupted)
    # a command that imports a file need not load the service, nor the service the readers
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    # what is loaded by now stays: the collector need not look at it again and again
    gc.freeze()
    try:
        app_with(asked or COMMANDS)()
    except (ClusterError, CityError) as error:
        sys.exit(fail(error).exit_code)
    except OperationalError as error:
        message = (
            "数据库没有回应，或连接中断；没有提交的改动不会保留 / the database does not answer,"
            f" or was lost; what was not committed is not kept: {error.orig}"
        )
        sys.exit(fail(message).exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
