"""The topic pages: what the coordinator says about a topic, and the resources that come first."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.library.models import Resource
from hub.library.rules import topic_label
from hub.members.models import Person


class TopicPage(Base):
    """The page of one of the Big 6; every topic has a row."""

    __tablename__ = "topic_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), unique=True)  # its slug
    sentences: Mapped[str] = mapped_column(Text, default="")  # Markdown; empty: those that come with the hub
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: included with the hub
    version: Mapped[int] = mapped_column(default=1)  # increases with every edit

    changed_by: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return topic_label(self.topic)


class TopicFirst(Base):
    """A resource that the coordinator put first on a topic's page. Others see it only if they may read it."""

    __tablename__ = "topic_first"

    topic: Mapped[str] = mapped_column(String(80), primary_key=True)  # its slug
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    position: Mapped[int]  # from 1

    resource: Mapped[Resource] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"{topic_label(self.topic)}, {self.position}"
