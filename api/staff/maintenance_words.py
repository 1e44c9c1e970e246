"""What the figures about failures are called and count, and the columns of the tables to take along."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.kit.sentences import Sentence

FIGURES: Final[Mapping[str, tuple[Sentence, Sentence]]] = MappingProxyType(
    {
        "failures": (
            Sentence("故障次数", "Failures"),
            Sentence(
                "这段时间里开的维修工单，不算取消的。保养和检查不是故障。",
                "Repairs ordered in the period, but for those that were cancelled. Service and inspection are none.",
            ),
        ),
        "mtbf_h": (
            Sentence("平均故障间隔（小时）", "Mean time between failures (hours)"),
            Sentence(
                "在用的时间减去维修中的时间，除以故障次数；日夜都算。没有故障就没有这个数。",
                "Time in use without the time under repair, by failures; day and night. Without a failure there is no"
                " such figure.",
            ),
        ),
        "mttr_h": (
            Sentence("平均修复时间（小时）", "Mean time to repair (hours)"),
            Sentence(
                "从开维修工单到完成的平均时间，包括等人、等备件；只算这段时间里完成的。",
                "From the order of a repair until it was done, waiting for people and parts included; of repairs that"
                " were done in the period.",
            ),
        ),
    }
)
ASSETS: Final = (
    Sentence("编号", "Id"),
    Sentence("种类", "Kind"),
    Sentence("名称", "Name"),
    Sentence("启用时间", "Since"),
    Sentence("额定寿命", "Rated life"),
    Sentence("计数", "Counted in"),
    Sentence("已用", "Used"),
    Sentence("未完成的工单", "Standing work orders"),
)
ORDERS: Final = (
    Sentence("编号", "Id"),
    Sentence("设备资产", "Asset"),
    Sentence("种类", "Kind"),
    Sentence("状态", "State"),
    Sentence("缓急", "Priority"),
    Sentence("原因", "Reason"),
    Sentence("来源", "Opened by"),
    Sentence("开单时间", "Opened"),
    Sentence("到期", "Due"),
    Sentence("负责人", "Assigned to"),
    Sentence("完成时间", "Closed"),
    Sentence("用时（分钟）", "Minutes"),
    Sentence("备件", "Parts"),
)
