"""The pictures and sounds that forms show.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for the files of a version, by the names the form has for them."""
    op.create_table(
        "form_media",
        sa.Column("form_version_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("form_version_id", "name", name="pk_form_media"),
        sa.ForeignKeyConstraint(["form_version_id"], ["forms.id"], name="fk_form_media_form_version_id_forms"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("form_media")
