"""Guidance plans: what to look at in one unit in one round, a point at a time.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "guidance_points",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guidance_points"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_guidance_points_unit_id_units"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_guidance_points_round_id_rounds"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_guidance_points_by_id_people"),
    )
    op.create_index("ix_guidance_points_unit_id", "guidance_points", ["unit_id", "round_id"])
    op.create_index("ix_guidance_points_round_id", "guidance_points", ["round_id"])
    op.create_index("ix_guidance_points_by_id", "guidance_points", ["by_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("guidance_points")
