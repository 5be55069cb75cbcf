"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATE = sa.String(20)


def upgrade() -> None:
    """Make the first tables: chats, people, campaigns, forms, visits, evidence."""
    _campaigns()
    _cards()
    _forms()
    _inbox()
    _outbox()
    _people()
    _timers()
    _audit()
    _conversations()
    _groups()
    _rounds()
    _units()
    _invitations()
    _roles()
    _visits()
    _answers()
    _evidence()
    _visit_members()


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "visit_members",
        "evidence",
        "answers",
        "visits",
        "roles",
        "invitations",
        "units",
        "rounds",
        "groups",
        "conversations",
        "audit",
        "timers",
        "people",
        "outbox",
        "inbox",
        "forms",
        "cards",
        "campaigns",
    ):
        op.drop_table(table)


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("name", name="uq_campaigns_name"),
    )


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("chat_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("message_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_cards"),
    )


def _forms() -> None:
    op.create_table(
        "forms",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("xform", sa.Text(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_forms"),
        sa.UniqueConstraint("form_id", "version", name="uq_forms_form_id_version"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source", STATE, nullable=False),
        sa.Column("update_id", NUMBER, nullable=True),
        sa.Column("chat_id", NUMBER, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("state", STATE, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("update_id", name="uq_inbox_update_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_inbox_aside",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'aside'"),
        postgresql_where=sa.text("state = 'aside'"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False)
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["chat_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=False),
        sa.Column("priority", NUMBER, nullable=False),
        sa.Column("reply", sa.JSON(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("state", STATE, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_chat",
        "outbox",
        ["chat_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["priority", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"], unique=False)
    op.create_index("ix_outbox_topic", "outbox", ["topic", "state"], unique=False)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("telegram_id", NUMBER, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("blocked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("telegram_id", name="uq_people_telegram_id"),
    )


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("fired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
        sa.UniqueConstraint("key", name="uq_timers_key"),
    )
    op.create_index("ix_timers_chat_id", "timers", ["chat_id"], unique=False)
    op.create_index(
        "ix_timers_due",
        "timers",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("fired_at IS NULL"),
        postgresql_where=sa.text("fired_at IS NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_audit_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_person_id", "audit", ["person_id"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "id"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("chat_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_conversations_person_id"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_person_id", "conversations", ["person_id"], unique=False)


def _groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_groups_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("campaign_id", "name", name="uq_groups_campaign_id_name"),
    )


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_rounds_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        sa.UniqueConstraint("campaign_id", "number", name="uq_rounds_campaign_id_number"),
    )


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", NUMBER, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("parent_id", NUMBER, nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name="ck_units_level"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_units_campaign_id"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_units_group_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name="fk_units_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("campaign_id", "code", name="uq_units_campaign_id_code"),
    )
    op.create_index("ix_units_group_id", "units", ["group_id"], unique=False)
    op.create_index("ix_units_parent_id", "units", ["parent_id"], unique=False)


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("role", STATE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("unit_id", NUMBER, nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("created_by", NUMBER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("used_by", NUMBER, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_invitations_created_by"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_invitations_group_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_invitations_unit_id"),
        sa.ForeignKeyConstraint(["used_by"], ["people.id"], name="fk_invitations_used_by"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )


def _roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("role", STATE, nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("unit_id", NUMBER, nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_roles_group_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_roles_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_roles_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
    )
    op.create_index("ix_roles_person_id", "roles", ["person_id"], unique=False)
    op.create_index("ix_roles_role", "roles", ["role", "group_id"], unique=False)


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("round_id", NUMBER, nullable=True),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("form_version_id", NUMBER, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("submitted_by", NUMBER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changes", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["form_version_id"], ["forms.id"], name="fk_visits_form_version_id"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_visits_group_id"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_visits_round_id"),
        sa.ForeignKeyConstraint(["submitted_by"], ["people.id"], name="fk_visits_submitted_by"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_visits_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_group_id", "visits", ["group_id", "state"], unique=False)
    op.create_index("ix_visits_round_id", "visits", ["round_id"], unique=False)
    op.create_index("ix_visits_unit_id", "visits", ["unit_id"], unique=False)


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_answers_by_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_answers_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
    )
    op.create_index("ix_answers_by_id", "answers", ["by_id"], unique=False)
    op.create_index("ix_answers_history", "answers", ["visit_id", "path", "id"], unique=False)
    op.create_index("ix_answers_message", "answers", ["chat_id", "message_id"], unique=False)
    op.create_index(
        "uq_answers_current",
        "answers",
        ["visit_id", "path"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("forwarded", sa.Boolean(), nullable=False),
        sa.Column("sender_id", NUMBER, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("blob_sha256", sa.Text(), nullable=True),
        sa.Column("state", STATE, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("exif", sa.JSON(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_by", NUMBER, nullable=True),
        sa.Column("removed_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["removed_by"], ["people.id"], name="fk_evidence_removed_by"),
        sa.ForeignKeyConstraint(["sender_id"], ["people.id"], name="fk_evidence_sender_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_evidence_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index(
        "ix_evidence_album_id",
        "evidence",
        ["album_id"],
        unique=False,
        sqlite_where=sa.text("album_id <> ''"),
        postgresql_where=sa.text("album_id <> ''"),
    )
    op.create_index("ix_evidence_blob_sha256", "evidence", ["blob_sha256"], unique=False)
    op.create_index("ix_evidence_item", "evidence", ["visit_id", "path"], unique=False)
    op.create_index("ix_evidence_message", "evidence", ["chat_id", "message_id"], unique=False)
    op.create_index("ix_evidence_sender_id", "evidence", ["sender_id"], unique=False)
    op.create_index(
        "ix_evidence_waiting",
        "evidence",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _visit_members() -> None:
    op.create_table(
        "visit_members",
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_visit_members_person_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_visit_members_visit_id"),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name="pk_visit_members"),
    )
    op.create_index("ix_visit_members_person_id", "visit_members", ["person_id"], unique=False)
