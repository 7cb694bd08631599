"""How an evening looks: for people, or one JSON object per line."""

import json
from typing import IO, Protocol

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from simulator.evening import Evening, Outcome
from simulator.music_line import error_of
from simulator.rules import Exchange
from simulator.rules.music_given import attributes, content, items

BAR_WIDTH, WIDE = 24, 110
SIGNS = {"PLAYING": "▶", "PAUSED": "❚❚", "STOPPED": "■", "FINISHED": "■", "IDLE": "·", "BUFFER_UNDERRUN": "…"}


class Screen(Protocol):
    """Where outcomes are shown."""

    def show(self, outcome: Outcome, evening: Evening) -> None:
        """Show what became of one thing that was typed."""

    def tell(self, sentence: str) -> None:
        """Say something that is no outcome: a hint, an error, a greeting."""


class JsonScreen:
    """One JSON object per step on `out`, everything else on `err`."""

    def __init__(self, out: IO[str], err: IO[str]) -> None:
        self._out, self._err = out, err

    def show(self, outcome: Outcome, evening: Evening) -> None:  # noqa: ARG002  # a person sees more
        """Write one line."""
        belief = outcome.belief
        line = {
            "said": outcome.said,
            "requests": outcome.step.requests,
            "speech": outcome.step.speech,
            "directives": outcome.step.directives,
            "audio": outcome.audio,
            "music_assistant": {
                "state": belief.state,
                "current_item": belief.current_item,
                "position_ms": belief.position_ms,
            },
        }
        print(json.dumps(line, ensure_ascii=False), file=self._out, flush=True)

    def tell(self, sentence: str) -> None:
        """Write it to `err`."""
        print(sentence, file=self._err, flush=True)


class TextScreen:
    """A few lines per step, with a progress bar."""

    def __init__(self, out: IO[str]) -> None:
        # Where nobody looks at a screen, lines need not be cut to one.
        self._console = Console(file=out, highlight=False, width=None if out.isatty() else WIDE)

    def show(self, outcome: Outcome, evening: Evening) -> None:
        """Print what was heard, said, played and believed."""
        if outcome.note:
            self.tell(outcome.note)
        if outcome.brief:
            return
        table = Table.grid(padding=(0, 1))
        table.add_column(style="dim", width=16)
        table.add_column(overflow="fold")
        self._add_requests(table, outcome)
        if outcome.step.speech:
            table.add_row("Alexa says", f"[bold]{_escaped(outcome.step.speech)}[/]")
        self._add_audio(table, outcome, evening)
        belief = outcome.belief
        at = f" · {belief.current_item} · {clock(belief.position_ms)}" if belief.current_item else ""
        table.add_row("Music Assistant", _escaped(f"{belief.state}{at}"))
        self._console.print(table)

    def tell(self, sentence: str) -> None:
        """Print it."""
        self._console.print(_escaped(sentence))

    @staticmethod
    def _add_requests(table: Table, outcome: Outcome) -> None:
        for exchange in outcome.step.exchanges:
            name, told = _music(exchange) if "header" in exchange.event else _custom(exchange)
            table.add_row(
                "heard" if exchange.intent else "sent",
                _escaped(name) + (f" [dim]→ {_escaped(told)}[/]" if told else ""),
            )

    @staticmethod
    def _add_audio(table: Table, outcome: Outcome, evening: Evening) -> None:
        device = evening.echo.device
        if outcome.audio is None or device.current is None or device.current.sound is None:
            table.add_row("Echo", "· nothing")
            return
        audio, at_ms = outcome.audio, evening.position_ms()
        whole_ms = evening.length_ms() or outcome.duration_ms
        line = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=whole_ms or 1, completed=at_ms, width=BAR_WIDTH)
        proof = "recognised by its tone" if evening.echo.track else "not recognised"
        position = f"{clock(at_ms)} / {clock(whole_ms) if whole_ms else '?'}"
        line.add_row(f"{SIGNS[device.activity]} [bold]{_escaped(str(audio['track']))}[/]", bar, position)
        table.add_row("Echo", line)
        table.add_row("", f"[dim]{audio['bytes'] // 1000} kB {audio['content_type']} pulled, {proof}[/]")


def _custom(exchange: Exchange) -> tuple[str, str]:
    """Return what was sent to the custom skill, or as an event, and what was answered."""
    slots = (exchange.request.get("intent") or {}).get("slots") or {}
    filled = ", ".join(f"{name} = {slot['value']!r}" for name, slot in slots.items() if "value" in slot)
    name = " ".join(filter(None, (exchange.kind, exchange.intent, filled)))
    return name, ", ".join(str(directive.get("type")) for directive in exchange.directives)


def _music(exchange: Exchange) -> tuple[str, str]:
    """Return what was sent to the music skill, and what was answered: an error, or what is to be played."""
    named = [f"{each.get('type')} {each.get('entityId') or each.get('value')}" for each in attributes(exchange)]
    found = [
        str(each.get("metadata", {}).get("name", {}).get("display")) for each in (content(exchange), *items(exchange))
    ]
    name = " ".join((exchange.kind.removeprefix("Alexa."), ", ".join(named)))
    return name.strip(), error_of(exchange) or ", ".join(each for each in found if each != "None")


def clock(milliseconds: int) -> str:
    """Return minutes and seconds."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02}"


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
