"""Where on the function's URL account linking is found."""

from collections.abc import Callable

from music_assistant_alexa.account_linking.authorize import Authorize
from music_assistant_alexa.account_linking.grants import Grants
from music_assistant_alexa.account_linking.household import Household
from music_assistant_alexa.account_linking.token_endpoint import TokenEndpoint
from music_assistant_alexa.account_linking.tries import Tries
from music_assistant_alexa.web import Route, Routes

__all__ = ["routes"]


def routes(household: Household, grants: Grants, tries: Tries, now: Callable[[], float]) -> Routes:
    """Return its part of the table of routes."""
    authorize = Authorize(household, grants, tries, now)
    tokens = TokenEndpoint(household, grants)
    return {
        "/authorize": Route({"GET": authorize.show, "POST": authorize.enter}),
        "/token": Route({"POST": tokens.answer}),
    }
