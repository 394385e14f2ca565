"""The command ``cim``.

Nothing heavy is loaded before `main` has said what becomes of an interruption.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typer import Typer

_INTERRUPTED = 130

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


def app_with(names: Iterable[str]) -> Typer:
    """Return the program with these commands; only their modules are loaded."""
    import typer

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


def _is_loading(frame: FrameType | None) -> bool:
    """Tell whether a module is being loaded at the moment."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _interrupted(_number: int, frame: FrameType | None) -> None:
    """End the command: at once while modules load, for some take an exception there amiss.

    An open transaction ends with its connection.
    """
    if _is_loading(frame):
        if sys.stderr.isatty():
            # a progress bar has hidden the cursor
            os.write(sys.stderr.fileno(), b"\x1b[?25h")
        os._exit(_INTERRUPTED)
    raise KeyboardInterrupt


def main() -> None:
    """Run the command; what goes wrong is said in words, not as a traceback."""
    # a service manager's stop ends long work as cleanly as Ctrl-C does
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    # a command that imports a file need not load the service, nor the service the readers
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    # what is loaded stays: the collector need not look at it again and again, now or later
    gc.disable()
    try:
        app = app_with(asked or COMMANDS)
        gc.freeze()
        gc.enable()
        # places come by the ten thousand and hold no rings of references
        gc.set_threshold(100_000, 20, 20)
        app()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except Exception as error:  # noqa: BLE001  (what is not known is raised again)
        _fail_in_words(error)


def _fail_in_words(error: Exception) -> NoReturn:
    """End the command with what is the matter with the city; raise again what is not known."""
    from api.commands.database_words import told
    from api.commands.speech import fail
    from cim.cluster import ClusterError
    from cim.database import CityError

    message = error if isinstance(error, ClusterError | CityError) else told(error)
    if message is None:
        raise error
    sys.exit(fail(message).exit_code)
