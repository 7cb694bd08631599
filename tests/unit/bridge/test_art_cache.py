"""Finished pictures on disk: bounded, whole or not at all, and never a reason to fail."""

import os

import pytest

from home_bridge.art_cache import ArtCache

NOW = 1_800_000_000.0


def jpeg(fill=b"x", size=100):
    return b"\xff\xd8" + fill * (size - 4) + b"\xff\xd9"


def opened(folder, limit_bytes=1000):
    cache = ArtCache(folder / "art", limit_bytes)
    cache.open()
    return cache


def files(folder):
    return sorted((folder / "art").iterdir())


def test_what_is_kept_comes_back(tmp_path):
    """A picture comes back as it was, with its time, and after a restart too."""
    cache = opened(tmp_path)
    assert cache.load("a", NOW) is None
    cache.save("a", jpeg(), NOW)
    for again in (cache, opened(tmp_path)):
        kept = again.load("a", NOW + 5)
        assert (kept.body, kept.since) == (jpeg(), NOW)
        assert again.load("b", NOW) is None


def test_the_least_recently_used_is_given_up(tmp_path):
    """More than the cache holds: the one that nobody looked at goes."""
    cache = opened(tmp_path, 300)
    for number, key in enumerate("abc"):
        cache.save(key, jpeg(key.encode()), NOW + number)
    cache.load("a", NOW + 10)
    cache.save("d", jpeg(), NOW + 11)
    assert [key for key in "abcd" if cache.load(key, NOW + 12)] == ["a", "c", "d"]
    assert len(files(tmp_path)) == 3


def test_a_restart_knows_what_was_used_last(tmp_path):
    """The order outlives a restart, and so does the bound, even a smaller one."""
    cache = opened(tmp_path)
    for number, key in enumerate("abc"):
        cache.save(key, jpeg(key.encode()), NOW + number)
    cache.load("a", NOW + 10)
    smaller = opened(tmp_path, 200)
    assert [key for key in "abc" if smaller.load(key, NOW + 12)] == ["a", "c"]


def test_a_picture_that_is_saved_again_counts_once(tmp_path):
    """Fetched anew, it takes the place of the old one."""
    cache = opened(tmp_path, 250)
    cache.save("b", jpeg(), NOW)
    for number in range(5):
        cache.save("a", jpeg(size=120), NOW + number)
    assert cache.load("b", NOW)
    assert cache.load("a", NOW).since == NOW + 4


def test_one_that_is_larger_than_the_cache(tmp_path):
    """What never fits is not kept, and is no fault."""
    cache = opened(tmp_path, 50)
    cache.save("a", jpeg(), NOW)
    assert cache.load("a", NOW) is None
    assert files(tmp_path) == []


def test_half_written_files_are_cleared_away(tmp_path):
    """What a crash left behind is gone after the next start; the others stay."""
    opened(tmp_path).save("a", jpeg(), NOW)
    (tmp_path / "art" / "tmp123.part").write_bytes(jpeg()[:50])
    again = opened(tmp_path)
    assert [path.suffix for path in files(tmp_path)] == [".jpg"]
    assert again.load("a", NOW)


def test_a_file_that_a_power_cut_spoiled_is_never_shown(tmp_path):
    """What lost its end while the bridge was off is found out when it is read."""
    opened(tmp_path).save("a", jpeg(), NOW)
    files(tmp_path)[0].write_bytes(jpeg()[:50])
    assert opened(tmp_path).load("a", NOW) is None
    assert files(tmp_path) == []


@pytest.mark.parametrize("spoiled", [b"", jpeg()[:50], jpeg(size=60), b"\0" * 100, b"x" + jpeg()[1:]])
def test_a_spoiled_file_is_never_shown(tmp_path, spoiled):
    """A file that is not whole is dropped, and may be kept anew."""
    cache = opened(tmp_path)
    cache.save("a", jpeg(), NOW)
    (file,) = files(tmp_path)
    file.write_bytes(spoiled)
    assert cache.load("a", NOW) is None
    assert files(tmp_path) == []
    cache.save("a", jpeg(), NOW)
    assert cache.load("a", NOW).body == jpeg()


def test_the_name_comes_last(tmp_path, monkeypatch):
    """A crash at any step leaves the old picture or the new one, never something between."""
    cache = opened(tmp_path)
    cache.save("a", jpeg(b"1"), NOW)
    synced = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append([path.read_bytes() for path in files(tmp_path)]))
    cache.save("a", jpeg(b"2"), NOW)
    assert len(synced) == 1
    assert sorted(synced[0]) == [jpeg(b"1"), jpeg(b"2")]
    assert [path.read_bytes() for path in files(tmp_path)] == [jpeg(b"2")]


@pytest.mark.parametrize("broken", ["os.fsync", "os.utime", "pathlib.Path.replace"])
def test_a_full_disk_is_no_fault(tmp_path, monkeypatch, caplog, broken):
    """What cannot be kept is not kept, leaves nothing behind, and says so in the log."""

    def full(*_):
        raise OSError(28, "No space left on device")

    cache = opened(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(broken, full)
        cache.save("a", jpeg(), NOW)
    assert "No space left" in caplog.text
    assert cache.load("a", NOW) is None
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_used(tmp_path, caplog):
    """Where the folder should be is a file: pictures are shown without being kept."""
    (tmp_path / "art").write_text("in the way")
    cache = opened(tmp_path)
    cache.save("a", jpeg(), NOW)
    assert cache.load("a", NOW) is None
    assert "pictures' folder" in caplog.text


def test_a_file_that_someone_removed(tmp_path):
    """A file that is gone is a picture that is not kept."""
    cache = opened(tmp_path)
    cache.save("a", jpeg(), NOW)
    files(tmp_path)[0].unlink()
    assert cache.load("a", NOW) is None


def test_names_tell_nothing(tmp_path):
    """File names are digests: no title, no address, no way out of the folder."""
    opened(tmp_path).save("600 u https://img.example/../../x.jpg", jpeg(), NOW)
    (file,) = files(tmp_path)
    assert len(file.stem) == 64
    assert set(file.stem) <= set("0123456789abcdef")
