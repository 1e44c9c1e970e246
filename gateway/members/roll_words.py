"""What is wrong with a line of an imported list, and what to do about it, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.kit.sentences import Sentence

FAULTS: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "empty": Sentence("文件里没有会员。", "There is nobody in this file."),
        "column_missing": Sentence(
            "第一行里没有这一列的名称。", "The first line does not name this column. Please add it."
        ),
        "missing": Sentence("没有填写。", "This is empty."),
        "bad_number": Sentence(
            "会员号只能有字母、数字、点、横线和下划线，最多 32 个字。",
            "A member number has letters, figures, dots, dashes and underscores only, at most 32.",
        ),
        "twice": Sentence("前面已有一行是同一个会员号。", "A line before this has the same number."),
        "too_long": Sentence("姓名太长了。", "This name is too long."),
        "bad_characters": Sentence("里面有看不见的字符。", "There are characters in it that cannot be seen."),
        "unknown_language": Sentence("语言只能是 zh-CN 或 en。", "A language is zh-CN or en."),
        "no_such_group": Sentence("没有这个会员组，请先建立。", "There is no such group. Please make it first."),
        "works_here": Sentence(
            "这是工作人员的账号，不能从名单导入。", "This account is of somebody who works here, and not for a list."
        ),
        "too_many_cells": Sentence("这一行的列数比第一行多。", "This line has more columns than the first."),
        "open_quote": Sentence("这里有一个引号没有结束。", "A quotation mark begins here and never ends."),
    }
)
