"""What was confided, done besides and drawn comes into custody: every row that is there gets a link as it is.

Revision ID: 0022
Revises: 0021
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from supervision import custody

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    **dict.fromkeys(("box", "said", "who", "roster", "words"), sa.LargeBinary()),
    **dict.fromkeys(
        ("started_at", "ended_at", "erased_at", "at", "superseded_at", "removed_at", "changed_at", "committed_at",
         "drawn_at"), MOMENT,
    ),
    **dict.fromkeys(("released_on", "used_on"), sa.Date()),
    **dict.fromkeys(
        ("id", "visit_id", "interview_id", "by_id", "person_id", "group_id", "unit_id", "form_version_id", "first_id",
         "removed_by", "due", "count", "duration", "again", "size"), NUMBER,
    ),
}  # fmt: skip
SEALED_JSON = {"seed", "listed", "drawn"}
KINDS = {
    "interview": ("interviews", "id visit_id by_id form_version_id state box started_at ended_at erased_at"),
    "entry": (
        "interview_entries",
        "id interview_id path kind said fingerprint at first_id superseded_at removed_at duration blob_sha256",
    ),
    "look": ("interview_looks", "id interview_id person_id what at"),
    "interviewee": ("interviewees", "interview_id who"),
    "coverage": ("interview_coverage", "visit_id due roster by_id at"),
    "activity": ("activities", "id visit_id kind place count points by_id at changed_at removed_at removed_by"),
    "draw": (
        "draws",
        "id group_id by_id commitment seed committed_at source listed again method size drawn drawn_at",
    ),
    "quote": ("quotes", "id group_id unit_id words released_on used_on"),
}
"""Kinds with their tables and the columns that count, the first of which tells rows apart; as they are for good."""

TRAIL = sa.table(
    "audit",
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
CHAINS = sa.table("chains", sa.column("chain", sa.Text()), sa.column("links", NUMBER), sa.column("covered", NUMBER))


def upgrade() -> None:
    """Link what is there, at the moment of the last thing that was done."""
    db = op.get_bind()
    latest = db.scalar(sa.select(sa.func.max(TRAIL.c.at, type_=MOMENT)))
    now = _aware(latest) if latest is not None else datetime.now(UTC)
    visits = {row[0]: row[1] for row in db.execute(sa.text("SELECT id, visit_id FROM interviews"))}
    for kind, (table, names) in KINDS.items():
        for content in _rows(db, table, names.split()):
            key = content[names.split()[0]]
            visit = content.get("visit_id") or visits.get(content.get("interview_id"))
            chain = f"visit:{visit}" if visit else custody.OFFICE
            _add(db, chain, now, f"{kind}.adopted", f"{kind}:{key}", custody.digest_of(f"{kind}/1", content))


def downgrade() -> None:
    """Leave the links: a chain is never shortened, and what they speak of is there still."""


def _rows(db: sa.Connection, table: str, names: list[str]) -> Iterator[dict[str, Any]]:
    columns = [_column(name) for name in names]
    for row in db.execute(sa.select(*columns).select_from(sa.table(table)).order_by(columns[0])).all():
        yield {name: _value(name, value) for name, value in zip(names, row, strict=True)}


def _column(name: str) -> sa.ColumnElement[Any]:
    if name in SEALED_JSON:
        return sa.cast(sa.column(name), sa.Text).label(name)
    return sa.column(name, TYPES.get(name, sa.Text()))


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, datetime):
        return _aware(value)
    if name in SEALED_JSON and value is not None:
        return custody.canonical(json.loads(value)).encode("ascii")
    return value


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _add(db: sa.Connection, chain: str, now: datetime, action: str, subject: str, digest: str) -> None:
    """Add a link to a chain, and enter a chain that is new into the register."""
    links = db.scalar(sa.select(CHAINS.c.links).where(CHAINS.c.chain == chain)) or 0
    before = sa.select(TRAIL.c.hash).where(TRAIL.c.chain == chain, TRAIL.c.seq == links)
    said = (chain, links + 1, now, None, action, subject, dict[str, object](), digest)
    made = custody.hash_of(db.scalar(before) or custody.NOTHING, *said)
    db.execute(sa.insert(TRAIL).values(dict(zip((one.name for one in TRAIL.c), (*said, made), strict=True))))
    if links:
        db.execute(sa.update(CHAINS).where(CHAINS.c.chain == chain).values(links=links + 1))
        return
    db.execute(sa.insert(CHAINS).values(chain=chain, links=1, covered=0))
    if chain != custody.REGISTER:
        _add(db, custody.REGISTER, now, "chain.opened", f"chain:{chain}", made)
