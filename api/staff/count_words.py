"""What the count says, to be read on a screen or on paper."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.counts.model import Seen
from gateway.counts.rules import Difference
from gateway.fleet.model import DoorLevel, Presence
from gateway.kit.sentences import Sentence
from gateway.lockers.model import Condition, Use

DIFFERENCES: Final[Mapping[Difference, Sentence]] = MappingProxyType(
    {
        Difference.THINGS_IN_FREE: Sentence(
            "没有人使用，但里面有物品：请妥善保管并查明是谁的。",
            "It is nobody's, and there are things inside: keep them safe, and find out whose they are.",
        ),
        Difference.FORCED: Sentence(
            "{forced_at} 未经系统打开（机械钥匙或撬开），之后还没有人查看：请查看并说明原因。",
            "Opened at {forced_at} without being asked for, by key or by force, and nobody has looked since: look"
            " inside, and say why.",
        ),
        Difference.FREE_OPEN: Sentence(
            "没有人使用，但门开着：请查看里面，然后关好门。",
            "It is nobody's, and its door is open: look inside, then shut it.",
        ),
        Difference.DOOR_UNKNOWN: Sentence(
            "无法确定门是否关好：请到柜前查看。",
            "Nobody can tell whether its door is shut: go and look.",
        ),
        Difference.TAKEN_OPEN: Sentence(
            "正在使用中，但门开着：物品没有锁好，请关好门。",
            "It is in use, and its door is open: things inside are not safe, shut it.",
        ),
        Difference.RENTED_EMPTY: Sentence(
            "有人租用，但查看时是空的：租用者可能忘了归还。",
            "Somebody rents it, and it was seen empty: they may have forgotten to give it back.",
        ),
    }
)
"""Each difference and what to do about it."""

DOORS: Final[Mapping[DoorLevel, Sentence]] = MappingProxyType(
    {
        DoorLevel.OPEN: Sentence("开", "open"),
        DoorLevel.SHUT: Sentence("关", "shut"),
        DoorLevel.UNKNOWN: Sentence("未知", "unknown"),
    }
)

USES: Final[Mapping[Use, Sentence]] = MappingProxyType(
    {
        Use.RENTED: Sentence("租用", "rented"),
        Use.ASSIGNED: Sentence("固定分配", "assigned"),
        Use.DROP_OFF: Sentence("代存", "drop-off"),
        Use.HELD: Sentence("工作人员保留", "held by staff"),
    }
)

CONDITIONS: Final[Mapping[Condition, Sentence]] = MappingProxyType(
    {
        Condition.READY: Sentence("", ""),
        Condition.CLEANING: Sentence("清洁中", "cleaning"),
        Condition.INSPECTION: Sentence("待检查", "inspection"),
        Condition.OUT_OF_SERVICE: Sentence("停用", "out of service"),
    }
)

SEEN: Final[Mapping[Seen, Sentence]] = MappingProxyType(
    {Seen.EMPTY: Sentence("空", "empty"), Seen.THINGS: Sentence("有物品", "things inside")}
)

PRESENCES: Final[Mapping[Presence, Sentence]] = MappingProxyType(
    {
        Presence.ONLINE: Sentence("", ""),
        Presence.OFFLINE: Sentence("离线：门的状态都未知", "offline: none of its doors is known"),
        Presence.UNKNOWN: Sentence("无法联系：门的状态都未知", "cannot be heard: none of its doors is known"),
    }
)
