"""The figures of docs/reliability.md come from the commands, and only from them."""

import json

import pytest

from simulator import reliability
from simulator.reliability import BEGIN, END, PAGE, SHORTER, SHOWN_BY, SWITCH, examples, record, table


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv(SWITCH, "yes")
    monkeypatch.delenv(SHORTER, raising=False)
    page = tmp_path / "reliability.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    return page


def test_figures_are_kept_and_shown_between_the_markers(page):
    """What a command counted is in its JSON file and in the page's table; the page's words stay."""
    file = record("faults", page=page, cells=1320, slowest="7 s")
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["figures"] == {"cells": 1320, "slowest": "7 s"}
    assert kept["result"] == "pass"
    written = page.read_text(encoding="utf-8")
    assert "| 1,320 cells, slowest: 7 s | pass |" in written
    assert written.startswith("# Before\n")
    assert written.endswith("After.\n")
    assert "old" not in written


def test_the_other_commands_keep_their_figures(page):
    """A second command adds its row and leaves the first one's; a third says that it was not run."""
    record("faults", page=page, cells=1)
    record("load", page=page, passed=False, echos=200)
    written = page.read_text(encoding="utf-8")
    assert "1 cells | pass" in written
    assert "200 echos | fail" in written
    assert written.count("not run yet") == len(SHOWN_BY) - 2


def test_nothing_is_recorded_outside_the_make_targets(page, monkeypatch):
    """`make test`, or a part of a suite, changes no file."""
    monkeypatch.delenv(SWITCH)
    before = page.read_text(encoding="utf-8")
    assert record("faults", page=page, cells=1) is None
    assert page.read_text(encoding="utf-8") == before
    assert not page.with_suffix("").exists()


def test_a_shorter_run_is_not_recorded(page, monkeypatch):
    """Where CI takes a twentieth of the examples, it takes at least one, and the page does not hear of it."""
    assert examples(12_000) == 12_000
    monkeypatch.setenv(SHORTER, "20")
    assert (examples(12_000), examples(7)) == (600, 1)
    assert record("fuzz", page=page, executions=600) is None


def test_a_name_nobody_shows_is_refused(page):
    """A misspelt name is an error that lists the names there are."""
    with pytest.raises(ValueError, match="choose one of conformance"):
        record("conformence", page=page, rows=1)


def test_a_page_without_markers_says_what_to_put_where(page):
    """A page that lost its markers is not written over."""
    page.write_text("# Nothing here\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lost its markers"):
        record("load", page=page, echos=1)


def test_the_page_shows_what_is_kept():
    """The committed page has the table of the committed figures, not one edited by hand."""
    assert table(reliability.PAGE.with_suffix("")) in PAGE.read_text(encoding="utf-8")
