"""The command ``cim``."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import typer
from sqlalchemy.exc import OperationalError

from api.commands import description, history, imports, scenes, service
from api.commands.speech import fail
from cim.cluster import ClusterError
from cim.database import CityError

app = typer.Typer(
    name="cim",
    help="罗湖城市信息模型 Luohu city information model",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("up")(service.up)
app.command("down")(service.down)
app.command("status")(service.status)
app.command("get")(service.get)
app.command("layers")(description.list_layers)
app.command("import")(imports.import_file)
app.command("set")(imports.set_fields)
app.command("export")(imports.export_layer)
app.command("scene")(scenes.write_scene)
app.command("batches")(history.list_batches)
app.command("rollback")(history.rollback)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command; what goes wrong is said in words, not as a traceback."""
    # a service manager's stop ends long work as cleanly as Ctrl-C does
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        app()
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
