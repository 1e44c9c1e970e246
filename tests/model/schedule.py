"""Random schedules: what people do and what goes wrong, from one seed, always the same."""

from collections.abc import Callable, Collection
from datetime import timedelta

from devices.ports import DoorMemory
from devices.wire import codec
from devices.wire.messages import ActorClass, Chal, Level, Open, Prep
from devices.wire.topics import Channel, parse
from firmware_sim.ledger import What
from tests.model.world import DOORS, MEMBERS, SITE, World

GATEWAY_STEPS = [
    "requested.taken",
    "authorised.before_commit",
    "authorised.committed",
    "prep.sent",
    "chal.received",
    "signed.before_commit",
    "signed.committed",
    "open.sent",
    "event.received",
    "event.before_commit",
    "event.committed",
    "eack.sent",
]
DEVICE_STEPS = [
    "prep.received",
    "chal.sent",
    "open.verified",
    "nonce.deleted",
    "edges.flushed",
    "intent.kept",
    "pulsed",
    "done.kept",
    "evt.sent",
    "eack.received",
]
PLACES = [(device, no) for device, doors in DOORS.items() for no in range(1, doors + 1)]
UNSEEN_S = 0.2  # longer than any contact here takes to settle


def play(world: World, stress: Collection[str] = ()) -> None:
    """People use the centre while things go wrong; then everything is healed.

    `stress` names acts that happen ten times as often, for a fault that only they bring to light.
    """
    weights = [weight * (10 if act.__name__ in stress else 1) for act, weight in ACTS_AND_WEIGHTS]
    dice = world.dice
    world.rent("ann", *dice.choice(PLACES))
    world.rent("ben", *dice.choice(PLACES))
    world.building.post.rules.append(world.random_fate(trouble=dice.choice([0.0, 0.1, 0.3, 0.5])))
    for _ in range(dice.randint(3, 9)):
        dice.choices(ACTS, weights)[0](world)
        world.clockwork.advance(dice.choice([0.0, 0.005, 0.05, 0.3, 1.0, 4.0, 9.0]))
    world.heal()


def press(world: World) -> None:
    """A member presses the button of what is theirs."""
    who = world.dice.choice(MEMBERS)
    for hold in reversed(world.holds):
        if hold.who == who:
            device, _, no = hold.lock_id.partition("/")
            world.ask(who, device, int(no))
            return


def share(world: World) -> None:
    """Somebody lets the other open their compartment, for some seconds or hours."""
    who = world.dice.choice(MEMBERS)
    world.share(who, MEMBERS[1 - MEMBERS.index(who)], seconds=world.dice.choice([20.0, 300.0, 4 * 3600.0]))


def press_what_is_shared(world: World) -> None:
    """Somebody presses the button of what another lets, or let, them open."""
    if world.keys:
        key = world.dice.choice(world.keys)
        device, _, no = key.lock_id.partition("/")
        world.ask(key.who, device, int(no))


def go_back_to_a_key(world: World) -> None:
    """The clock goes past the end of a key, and a little later back to when it was good; then it is tried."""
    share(world)
    if not world.keys:
        return
    world.clock.wall_offset += timedelta(hours=6)
    world.clockwork.advance(world.dice.choice([0.5, 4.0]))
    if world.dice.random() < 0.3:
        world.kill_gateway()
        world.clockwork.advance(0.5)
        world.start_gateway()
    world.clock.wall_offset -= timedelta(hours=6)
    press_what_is_shared(world)


def believe_the_clock(world: World) -> None:
    world.believe_the_clock()


def press_in_a_tunnel(world: World) -> None:
    """The button is pressed just as the banks can hear but not be heard; and somebody may set the clock meanwhile."""
    for name in DOORS:
        world.building.post.cut(name, to=False, from_=True)
        world.clockwork.call_later(world.dice.uniform(0.5, 20.0), lambda name=name: world.building.post.mend(name))
    press(world)
    if world.dice.random() < 0.5:
        world.clockwork.call_later(1.0, lambda: set_the_wall_clock(world))


def press_among_old_answers(world: World) -> None:
    """The button is pressed, and the broker says again whatever banks once said of where they stand."""
    press(world)
    world.clockwork.advance(0.3)
    for letter in world.building.post.sent("sync"):
        world.building.post.deliver(letter)


def press_and_leave(world: World) -> None:
    """The button is pressed, and before the door can have moved the compartment is given up and taken by the other."""
    press(world)
    world.clockwork.advance(0.4)
    give_back_and_rent(world)


def give_back_and_rent(world: World) -> None:
    """One leaves, the other takes the very same compartment, as soon as the centre lets them."""
    dice = world.dice
    leaver = dice.choice(MEMBERS)
    taker = MEMBERS[1 - MEMBERS.index(leaver)]
    theirs = [hold for hold in world.holds if hold.who == leaver and hold.until == float("inf")]
    if theirs and world.give_back(leaver):
        world.give_back(taker)
        device, _, no = theirs[-1].lock_id.partition("/")
        world.rent(taker, device, int(no))
        world.rent(leaver, *dice.choice(PLACES))


def double_the_permissions(world: World) -> None:
    """From here on every permission comes twice: at once, or when the first has done its work."""
    again = world.dice.choice([0.01, 0.6])
    world.building.post.rules.insert(0, lambda letter: [0.002, again] if "open" in letter.words else None)
    press(world)


def force_while_it_is_asked(world: World) -> None:
    """Somebody levers the door open in the very moment its permission is on the road."""

    def fate(letter):
        if "open" not in letter.words or letter.device not in DOORS:
            return None
        for door in world.bank(letter.device).doors.values():
            if not _moved_just_now(world, letter.device, door.no):
                door.force()
        return [0.01]

    world.building.post.rules.insert(0, fate)
    press(world)


def open_as_staff(world: World) -> None:
    """Staff ask for any door, giving a reason."""
    world.ask_as_staff(*world.dice.choice(PLACES))


def press_again_as_staff(world: World) -> None:
    """Whoever of the staff asked for a door presses like a member, giving no reason, at once or a while later."""
    if world.staff_holds:
        world.clockwork.advance(world.dice.choice([0.0, 3.0, 12.0, 30.0]))
        device, _, no = world.staff_holds[-1].lock_id.partition("/")
        world.ask("desk", device, int(no))


def revoke(world: World) -> None:
    world.revoke(world.dice.choice(MEMBERS))


def freeze(world: World) -> None:
    """A manager stops every opening somewhere; two persons end what has held for a while."""
    over = [one for one in world.freezes if one.until == float("inf")]
    if over:
        world.clear(over[0])
    else:
        world.freeze(world.dice.choice([None, *DOORS]))


def press_and_freeze(world: World) -> None:
    """The button is pressed, and before the lock has made its challenge everything is frozen."""
    press(world)
    world.clockwork.advance(world.dice.choice([0.0, 0.001, 0.003]))
    freeze(world)


def open_everything(world: World) -> None:
    """Two want every door of a bank or of the house open; soon, or a good while later, it is cleared again."""
    opening = world.open_everything(world.dice.choice([None, *DOORS]))
    if opening is not None:
        world.clockwork.call_later(world.dice.choice([0.001, 0.02, 0.5, 6.0]), lambda: world.clear(opening))


def freeze_what_opens(world: World) -> None:
    """Somebody stops what two have just begun."""
    open_everything(world)
    world.clockwork.advance(world.dice.choice([0.001, 0.3]))
    freeze(world)


def turn_a_key(world: World) -> None:
    """A key is turned, or a fire breaks out, and a little later it is over, or its wires are cut."""
    key = world.key(world.dice.choice(list(DOORS)))
    if key.position != "off":
        key.turn_off()
        return
    world.dice.choice([key.turn_on, key.turn_on, key.cut])()
    after = world.dice.choice([key.turn_off, key.turn_off, key.cut])
    world.clockwork.call_later(world.dice.uniform(0.1, 12.0), after)


def burn_while_it_is_dark(world: World) -> None:
    """The fire contact trips, and the power of its bank is cut halfway; the gateway may be dead as well."""
    if world.dice.random() < 0.5:
        world.kill_gateway()
        world.clockwork.call_later(world.dice.uniform(1.0, 8.0), world.start_gateway)
    bank = world.bank("bank-a")
    bank.crash_at(world.dice.choice(["intent.kept", "pulsed", "done.kept"]), back_after_s=world.dice.uniform(0.0, 6.0))
    world.key("bank-a").turn_on()
    world.clockwork.call_later(world.dice.uniform(0.5, 12.0), world.key("bank-a").turn_off)


def press_often(world: World) -> None:
    """One door after another is asked for, shut and asked for again."""
    for _ in range(4):
        press(world)
        world.clockwork.advance(0.5)
        for device, no in PLACES:
            _shut_if_seen(world, device, no)
        world.clockwork.advance(0.3)


def shut(world: World) -> None:
    """Somebody shuts a door whose bank can see it."""
    _shut_if_seen(world, *world.dice.choice(PLACES))


def force(world: World) -> None:
    device, no = world.dice.choice(PLACES)
    if not _moved_just_now(world, device, no):
        world.building.door(device, no).force()


def _shut_if_seen(world: World, device: str, no: int) -> None:
    """A door that its bank knows to be open: what opens and shuts while a bank hangs, nobody can know."""
    bank = world.bank(device)
    is_known = bank.log.doors().get(no, DoorMemory()).level is Level.OPEN
    if bank.is_running and is_known and not _moved_just_now(world, device, no):
        world.building.door(device, no).shut()


def _moved_just_now(world: World, device: str, no: int) -> bool:
    """Just now, or just as it went dark: what comes and goes within a contact's settling, nobody can know."""
    moves = [f.at for f in world.building.ledger.facts(device, no) if f.what in (What.OPENED, What.SHUT)]
    went_dark = [at for at, is_on in world.power[device] if not is_on]
    moments = [world.clockwork.now(), *went_dark[-1:]]
    return bool(moves) and any(abs(moment - moves[-1]) < UNSEEN_S for moment in moments)


def jam(world: World) -> None:
    world.building.door(*world.dice.choice(PLACES)).jam()


def cut_power(world: World) -> None:
    bank = world.bank(world.dice.choice(list(DOORS)))
    bank.power_off()
    world.clockwork.call_later(world.dice.uniform(0.0, 8.0), bank.power_on)


def plan_device_crash(world: World) -> None:
    bank = world.bank(world.dice.choice(list(DOORS)))
    bank.crash_at(world.dice.choice(DEVICE_STEPS), back_after_s=world.dice.uniform(0.0, 6.0))


def plan_device_stall(world: World) -> None:
    """The device's program hangs in the middle of a step: a slow card, a starved processor."""
    seconds = world.dice.choice([0.5, 4.9, 5.1, 20.0])
    bank = world.bank(world.dice.choice(list(DOORS)))
    bank.stall_at(world.dice.choice(DEVICE_STEPS), lambda: world.clockwork.advance(seconds))


def plan_gateway_crash(world: World) -> None:
    world.gateway_crashes_at = world.dice.choice(GATEWAY_STEPS)


def plan_gateway_stall(world: World) -> None:
    world.gateway_stalls_at = (world.dice.choice(GATEWAY_STEPS), world.dice.choice([0.5, 4.0, 7.9, 8.1, 60.0]))


def fill_the_disk(world: World) -> None:
    world.sessions.commits_to_fail = world.dice.randint(1, 3)


def set_the_wall_clock(world: World) -> None:
    world.clock.wall_offset += timedelta(seconds=world.dice.choice([-86400, -3600, -5, 5, 3600, 86400]))


def cut_the_line(world: World) -> None:
    name = world.dice.choice([*DOORS, "gateway"])
    both = world.dice.random() < 0.5
    to = both or world.dice.random() < 0.5
    world.building.post.cut(name, to=to, from_=both or not to)
    world.clockwork.call_later(world.dice.uniform(0.5, 20.0), lambda: world.building.post.mend(name))


def replay(world: World) -> None:
    """A hostile broker says again what was said before, as it was, or to somebody else, or as if retained."""
    post = world.building.post
    for letter in world.dice.choices(post.history, k=min(10, len(post.history))):
        if letter.topic.endswith("/state"):
            continue
        manner = world.dice.choice(["as it was", "retained", "to another"])
        if manner == "to another":
            _misdeliver(world, letter)
        else:
            post.deliver(letter, retained=manner == "retained")


def forge(world: World) -> None:
    """Somebody on the broker, with a key of their own, asks a lock for a challenge and answers it."""
    device, no = world.dice.choice(PLACES)
    topic = f"hearth/1/{SITE}/{device}/cmd"
    cmd_id = world.dice.randbytes(16).hex()
    _say_as_the_attacker(world, topic, Prep(cmd_id=cmd_id, door=no, gw_boot="0" * 16))
    world.clockwork.call_later(0.1, lambda: _answer_as_the_attacker(world, device, cmd_id))


def _answer_as_the_attacker(world: World, device: str, cmd_id: str) -> None:
    key = world.bank(device).identity.key.public()
    for letter in world.building.post.sent("chal", device=device):
        if letter.sender == device:
            answer = codec.decode_answer(letter.payload, topic=letter.topic, key=key)
            if isinstance(answer, Chal) and answer.cmd_id == cmd_id:
                _say_as_the_attacker(world, f"hearth/1/{SITE}/{device}/cmd", _order(answer))


def _order(answer: Chal) -> Open:
    return Open(
        cmd_id=answer.cmd_id,
        door=answer.door,
        nonce=answer.nonce,
        dev_boot=answer.dev_boot,
        pulse_ms=400,
        max_age_ms=5000,
        actor_class=ActorClass.MEMBER,
    )


def _say_as_the_attacker(world: World, topic: str, message: Prep | Open) -> None:
    payload = codec.encode_command(message, topic=topic, key=world.attacker)
    world.building.post.send("api", topic, payload, qos=0)


def _misdeliver(world: World, letter) -> None:
    """Under another device's topic, both the commands and the answers."""
    address = parse(letter.topic)
    if address.channel not in (Channel.CMD, Channel.CHAL):
        return
    for other in DOORS:
        if other != address.device:
            world.building.post.send(
                "api", f"hearth/1/{SITE}/{other}/{address.channel}", letter.payload, qos=letter.qos
            )


def swap_topics(world: World) -> None:
    """From here on the broker also gives every device what was meant for the other."""
    post = world.building.post

    def fate(letter):
        if letter.sender != "api" or letter.topic.endswith("/wake"):
            world.clockwork.call_soon(lambda: _misdeliver(world, letter))

    post.rules.insert(0, fate)


ACTS_AND_WEIGHTS: list[tuple[Callable[[World], None], float]] = [
    (press, 12),
    (press_in_a_tunnel, 1),
    (double_the_permissions, 0.5),
    (force_while_it_is_asked, 0.5),
    (press_and_leave, 1),
    (press_among_old_answers, 1),
    (give_back_and_rent, 2),
    (share, 0.5),
    (press_what_is_shared, 0.5),
    (go_back_to_a_key, 0.3),
    (believe_the_clock, 0.2),
    (open_as_staff, 2),
    (press_again_as_staff, 0.5),
    (revoke, 1),
    (turn_a_key, 0.5),
    (burn_while_it_is_dark, 0.5),
    (press_often, 0.3),
    (freeze, 0.5),
    (press_and_freeze, 0.5),
    (open_everything, 0.4),
    (freeze_what_opens, 0.2),
    (shut, 5),
    (force, 1),
    (jam, 0.5),
    (cut_power, 1),
    (plan_device_crash, 2),
    (plan_device_stall, 1),
    (plan_gateway_crash, 2),
    (plan_gateway_stall, 1),
    (fill_the_disk, 1),
    (set_the_wall_clock, 0.7),
    (cut_the_line, 1.5),
    (replay, 1.5),
    (forge, 1),
    (swap_topics, 0.3),
]
ACTS = [act for act, _ in ACTS_AND_WEIGHTS]
