"""Run by Alembic with the connection that `hub.migrations` hands over."""

from alembic import context

import hub.calls.models
import hub.members.models
import hub.overview.models
import hub.search.models
import hub.sharing.models  # noqa: F401 - registers the tables of library and sharing too
from hub.core.audit import Entry  # noqa: F401 - registers its table
from hub.core.bounces import BouncedAddress  # noqa: F401 - registers its table
from hub.core.db import Base
from hub.core.outbox import OutboxMessage  # noqa: F401 - registers its table
from hub.core.pulse import Pulse  # noqa: F401 - registers its table
from hub.core.rounds import MailRound  # noqa: F401 - registers its tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
