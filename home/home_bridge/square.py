"""Any picture becomes a square JPEG. The image library is loaded with the first: a bridge at rest needs none of it."""

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from home_bridge.art import NoPictureError

if TYPE_CHECKING:
    from PIL import Image

PIXELS_LIMIT = 10_000_000
JPEG_PIXELS_LIMIT = 16_000_000
"""By the header, before anything is decoded: making a picture smaller takes 200 MB at worst, 17.5 bytes a pixel of
a transparent WebP and 11.8 of a progressive JPEG in CMYK."""

QUALITY = 88
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_WHITE = (255, 255, 255)
_BUILT_IN = Path(__file__).with_name("no_cover.jpg")


def square_jpeg(body: bytes, edge: int) -> bytes:
    """Return the middle of a picture as a JPEG of `edge` x `edge` pixels. Takes tens of ms: call it in a thread.

    Upright by its EXIF orientation, the first frame of several, transparency on white, small ones enlarged, and nothing
    of its metadata. Raises NoPictureError.
    """
    from PIL import Image, ImageOps  # 15 MB and 0.1 s that the start must not cost

    try:
        with Image.open(io.BytesIO(body), formats=_FORMATS) as picture:
            _check_pixels(picture)
            picture.draft("RGB", (2 * edge, 2 * edge))  # a large JPEG is decoded at a fraction of its size
            ImageOps.exif_transpose(picture, in_place=True)
            coloured = _with_colours(picture)
            return _written(ImageOps.fit(coloured, (edge, edge), Image.Resampling.LANCZOS))
    except NoPictureError:
        raise
    except Exception as error:  # decoders raise what they like when a picture is spoiled
        raise NoPictureError(f"the picture cannot be read: {type(error).__name__}") from error


@cache
def built_in_jpeg(edge: int) -> bytes:
    """Return the picture for what has none."""
    return square_jpeg(_BUILT_IN.read_bytes(), edge)


def _check_pixels(picture: "Image.Image") -> None:
    if picture.width * picture.height > (JPEG_PIXELS_LIMIT if picture.format == "JPEG" else PIXELS_LIMIT):
        raise NoPictureError(f"a picture of {picture.width} x {picture.height} pixels")


def _with_colours(picture: "Image.Image") -> "Image.Image":
    """Return it in a mode that can be scaled well: palettes, CMYK and 16 bits cannot."""
    if picture.has_transparency_data:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _written(picture: "Image.Image") -> bytes:
    from PIL import Image  # loaded already

    ground = Image.new("RGB", picture.size, _WHITE)
    ground.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    written = io.BytesIO()
    ground.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
