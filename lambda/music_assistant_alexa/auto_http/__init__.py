"""Alexa Auto over HTTPS: `POST /aasb` on the function's own URL, for vehicles that each have a bearer token.

Off unless the template's parameter turns it on; loaded only then. It reads nothing of AASB, and is given the one
dialect that it leads to.
"""
