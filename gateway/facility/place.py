"""Where staff shall go, in both languages."""

from gateway.zones.model import Zone


def place_of(part: str, zone: Zone | None) -> dict[str, str]:
    """The zone's name, and in brackets which thing there; only that while nobody has said where it is."""
    if zone is None:
        return {"zh-CN": part, "en": part}
    return {"zh-CN": f"{zone.name_zh}（{part}）", "en": f"{zone.name_en} ({part})"}
