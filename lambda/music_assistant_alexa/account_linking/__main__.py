"""Ask for a passphrase and print the fields that account linking adds to the household's secret.

Needs Python and nothing else: `PYTHONPATH=lambda python3 -m music_assistant_alexa.account_linking`.
"""

import getpass
import json
import secrets
import sys
from collections.abc import Callable

from music_assistant_alexa.account_linking.passphrase import hashed

__all__ = ["fields", "main"]


def fields(passphrase: str) -> dict[str, str]:
    """Return a whole set: the passphrase's hash, and fresh random texts. Raises ValueError."""
    return {
        "linking_client_id": "alexa",
        "linking_client_secret": secrets.token_urlsafe(32),
        "linking_passphrase_hash": hashed(passphrase),
        "linking_signing_key": secrets.token_urlsafe(32),
        "linking_key_id": secrets.token_hex(4),
    }


def main(ask: Callable[[str], str] = getpass.getpass) -> int:
    """Ask twice, print the fields as JSON."""
    passphrase = ask("Passphrase for linking an Amazon account: ")
    if ask("Once more: ") != passphrase:
        sys.stderr.write("The two are not the same; nothing was made.\n")
        return 1
    try:
        made = fields(passphrase)
    except ValueError as error:
        sys.stderr.write(f"Not taken: {error}.\n")
        return 1
    sys.stdout.write(json.dumps(made, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
