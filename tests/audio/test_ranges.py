"""Requests for parts, judged by RFC 9110: what is whole, and what is still growing."""

import threading
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest

pytestmark = [pytest.mark.audio, pytest.mark.timeout(60)]

OK, PARTIAL, BEYOND = HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
SEEN, FAILED = HTTPStatus.NOT_MODIFIED, HTTPStatus.PRECONDITION_FAILED
SIZE, TAG = "{size}", "{tag}"
"""What stands for the length and the entity tag in a case."""


LONGEST_NAME = 80


@dataclass(frozen=True)
class Case:
    """One request. `part` is what is to come (of the whole, as a slice), None where no part is."""

    ranges: tuple[str, ...]
    status: HTTPStatus
    part: tuple[int | None, int | None] | None = None
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    at_once: bool = True
    """Of a growing stream: it is answered before more has come."""

    @property
    def name(self):
        shown = [self.method, *self.ranges, *(f"{name}: {value}" for name, value in self.headers.items())]
        return " ".join(shown)[:LONGEST_NAME]


def whole(*ranges, **more):
    return Case(ranges, OK, (0, None), **more)


def part(asked, start, stop, **more):
    return Case((asked,), PARTIAL, (start, stop), **more)


def beyond(asked, **more):
    return Case((asked,), BEYOND, **more)


def seen(*ranges, **more):
    return Case(ranges, SEEN, **more)


def failed(*ranges, **more):
    return Case(ranges, FAILED, **more)


FINISHED = [
    whole(),
    # one range (14.1.2)
    part("bytes=0-", 0, None),
    part("bytes=0-0", 0, 1),
    part("bytes=1000-1999", 1000, 2000),
    part("bytes=1000000-", 1_000_000, None),
    part("bytes=1000-99999999999", 1000, None),
    part("bytes=-1", -1, None),
    part("bytes=-500", -500, None),
    part("bytes=-99999999999", 0, None),
    part("bytes= 5-9", 5, 10),
    part("BYTES=5-9", 5, 10),  # units are compared without case (14.1)
    # nothing there (15.5.17)
    beyond("bytes={size}-"),
    beyond("bytes=99999999999-"),
    beyond("bytes=-0"),
    # invalid, or not known here: ignored (14.2)
    whole("bytes=9-5"),
    whole("bytes="),
    whole("bytes=-"),
    whole("bytes=a-b"),
    whole("bytes=1"),
    whole("bytes 0-5"),
    whole("items=0-5"),
    whole("bytes=0-1", "bytes=4-5"),  # two lines are one list, as below
    # several: may be ignored (14.2), and are
    whole("bytes=0-1,5-9"),
    whole("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 1000, 2))),
    # If-Range (13.1.5)
    part("bytes=1000-", 1000, None, headers={"If-Range": TAG}),
    whole("bytes=1000-", headers={"If-Range": '"another"'}),
    whole("bytes=1000-", headers={"If-Range": "W/" + TAG}),
    whole("bytes=1000-", headers={"If-Range": "Sun, 22 Nov 2026 10:00:00 GMT"}),
    beyond("bytes={size}-", headers={"If-Range": TAG}),
    whole("bytes={size}-", headers={"If-Range": '"another"'}),
    # If-None-Match (13.1.2), looked at before Range (13.2.2)
    seen(headers={"If-None-Match": TAG}),
    seen(headers={"If-None-Match": '"another", W/' + TAG}),
    seen(headers={"If-None-Match": "*"}),
    seen("bytes=5-9", headers={"If-None-Match": TAG}),
    seen("bytes={size}-", headers={"If-None-Match": TAG}),
    seen(method="HEAD", headers={"If-None-Match": TAG}),
    whole(headers={"If-None-Match": '"another"'}),
    part("bytes=5-9", 5, 10, headers={"If-None-Match": '"another"'}),
    # If-Match (13.1.1), looked at before that (13.2.2)
    failed(headers={"If-Match": '"another"'}),
    failed(headers={"If-Match": "W/" + TAG}),
    failed("bytes=5-9", headers={"If-Match": '"another"'}),
    failed(headers={"If-Match": '"another"', "If-None-Match": TAG}),
    failed(method="HEAD", headers={"If-Match": '"another"'}),
    whole(headers={"If-Match": "*"}),
    part("bytes=5-9", 5, 10, headers={"If-Match": '"another", ' + TAG}),
    seen(headers={"If-Match": TAG, "If-None-Match": TAG}),
    part("bytes=5-9", 5, 10, headers={"If-Match": TAG, "If-None-Match": '"another"', "If-Range": TAG}),
    # by date: nothing here has one, so they are ignored (13.1.3, 13.1.4)
    whole(headers={"If-Modified-Since": "Sun, 22 Nov 2026 10:00:00 GMT"}),
    whole(headers={"If-Unmodified-Since": "Sun, 22 Nov 2020 10:00:00 GMT"}),
    # HEAD: as GET without a body; Range is defined for GET alone (14.2)
    whole(method="HEAD"),
    whole("bytes=5-9", method="HEAD"),
]

HALF = 1 << 20
"""Of a growing stream so much is here."""

GROWING = [
    whole(),
    whole("bytes=0-"),  # its length is not known: answered from its start as it comes
    part("bytes=0-999", 0, 1000),
    part("bytes=500000-999999", 500_000, 1_000_000),
    part("bytes=1000-1999", 1000, 2000, headers={"If-Range": TAG}),
    whole("bytes=1000-1999", headers={"If-Range": '"another"'}),
    whole("bytes=0-1,5-9"),
    whole("bytes=9-5"),
    seen(headers={"If-None-Match": TAG}),
    seen("bytes=-500", headers={"If-None-Match": TAG}),  # its place is not waited for
    failed("bytes=1000-", headers={"If-Match": '"another"'}),
    part("bytes=1000-1999", 1000, 2000, headers={"If-Match": TAG}),
    whole(method="HEAD"),
    whole("bytes=5-9", method="HEAD"),
    # places that nobody knows yet
    part("bytes=1048000-1049999", 1_048_000, 1_050_000, at_once=False),
    part("bytes=2000000-2000999", 2_000_000, 2_001_000, at_once=False),
    part("bytes=1000-", 1000, None, at_once=False),
    part("bytes=-500", -500, None, at_once=False),
    beyond("bytes={size}-", at_once=False),
    beyond("bytes=-0", at_once=False),
]


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes | None


class Asker:
    """Sends cases for one stream and judges what is answered."""

    def __init__(self, opened, url, path, body, tag):
        self._opened, self._url, self._path = opened, url, path
        self._body, self._tag = body, tag

    def ask(self, case, *, most=None):
        filled = {name: self._filled(value) for name, value in case.headers.items()}
        headers = [("Range", self._filled(asked)) for asked in case.ranges] + list(filled.items())
        with self._opened(self._url, self._path, case.method, headers) as response:
            return Answer(response.status, response.headers, response.read() if most is None else response.read(most))

    def faults(self, case, answer, *, length_known=True, read=None):
        """Return what is wrong with an answer, in words; `read` is how much of the body was looked at."""
        size, headers = len(self._body), answer.headers
        if answer.status != case.status:
            return [f"{answer.status}, expected {case.status.value}"]
        if case.status == BEYOND:
            allowed = {f"bytes */{size}"}
            return [] if headers["Content-Range"] in allowed else [f"Content-Range {headers['Content-Range']}"]
        if case.part is None:
            bare = (headers["ETag"], headers["Content-Range"], answer.body) == (self._tag, None, b"")
            return [] if bare else [f"ETag {headers['ETag']}, {len(answer.body)} bytes"]
        expected = self._body[slice(*case.part)]
        start = case.part[0] % size
        length = headers["Content-Length"]
        known = length_known or case.status == PARTIAL
        total = str(size) if length_known else "*"
        place = f"bytes {start}-{start + len(expected) - 1}/"
        said = headers["Content-Range"]
        checks = {
            f"Content-Range {said}": said in {place + total, f"{place}{size}"}
            if case.status == PARTIAL
            else said is None,
            f"Content-Length {length}": length == (str(len(expected)) if known else None),
            f"ETag {headers['ETag']}": case.method == "HEAD" or headers["ETag"] == self._tag,
            f"Accept-Ranges {headers['Accept-Ranges']}": headers["Accept-Ranges"] == "bytes",
            "the body": answer.body == (b"" if case.method == "HEAD" else expected[:read]),
        }
        return [what for what, right in checks.items() if not right]

    def _filled(self, text):
        return text.replace(SIZE, str(len(self._body))).replace(TAG, self._tag)


def told(table_of_faults):
    return "\n".join(f"{name}: {', '.join(faults)}" for name, faults in table_of_faults.items() if faults)


def test_finished(origin, bridge, opened, shown):
    """Every request for a whole stream is answered as RFC 9110 has it."""
    path = bridge.new_stream()
    with opened(bridge.url, path) as answer:
        tag = answer.headers["ETag"]
        answer.read()
    asker = Asker(opened, bridge.url, path, origin.body, tag)
    judged = {case.name: asker.faults(case, asker.ask(case)) for case in FINISHED}
    assert len(judged) == len(FINISHED), "names are unique"
    _show(shown, "finished", judged)


def test_growing(origin, bridge, opened, shown):
    """What is here is answered at once; what is not yet known is waited for, and then answered just as well."""
    origin.hold_after(HALF)
    path = bridge.new_stream()
    with opened(bridge.url, path) as reader:
        tag = reader.headers["ETag"]
        reader.read(HALF)
        asker = Asker(opened, bridge.url, path, origin.body, tag)
        judged = {}
        waiting = [_Waiting(asker, case) for case in GROWING if not case.at_once]
        for case in (case for case in GROWING if case.at_once):
            most = 1000 if case.part == (0, None) else None
            answer = asker.ask(case, most=most)
            judged[case.name] = asker.faults(case, answer, length_known=False, read=most)
        early = [each.case.name for each in waiting if each.answer]
        origin.go_on()
        reader.read()
    for each in waiting:
        each.thread.join(20)
        judged[each.case.name] = asker.faults(each.case, each.answer, length_known=False)
    assert early == []
    assert len(judged) == len(GROWING), "names are unique"
    _show(shown, "growing", judged)


class _Waiting:
    """A case whose answer is waited for beside the others."""

    def __init__(self, asker, case):
        self.case, self.answer = case, None
        self._asker = asker
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.answer = self._asker.ask(self.case)


def _show(shown, state, judged):
    wrong = told(judged)
    print(wrong)
    count = sum(1 for faults in judged.values() if faults)
    shown(
        f"range cases of a {state} stream, wrong",
        count,
        f"of {len(judged)}",
        limit=0,
        **{f"range_cases_{state}": len(judged)},
    )
