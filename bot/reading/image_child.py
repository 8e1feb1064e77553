"""Makes an image small: the file on stdin, media type and result on stdout; run by confined.py.

The result is upright, and nothing is left of what the file says beside its pixels. It exits with
4 where there are too many of them; with anything else but 0 the file is damaged, and nobody reads
the traceback.
"""

import sys
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "WEBP")
_PIXELS = 50_000_000
"""More than phones and screens have."""
_TOO_LARGE = 4

_SIDE = 1024
"""Pixels of the longer side of the result."""
_MOST = 300_000
"""Bytes of it."""
_QUALITIES = (85, 70, 50, 30, 10)
"""At the last one even noise is small enough."""
_FEW = 128
"""Colours that a drawing has at most: JPEG would blur it."""


def opened(data: bytes) -> Image.Image:
    """The image, not decoded yet."""
    try:
        image = Image.open(BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        sys.exit(_TOO_LARGE)
    if image.width * image.height > _PIXELS:
        sys.exit(_TOO_LARGE)
    return image


def small(image: Image.Image) -> bytes:
    """The first frame as a line with its media type, and the data behind it."""
    image.draft("RGB", (_SIDE, _SIDE))  # a JPEG is not decoded at full size
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    drawn = image.mode == "RGBA" or image.getcolors(_FEW) is not None
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    image = ImageOps.exif_transpose(image)
    image.info = {}  # comments and the like would be written again
    return (drawn and _exact(image)) or _close(image)


def _exact(image: Image.Image) -> bytes | None:
    data = _saved(image, "PNG", optimize=True)
    return b"image/png\n" + data if len(data) <= _MOST else None


def _close(image: Image.Image) -> bytes:
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image if image.mode == "RGBA" else None)
    tries = (_saved(flat, "JPEG", quality=quality) for quality in _QUALITIES)
    return b"image/jpeg\n" + next(data for data in tries if len(data) <= _MOST)


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(small(opened(sys.stdin.buffer.read())))
