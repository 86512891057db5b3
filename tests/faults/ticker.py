"""A program that does what is due, on a clock of its own that jumps by up to an hour between ticks."""

import random
import sys
from pathlib import Path

if __name__ == "__main__":
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.vocabulary.errors import Busy
    from tests.faults.deeds import ANA

    path, seed, start, ticks = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    dice = random.Random(seed)
    now = start
    with Desk.open(path, user=ANA, clock=lambda: now) as desk:
        print("up", flush=True)
        done = 0
        while done < ticks:
            now = start + done * 300 + dice.choice((-3_600, 0, 3_600))
            try:
                desk.timers.fire_due()
            except Busy:
                # Everybody wants the file at once: once more.
                continue
            done += 1
