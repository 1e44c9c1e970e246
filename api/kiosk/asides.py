"""What anybody before a kiosk may say, known or not: that they need a person, and how it was."""

from fastapi import Response

from api.kiosk.deps import KIOSK, AtKiosk
from api.openapi import problems
from api.signpost import Doors
from api.views import Ask
from gateway.kiosks import calls, smiles
from gateway.kiosks.model import Mood

router = Doors("/kiosk", tags=["kiosk"])


class Answer(Ask):
    """How it was."""

    mood: Mood


class Call(Ask):
    """Nothing need be said. Send `{}`."""


@router.post("/calls", status_code=204, responses=problems(*KIOSK, "malformed"))
async def call_staff(_call: Call, at: AtKiosk) -> Response:
    """Staff are told at once that somebody at this kiosk needs them; asked again, that they still do."""

    def act() -> None:
        with at.desk.sessions.begin() as session:
            calls.call_staff(session, kiosk=at.kiosk(session), now=at.desk.clock.now())

    await at.desk.backroom.write(act)
    return Response(status_code=204)


@router.post("/smiles", status_code=204, responses=problems(*KIOSK, "malformed"))
async def smile(answer: Answer, at: AtKiosk) -> Response:
    """Count it with today's. Nothing is kept of who answered, or when."""
    centre = at.desk.centre

    def act() -> None:
        with at.desk.sessions.begin() as session:
            today = centre.today(at.desk.clock.now())
            smiles.smile(session, kiosk_id=at.kiosk(session).id, mood=answer.mood, today=today)

    await at.desk.backroom.write(act)
    return Response(status_code=204)
