"""Everything the skill is judged by, judged once; and the table of it, printed when the suite is run by itself."""

import json
import logging
from itertools import chain
from pathlib import Path

import pytest

from interactionModels.rules import ROWS as MODEL_ROWS
from simulator.evidence.drives import drives
from simulator.evidence.evenings import evenings
from simulator.evidence.files import answered_files
from simulator.evidence.loopback import music_on_loopback, on_loopback
from simulator.evidence.music import music_evenings, music_files
from simulator.memory_house import MemoryHouse
from simulator.reliability import record
from simulator.rules import Breach
from simulator.rules.not_yet import Row
from simulator.rules.tally import Tally, lines
from simulator.stack import Stack

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "interactionModels" / "custom").glob("*.json"))
FULL = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def house():
    house = MemoryHouse()
    yield house
    house.close()


@pytest.fixture(scope="session")
def tally(request, house):
    """Judge every event file, every evening in memory, one in the whole house, and the models."""
    counted = empty_tally()
    logger = logging.getLogger("music_assistant_alexa")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # thousands of answers, many of them to nonsense
    try:
        in_memory = (answered_files, music_files, evenings, music_evenings, drives)
        for about, trace in chain.from_iterable(each(house) for each in in_memory):
            counted.judge(trace, about)
        with Stack() as stack:
            for about, trace in (on_loopback(stack), music_on_loopback(stack)):
                counted.judge(trace, about)
    finally:
        logger.setLevel(level)
    for file in MODELS:
        judge_model(counted, file)
    request.config.stash[FULL] = counted
    return counted


def empty_tally():
    return Tally(Row(rule.row, rule.source, rule.claim) for rule in MODEL_ROWS)


def judge_model(counted, file):
    model = json.loads(file.read_text(encoding="utf-8"))
    for rule in MODEL_ROWS:
        if rule.given(model):
            counted.enter(
                rule.row,
                [Breach(rule.row, rule.source, broken) for broken in rule.check(model)],
                f"the model {file.stem}",
            )


def pytest_generate_tests(metafunc):
    """Make a test of each row of the table, named by what it says."""
    if "row" in metafunc.fixturenames:
        rows = [verdict.row for verdict in empty_tally().verdicts]
        metafunc.parametrize("row", rows, ids=[f"{row.row}: {row.claim}" for row in rows])


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Print the table, and keep its figures, when nothing but this suite was asked for."""
    counted = config.stash.get(FULL, None)
    if counted is None or not all("conformance" in argument for argument in config.args):
        return
    terminalreporter.section("conformance")
    for line in lines(counted):
        terminalreporter.line(line)
    results = [verdict.result for verdict in counted.verdicts]
    record(
        "conformance",
        passed=exitstatus == pytest.ExitCode.OK,
        rows=sum(result != "not yet" for result in results),
        rows_with_a_warning=results.count("warning"),
        rows_not_judged_yet=results.count("not yet"),
        responses=counted.responses,
        judgements=sum(verdict.judged for verdict in counted.verdicts),
    )
