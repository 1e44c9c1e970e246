"""What is on, as a kiosk tells anybody."""

from datetime import datetime
from typing import Literal, Self

from sqlalchemy.orm import Session

from api.activity_views import OfferView
from gateway.activities import rules
from gateway.activities.model import Activity


class KioskActivityView(OfferView):
    """What there is to sign up for, and nothing of anybody. `called_off_for`: why; empty: it is on.

    `refusal`: the code of why nobody can sign up now; null: somebody can. Whether it is for whoever stands there, where
    it is for a `group` alone, shows when they sign up.
    """

    refusal: Literal["activity_called_off", "registration_not_open", "registration_closed"] | None

    @classmethod
    def of(cls, session: Session, activity: Activity, *, now: datetime) -> Self:
        """As anybody sees it."""
        whoever = {activity.group_id} if activity.group_id is not None else set()
        refusal = rules.sign_up_refusal(activity, groups=whoever, now=now)
        return cls.model_validate({**cls.facts(session, activity), "refusal": refusal})
