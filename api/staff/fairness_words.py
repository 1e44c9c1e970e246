"""The names of the figures about fairness, and what each of them counts. A figure is never shown without."""

from types import MappingProxyType
from typing import Final

from gateway.kit.sentences import Sentence

FIGURES: Final = MappingProxyType(
    {
        "peaks": (
            Sentence("高峰时段", "Peak hours"),
            Sentence(
                "使用规则里写明的高峰时段；没有写明的，按每天 18 点到 22 点算。",
                "Those that the rules name; where none does, 18 to 22 o'clock on every day.",
            ),
        ),
        "wanting": (
            Sentence("参与人数", "Who wanted something"),
            Sentence(
                "这段时间有预订、报名抽签或排队的会员。",
                "Members who had a booking, took part in a ballot or stood in a queue then.",
            ),
        ),
        "peak_bookings": (
            Sentence("高峰预订次数", "Bookings in peak hours"),
            Sentence(
                "有一部分在高峰时段的预订。取消的不算，没来的算：时段已被占用。",
                "Those that lie in peak hours at least in part; not what was cancelled, but also those to which nobody"
                " came: others could not have them.",
            ),
        ),
        "peak_h": (
            Sentence("高峰小时", "Hours in peak hours"),
            Sentence("这些预订落在高峰时段的小时。", "How much of these bookings lies in peak hours."),
        ),
        "gini": (
            Sentence("基尼系数", "Gini coefficient"),
            Sentence(
                "参与的会员之间高峰小时的差距：0 是人人一样多，接近 1 是一个人全占。没有高峰预订时无法知道。",
                "How unevenly peak hours are spread over who wanted something: 0 is as much for everybody, near 1 is"
                " all for one. Without any nobody knows.",
            ),
        ),
        "top_tenth_share": (
            Sentence("前一成所占", "Share of the top tenth"),
            Sentence(
                "高峰小时最多的一成会员（至少一人）占全部高峰小时的比例。",
                "Which part of all peak hours the tenth of them has that has most; one member at the least.",
            ),
        ),
        "spread": (
            Sentence("分布", "Spread"),
            Sentence(
                "有 0 次、1 次、2 次……高峰预订的会员各有多少。",
                "How many of them have no booking in peak hours, one, two, and so on.",
            ),
        ),
        "first_timers": (
            Sentence("首次订到", "First-time winners"),
            Sentence(
                "以前从没有过高峰预订、这段时间第一次有的会员。",
                "Members who had a booking in peak hours for the first time ever.",
            ),
        ),
        "entries": (
            Sentence("抽签报名", "Entries"),
            Sentence("这段时间抽签的报名份数，每人每次一份。", "Lots in ballots drawn then, one a member and ballot."),
        ),
        "won": (
            Sentence("抽中", "Won"),
            Sentence("其中抽中的份数。", "Those of them that were drawn."),
        ),
        "won_first": (
            Sentence("首次抽中", "Won for the first time"),
            Sentence("以前从没抽中过的抽中会员。", "Members drawn who had never been drawn before."),
        ),
        "waits": (
            Sentence("排队", "In a queue"),
            Sentence("排队等这段时间的时段的次数。", "How often somebody waited for a time of that span."),
        ),
        "waits_unseated": (
            Sentence("没有排到", "Waited in vain"),
            Sentence("到开始也没有排到的次数。", "Those that had nothing when it began."),
        ),
        "refused": (
            Sentence("被拒绝的请求", "Refused"),
            Sentence(
                "预订、报名和排队被拒绝的次数，按原因计。不记录是谁，所以不能按会员组分。",
                "How often a booking, an entry or a place in a queue was refused, by reason. Whose it was is not kept,"
                " so it cannot be told by group.",
            ),
        ),
        "groups": (
            Sentence("各会员组", "By group"),
            Sentence(
                "每个会员组的份额；一个会员可以在几个组里。不到 5 人的组不显示，以免看出是谁。",
                "What each group has; a member may be in several. Of groups of fewer than 5 nothing is told, for it"
                " would be about one of them.",
            ),
        ),
    }
)

OF_GROUPS: Final = MappingProxyType(
    {
        "members": (Sentence("会员人数", "Members"), Sentence("组里的会员。", "All that are in it.")),
        "peak_h_each": (
            Sentence("人均高峰小时", "Peak hours a member"),
            Sentence("高峰小时 ÷ 会员人数。", "Hours in peak hours ÷ members."),
        ),
    }
)
"""Figures of a group that nothing else has."""

TITLE: Final = Sentence("高峰时段是否公平", "Who gets the peak hours")
OF: Final = Sentence("哪些", "Of")
VALUE: Final = Sentence("数值", "Value")
TIMES: Final = Sentence("{count} 次", "{count} bookings")
EVERY_DAY: Final = Sentence("每天", "every day")
