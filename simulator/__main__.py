"""Start the demonstration: `make play`, at a prompt or, with CAR=1, in a car.

What it needs takes seconds to load. Nothing of it is loaded before Ctrl-C is heeded, so that it ends quietly then too.
"""

import os
import sys


def main() -> int:
    """Run the demonstration; return the exit status."""
    try:
        if os.environ.get("CAR") == "1":
            from simulator.drive import main as demonstrate
        else:
            from simulator.play import main as demonstrate
        return demonstrate()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
