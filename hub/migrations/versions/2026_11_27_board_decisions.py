"""Store how each decision on an application departs from the vote, and names at the time."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_board_decisions"
down_revision = "2026_11_27_presentation_outcomes"
branch_labels = None
depends_on = None

PERSON = sa.table("person", sa.column("id"), sa.column("name"))
APPLICATION = sa.table(
    "application",
    *(sa.column(name) for name in ("id", "progress", "round", "decided_by_id", "decided_by_name", "departure")),
)
VOTE = sa.table(
    "application_vote",
    *(sa.column(name) for name in ("id", "application_id", "round", "person_id", "ballot", "voter_name")),
)
ROLES = ("coordinator", "board", "representative", "alternate", "contributor")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=20)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def upgrade() -> None:
    invited = _one_of("invited", "mailed", "link", "has_account")
    departure = _one_of("departure", "against_votes", "no_quorum", "conflict")
    for column in (
        sa.Column("asked_by_role", _one_of("role", *ROLES), nullable=True),
        _text("decided_by_name"),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("departure", departure, nullable=True),
        _text("departure_reason"),
        sa.Column("representative_invited", invited, nullable=True),
        sa.Column("alternate_invited", invited, nullable=True),
    ):
        op.add_column("application", column)
    op.add_column("application_vote", _text("voter_name"))
    op.add_column(
        "application_vote", sa.Column("conflict", _one_of("conflict", "named", "organization"), nullable=True)
    )
    _copy_names()
    _mark_decisions_against_the_votes()
    if op.get_bind().dialect.name == "postgresql":  # the hub never relies on these defaults
        for table, text in (
            ("application", "decided_by_name"),
            ("application", "departure_reason"),
            ("application_vote", "voter_name"),
        ):
            op.alter_column(table, text, server_default=None)


def _copy_names() -> None:
    """Copy people's current names, the only ones that the hub still has."""
    for table, column, person_id in (
        (APPLICATION, "decided_by_name", APPLICATION.c.decided_by_id),
        (VOTE, "voter_name", VOTE.c.person_id),
    ):
        name = sa.select(PERSON.c.name).where(PERSON.c.id == person_id).scalar_subquery()
        op.execute(table.update().where(person_id.is_not(None)).values({column: name}))


def _mark_decisions_against_the_votes() -> None:
    """Mark earlier decisions against the votes. Their letters stay as they were sent; no other departure was possible."""
    later = VOTE.alias("later")
    last = sa.not_(
        sa.exists().where(
            later.c.application_id == VOTE.c.application_id,
            later.c.round == VOTE.c.round,
            later.c.person_id == VOTE.c.person_id,
            later.c.id > VOTE.c.id,
        )
    )

    def count(ballot: str) -> sa.ScalarSelect[int]:
        cast = sa.select(sa.func.count(VOTE.c.id)).where(
            VOTE.c.application_id == APPLICATION.c.id,
            VOTE.c.round == APPLICATION.c.round,
            VOTE.c.ballot == ballot,
            last,
        )
        return cast.correlate(APPLICATION).scalar_subquery()

    approved = sa.and_(APPLICATION.c.progress == "approved", count("approve") <= count("decline"))
    declined = sa.and_(APPLICATION.c.progress == "declined", count("approve") > count("decline"))
    op.execute(APPLICATION.update().where(sa.or_(approved, declined)).values(departure="against_votes"))


def downgrade() -> None:
    for column in ("conflict", "voter_name"):
        op.drop_column("application_vote", column)
    for column in (
        "alternate_invited",
        "representative_invited",
        "departure_reason",
        "departure",
        "quorum",
        "decided_by_name",
        "asked_by_role",
    ):
        op.drop_column("application", column)
