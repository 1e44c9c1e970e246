"""Everything that the wizard says, in both languages, for somebody with a cabinet key in the other hand."""

from collections.abc import Mapping
from typing import Any, Final

LANGUAGES: Final = ("zh-CN", "en")

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "in_service": (
        "这个柜子已经用过，里面可能有会员的东西{rented}。接下来每个门都会打开一次。请守在柜前。要继续，请输入 yes：",
        (
            "This cabinet has been in service, and members' things may lie in it{rented}. Every door will open once"
            " now. Stay with it. Type yes to go on:"
        ),
    ),
    "rented": ("，现在有 {count} 个柜格租出", "; {count} compartments are rented now"),
    "who": ("请输入您的姓名（会印在接线表上）：", "Your name, for the sheet:"),
    "count": ("这个柜子一共有几个门？[{usual}]", "How many doors has this cabinet? [{usual}]"),
    "no_number": ("请输入数字。", "Please type a number."),
    "shut_all": (
        "请把所有的门关好，然后按回车。接下来门会一个一个地打开。",
        "Shut every door, then press Enter. The doors will then open one after another.",
    ),
    "lost": (
        "第 {board} 块板没有应答（串口 {port}，地址 {address}）。请检查电源、接线、地址，然后再运行一次。",
        (
            "Board {board} does not answer (port {port}, address {address}). Look at its power, its wires and its"
            " address, then run this again."
        ),
    ),
    "go_on": ("接着上次继续：已经试过 {done} 个。", "Going on where it stopped: {done} tried already."),
    "still_open": (
        "有门没关好（{places}）。请关好，然后按回车。如果门确实都关着，请输入 ok。",
        "A door is not shut ({places}). Shut it, then press Enter. Type ok if all doors really are shut.",
    ),
    "opening": ("正在打开：{place} ……", "Opening {place} ..."),
    "door": (
        (
            "哪个门打开了？请输入门上的号码（没有门打开就输入 0；几个门一起打开就用空格隔开；"
            "没有门打开、这块板剩下的也不用再试，就输入 s）："
        ),
        (
            "Which door opened? Type the number on it (0 if none opened; several with a space between; s if none opened"
            " and the rest of this board need not be tried):"
        ),
    ),
    "door_after_cut": (
        "上次在打开 {place} 时中断了，这次不会再开。当时哪个门打开了？（没有就输入 0）",
        "It was cut off while opening {place}, which is not opened again. Which door opened then? (0 if none)",
    ),
    "told_before": (
        "{door} 号门已经由另一个锁打开过。确定的话请再输入一次：",
        "Door {door} was opened by another lock before. If you are sure, type it again:",
    ),
    "shut": ("请关好 {doors} 号门……", "Please shut door {doors} ..."),
    "shut_and_enter": (
        "没有看到门的动静。请关好 {doors} 号门，然后按回车。",
        "Its contact did not move. Shut door {doors}, then press Enter.",
    ),
    "cannot": (
        "打不开 {place}：{why}。请检查后再运行一次。",
        "{place} cannot be opened: {why}. Look at it, then run this again.",
    ),
    "works": (
        "{door} 号门：正常（{place}，{opens}）",
        "door {door}: works ({place}, {opens})",
    ),
    "trouble": ("{who}：{what}（{place}）", "{who}: {what} ({place})"),
    "missing": ("还有 {doors} 个门没有打开过。", "{doors} doors have not opened at all."),
    "nothing_works": ("没有一个门可以使用，配置文件不作修改。", "Not one door can be used; the file is left as it is."),
    "no_change": ("配置文件已经是对的，不需要修改。", "The file is right already."),
    "difference": ("配置文件将这样修改：\n{lines}", "The file would be changed like this:\n{lines}"),
    "write": ("现在写入吗？[y/n]", "Write it now? [y/n]"),
    "written": (
        "已写入 {file}；原来的保存在 {backup}。现在可以启动固件。",
        "{file} is written; what it was is in {backup}. The firmware can be started now.",
    ),
    "not_written": ("没有写入。再运行一次会接着这里。", "Nothing was written. Run this again to come back here."),
    "sheet": ("接线表：{file}（用浏览器打开即可打印）", "The sheet: {file} (open it in a browser to print it)"),
    "again": (
        "修好后用 --again 再试有问题的门；已经正常的不会再打开。",
        "When it is repaired, --again tries what had trouble; what works is not opened again.",
    ),
    "finding": ("正在找：{family}（只询问，不开锁）……", "Looking for {family} (it only asks, nothing opens) ..."),
    "found": (
        "找到 {family}，地址 {address}，{ways} 路。",
        "Found {family} at address {address}, {ways} channels.",
    ),
    "found_none": (
        "{port} 上没有找到认识的锁控板。请检查电源、A/B 两线和地址。",
        "No board that we know answers on {port}. Look at its power, its wires A and B, and its address.",
    ),
    "stopped": ("已停下。再运行同样的命令会接着这里。", "Stopped. The same command goes on from here."),
    # what is wrong, for `trouble` and for the sheet
    "crossed": (
        "触点和 {other} 号门接反了；已记入配置，可以使用",
        "its contact is crossed with door {other}'s; the file says so, and it works",
    ),
    "crossed_alone": (
        "触点接在另一路上；已记入配置，可以使用",
        "its contact is on another channel; the file says so, and it works",
    ),
    "far_contact": ("触点接到了另一块板上，请改接", "its contact is wired to another board: move it"),
    "dead_contact": (
        "门开了，触点没有动静：请检查触点和接线",
        "it opened and its contact did not move: look at the contact and its wires",
    ),
    "many_contacts": (
        "门开了，有好几个触点动了：请检查接线",
        "it opened and several contacts moved: look at the wires",
    ),
    "shared_contact": ("另一个门也用这个触点：请检查接线", "another door moves the same contact: look at the wires"),
    "twice": ("有两个锁都打开它：请检查接线", "two locks open it: look at the wires"),
    "together": ("它的锁同时打开 {other} 号门：请检查接线", "its lock opens door {other} as well: look at the wires"),
    "nothing_opened": (
        "没有门打开：请检查锁和接线，没有接锁就不用管",
        "no door opened: look at the lock and its wires, unless nothing is wired there",
    ),
    # the sheet
    "title": ("储物柜接线表", "Wiring of a locker bank"),
    "head_door": ("门号", "Door"),
    "head_place": ("接在哪里", "Lock"),
    "head_contact": ("触点", "Contact"),
    "head_polarity": ("关门时", "Shut is"),
    "head_opens": ("多久打开", "Opens after"),
    "head_remarks": ("备注", "Remarks"),
    "by": ("经手人：{who}　日期：{date}　柜：{device}", "By {who}, {date}, bank {device}"),
    "left_out": ("未启用", "not in use"),
    "own": ("同路", "same"),
    "ms": ("{ms} 毫秒", "{ms} ms"),
    "not_measured": ("没有测", "not measured"),
    "no_door": ("（无门）", "(no door)"),
    "who_door": ("{door} 号门", "door {door}"),
    "at_board": (
        "第 {board} 块板（地址 {address}）第 {channel} 路",
        "board {board} (address {address}) channel {channel}",
    ),
    "at_pins": ("引脚 {strike_pin} / {contact_pin}", "pins {strike_pin} / {contact_pin}"),
}


def sentence(what: str, language: str, facts: Mapping[str, Any]) -> str:
    """Raises KeyError for what there are no words for."""
    return _WORDS[what][LANGUAGES.index(language)].format(**facts)


def known() -> frozenset[str]:
    """Every sentence's name."""
    return frozenset(_WORDS)
