"""Pictures of screens: kept, and held against what a browser draws today.

They lie at half the size in `snapshots/`, without loss. A browser's own pixel here or there is no difference; a colour,
or a button that has moved, is. After a wanted change `make snapshots` makes them anew; then look at them.
"""

import io
import json
import os
from dataclasses import dataclass, field

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page

from tests.web.conftest import ROOT

KEPT = ROOT / "tests/web/snapshots"
SHOWN = ROOT / ".make/snapshots"  # where whoever sees a failure finds what was expected, what came, and the difference
IS_MADE_ANEW = os.environ.get("SNAPSHOTS") == "anew"

SAME = 12  # of 255: so much a colour may differ
MOST = 10  # pixels of a halved picture may differ more than that: a caret is more, a letter's edge is less


@dataclass
class Album:
    """One test's pictures; `close` says which were not as they are kept."""

    page: Page
    differing: list[str] = field(default_factory=list)

    def hold(self, name: str) -> None:
        """In both languages' pages, by day and by night, as the page is now."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self._hold(f"{name}-{scheme}")

    def _hold(self, name: str) -> None:
        actual, kept = taken(self.page), KEPT / f"{name}.webp"
        if IS_MADE_ANEW:
            KEPT.mkdir(exist_ok=True)
            actual.save(kept, lossless=True, method=6, quality=100)
            return
        expected = Image.open(kept).convert("RGB") if kept.exists() else Image.new("RGB", actual.size)
        if (where := difference(expected, actual)) is None:
            return
        SHOWN.mkdir(parents=True, exist_ok=True)
        for kind, picture in {"expected": expected, "actual": actual, "difference": marked(expected, actual)}.items():
            picture.save(SHOWN / f"{name}-{kind}.png")
        self.differing.append(f"{name}: {where}; see {SHOWN.relative_to(ROOT)}/{name}-*.png")

    def close(self) -> None:
        """Fails with every difference at once; a test that only made pictures counts as left out."""
        if IS_MADE_ANEW:
            pytest.skip("made anew, and held against nothing")
        assert self.differing == [], "a wanted change? make snapshots, and look at them"


def taken(page: Page) -> Image.Image:
    """The page at half its size."""
    drawn = page.screenshot(animations="disabled", caret="hide", scale="css")
    return Image.open(io.BytesIO(drawn)).convert("RGB").reduce(2)


def difference(expected: Image.Image, actual: Image.Image) -> str | None:
    """Where they differ, and how much; None: nowhere that anybody would see."""
    if expected.size != actual.size:
        return f"of size {actual.size} instead of {expected.size}"
    spots = _spots(expected, actual)
    count = spots.histogram()[255]
    return f"{count} pixels differ within {spots.getbbox()}" if count > MOST else None


def marked(expected: Image.Image, actual: Image.Image) -> Image.Image:
    """What came, pale, with each pixel that differs in red."""
    if expected.size != actual.size:
        return actual
    pale = Image.blend(actual, Image.new("RGB", actual.size, "white"), 0.7)
    pale.paste("red", mask=_spots(expected, actual))
    return pale


def _spots(expected: Image.Image, actual: Image.Image) -> Image.Image:
    red, green, blue = ImageChops.difference(expected, actual).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([0] * (SAME + 1) + [255] * (255 - SAME))


# Other fonts, or another browser's way to draw them, make every picture another one and say nothing of ours.
MACHINE = """() => {
  const pen = document.createElement('canvas').getContext('2d')
  const width = (text) => {
    pen.font = `100px ${getComputedStyle(document.body).fontFamily}`
    return Math.round(pen.measureText(text).width)
  }
  return { letters: width('Hearth, 12:30'), characters: width('职工之家，开门'), sign: width('·→…') }
}"""


def must_be_the_same_machine(page: Page) -> None:
    """Leaves the test out, aloud, where the kept pictures were not drawn with these fonts and this Chromium."""
    version = page.context.browser.version.partition(".")[0]
    here = {"chromium": version, **page.evaluate(MACHINE)}
    told = KEPT / "machine.json"
    if IS_MADE_ANEW:
        KEPT.mkdir(exist_ok=True)
        told.write_text(json.dumps(here, indent=2) + "\n")
    elif (kept := json.loads(told.read_text())) != here:
        pytest.skip(f"SCREENS NOT COMPARED: drawn with {kept}, and here is {here}; make snapshots makes them anew")
