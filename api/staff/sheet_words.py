"""What may be wrong with a line of a sheet of bookings, in both languages; what a rule refuses has its own words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.kit.sentences import Sentence

FAULTS: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "empty": Sentence("文件里没有预订。", "There are no bookings in this file."),
        "column_missing": Sentence(
            "第一行里没有这一列的名称。", "The first line does not name this column. Please add it."
        ),
        "missing": Sentence("没有填写。", "This is empty."),
        "no_time": Sentence(
            "看不懂这个时间，请写成 2026-12-01 19:00。", "This is no time. Please write it like 2026-12-01 19:00."
        ),
        "not_after": Sentence("结束要在开始之后，最长一天。", "The end must come after the start, by a day at most."),
        "no_number": Sentence("人数请用数字，最多 1000。", "Please give a number of people, at most 1000."),
        "bad_reason": Sentence("理由太长，最多 64 个字。", "This reason is too long: 64 letters are the most."),
        "no_such_member": Sentence("没有这个会员，或者已停用。", "There is no such member, or they are disabled."),
        "no_such_space": Sentence("没有这个场地。", "There is no such space."),
        "too_many_lines": Sentence(
            "一次最多 300 行，请分几次导入。", "300 lines at a time are the most. Please take them in bit by bit."
        ),
        "too_many_cells": Sentence("这一行的列数比第一行多。", "This line has more columns than the first."),
        "open_quote": Sentence("这里有一个引号没有结束。", "A quotation mark begins here and never ends."),
    }
)
