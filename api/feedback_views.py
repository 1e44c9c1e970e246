"""What members say of the centre, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictInt
from sqlalchemy.orm import Session

from api.report_views import Telling
from api.views import AnyId, Ask, InBothLanguages, View, name_of
from gateway.feedback.model import Feedback
from gateway.spaces import queries as spaces


class NewFeedback(Ask):
    """How it was: 1, poor, to 5. `space_id` null: the whole centre. Staff read it without a name."""

    score: Annotated[StrictInt, Field(ge=1, le=5)]
    words: Telling = ""
    space_id: AnyId | None = None


class FeedbackView(View):
    """What somebody said. `space_id` null: of the whole centre."""

    id: str
    score: int
    words: str
    space_id: str | None
    space_name: InBothLanguages | None
    given_at: datetime

    @classmethod
    def of(cls, session: Session, given: Feedback) -> Self:
        """As the row says, and nothing of who said it."""
        space = None if given.space_id is None else spaces.space(session, given.space_id)
        return cls(
            id=given.id,
            score=given.score,
            words=given.words,
            space_id=given.space_id,
            space_name=None if space is None else name_of(space.name_zh, space.name_en),
            given_at=given.given_at,
        )
