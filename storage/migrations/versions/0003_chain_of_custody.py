"""The audit trail becomes the chain of custody.

What stands in the trail already is linked as it is. Answers, evidence and visits that were written before have no link
of their own: the register says up to which number, so that nobody can add to them later.

Revision ID: 0003
Revises: 0002
"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
BEFORE = {"answer": "answers", "evidence": "evidence", "visit": "visits"}
TRAIL = sa.table(
    "audit",
    sa.column("id", NUMBER),
    sa.column("chain", sa.Text()),
    sa.column("seq", NUMBER),
    sa.column("at", MOMENT),
    sa.column("person_id", NUMBER),
    sa.column("action", sa.Text()),
    sa.column("subject", sa.Text()),
    sa.column("details", sa.JSON()),
    sa.column("digest", sa.Text()),
    sa.column("hash", sa.Text()),
)
OLD = ("at", "person_id", "action", "subject", "details")


def upgrade() -> None:
    """Link the trail; SQLite cannot add columns that must be filled, so the table is made anew."""
    db = op.get_bind()
    old = db.execute(sa.select(*(TRAIL.c[name] for name in OLD)).order_by(TRAIL.c.id)).all()
    op.drop_table("audit")
    _trail()
    op.create_table(
        "chains",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("links", NUMBER, nullable=False),
        sa.Column("covered", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_chains"),
    )
    chains = _Chains()
    for at, person, action, subject, details in old:
        chain = subject if subject.startswith("visit:") else "office"
        chains.add(chain, at, person, action, subject, details)
    highest = {kind: db.scalar(sa.text(f"SELECT max(id) FROM {table}")) for kind, table in BEFORE.items()}  # noqa: S608
    if any(highest.values()):
        now = datetime.now(UTC)
        chains.add("register", now, None, "custody.began", "custody", {k: v or 0 for k, v in highest.items()})
    if chains.rows:
        op.bulk_insert(TRAIL, chains.rows)
        lengths = [{"chain": one, "links": seq, "covered": 0} for one, (seq, _) in chains.heads.items()]
        table = sa.table("chains", sa.column("chain", sa.Text()), sa.column("links"), sa.column("covered"))
        op.bulk_insert(table, lengths)


def downgrade() -> None:
    """Let the trail be a trail again; what was linked for answers and evidence goes."""
    with op.batch_alter_table("audit") as table:
        table.drop_constraint("uq_audit_chain_seq", type_="unique")
        for name in ("chain", "seq", "digest", "hash"):
            table.drop_column(name)
    op.drop_table("chains")


def _trail() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_audit_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("chain", "seq", name="uq_audit_chain_seq"),
    )
    op.create_index("ix_audit_person_id", "audit", ["person_id"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "id"], unique=False)


class _Chains:
    """Links as supervision/custody.py makes them in their first form, which never changes."""

    def __init__(self) -> None:
        self.heads: dict[str, tuple[int, str]] = {}
        self.rows: list[dict[str, object]] = []

    def add(self, chain: str, at: datetime, who: int | None, action: str, subject: str, details: object) -> None:
        """Add a link, and enter a chain that is new into the register."""
        made = self._link(chain, at, who, action, subject, details or {}, "")
        if made["seq"] == 1 and chain != "register":
            self._link("register", at, None, "chain.opened", f"chain:{chain}", {}, str(made["hash"]))

    def _link(
        self, chain: str, at: datetime, who: int | None, action: str, subject: str, details: object, digest: str
    ) -> dict[str, object]:
        seq, previous = self.heads.get(chain, (0, ""))
        seq += 1
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        written = moment.isoformat(timespec="microseconds")
        said = ["xundu-link-1", chain, seq, written, who, action, subject, details, digest, previous]
        text = json.dumps(said, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        link = hashlib.sha256(text.encode("ascii")).hexdigest()
        self.heads[chain] = seq, link
        row = {"chain": chain, "seq": seq, "at": at, "person_id": who, "action": action, "subject": subject}
        self.rows.append(row | {"details": details, "digest": digest, "hash": link})
        return self.rows[-1]
