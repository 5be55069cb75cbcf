"""Fingerprints of pictures, what was asked about them, what people were told once, and where units are.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("done_at IS NULL")
BANDS = ("band0", "band1", "band2", "band3")


def upgrade() -> None:
    """Make room; pictures that are here already have no fingerprint and are not asked about."""
    op.create_table(
        "fingerprints",
        sa.Column("evidence_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("bits", NUMBER, nullable=True),
        sa.Column("wide", sa.Text(), nullable=True),
        *(sa.Column(band, NUMBER, nullable=True) for band in BANDS),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_fingerprints"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_fingerprints_evidence_id_evidence"),
    )
    for band in BANDS:
        op.create_index(f"ix_fingerprints_{band}", "fingerprints", [band])
    op.create_index(
        "ix_fingerprints_waiting", "fingerprints", ["evidence_id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "doubts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("evidence_id", NUMBER, nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_doubts"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_doubts_visit_id_visits"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_doubts_evidence_id_evidence"),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name="fk_doubts_answered_by_people"),
        sa.UniqueConstraint("evidence_id", name="uq_doubts_evidence_id"),
    )
    op.create_index("ix_doubts_visit_id", "doubts", ["visit_id"])
    op.create_index("ix_doubts_answered_by", "doubts", ["answered_by"])
    op.create_table(
        "advice",
        sa.Column("person_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "name", name="pk_advice"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_advice_person_id_people"),
    )
    for name in ("latitude", "longitude"):
        op.add_column("units", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    """Forget all of it."""
    for name in ("longitude", "latitude"):
        op.drop_column("units", name)
    for table in ("advice", "doubts", "fingerprints"):
        op.drop_table(table)
