"""A photo that somebody sends is drawn anew: bounded, and with nothing beside the picture."""

import random
import zlib
from io import BytesIO
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from gateway.kit.errors import Malformed
from gateway.kit.photo import LONGEST_SIDE, MOST_BYTES, MOST_KEPT_BYTES, redrawn, small
from tests.centre_builder import a_photo


def read(jpeg):
    picture = Image.open(BytesIO(jpeg))
    picture.load()
    return picture


def a_scene(width, height):
    """The file of a picture with patches of all sizes, as of a room; the same each time."""
    scene = Image.new("RGB", (width, height))
    for cell in (400, 100, 25, 8):
        size = (width // cell, height // cell)
        colours = random.Random(cell).randbytes(size[0] * size[1] * 3)
        patches = Image.frombytes("RGB", size, colours).resize(scene.size, Image.Resampling.BICUBIC)
        scene = Image.blend(scene, patches, 0.5 if cell > 25 else 0.15)
    file = BytesIO()
    scene.save(file, "JPEG", quality=60)
    return file.getvalue()


def position():
    """As a phone writes where it was, and whose it is."""
    exif = Image.Exif()
    exif[Base.Artist] = "王晓华"
    exif[Base.Orientation] = 6  # held upright: to be turned by a quarter
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (31.0, 14.0, 7.0)
    return exif


def test_position_and_whatever_else_a_camera_writes_is_gone():
    came = a_photo(size=(64, 48), exif=position(), comment=b"secret", icc_profile=b"made by a phone")
    assert read(came).getexif().get_ifd(IFD.GPSInfo)

    kept = redrawn(came)

    picture = read(kept)
    assert not picture.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & picture.info.keys()
    assert b"secret" not in kept


def test_words_in_a_png_are_gone_too():
    words = PngInfo()
    words.add_text("Location", "31.23, 121.47")

    assert b"Location" not in redrawn(a_photo(format="PNG", pnginfo=words))


def test_a_photo_taken_upright_is_upright():
    assert read(redrawn(a_photo(size=(64, 48), exif=position()))).size == (48, 64)


@pytest.mark.parametrize(
    ("size", "as_listed"), [((3000, 2000), (480, 320)), ((600, 3000), (96, 480)), ((40, 30), (40, 30))]
)
def test_a_list_shows_a_kept_photo_at_most_480_pixels_wide_and_high(size, as_listed):
    assert read(small(redrawn(a_photo(size=size)))).size == as_listed


def test_what_a_list_shows_is_a_sixth_of_the_bytes_at_most():
    kept = redrawn(a_scene(1500, 1000))

    assert len(kept) > 100_000
    assert len(small(kept)) < len(kept) / 6


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_what_is_kept_is_a_small_jpeg_whatever_came(format_):
    kept = redrawn(a_photo(size=(3000, 2000), format=format_))

    picture = read(kept)
    assert (picture.format, max(picture.size)) == ("JPEG", LONGEST_SIDE)
    assert len(kept) <= MOST_KEPT_BYTES


def test_a_picture_full_of_detail_is_small_enough_too():
    noise = Image.effect_noise((1280, 1280), 90)
    file = BytesIO()
    noise.save(file, "WEBP", quality=20)

    assert len(redrawn(file.getvalue())) <= MOST_KEPT_BYTES


def test_see_through_places_become_paper():
    file = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")

    assert min(read(redrawn(file.getvalue())).getpixel((4, 4))) > 240


def bomb(side):
    """A PNG of few bytes that says it is so wide and high."""

    def chunk(kind, body):
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5_000, 12_000, 30_000, 100_000])
def test_a_picture_that_would_fill_the_memory_is_not_undone(side):
    with pytest.raises(Malformed, match="photo_too_large"):
        redrawn(bomb(side))


def test_too_many_bytes_are_not_even_looked_at():
    with pytest.raises(Malformed, match="photo_too_large"):
        redrawn(bytes(MOST_BYTES + 1))


@pytest.mark.parametrize("format_", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_no_photos(format_):
    with pytest.raises(Malformed, match="photo_unreadable"):
        redrawn(a_photo(format=format_))


def test_half_a_photo_is_no_photo():
    with pytest.raises(Malformed, match="photo_unreadable"):
        redrawn(a_photo(size=(400, 300))[:600])


WHOLE = a_photo(size=(40, 30))


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200), st.integers(0, len(WHOLE)), st.sampled_from([b"", WHOLE]))
def test_any_bytes_at_all_are_a_picture_or_refused(some, at, whole):
    try:
        kept = redrawn(whole[:at] + some + whole[at:])
    except Malformed:
        return
    assert read(kept).format == "JPEG"
