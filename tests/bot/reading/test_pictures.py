"""Images: small, upright, and without what the file says beside its pixels."""

import random
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageStat

from bot.reading import Picture, Unread, read

RED, BLUE = (255, 0, 0), (0, 0, 255)
ORIENTATION, GPS, UPSIDE_RIGHT = 0x0112, 0x8825, 6
DAMAGED = Unread("a.png", "it is damaged")


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """An image as a file."""
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """An image that does not compress."""
    size = width * height * len(mode)
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(size))


def picture(data: bytes) -> Picture:
    """What is made of a file."""
    found = read("a.png", "", data)
    assert isinstance(found, Picture), found
    return found


def seen(found: Picture) -> Image.Image:
    """The pixels that are sent."""
    return Image.open(BytesIO(b64decode(found.image.data)))


@pytest.mark.parametrize("form", ["AVIF", "BMP", "GIF", "JPEG", "PNG", "WEBP"])
def test_formats_that_are_read(form: str) -> None:
    """Whatever the name says, the content decides the format."""
    found = seen(picture(saved(Image.new("RGB", (30, 20), RED), form)))
    red, green, blue = ImageStat.Stat(found.convert("RGB")).mean
    assert found.size == (30, 20)
    assert red - max(green, blue) > 230


def test_a_photo_is_small() -> None:
    """The worst photo, all noise, has 1024 pixels on its longer side and at most 300 kB."""
    found = picture(saved(noise(2048, 1500), "JPEG"))
    assert (found.media_type, seen(found).size) == ("image/jpeg", (1024, 750))
    assert len(picture(saved(noise(1024, 1024))).data) <= 300_000


def test_a_drawing_stays_exact() -> None:
    """Few colours stay as they are, in a PNG."""
    drawing = Image.new("RGB", (200, 100), RED)
    ImageDraw.Draw(drawing).line((0, 0, 199, 99), BLUE)
    found = picture(saved(drawing, "BMP"))
    assert found.media_type == "image/png"
    assert seen(found).tobytes() == drawing.tobytes()


def test_transparency_stays_where_it_fits() -> None:
    """A transparent image is a PNG; one too large for that is put on white."""
    small, large = noise(50, 50, "RGBA"), noise(600, 600, "RGBA")
    large.putalpha(0)
    assert seen(picture(saved(small))).tobytes() == small.tobytes()
    found = picture(saved(large))
    assert (found.media_type, seen(found).getpixel((300, 300))) == ("image/jpeg", (255, 255, 255))


def test_an_image_stands_upright() -> None:
    """A photo that says that it lies on its side is turned."""
    lying = Image.new("RGB", (60, 40), RED)
    lying.paste(BLUE, (0, 0, 60, 20))
    exif = Image.Exif()
    exif[ORIENTATION] = UPSIDE_RIGHT
    found = seen(picture(saved(lying, exif=exif)))
    assert (found.size, found.getpixel((35, 30)), found.getpixel((5, 30))) == ((40, 60), BLUE, RED)


@pytest.mark.parametrize("image", [noise(60, 40), Image.new("RGB", (60, 40))], ids=["jpeg", "png"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_kept_beside_the_pixels(form: str, image: Image.Image) -> None:
    """Place, comments and profiles are gone."""
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (50.0, 21.0, 35.0)}
    said = {"exif": exif, "comment": b"secret", "icc_profile": b"profile", "xmp": b"<x>secret</x>"}
    data = saved(image, form, **said)
    found = seen(picture(data))
    assert Image.open(BytesIO(data)).getexif().get_ifd(GPS)
    assert not found.getexif()
    assert found.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_first_frame_stands_for_a_film() -> None:
    """Of an animation the first frame is seen."""
    frames = [Image.new("RGB", (10, 10), colour) for colour in (RED, BLUE)]
    film = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert seen(picture(film)).convert("RGB").getpixel((5, 5)) == RED


@pytest.mark.parametrize("size", [(10_000, 5_001), (20_000, 10_000)])
def test_too_many_pixels_are_never_decoded(size: tuple[int, int]) -> None:
    """A small file that unfolds into hundreds of megabytes is refused by its header."""
    bomb = saved(Image.new("1", size))
    assert read("a.png", "", bomb) == Unread("a.png", "it has more than 50 million pixels")


@pytest.mark.parametrize("data", [b"no image", b"%!PS-Adobe-3.0 EPSF-3.0", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    """Neither text nor formats that are programs are tried."""
    assert read("a.png", "", data) == DAMAGED


EXIF = Image.Exif()
EXIF[ORIENTATION] = UPSIDE_RIGHT
FILES = [saved(noise(20, 20), form, exif=EXIF) for form in ("AVIF", "JPEG", "PNG", "WEBP")]


@given(st.sampled_from(FILES), st.integers(0, 400), st.binary(min_size=1, max_size=9))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_image_is_read_or_refused(data: bytes, at: int, wrong: bytes) -> None:
    """Whatever the decoders make of wrong bytes, nothing but an answer comes out."""
    found = read("a.png", "", data[:at] + wrong + data[at + len(wrong) :])
    assert isinstance(found, Picture) or found == DAMAGED
