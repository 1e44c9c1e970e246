"""The kinds of alert, as data: how much each presses, when it is raised and cleared, and what it says.

They are the house's; what a centre has otherwise lies over them (`in_force`).

A sentence says what it is, then what to do. `{place}` in it is where, in the reader's language; other gaps are facts
that whoever raises it hands in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.channels.model import Severity


class Hours(NamedTuple):
    """Minutes after midnight by the centre's clock; they may pass midnight."""

    from_min: int
    until_min: int


class Things(StrEnum):
    """Of which things a kind may have a rule each: what its alerts are about."""

    SENSOR = "sensor"  # `device/sensor`
    DEVICE = "device"
    DOOR = "door"  # by the id of its lock


class Measure(NamedTuple):
    """What a kind looks at that a centre has made, and what it is called. `falls`: too low is what is wrong."""

    metric: str
    falls: bool
    name_zh: str
    name_en: str


class Span(NamedTuple):
    """Between which values a level may be set, what it is measured in, and how far from it it must be over again."""

    least: float
    most: float
    gap: float
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What of a rule a centre may have otherwise.

    `raise_at` and `clear_at`, of a measured level: from where on it is so, and below what it no longer is; of one that
    `falls` the other way about. `hold`: how long it must be so before it is raised. `escalate_after`: so long
    untouched, and the manager should know; None: never. `keeps_quiet`: in quiet hours it is shown and disturbs nobody;
    `quiet`: its own hours, None: the house's, and each channel's.
    """

    severity: Severity
    on: bool = True
    raise_at: float = 1.0
    clear_at: float = 1.0
    hold: timedelta = timedelta()
    escalate_after: timedelta | None = None
    keeps_quiet: bool = False
    quiet: Hours | None = None


@dataclass(frozen=True, kw_only=True)
class Kind(Terms):
    """A rule. One that is `latched` stays until a person clears it; any other goes when it has not been so for `calm`.

    `span`: where a centre may set its level; None: it has none. `falls`: it is so when the level is too low.
    `is_safety`: though nothing else tells. `by_zone`: a zone may have it otherwise. `things`: each of these may; None:
    none.
    """

    zh: str
    en: str
    latched: bool = False
    calm: timedelta = timedelta()
    span: Span | None = None
    falls: bool = False
    is_safety: bool = False
    by_zone: bool = False
    things: Things | None = None

    @property
    def is_guarded(self) -> bool:
        """Of people and their things: it cannot be switched off, nor press less than the house has it."""
        return self.latched or self.is_safety or self.severity is Severity.ALARM

    @property
    def terms(self) -> Terms:
        """What a centre may have otherwise, as this has it."""
        return Terms(**{one.name: getattr(self, one.name) for one in fields(Terms)})

    def by(self, terms: Terms) -> "Kind":
        """The same, as a centre has it."""
        return replace(self, **vars(terms))


OWN: Final = "own_"
"""How the name of a kind begins that a centre has made: the house's never do."""

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        # Doors
        "forced": Kind(
            severity=Severity.ALARM,
            latched=True,
            escalate_after=10 * _MINUTE,
            zh="{place}：门开了，但没有人通过系统开门（机械钥匙或撬开）。请马上去看，核对物品。",
            en="{place}: the door came open and nobody had asked (a mechanical key, or force). Please go there now and"
            " check what is inside.",
        ),
        "door_unsure": Kind(
            severity=Severity.WARNING,
            latched=True,
            escalate_after=30 * _MINUTE,
            zh="{place}：开门途中断电或看不到门，无法确定门是否开过。请去看门关好没有。",
            en="{place}: nobody could see the door while it was being opened, so it may have opened. Please go and see"
            " that it is shut.",
        ),
        "ajar": Kind(
            things=Things.DOOR,
            severity=Severity.WARNING,
            hold=5 * _MINUTE,
            keeps_quiet=True,
            escalate_after=30 * _MINUTE,
            zh="{place}：门从 {since} 起一直开着。请去关好；里面有物品的话，请先看管。",
            en="{place}: the door has been open since {since}. Please shut it; if there are things inside, look after"
            " them first.",
        ),
        "jammed": Kind(
            things=Things.DOOR,
            severity=Severity.WARNING,
            raise_at=3,
            calm=_HOUR,
            keeps_quiet=True,
            escalate_after=_HOUR,
            zh="{place}：连续 {times} 次开锁，门都没有打开。可能卡住了，或门磁坏了。请用机械钥匙试开，并停用此柜。",
            en="{place}: the lock was released {times} times in a row and the door did not open. It is jammed, or its"
            " contact is broken. Please try the mechanical key, and take it out of service.",
        ),
        "sensor_suspect": Kind(
            severity=Severity.INFO,
            latched=True,
            keeps_quiet=True,
            zh="{place}：门磁的信号不可信（{why}）。请检查门磁、磁铁和接线。",
            en="{place}: what the door contact says cannot be right ({why}). Please check the contact, its magnet and"
            " the wire.",
        ),
        "slow_latch": Kind(
            things=Things.DOOR,
            severity=Severity.INFO,
            raise_at=1.5,
            clear_at=1.25,
            span=Span(1.1, 10, 0.05, "×"),
            keeps_quiet=True,
            zh="{place}：锁的动作越来越慢，现在 {now_ms} 毫秒，原来 {usual_ms} 毫秒。快要坏了，请安排检修。",
            en="{place}: the lock is getting slow: {now_ms} ms, where it took {usual_ms} ms. It is about to break."
            " Please plan its repair.",
        ),
        # Boards and devices
        "board_dead": Kind(
            severity=Severity.ALARM,
            hold=_MINUTE,
            calm=5 * _MINUTE,
            escalate_after=15 * _MINUTE,
            zh="{place}：{part} 没有应答，{doors} 号门现在打不开，也看不到。请检查它的电源和接线。",
            en="{place}: {part} does not answer. Doors {doors} can be neither opened nor seen. Please check"
            " its power and its wires.",
        ),
        "reader_dead": Kind(
            severity=Severity.WARNING,
            hold=_MINUTE,
            calm=5 * _MINUTE,
            keeps_quiet=True,
            escalate_after=4 * _HOUR,
            zh="{place}：{part} 没有应答，现在刷卡、扫码没有反应。请检查它的插头和接线。",
            en="{place}: {part} does not answer, so cards and codes do nothing there. Please check its plug and its"
            " wire.",
        ),
        "device_silent": Kind(
            things=Things.DEVICE,
            severity=Severity.ALARM,
            hold=2 * _MINUTE,
            calm=_MINUTE,
            escalate_after=15 * _MINUTE,
            zh="{place}：设备从 {since} 起没有消息，接在它上面的门、传感器或读卡器现在用不了。请检查它的电源和网络。",
            en="{place}: nothing has been heard of the device since {since}, so the doors, sensors or readers on it do"
            " not work. Please check its power and its network.",
        ),
        "kiosk_silent": Kind(
            severity=Severity.WARNING,
            hold=5 * _MINUTE,
            keeps_quiet=True,
            escalate_after=4 * _HOUR,
            zh="{place}：自助机从 {since} 起没有消息，可能关机或断网了。请检查它的电源和网络。",
            en="{place}: nothing has been heard of the kiosk since {since}. It or its network may be off. Please"
            " check both.",
        ),
        "sensor_silent": Kind(
            things=Things.DEVICE,
            severity=Severity.WARNING,
            keeps_quiet=True,
            escalate_after=4 * _HOUR,
            zh="{place}：传感器从 {since} 起没有消息，它的数值现在不知道。请检查它的电池和信号。",
            en="{place}: nothing has been heard of the sensor since {since}, so what it measures is unknown. Please"
            " check its battery and its signal.",
        ),
        "tamper": Kind(
            severity=Severity.ALARM,
            latched=True,
            escalate_after=10 * _MINUTE,
            zh="{place}：设备报告被拆动，或有人反复发送伪造的命令。请马上去看设备，并通知技术员。",
            en="{place}: the device says that it was opened, or that somebody keeps sending it forged commands. Please"
            " look at it now, and call the technician.",
        ),
        "log_went_back": Kind(
            severity=Severity.ALARM,
            latched=True,
            escalate_after=30 * _MINUTE,
            zh="{place}：设备的记录倒退了（存储被清空或更换），已经停用。请核对设备指纹后重新批准。",
            en="{place}: the device's log went back (its memory was wiped or swapped), so it is suspended. Please"
            " compare its fingerprint and approve it again.",
        ),
        # What sensors say
        "leak": Kind(
            severity=Severity.ALARM,
            by_zone=True,
            things=Things.SENSOR,
            latched=True,
            escalate_after=10 * _MINUTE,
            zh="{place}：有水。请马上去看，关好水阀，移开物品。",
            en="{place}: there is water. Please go there now, shut the valve and move what can be spoilt.",
        ),
        "sensor_alarm": Kind(
            severity=Severity.ALARM,
            by_zone=True,
            things=Things.SENSOR,
            latched=True,
            escalate_after=5 * _MINUTE,
            zh="{place}：报警器响了（烟雾、燃气或其他）。请马上去看，必要时疏散人员、报火警。",
            en="{place}: a detector has gone off (smoke, gas or another). Please go there now; if need be get people"
            " out and call the fire brigade.",
        ),
        "call_staff": Kind(
            severity=Severity.ALARM,
            by_zone=True,
            things=Things.SENSOR,
            latched=True,
            escalate_after=5 * _MINUTE,
            zh="{place}：有人按了呼叫按钮，请马上过去。",
            en="{place}: somebody has pressed the button that calls staff. Please go there now.",
        ),
        "sensor_tamper": Kind(
            severity=Severity.WARNING,
            by_zone=True,
            things=Things.SENSOR,
            latched=True,
            keeps_quiet=True,
            zh="{place}：传感器被拆动。请去看看。",
            en="{place}: the sensor has been opened or moved. Please go and see.",
        ),
        "battery_low": Kind(
            severity=Severity.INFO,
            raise_at=15,
            clear_at=25,  # one that was changed, not one that has warmed up
            span=Span(1, 90, 2, "%"),
            falls=True,
            by_zone=True,
            things=Things.SENSOR,
            keeps_quiet=True,
            zh="{place}：电池快用完了，请更换。",
            en="{place}: the battery is nearly empty. Please change it.",
        ),
        "stale_air": Kind(
            severity=Severity.INFO,
            raise_at=1_500,
            clear_at=1_000,
            span=Span(400, 5_000, 50, "ppm"),
            by_zone=True,
            things=Things.SENSOR,
            hold=10 * _MINUTE,
            keeps_quiet=True,
            zh="{place}：空气不好，二氧化碳 {level} ppm。请开窗或加大通风。",
            en="{place}: the air is stale, {level} ppm of CO2. Please open a window, or turn up the ventilation.",
        ),
        "crowded": Kind(
            severity=Severity.WARNING,
            raise_at=0.9,
            clear_at=0.8,
            span=Span(0.1, 2, 0.05, "×"),
            by_zone=True,
            hold=5 * _MINUTE,
            escalate_after=15 * _MINUTE,
            zh="{place}：人快满了，现在 {people} 人，最多 {capacity} 人。请去看看，必要时先不要再让人进来。",
            en="{place}: it is nearly full, {people} people are there and it is for {capacity}. Please go and see, and"
            " let nobody else in if need be.",
        ),
        # The cabinet's own inputs
        "fire_contact_on": Kind(
            severity=Severity.ALARM,
            zh="{place}：火警触点已动作。请先确认火情，再看哪些柜门还关着。",
            en="{place}: the fire contact is on. Please find out about the fire first, then which doors are still"
            " shut.",
        ),
        "key_switch_on": Kind(
            severity=Severity.WARNING,
            escalate_after=30 * _MINUTE,
            zh="{place}：柜上的钥匙开关已打开，开门次数不再受限。用完请关回。",
            en="{place}: the key switch at the cabinet is on, so its openings are not limited. Please turn it back"
            " when you are done.",
        ),
        "second_key_fault": Kind(
            severity=Severity.WARNING,
            escalate_after=_HOUR,
            zh="{place}：钥匙开关或火警触点的线断了或短路了，现在不起作用。请检查接线。",
            en="{place}: a wire of the key switch or the fire contact is broken or shorted, so that it does not work."
            " Please check the wiring.",
        ),
        # Codes at a bank or kiosk
        "wrong_codes": Kind(
            severity=Severity.WARNING,
            is_safety=True,
            calm=_HOUR,
            escalate_after=30 * _MINUTE,
            zh="{place}：有人连续输错取物码。请去看看是不是有人在试密码。",
            en="{place}: somebody keeps entering wrong codes. Please go and see whether they are guessing.",
        ),
        # The machine the house runs on
        "disk_nearly_full": Kind(
            severity=Severity.ALARM,
            raise_at=400,
            clear_at=600,
            # Earlier than the house has it and never later: a full disk stops every unlock.
            span=Span(400, 100_000, 50, "MiB"),
            falls=True,
            hold=_MINUTE,
            calm=5 * _MINUTE,
            escalate_after=30 * _MINUTE,
            zh="{place}：磁盘快满了，只剩 {free_mb} MiB。满了以后门都打不开。请马上腾出空间。",
            en="{place}: the disk is nearly full, {free_mb} MiB are left. When it is full no door opens. Please make"
            " room now.",
        ),
        "clock_wrong": Kind(
            severity=Severity.ALARM,
            escalate_after=30 * _MINUTE,
            zh="{place}：时钟不对，显示的是 {shows}，这个时间早已过去。在校准之前，预订和限时共享的钥匙都打不开门；"
            "长期租用的柜子照常能开，工作人员也能开门。请校准时钟。如果现在的时间是对的，是以前走快了，请管理员在“设置”里确认。",
            en="{place}: the clock shows {shows}, a time that is over. Until it is right, keys of bookings and shares"
            " with an end open nothing; rented lockers open as ever, and staff can open every door. Please set the"
            " clock. If it is right now and ran ahead before, a manager confirms that under Settings.",
        ),
        "clock_unsynchronised": Kind(
            severity=Severity.WARNING,
            hold=30 * _MINUTE,
            calm=5 * _MINUTE,
            keeps_quiet=True,
            escalate_after=24 * _HOUR,
            zh="{place}：时钟半小时以上没有和网络时间同步，会慢慢走偏。请检查网络和时间服务。",
            en="{place}: the clock has followed no network time for half an hour and will drift. Please check the"
            " network and its time service.",
        ),
        "broker_away": Kind(
            severity=Severity.ALARM,
            hold=_MINUTE,
            calm=_MINUTE,
            escalate_after=15 * _MINUTE,
            zh="{place}：连不上消息服务器，所有的门现在都不能用手机打开。请看它是否在运行。",
            en="{place}: the broker is not reached, so that no door opens from a phone. Please see whether it is"
            " running.",
        ),
        "database_slow": Kind(
            severity=Severity.WARNING,
            hold=3 * _MINUTE,
            calm=5 * _MINUTE,
            keeps_quiet=True,
            escalate_after=4 * _HOUR,
            zh="{place}：数据库变慢了，写一次要 {took_s} 秒。存储卡可能快坏了。请备份，并检查存储卡。",
            en="{place}: the database has become slow, one commit takes {took_s} s. Its card may be about to fail."
            " Please make a copy, and check the card.",
        ),
        "readings_refused": Kind(
            severity=Severity.WARNING,
            hold=_MINUTE,
            calm=5 * _MINUTE,
            keeps_quiet=True,
            escalate_after=_HOUR,
            zh="{place}：没有地方存传感器读数了，设备会先自己存着。门不受影响。请腾出空间。",
            en="{place}: there is no room for readings, which devices keep meanwhile. Doors are not affected. Please"
            " make room.",
        ),
        "backup_old": Kind(
            severity=Severity.WARNING,
            keeps_quiet=True,
            escalate_after=24 * _HOUR,
            zh="{place}：两天以上没有备份（上一次：{copied}）。请看备份目录有没有空间，并在“备份”页面马上备份。",
            en="{place}: no copy of the centre has been made for two days (the last: {copied}). Please see whether its"
            " folder has room, and make one now on the page Backups.",
        ),
        # The house's own post
        "channel_failing": Kind(
            severity=Severity.WARNING,
            hold=10 * _MINUTE,
            keeps_quiet=True,
            escalate_after=_HOUR,
            zh="{place}：从 {since} 起发不出消息（{why}）。请检查它的地址和中心的网络；没发出的会继续重发。",
            en="{place}: no message has got out since {since} ({why}). Please check its address and the centre's"
            " network; what waits is sent again.",
        ),
        "message_given_up": Kind(
            severity=Severity.WARNING,
            latched=True,
            keeps_quiet=True,
            escalate_after=_HOUR,
            zh="{place}：有消息试了一天都没有发出去（{why}），不再重发。请把告警列表看一遍，不要遗漏。",
            en="{place}: a message did not get out for a day ({why}) and is not tried again. Please go through the"
            " list of alerts, so that nothing is missed.",
        ),
    }
)
"""The house's, by name. Who raises a kind says so in its own subject; here stands what staff see."""

LEVEL: Final = Kind(
    severity=Severity.WARNING,
    on=False,
    by_zone=True,
    things=Things.SENSOR,
    hold=5 * _MINUTE,
    keeps_quiet=True,
    escalate_after=4 * _HOUR,
    zh="{place}：{what}{now}。请去看看。",
    en="{place}: {what}{now}. Please go and see.",
)
"""A kind that a centre has made, wherever it has set no rule for it; and of one that is gone what its alerts say."""


def house(name: str) -> Kind:
    """What lies beneath whatever a centre has set. Raises KeyError for what is nobody's kind."""
    return LEVEL if name.startswith(OWN) else KINDS[name]
