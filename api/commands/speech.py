"""How the commands speak: results to standard output, progress and errors to standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

out = Console(highlight=False, soft_wrap=True)
if not out.is_terminal:
    # a pipe has no width: never cut a table for it
    out.width = 400
err = Console(stderr=True, highlight=False, soft_wrap=True)

USAGE = 2
REFUSED = 3


def fail(message: object, code: int = 1) -> typer.Exit:
    """Say what is wrong and return the exit to raise."""
    err.print(f"cim: {message}", style="red", markup=False)
    return typer.Exit(code)


@contextmanager
def progress_of(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show how far a long piece of work has come, with the time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(title, total=None)

        def told(done: int, total: int | None) -> None:
            # what follows the last row has no rows to count
            last = total is not None and done >= total
            progress.update(
                task,
                description=f"{title}：检查并写入 checking and writing" if last else title,
                completed=done,
                total=None if last else total,
            )

        yield told
