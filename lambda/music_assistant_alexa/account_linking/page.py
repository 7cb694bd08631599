"""The one page a person sees: a field for the passphrase, or what is wrong. No script, nothing from elsewhere."""

import base64
import hashlib
from html import escape

from music_assistant_alexa.account_linking.redirects import FORM_TARGETS
from music_assistant_alexa.web import WebResponse

__all__ = ["PASSPHRASE", "TOKEN", "language_of", "page"]

PASSPHRASE = "passphrase"  # noqa: S105 - the name of a field
TOKEN = "page"  # noqa: S105 - likewise

_STYLE = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 30rem; padding: 1.5rem; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin: 0.5rem 0; padding: 0.75rem; border: 2px solid currentColor; border-radius: 0.5rem; }
button { font-weight: bold; cursor: pointer; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
[role=alert] { border-inline-start: 0.4rem solid currentColor; padding-inline-start: 0.75rem; font-weight: bold; }
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {FORM_TARGETS}; "
    "frame-ancestors 'none'; base-uri 'none'"
)

_WORDS = {
    "en": {
        "title": "Link Alexa to Music Assistant",
        "why": "Alexa asks to play the music of this household. Go on only if you began this in the Alexa app.",
        "label": "Passphrase of the household",
        "hint": "It was chosen when this skill was set up. It is not your Amazon password.",
        "button": "Link",
        "wrong": "That is not the passphrase. Try again.",
        "stale": "That took too long, or your browser keeps no cookies. Enter the passphrase again.",
        "often": "Wrong passphrases came too often. Try again in a quarter of an hour.",
        "link": "This link does not come from Alexa, or the skill is set up for another developer account. "
        "Begin again in the Alexa app: More, Skills & Games, this skill, Enable.",
    },
    "de": {
        "title": "Alexa mit Music Assistant verknüpfen",
        "why": "Alexa möchte die Musik dieses Haushalts abspielen. Nur fortfahren, wenn du das eben in der Alexa-App "
        "begonnen hast.",
        "label": "Passphrase des Haushalts",
        "hint": "Sie wurde beim Einrichten dieses Skills gewählt. Sie ist nicht dein Amazon-Passwort.",
        "button": "Verknüpfen",
        "wrong": "Das ist nicht die Passphrase. Versuche es noch einmal.",
        "stale": "Das hat zu lange gedauert, oder dein Browser behält keine Cookies. Gib die Passphrase noch einmal "
        "ein.",
        "often": "Zu oft kam eine falsche Passphrase. Versuche es in einer Viertelstunde noch einmal.",
        "link": "Dieser Link kommt nicht von Alexa, oder der Skill ist für ein anderes Entwicklerkonto eingerichtet. "
        "Beginne noch einmal in der Alexa-App: Mehr, Skills und Spiele, dieser Skill, Aktivieren.",
    },
}


def language_of(accepted: str) -> str:
    """Return the first language of an Accept-Language header that the page is written in, else English."""
    asked = (part.split(";")[0].strip().lower().partition("-")[0] for part in accepted.split(","))
    return next((language for language in asked if language in _WORDS), "en")


def page(status: int, language: str, *, problem: str = "", token: str = "", cookie: str = "") -> WebResponse:
    """Return the page: with the field where there is a token for it, and with a problem by its name."""
    words = _WORDS[language]
    parts = [_problem(words[problem]) if problem else "", _form(words, token, invalid=bool(problem)) if token else ""]
    html = (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(words['title'])}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(words['title'])}</h1>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )
    headers = {"content-security-policy": _POLICY, "content-language": language}
    return WebResponse(status, html, "text/html; charset=utf-8", headers, (cookie,) if cookie else ())


def _problem(sentence: str) -> str:
    return f'<p role="alert" id="problem">{escape(sentence)}</p>\n'


def _form(words: dict[str, str], token: str, *, invalid: bool) -> str:
    """Return the form; without an action it is posted to the URL it came from, query included."""
    told = 'aria-describedby="problem hint" aria-invalid="true"' if invalid else 'aria-describedby="hint"'
    return (
        f'<p>{escape(words["why"])}</p>\n<form method="post">\n'
        f'<label for="{PASSPHRASE}">{escape(words["label"])}</label>\n'
        f'<input type="password" id="{PASSPHRASE}" name="{PASSPHRASE}" autocomplete="current-password" required '
        f'maxlength="200" autofocus {told}>\n<p id="hint">{escape(words["hint"])}</p>\n'
        f'<input type="hidden" name="{TOKEN}" value="{escape(token)}">\n'
        f"<button>{escape(words['button'])}</button>\n</form>\n"
    )
