"""The register: what units are and whether they still are, areas of groups and rounds, places in groups, files.

Revision ID: 0004
Revises: 0003
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
ADDED: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "units": {
        "members": NUMBER,
        "contact": sa.Text(),
        "phone": sa.Text(),
        "note": sa.Text(),
        "retired_at": MOMENT,
        "retired_why": sa.Text(),
    },
    "groups": {"areas": sa.JSON()},
    "rounds": {"areas": sa.JSON()},
}


def upgrade() -> None:
    """Add what a register says; every new column may be empty, so that tables stay as they are."""
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "seats",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seats"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_seats_group_id_groups"),
    )
    op.create_index("ix_seats_group_id", "seats", ["group_id"])
    _files()


def _files() -> None:
    op.create_table(
        "register_files",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=True),
        sa.Column("marked", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_register_files"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_register_files_campaign_id_campaigns"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_register_files_person_id_people"),
    )
    op.create_index("ix_register_files_person_id", "register_files", ["person_id"])
    op.create_index(
        "ix_register_files_waiting", "register_files", ["id"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def downgrade() -> None:
    """Forget it all."""
    op.drop_table("register_files")
    op.drop_table("seats")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for name in columns:
                changed.drop_column(name)
