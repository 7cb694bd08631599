"""The home bridge: to Music Assistant a player per Echo, to the skill an HTTPS API, to the Echo its host of audio."""

__version__ = "0.1.0"
