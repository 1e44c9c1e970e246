"""The names of the figures about use, and what each of them counts. A figure is never shown without."""

from types import MappingProxyType
from typing import Final

from api.words import WORDS
from gateway.crowd.rules import Confidence
from gateway.kit.sentences import Sentence
from gateway.members.model import Language

FIGURES: Final = MappingProxyType(
    {
        "open_h": (
            Sentence("开放小时", "Hours open"),
            Sentence("开放时间减去临时关闭的时间。", "The opening hours, less the times that it was closed for."),
        ),
        "booked_h": (
            Sentence("预订小时", "Hours booked"),
            Sentence(
                "预订的时间，包括没人来的；取消的不算。整块场地的预订，每个分区各算一次。",
                "Times that were booked, also those to which nobody came; not what was cancelled. A booking of a whole"
                " counts for each of its parts.",
            ),
        ),
        "used_h": (
            Sentence("使用小时", "Hours used"),
            Sentence(
                "有人开门或签到的预订，从开始算到结束。没有门锁也没有签到的地方，无法知道。",
                "Bookings whose door was opened or that were checked in, from beginning to end. Where there is neither"
                " a lock nor a check-in, nobody knows.",
            ),
        ),
        "frequency": (
            Sentence("使用频率", "Frequency"),
            Sentence("有人使用的小时 ÷ 开放小时。", "Hours with anybody there ÷ hours open."),
        ),
        "occupancy": (
            Sentence("占用率", "Occupancy"),
            Sentence(
                "使用期间，来的人数（预订人和登记的同伴）÷ 可容纳的人数。"
                "没有写明容纳人数的：占用的位子 ÷ 全部位子；只有一个位子的，无法知道。",
                "While it was used: people who came (whoever booked, and the guests they named) ÷ people it is for."
                " Where nobody has said for how many it is: places taken ÷ places there; with one place, nobody knows.",
            ),
        ),
        "utilisation": (
            Sentence("利用率", "Utilisation"),
            Sentence("使用频率 × 占用率。", "Frequency × occupancy."),
        ),
        "bookings": (
            Sentence("预订次数", "Bookings"),
            Sentence("没有取消的预订。", "Those that were not cancelled."),
        ),
        "no_shows": (
            Sentence("爽约", "No-shows"),
            Sentence(
                "没人来而释放的预订。门或设备有故障时不算。",
                "Given back since nobody came. Never counted when the door or the device was at fault.",
            ),
        ),
        "late_cancels": (
            Sentence("临时取消", "Late cancellations"),
            Sentence(
                "开始前 2 小时内取消，刚预订 15 分钟内的不算。",
                "Cancelled within 2 hours of the beginning, and not within 15 minutes of booking.",
            ),
        ),
        "recovered_h": (
            Sentence("重新用上的小时", "Hours recovered"),
            Sentence("释放以后又有人预订并使用的时间。", "Given back, booked by somebody else, and used."),
        ),
        "lead_h": (
            Sentence("提前小时（中位数）", "Hours ahead (median)"),
            Sentence("从预订到开始的时间。", "From the booking to its beginning."),
        ),
        "turnover": (
            Sentence("每格每天租用次数", "Rentals a compartment a day"),
            Sentence("租用次数 ÷ 格口数 ÷ 天数。", "Rentals begun ÷ compartments ÷ days."),
        ),
        "dwell_h": (
            Sentence("租用小时（中位数）", "Hours rented (median)"),
            Sentence("已归还的，从租用到归还。", "Of those given back: from beginning to end."),
        ),
        "overdue": (
            Sentence("逾期归还", "Given back late"),
            Sentence("归还时已过期。", "After their time was over."),
        ),
        "failed": (
            Sentence("没有开成的次数", "Openings that failed"),
            Sentence("请求开门而门没有打开，或无法确定。", "Asked for, and the door did not open, or nobody can tell."),
        ),
        "forced": (
            Sentence("强行打开", "Forced"),
            Sentence("没有人请求而门被打开。", "A door opened that nobody had asked for."),
        ),
        "refused": (
            Sentence("被拒绝的请求", "Refused"),
            Sentence(
                "想要而没有得到：按原因计数，不记是谁。",
                "Wanted and not had: counted by reason, never by whom.",
            ),
        ),
        "part_used": (
            Sentence("已用寿命", "Part used"),
            Sentence(
                "装上或更换以来的使用次数（或小时）÷ 额定寿命。没有写明额定寿命的，无法知道。",
                "Uses, or hours, since it was put in or replaced ÷ its rated life. Where nobody has said how much it is"
                " made for, nobody knows.",
            ),
        ),
        "fails_about": (
            Sentence("预计超出限度", "Out of limits about"),
            Sentence(
                "开门变慢、开不开的次数变多或电池下降，照这样下去的日期；说不准的没有日期。看的是今天，不是所选的日期。",
                "When it will be, if it goes on so: opening slower, more pulses in vain, or a battery that goes down."
                " Without a date where nobody can tell. As it is today, whatever days were asked for.",
            ),
        ),
        "waits_unseated": (
            Sentence("候补没有等到", "Waited in vain"),
            Sentence("候补到开始也没有空出来。", "On the waiting list until it began."),
        ),
        "days_counted": (
            Sentence("数到的整天", "Whole days counted"),
            Sentence(
                "计数器或感应器说过话的整天。没有数到的一天不算在内，也不当作没人。",
                "On which a counter, or a sensor that sees people, was heard. A day that nobody counted is left out,"
                " and not taken for one on which nobody came.",
            ),
        ),
        "people": (
            Sentence("人数", "People"),
            Sentence(
                "一周里这个小时平均有多少人：先算每天这一小时的平均，再算各天的平均。",
                "How many were there in that hour of the week: of each day that was counted the mean of the hour, and"
                " of those the mean.",
            ),
        ),
        "entered": (
            Sentence("进来人次", "Came in"),
            Sentence(
                "门口计数器数到的进入次数；出去再进来算两次。只看得见人数、不数进出的地方，无法知道。",
                "As the counters at its doors said; whoever goes out and comes back is counted twice. Where a sensor"
                " sees how many there are and nothing counts who comes, nobody knows.",
            ),
        ),
        "stay_min": (
            Sentence("平均停留分钟", "Minutes stayed"),
            Sentence("人数 × 分钟 ÷ 进来人次。", "People × minutes ÷ who came in."),
        ),
        "most_people": (
            Sentence("最多时人数", "Most at once"),
            Sentence(
                "同一时刻最多有多少人，旁边是从什么时候起。",
                "The most that were there at one moment; beside it, from when on.",
            ),
        ),
        "left_over": (
            Sentence("关门时还在", "Left at closing"),
            Sentence(
                "关门时按计数还在里面的人。之后从零数起。",
                "Still counted in when it closed. After that counting begins at zero.",
            ),
        ),
        "corrected": (
            Sentence("补上的人次", "Added"),
            Sentence(
                "出去的比进来的多时补上的人：计数器漏数了他们进来。",
                "People who went out and had not been seen to come in, so that there never were fewer than nobody.",
            ),
        ),
        "surety": (
            Sentence("把握", "How sure"),
            Sentence(
                "大概：有计数器断过，或出去的比进来的多出不少。不知道：没有计数器说过话。",
                "Rough: a counter was away for a while, or many more went out than had come in. Unknown: none of them"
                " was heard.",
            ),
        ),
        "expected": (
            Sentence("预计小时", "Hours expected"),
            Sentence(
                "相似的日子在这个钟点使用小时的平均：最近八周的同一个星期几；节假日和节假日比，调休上班的周末和工作日比。不满三天的不说。",
                "The mean of what days like it had in that hour: the same weekday of the last eight weeks; of a holiday"
                " other holidays, of a weekend day that is worked the working days. With fewer than three nothing is"
                " said.",
            ),
        ),
        "least": (
            Sentence("最少小时", "Least hours"),
            Sentence("相似的日子里最少的一天。", "What the emptiest of the days like it had."),
        ),
        "most": (
            Sentence("最多小时", "Most hours"),
            Sentence("相似的日子里最多的一天。", "What the fullest of the days like it had."),
        ),
        "error": (
            Sentence("预计平均差（小时）", "Forecast was off by (h)"),
            Sentence(
                "最近 28 天里每天只用之前知道的来预计，每小时平均差多少。",
                "On the last 28 days, each foretold from what was known before it: by how many hours an hour was off,"
                " in the mean.",
            ),
        ),
        "naive_error": (
            Sentence("照抄上周平均差（小时）", "Last week's was off by (h)"),
            Sentence(
                "同样这些天，如果只照抄一周前，会差多少。这个数更小时，不要相信预计。",
                "On the same days, had one simply said what was a week before. When this is the smaller one, do not"
                " trust the forecast.",
            ),
        ),
        "tried_days": (
            Sentence("试过的天数", "Days tried"),
            Sentence("预计的误差是在多少天上算的。", "On how many days the error was found."),
        ),
    }
)
"""By its name in the API: what it is called, and what it counts."""

WISHES: Final = MappingProxyType(
    {
        "bookings": Sentence("预订", "To book"),
        "series": Sentence("固定预订", "To book again and again"),
        "waitlist": Sentence("候补", "To wait for a time"),
        "ballots": Sentence("报名抽签", "To take part in a ballot"),
        "rentals": Sentence("租用储物柜", "To rent a compartment"),
        "drop-offs": Sentence("转交物品", "To leave something for somebody"),
        "unlocks": Sentence("开门", "To open a door"),
        "activities": Sentence("报名活动", "To have a place in an activity"),
    }
)

REASONS: Final = MappingProxyType(
    {
        "policy.most_drop_offs": Sentence(
            "留下没取走的东西已到上限", "They had left as many things as they may that still wait"
        ),
        "policy.rentals_at_once": Sentence("同时租用的柜子已到上限", "They had as many compartments as they may"),
        "policy.longest_use": Sentence("想用得比允许的久", "For longer than a compartment may be used"),
        "policy.most_waits": Sentence("排的队已到上限", "They stood in as many queues as they may"),
        "policy.days_ahead": Sentence("比可以提前的天数更早", "Further ahead than may be booked"),
        "policy.closed_day": Sentence("那天不开放", "It is closed on that day"),
        "policy.max_minutes": Sentence("比一次最多可以订的长", "For longer than a booking may last"),
        "policy.min_minutes": Sentence("比一次至少要订的短", "For less than a booking must last"),
        "policy.most_ahead": Sentence("未结束的预订已到上限", "They had as many bookings ahead as they may"),
        "policy.bookings_per_day": Sentence(
            "那一天的预订次数已到上限", "They had as many bookings on that day as they may"
        ),
        "policy.minutes_per_week": Sentence("那一周的分钟数会超过上限", "For more minutes in that week than they may"),
        "policy.peak_minutes": Sentence("高峰时段的分钟数会超过上限", "For more minutes in peak hours than they may"),
        "policy.branch_peak_minutes": Sentence(
            "分会高峰时段的分钟数会超过上限", "For more minutes in peak hours than their branch may"
        ),
        "policy.guests": Sentence("同伴太多", "With more guests than they may bring"),
        "policy.low_credit_days_ahead": Sentence("信用分较低，不能提前这么多天", "With few points, not so far ahead"),
        "policy.low_credit_most_ahead": Sentence(
            "信用分较低，未结束的预订已到上限", "With few points, no more bookings ahead"
        ),
        "policy.ballot_closes_at": Sentence("那一周先抽签", "That week is drawn for first"),
        "policy.week_opens_at": Sentence("那一周还没有开始预订", "That week could not be booked yet"),
        "policy.opens_at": Sentence("那一天还没有开始预订", "That day could not be booked yet"),
        "policy.cancel_before": Sentence("太迟，不能再取消或改时间", "Too late to cancel or to move"),
        "too_many_people": Sentence("比容纳的人多", "For more people than there is room for"),
        "series_not_free": Sentence("一系列里有订不到的时间", "Some times of a series could not be had"),
    }
)
"""Of refusals whose sentence to whoever was refused needs facts of the one case: what all of them have in common."""

FAILURES: Final = MappingProxyType(
    {
        "late": Sentence("网关拿到请求时已经太迟", "The gateway took it up too late"),
        "no_challenge_in_time": Sentence("设备没有及时回答", "The device did not answer in time"),
        "no_challenge": Sentence("设备那边的请求已经作废", "The device held that request no longer"),
        "stale": Sentence("许可到设备时已经太迟", "The permission reached the device too late"),
        "too_late": Sentence("要开锁时已经太迟", "It was too late when the lock was about to be pulsed"),
        "busy": Sentence("这扇门正在开", "That very door was being opened"),
        "rate": Sentence("一分钟内开门太多，设备停一停", "Too many openings in a minute: the device paused"),
        "wrong_door": Sentence("许可是别的门的", "The permission was for another door"),
        "no_such_door": Sentence("设备没有这扇门", "The device has no such door"),
        "strike": Sentence("锁没有执行", "The lock's hardware did not do it"),
        "no_edge": Sentence("锁动了，门没有打开", "The lock was pulsed and the door did not open"),
        "lost": Sentence("设备没有收到，或中途重启", "It never reached the device, or that one started anew"),
        "POSSIBLE": Sentence("设备中途断电，不知道开没开", "The device lost its power in the act: nobody can tell"),
    }
)
"""How an opening that was allowed ended, by its code, or by its state where it has none."""

TITLE: Final = Sentence("使用情况", "Use of the house")
SPACES: Final = Sentence("场地和房间", "Spaces")
BANKS: Final = Sentence("储物柜", "Lockers")
UNMET: Final = Sentence("想要而没有得到", "Wanted in vain")
WEAR: Final = Sentence("设备磨损", "Wear")
ASSET: Final = Sentence("设备资产", "Asset")
NOT_WORN: Final = Sentence(
    "另有 {count} 件还没有什么可说的：用了不到 1 %，数据也太少。全部都在工作簿里。",
    "Others of which there is nothing to tell yet: {count}. Less than 1 % of their life is used, and there are too few"
    " data. All of them are in the workbook.",
)
COUNTED_IN: Final = Sentence("计数", "Counted in")
USED: Final = Sentence("已用", "Used")
RATED_LIFE: Final = Sentence("额定寿命", "Rated life")
HEAT: Final = Sentence("每周各小时的平均使用小时", "Hours used, by the hour of the week")
ZONES: Final = Sentence("各区域的人数", "People in the zones")
ZONE: Final = Sentence("区域", "Zone")
CAPACITY: Final = Sentence("容纳人数", "For people")
SINCE: Final = Sentence("从何时起", "From")
PEOPLE: Final = Sentence("一周里每个小时多少人", "People by the hour of the week")
ZONE_DAYS: Final = Sentence("各区域每天的人数", "People day by day")
DAY: Final = Sentence("日期", "Day")
FORECAST: Final = Sentence("今后七天的预计", "To expect in the next 7 days")
KIND_OF_DAY: Final = Sentence("日子", "Kind of day")
KINDS_OF_DAY: Final = MappingProxyType(
    {
        "holiday": Sentence("节假日", "holiday"),
        "workday": Sentence("调休上班", "worked"),
        "closed": Sentence("不开放", "closed"),
    }
)
SURETIES: Final = MappingProxyType(
    {
        Confidence.KNOWN: Sentence("准确", "sure"),
        Confidence.ROUGH: Sentence("大概", "rough"),
        Confidence.UNKNOWN: Sentence("不知道", "unknown"),
    }
)
TRIED: Final = Sentence(
    "从今天看：每个钟点预计使用多少小时（括号里是相似的日子最少和最多的）。最近 28 天里试算了 {days} 天，每小时平均差"
    " {error} 小时；照抄上周会差 {naive} 小时。后一个更小时，不要相信预计。",
    "As of today: hours that each hour will be used for (the least and the most of days like it). Tried on {days} of"
    " the last 28 days, an hour was off by {error} h in the mean; what was a week before would have been off by"
    " {naive} h. When the second is the smaller one, do not trust the first.",
)
NOT_TRIED: Final = Sentence(
    "从今天看：每个钟点预计使用多少小时（括号里是相似的日子最少和最多的）。数据还太少，误差无法知道。",
    "As of today: hours that each hour will be used for (the least and the most of days like it). How wrong that is"
    " nobody knows yet: too few days have passed.",
)
NOTHING: Final = Sentence("没有可列的。", "There is nothing to tell.")
DEFINITIONS: Final = Sentence("各项的含义", "What the figures mean")
SPACE: Final = Sentence("场地", "Space")
BANK: Final = Sentence("储物柜", "Bank")
COMPARTMENTS: Final = Sentence("格口", "Compartments")
RENTALS: Final = Sentence("租用次数", "Rentals")
WISH: Final = Sentence("想做什么", "Wanted")
REASON: Final = Sentence("原因", "Reason")
COUNT: Final = Sentence("次数", "Times")
FIGURE: Final = Sentence("项目", "Figure")
MEANING: Final = Sentence("含义", "Meaning")
HOUR: Final = Sentence("时", "Hour")
WEEKDAYS: Final = (
    Sentence("周一", "Mon"),
    Sentence("周二", "Tue"),
    Sentence("周三", "Wed"),
    Sentence("周四", "Thu"),
    Sentence("周五", "Fri"),
    Sentence("周六", "Sat"),
    Sentence("周日", "Sun"),
)
COUNTERS: Final = MappingProxyType(
    {
        "cycles": Sentence("开锁次数", "Unlock cycles"),
        "slams": Sentence("关门次数", "Door closings"),
        "hours_booked": Sentence("预订小时", "Hours booked"),
        "hours_used": Sentence("使用小时", "Hours used"),
        "people": Sentence("人次", "People"),
        "hours_run": Sentence("运转小时", "Hours run"),
    }
)
PRINTED: Final = Sentence("{first} 至 {last}。打印：{at}，{by}", "{first} to {last}. Printed {at} by {by}")
UNKNOWN: Final = Sentence("不详", "unknown")


def reason(code: str, language: Language) -> str:
    """What is said to whoever is refused for it, without the facts of the one case."""
    said = REASONS.get(code) or WORDS.get(code)
    return code if said is None or "{" in said.zh else said.sentence(language, {})


def failure(code: str, language: Language) -> str:
    """What is said of an opening that did not come about for it."""
    return FAILURES[code].sentence(language, {}) if code in FAILURES else reason(code, language)
