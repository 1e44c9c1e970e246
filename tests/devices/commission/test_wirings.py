"""However a cabinet was wired: what the wizard writes makes the firmware work, and what cannot work is left out."""

import pytest

from devices.boards.families import FAMILIES
from devices.commission import rules
from tests.devices.commission.rig import BOARDS, DOORS, Rig, Wiring, straight

A, B = BOARDS
EVERY_KIND = ["8a", "cu16"]  # a family that is asked channel by channel after a pulse, and one that tells of all
OTHERS = sorted(set(FAMILIES) - set(EVERY_KIND))


def all_but(places):
    """Straight, but for these."""
    return straight() | places


WIRINGS = {
    "straight": Wiring(),
    "shifted numbering": Wiring(strikes={(a, c): no % DOORS + 1 for (a, c), no in straight().items()}),
    "numbers that begin elsewhere": Wiring(strikes={place: no + 40 for place, no in straight().items()}),
    "numbers in no order": Wiring(strikes={(A, 1): 4, (A, 2): 1, (A, 3): 6, (B, 1): 3, (B, 2): 5, (B, 3): 2}),
    "an empty channel": Wiring(strikes={(A, 1): 1, (A, 3): 2, (A, 4): 3, (B, 1): 4, (B, 2): 5, (B, 4): 6}),
    "a crossed pair": Wiring(contacts=all_but({(A, 1): 2, (A, 2): 1})),
    "three in a ring": Wiring(contacts=all_but({(B, 1): 5, (B, 2): 6, (B, 3): 4})),
    "flipped polarity": Wiring(shut_is=False),
    "one switch of the other kind": Wiring(reversed_contacts=(2,)),
    "a crossed pair of different switches": Wiring(contacts=all_but({(A, 1): 2, (A, 2): 1}), reversed_contacts=(1,)),
    "crossed over two boards": Wiring(contacts=all_but({(A, 1): 4, (B, 1): 1}), unusable=(1, 4)),
    "a dead lock": Wiring(
        strikes={place: no for place, no in straight().items() if no != 5}, contacts=straight(), unusable=(5,)
    ),
    "a dead contact": Wiring(contacts={place: no for place, no in straight().items() if no != 3}, unusable=(3,)),
}
WORST = {
    "numbers in no order, three in a ring, switches of both kinds": Wiring(
        strikes={(A, 1): 4, (A, 2): 1, (A, 3): 6, (B, 1): 3, (B, 2): 5, (B, 3): 2},
        contacts={(A, 2): 4, (A, 3): 1, (A, 1): 6, (B, 1): 3, (B, 2): 5, (B, 3): 2},
        reversed_contacts=(4, 5),
        shut_is=False,
    ),
    "a dead contact, and a pair over two boards": Wiring(
        contacts={(A, 1): 4, (A, 2): 2, (B, 1): 1, (B, 2): 5, (B, 3): 6}, unusable=(1, 3, 4)
    ),
}


@pytest.mark.parametrize(
    ("name", "wiring"),
    [
        pytest.param(name, wiring, id=f"{name}-{kind}")
        for families, wirings in ((EVERY_KIND, WIRINGS), (OTHERS, WORST))
        for name in families
        for kind, wiring in wirings.items()
    ],
)
def test_the_profile_makes_the_firmware_open_and_see_every_door_that_can_work(name, wiring, tmp_path):
    """And the wizard has opened each door once."""
    rig = Rig(name, tmp_path, wiring)

    assert rig.commission()

    assert {rig.cabinet.pulses(no) for no in wiring.strikes.values()} == {1}
    doors, bad = rig.doors_of_the_firmware()
    everything = set(wiring.strikes.values()) | set((wiring.contacts or {}).values())
    assert doors == everything - set(wiring.unusable)
    assert bad == set()
    rig.cabinet.supply.assert_unharmed()


def blind_to_crossed_wires(trials, shut):
    """A judge who believes that a door's contact is where its lock is."""
    return [
        rules.Finding(
            door=finding.door,
            strike=finding.strike,
            contact=finding.strike,
            shut_is=shut.get(finding.strike),
            opens_after_ms=finding.opens_after_ms,
        )
        for finding in rules.judge(trials, shut)
    ]


@pytest.mark.parametrize("name", EVERY_KIND)
@pytest.mark.parametrize("kind", ["a crossed pair", "three in a ring", "crossed over two boards"])
def test_a_wizard_that_is_blind_to_crossed_wires_is_caught(name, kind, tmp_path):
    rig = Rig(name, tmp_path, WIRINGS[kind])

    rig.commission(judge=blind_to_crossed_wires)

    _, bad = rig.doors_of_the_firmware()
    assert bad
