"""A photo that somebody sends, drawn anew: only what is to be seen is left of the file that came.

Position, time, owner's name, thumbnails and whatever else a camera or an attacker wrote beside the picture are not
copied. What comes is believed in nothing: neither its name nor its media type is asked.
"""

import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from gateway.kit.errors import Malformed

MOST_BYTES: Final = 700_000  # of a file that comes
MOST_PIXELS: Final = 24_000_000  # of a file that comes: undone it takes four bytes each
LONGEST_SIDE: Final = 1280  # pixels, of what is kept
MOST_KEPT_BYTES: Final = 200_000
SMALL_SIDE: Final = 480  # pixels, of what a list shows

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITIES: Final = (80, 65, 50, 35)
_QUALITY_SMALL: Final = 65


def redrawn(file: bytes) -> bytes:
    """The picture in a file, as a JPEG at most LONGEST_SIDE wide and high, upright.

    Raises Malformed: `photo_too_large` in bytes or in pixels, `photo_unreadable` for what is no whole JPEG, PNG or
    WebP.
    """
    if len(file) > MOST_BYTES:
        raise Malformed("photo_too_large")
    return _written(_read(file))


def small(jpeg: bytes) -> bytes:
    """A kept picture at most SMALL_SIDE wide and high, for a list of them: a seventh of the bytes, in 12 ms.

    `jpeg`: as `redrawn` made it.
    """
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        picture.draft("RGB", (SMALL_SIDE, SMALL_SIDE))
        picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
        drawn = BytesIO()
        picture.save(drawn, "JPEG", quality=_QUALITY_SMALL, optimize=True)
    return drawn.getvalue()


def _read(file: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow's own limit warns, and refuses at twice as many: ours comes first, from the header alone.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(file), formats=_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Malformed("photo_too_large")
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG need not be undone in full size
                upright = ImageOps.exif_transpose(picture)
    except Malformed:
        raise
    except Image.DecompressionBombError as error:
        raise Malformed("photo_too_large") from error
    except Exception as error:  # a file made to hurt breaks a reader in ways that nobody has listed
        raise Malformed("photo_unreadable") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _on_white(upright)


def _on_white(picture: Image.Image) -> Image.Image:
    """The pixels alone, on paper where they were see-through."""
    paper = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        paper.paste(seen, mask=seen.getchannel("A"))
    else:
        paper.paste(picture.convert("RGB"))
    return paper


def _written(picture: Image.Image) -> bytes:
    """Coarser, then smaller, until it fits."""
    while True:
        for quality in _QUALITIES:
            jpeg = BytesIO()
            picture.save(jpeg, "JPEG", quality=quality, optimize=True)
            if jpeg.tell() <= MOST_KEPT_BYTES:
                return jpeg.getvalue()
        picture = picture.reduce(2)
