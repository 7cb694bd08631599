"""What the skill is judged by: event files, evenings in a house in memory, and one in the whole house."""

from simulator.rules import Exchange

Evidence = tuple[str, list[Exchange]]
"""A name, and what one device exchanged with the skill."""
