"""Learn first, and enquiries: the policy library with its index, quizzes and who has passed, what is asked from below.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

SQLITE = (
    """CREATE VIRTUAL TABLE library_index
       USING fts5(words, content='library_items', content_rowid='id', tokenize='trigram')""",
    """CREATE TRIGGER library_index_added AFTER INSERT ON library_items BEGIN
       INSERT INTO library_index (rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER library_index_gone AFTER DELETE ON library_items BEGIN
       INSERT INTO library_index (library_index, rowid, words) VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER library_index_changed AFTER UPDATE OF words ON library_items BEGIN
       INSERT INTO library_index (library_index, rowid, words) VALUES ('delete', old.id, old.words);
       INSERT INTO library_index (rowid, words) VALUES (new.id, new.words); END""",
)

POSTGRESQL = """
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX ix_library_items_words_trigrams ON library_items USING gin (words gin_trgm_ops);
EXCEPTION WHEN undefined_file OR feature_not_supported OR insufficient_privilege OR undefined_object THEN
  NULL;
END $$
"""
"""A server without the extension, or one that does not let us have it, finds the same things by reading through."""


def upgrade() -> None:
    """Make the tables, and the index of trigrams by which words are found."""
    op.create_table(
        "library_items",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("author_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        *(sa.Column(name, NUMBER, nullable=True) for name in ("notice_id", "enquiry_id")),
        sa.Column("created_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("published_at", "withdrawn_at")),
        sa.PrimaryKeyConstraint("id", name="pk_library_items"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_library_items_author_id_people"),
    )
    op.create_index("ix_library_items_author_id", "library_items", ["author_id"])
    op.create_index("ix_library_items_topic", "library_items", ["state", "topic"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
    else:
        op.execute(POSTGRESQL)
    _quizzes()
    _enquiries()


def _quizzes() -> None:
    op.create_table(
        "quizzes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("author_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("mark", NUMBER, nullable=False),
        *(sa.Column(name, NUMBER, nullable=True) for name in ("round_id", "notice_id")),
        sa.Column("created_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("opened_at", "closed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_quizzes"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_quizzes_author_id_people"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_quizzes_round_id_rounds"),
    )
    op.create_index("ix_quizzes_author_id", "quizzes", ["author_id"])
    op.create_index("ix_quizzes_round_id", "quizzes", ["round_id", "state"])
    op.create_table(
        "quiz_results",
        *(sa.Column(name, NUMBER, nullable=False) for name in ("quiz_id", "person_id", "tries", "best")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("passed_at", "waived_at")),
        sa.Column("waived_by", NUMBER, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "person_id", name="pk_quiz_results"),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name="fk_quiz_results_quiz_id_quizzes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_quiz_results_person_id_people"),
        sa.ForeignKeyConstraint(["waived_by"], ["people.id"], name="fk_quiz_results_waived_by_people"),
    )
    op.create_index("ix_quiz_results_person_id", "quiz_results", ["person_id"])
    op.create_index("ix_quiz_results_waived_by", "quiz_results", ["waived_by"])


def _enquiries() -> None:
    op.create_table(
        "enquiries",
        *(sa.Column(name, NUMBER, nullable=False) for name in ("id", "campaign_id", "asker_id")),
        *(sa.Column(name, NUMBER, nullable=True) for name in ("unit_id", "group_id")),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("item_id", NUMBER, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("passed_up_at", "proposed_at")),
        *(sa.Column(name, NUMBER, nullable=True) for name in ("answered_by", "agreed_by")),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("published_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_enquiries"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_enquiries_{name}_{table}")
            for name, table in (
                ("campaign_id", "campaigns"),
                ("asker_id", "people"),
                ("unit_id", "units"),
                ("group_id", "groups"),
                ("answered_by", "people"),
                ("agreed_by", "people"),
            )
        ),
    )
    op.create_index("ix_enquiries_group_id", "enquiries", ["group_id", "state"])
    op.create_index("ix_enquiries_campaign_id", "enquiries", ["campaign_id", "state"])
    for name in ("asker_id", "unit_id", "answered_by", "agreed_by"):
        op.create_index(f"ix_enquiries_{name}", "enquiries", [name])


def downgrade() -> None:
    """Forget them; the extension stays, for others may use it."""
    for table in ("enquiries", "quiz_results", "quizzes"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "sqlite":
        for name in ("added", "gone", "changed"):
            op.execute(f"DROP TRIGGER library_index_{name}")
        op.execute("DROP TABLE library_index")
    op.drop_table("library_items")
