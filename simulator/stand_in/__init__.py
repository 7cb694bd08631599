"""A home with Music Assistant in it, for tests and demonstrations.

Its player side is aioslimproto, the library that the server itself runs; its API and its streams answer as captures
of a running server do.
"""

from simulator.stand_in.handle import StandIn, StandInError

__all__ = ["StandIn", "StandInError"]
