"""Parts: who takes part in a visit, and which items each has taken on.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "visit_parts",
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name="pk_visit_parts"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_visit_parts_visit_id_visits"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_visit_parts_person_id_people"),
    )
    op.create_index("ix_visit_parts_person_id", "visit_parts", ["person_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("visit_parts")
