"""Add stakeholders and packs."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_24_packs"
down_revision = "2026_11_24_mail_wishes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stakeholder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_stakeholder_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
        sa.UniqueConstraint("organization_id", "email", name=op.f("uq_stakeholder_organization_id_email")),
    )
    with op.batch_alter_table("stakeholder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stakeholder_address_hash"), ["address_hash"], unique=False)

    op.create_table(
        "unsubscribe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("key_name", sa.String(length=16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_unsubscribe_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsubscribe")),
    )
    with op.batch_alter_table("unsubscribe", schema=None) as batch_op:
        batch_op.create_index("ix_unsubscribe_hash", ["address_hash", "organization_id"], unique=False)

    op.create_table(
        "pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "scheduled", "sending", "sent", name="packstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("send_at", Utc(), nullable=True),
        sa.Column("published_at", Utc(), nullable=True),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("skipped_unsubscribed", sa.Integer(), nullable=False),
        sa.Column("skipped_bouncing", sa.Integer(), nullable=False),
        sa.Column("logged_at", Utc(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("reduced_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_pack_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pack_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack")),
    )
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index("ix_pack_state", ["state", "send_at"], unique=False)

    op.create_table(
        "stakeholder_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_group_stakeholder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_group")),
        sa.UniqueConstraint("stakeholder_id", "name", name=op.f("uq_stakeholder_group_stakeholder_id_name")),
    )
    with op.batch_alter_table("stakeholder_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stakeholder_group_name"), ["name"], unique=False)

    op.create_table(
        "pack_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("first_page", sa.Integer(), nullable=True),
        sa.Column("last_page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_item_pack_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_pack_item_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_item")),
    )
    with op.batch_alter_table("pack_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_item_pack_id"), ["pack_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pack_item_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "pack_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=True),
        sa.Column(
            "part",
            sa.Enum("channel", "waiting", "posted", "skipped", name="linkpart", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum("email", "newsletter", "meeting", "website", "other", name="channel", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_link_pack_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pack_link_person_id")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_pack_link_stakeholder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_link")),
        sa.UniqueConstraint("token", name=op.f("uq_pack_link_token")),
    )
    with op.batch_alter_table("pack_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_link_message_id"), ["message_id"], unique=False)
        batch_op.create_index("ix_pack_link_part", ["pack_id", "part", "logged"], unique=False)
        batch_op.create_index(batch_op.f("ix_pack_link_stakeholder_id"), ["stakeholder_id"], unique=False)

    op.create_table(
        "pack_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["pack_item.id"], name=op.f("fk_pack_count_item_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_count_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_count")),
        sa.UniqueConstraint("pack_id", "item_id", "act", name=op.f("uq_pack_count_pack_id_item_id_act")),
    )
    with op.batch_alter_table("pack_count", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_count_pack_id"), ["pack_id"], unique=False)

    op.create_table(
        "pack_fetch",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["pack_link.id"], name=op.f("fk_pack_fetch_link_id")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_pack_fetch")),
    )
    op.create_table(
        "pack_trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column(
            "act",
            sa.Enum(
                "opened", "downloaded", "useful", "not_for_me", "question", name="trace", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("once", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["pack_item.id"], name=op.f("fk_pack_trace_item_id")),
        sa.ForeignKeyConstraint(["link_id"], ["pack_link.id"], name=op.f("fk_pack_trace_link_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_trace_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_trace")),
        sa.UniqueConstraint("once", name=op.f("uq_pack_trace_once")),
    )
    with op.batch_alter_table("pack_trace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_trace_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pack_trace_pack_id"), ["pack_id"], unique=False)

    # Added in place: a batch operation on SQLite would copy the log, which takes minutes if it is long.
    pack = sa.ForeignKey("pack.id", name="fk_sharing_event_pack_id")
    op.add_column("sharing_event", sa.Column("pack_id", sa.Integer(), pack, nullable=True), inline_references=True)
    op.create_index("ix_sharing_event_pack_id", "sharing_event", ["pack_id"])


def downgrade() -> None:
    with op.batch_alter_table("sharing_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sharing_event_pack_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_sharing_event_pack_id"))
        batch_op.drop_column("pack_id")

    with op.batch_alter_table("pack_trace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_trace_pack_id"))
        batch_op.drop_index(batch_op.f("ix_pack_trace_link_id"))

    op.drop_table("pack_trace")
    op.drop_table("pack_fetch")
    with op.batch_alter_table("pack_count", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_count_pack_id"))

    op.drop_table("pack_count")
    with op.batch_alter_table("pack_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_link_stakeholder_id"))
        batch_op.drop_index("ix_pack_link_part")
        batch_op.drop_index(batch_op.f("ix_pack_link_message_id"))

    op.drop_table("pack_link")
    with op.batch_alter_table("pack_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_item_resource_id"))
        batch_op.drop_index(batch_op.f("ix_pack_item_pack_id"))

    op.drop_table("pack_item")
    with op.batch_alter_table("stakeholder_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stakeholder_group_name"))

    op.drop_table("stakeholder_group")
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.drop_index("ix_pack_state")
        batch_op.drop_index(batch_op.f("ix_pack_organization_id"))

    op.drop_table("pack")
    with op.batch_alter_table("unsubscribe", schema=None) as batch_op:
        batch_op.drop_index("ix_unsubscribe_hash")

    op.drop_table("unsubscribe")
    with op.batch_alter_table("stakeholder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stakeholder_address_hash"))

    op.drop_table("stakeholder")
