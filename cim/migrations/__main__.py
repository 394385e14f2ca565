"""Writes the migration that brings the tables from the last revision to today's model.

``python -m cim.migrations "add drone pads"``
"""

import sys

from alembic import command

from cim.database import alembic_config, connect, head_revision, migrate


def main() -> None:
    """Compare the model with the database and write a revision."""
    engine = connect()
    migrate(engine)
    with engine.connect() as connection:
        command.revision(
            alembic_config(connection),
            sys.argv[1],
            autogenerate=True,
            rev_id=f"{int(head_revision()) + 1:04}",
        )


if __name__ == "__main__":
    main()
