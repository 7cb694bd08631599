"""Any picture becomes a square JPEG of the edge that was asked for; what is no picture is refused."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from home_bridge import square
from home_bridge.art import NoPictureError
from home_bridge.square import built_in_jpeg, square_jpeg
from music_assistant_alexa.stream_urls import ART_EDGES

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def picture(size=(300, 300), colour=RED, mode="RGB", kind="JPEG", **options):
    made = Image.new(mode, size, colour)
    return written(made, kind, **options)


def written(image, kind="JPEG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def stripes(size, colours, kind="PNG"):
    """Return a picture of upright stripes, all as wide."""
    image = Image.new("RGB", size)
    for number, colour in enumerate(colours):
        image.paste(colour, (number * size[0] // len(colours), 0, size[0], size[1]))
    return written(image, kind)


def seen(body):
    """Return the JPEG as an image; it is whole and plain."""
    image = Image.open(io.BytesIO(body))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    image.load()
    return image


def looks_like(pixel, colour):
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("edge", ART_EDGES)
@pytest.mark.parametrize("size", [(30, 30), (500, 500), (900, 300), (2000, 2000)], ids=str)
def test_it_has_exactly_the_edge(edge, size):
    """Large and small, square and not: what comes out is square, and as large as was asked."""
    image = seen(square_jpeg(picture(size), edge))
    assert image.size == (edge, edge)
    assert looks_like(image.getpixel((edge // 2, edge // 2)), RED)


@pytest.mark.parametrize(("size", "turned"), [((900, 300), False), ((300, 900), True)])
def test_the_middle_is_shown(size, turned):
    """Of a picture that is not square, both ends are cut off."""
    body = stripes((900, 300), [BLUE, RED, GREEN])
    if turned:
        body = written(Image.open(io.BytesIO(body)).transpose(Image.Transpose.ROTATE_90), "PNG")
    image = seen(square_jpeg(body, 256))
    assert all(looks_like(image.getpixel(place), RED) for place in [(128, 128), (8, 128), (247, 128), (128, 8)])


@pytest.mark.parametrize(
    ("mode", "colour", "kind"),
    [
        ("RGB", RED, "JPEG"),
        ("CMYK", (0, 232, 232, 35), "JPEG"),
        ("RGB", RED, "PNG"),
        ("RGB", RED, "WEBP"),
        ("RGB", RED, "GIF"),
        ("RGBA", (*RED, 255), "PNG"),
        ("RGBA", (*RED, 255), "WEBP"),
    ],
)
def test_every_kind_of_picture_is_taken(mode, colour, kind):
    """JPEG also as printers make it, PNG, WebP and GIF look as they did."""
    image = seen(square_jpeg(picture((200, 200), colour, mode, kind), 110))
    assert looks_like(image.getpixel((55, 55)), RED)


@pytest.mark.parametrize(("mode", "colour"), [("L", 128), ("1", 1), ("I;16", 0x8000), ("LA", (128, 255)), ("P", 0)])
def test_grey_and_palettes(mode, colour):
    """Pictures without three colours come out as they look, those of 16 bits too."""
    image = seen(square_jpeg(picture((200, 200), colour, mode, "PNG"), 60))
    expected = {"1": 255, "P": 0}.get(mode, 128)
    assert looks_like(image.getpixel((30, 30)), (expected,) * 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_shines_through_is_white(kind):
    """A logo without a ground is shown on white, its soft edges without a dark rim."""
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste((*RED, 255), (50, 50, 150, 150))
    shown = seen(square_jpeg(written(image, kind, **({"lossless": True} if kind == "WEBP" else {})), 110))
    assert looks_like(shown.getpixel((4, 4)), WHITE)
    assert looks_like(shown.getpixel((55, 55)), RED)


def test_transparent_palettes():
    """A palette with one colour that is none, as old logos have it."""
    body = picture((100, 100), 0, "P", "PNG", transparency=0)
    assert looks_like(seen(square_jpeg(body, 48)).getpixel((24, 24)), WHITE)


@pytest.mark.parametrize(("orientation", "left"), [(1, BLUE), (2, GREEN), (3, GREEN), (6, None), (8, None)], ids=str)
def test_a_photo_stands_upright(orientation, left):
    """The camera's orientation is followed: mirrored, upside down, on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.open(io.BytesIO(stripes((300, 300), [BLUE, GREEN])))
    shown = seen(square_jpeg(written(image, "JPEG", exif=exif, quality=95), 256))
    if left:
        assert looks_like(shown.getpixel((20, 128)), left)
    else:
        top = BLUE if orientation == 6 else GREEN
        assert looks_like(shown.getpixel((128, 20)), top)


def test_nothing_of_its_metadata_goes_out():
    """Where and with what a photo was taken stays at home, and so does what makes the file larger."""
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    body = picture(exif=exif, icc_profile=profile, comment=b"secret comment", dpi=(300, 300))
    assert b"secret camera" in body
    shown = square_jpeg(body, 256)
    assert b"secret" not in shown
    assert set(seen(shown).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_first_of_many_frames():
    """Of a picture that moves, the first one."""
    frames = [Image.new("RGB", (80, 80), colour) for colour in (GREEN, RED, BLUE)]
    body = written(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert looks_like(seen(square_jpeg(body, 48)).getpixel((24, 24)), GREEN)


def png_of(width, height):
    """Return the start of a PNG that says how large it is and has almost nothing in it: a bomb of a few bytes."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(1000)))]
    body = b"\x89PNG\r\n\x1a\n"
    for kind, content in [*chunks, (b"IEND", b"")]:
        body += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return body


@pytest.mark.parametrize(("width", "height"), [(4001, 2500), (60_000, 60_000), (2**31 - 1, 1), (1, 30_000_000)])
def test_bombs_are_refused_by_their_header(width, height, monkeypatch):
    """A picture of too many pixels is refused before one of them is decoded."""
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(NoPictureError):
        square_jpeg(png_of(width, height), 48)


def test_a_jpeg_may_be_larger(monkeypatch):
    """It takes less memory for each pixel; of those too it has a limit, and is refused before one is decoded."""
    assert square_jpeg(picture((4000, 4000), 0, "L", "JPEG"), 48)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(NoPictureError):
        square_jpeg(picture((4001, 4000), 0, "L", "JPEG"), 48)


def test_a_frame_that_is_larger_than_its_gif():
    """A GIF whose first frame claims more than the screen counts as large as the frame."""
    body = bytearray(picture((16, 16), kind="GIF"))
    at = body.index(b"\x2c")
    body[at + 5 : at + 9] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(NoPictureError):
        square_jpeg(bytes(body), 48)


@pytest.mark.parametrize("size", [(4000, 2500), (10_000_000 // 250, 250)])
def test_the_largest_that_is_taken(size):
    """10 million pixels are taken, however they lie."""
    assert square_jpeg(picture(size, 0, "L", "PNG"), 48)


ROOT = Path(__file__).parents[3]
PATHS = {"PYTHONPATH": f"{ROOT / 'home'}:{ROOT / 'lambda'}"}
PEAK = """
import pathlib, re, sys
from home_bridge.square import built_in_jpeg, square_jpeg
built_in_jpeg(1200)
peak = lambda: int(re.search("VmHWM:\\s+([0-9]+) kB", pathlib.Path("/proc/self/status").read_text())[1]) / 1024
before, body = peak(), pathlib.Path(sys.argv[1]).read_bytes()
square_jpeg(body, 1200)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it so")
@pytest.mark.parametrize(
    ("size", "mode", "kind"), [((4000, 2500), "RGBA", "WEBP"), ((4000, 4000), "CMYK", "JPEG")], ids=str
)
def test_the_memory_that_the_largest_take(tmp_path, size, mode, kind):
    """What is taken is made smaller in 200 MB, also in the formats that need most."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new(mode, size).save(tmp_path / "large", kind, progressive=True, exif=exif)
    said = subprocess.run(
        [sys.executable, "-c", PEAK, tmp_path / "large"], env=PATHS, capture_output=True, check=True, timeout=60
    )
    assert 50 < float(said.stdout) < 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>404</html>",
        b"\xff\xd8\xff",
        b"GIF89a",
        png_of(100, 100),
        picture(kind="BMP"),
        picture(kind="TIFF"),
        picture(kind="ICO"),
        picture(kind="PPM"),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_picture_is_refused(body):
    """Text, fragments and formats that nobody needs are refused, whatever they call themselves."""
    with pytest.raises(NoPictureError):
        square_jpeg(body, 48)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_half_a_picture_is_refused(kind):
    """What was cut off on its way is not shown half grey."""
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    body = written(noise, kind)
    with pytest.raises(NoPictureError):
        square_jpeg(body[: len(body) // 2], 48)


def test_spoiled_pictures_raise_nothing_else():
    """Whatever byte is wrong, the outcome is a picture or NoPictureError."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for body in (picture((40, 40), exif=exif), picture((40, 40), kind="PNG"), picture((40, 40), kind="WEBP")):
        for at in range(0, len(body), 7):
            spoiled = bytearray(body)
            spoiled[at] ^= 0xA5
            try:
                assert seen(square_jpeg(bytes(spoiled), 48)).size == (48, 48)
            except NoPictureError:
                continue


@pytest.mark.parametrize("edge", ART_EDGES)
def test_the_built_in_picture(edge):
    """What has no picture is shown one in every size: a bright label on a dark record."""
    shown = seen(built_in_jpeg(edge))
    assert shown.size == (edge, edge)
    assert looks_like(shown.getpixel((round(edge * 0.4), edge // 2)), (239, 154, 76))
    assert sum(shown.getpixel((edge // 2, round(edge * 0.25)))) < 150


def test_the_built_in_file_is_small():
    """It is in every image of the bridge, and in git."""
    assert square._BUILT_IN.stat().st_size < 30_000


def test_the_library_is_loaded_late():
    """Starting the bridge loads no image library: its memory at rest and its start are what they were."""
    code = "import sys, home_bridge.service; sys.exit(any(name.split('.')[0] == 'PIL' for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], env=PATHS, check=True, timeout=30)
