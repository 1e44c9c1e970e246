"""Notices, as JSON."""

import json
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from api.notice_words import NOTICES
from api.views import View
from gateway.kit.sentences import told_to
from gateway.members.model import Language
from gateway.notices.model import Notice
from gateway.notices.rules import NEWS


class NoticeView(View):
    """Something the reader should know, in their language and the centre's time.

    `about`: the id of a rental or a booking. `news`: it only tells what has happened, and can be put away.
    """

    id: str
    kind: str
    text: str
    about: str
    at: datetime
    news: bool

    @classmethod
    def of(cls, notice: Notice, language: Language, zone: ZoneInfo) -> Self:
        """As this reader should read it."""
        text = NOTICES[notice.kind].sentence(language, told_to(language, zone, json.loads(notice.facts)))
        return cls(
            id=notice.id, kind=notice.kind, text=text, about=notice.about, at=notice.left_at, news=notice.kind in NEWS
        )
