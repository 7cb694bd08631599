"""Make a vehicle's token; print it, and what to put into the household's secret.

Needs Python and nothing else: `PYTHONPATH=lambda python3 -m music_assistant_alexa.auto_http wvw-1`.
"""

import json
import sys
from collections.abc import Sequence

from music_assistant_alexa.auto_http.vehicle_tokens import hashed, new_token

__all__ = ["main"]

LONGEST_ID = 200
"""Characters of a vehicle's id at most, as everywhere."""


def main(arguments: Sequence[str]) -> int:
    """Make a token for the vehicle that is named."""
    vehicle_id = arguments[0].strip() if len(arguments) == 1 else ""
    if not 1 <= len(vehicle_id) <= LONGEST_ID:
        sys.stderr.write(f"Name one vehicle, by an id of 1 to {LONGEST_ID} characters; nothing was made.\n")
        return 1
    token = new_token()
    entry = json.dumps({vehicle_id: hashed(token)})
    sys.stdout.write(f"For the head unit, shown only now:\n  {token}\n")
    sys.stdout.write(f'For the secret, which keeps only its hash:\n  "vehicle_tokens": {entry}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
