"""What a calendar program shows of bookings, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.bookings.model import BookingState
from gateway.kit.sentences import Sentence

CALENDAR: Final = Sentence("我的预订", "My bookings")
OF_SPACE: Final = Sentence("{space} 的预订", "Bookings of {space}")

STATES: Final[Mapping[BookingState, Sentence]] = MappingProxyType(
    {
        BookingState.PENDING: Sentence("还在等工作人员同意。", "Waiting for our staff to agree."),
        BookingState.CONFIRMED: Sentence("已经订好。", "This is booked."),
        BookingState.CANCELLED: Sentence("已经取消。", "This was cancelled."),
        BookingState.RELEASED: Sentence("没有人来，已经让给别人。", "Nobody came, so it was given to others."),
        BookingState.DENIED: Sentence("没有获得同意。", "Our staff did not agree to this."),
    }
)
CLOSED: Final = Sentence("{space} 不开放：{reason}", "{space} is closed: {reason}")
SHUT: Final = Sentence("这段时间谁也不能预订。", "Nobody can book it at this time.")
REOPENED: Final = Sentence("已经重新开放。", "It is open again.")
OUT_OF_ORDER: Final = Sentence("{space} 停用：{reason}", "{space} is out of order: {reason}")
UNTIL_FURTHER_NOTICE: Final = Sentence(
    "什么时候恢复还不知道，在此之前谁也不能预订。", "Nobody knows yet until when; nobody can book it before."
)
IN_ORDER: Final = Sentence("已经可以使用。", "It can be used again.")
GUESTS: Final = Sentence("另有 {guests} 人同来。", "{guests} more people are coming along.")
WHERE_TO_CHANGE: Final = Sentence(
    "改时间或取消，请到职工之家里办理；在日历里改不算数。",
    "To move or cancel it, please use the centre's own page: what you change in the calendar does not count.",
)
