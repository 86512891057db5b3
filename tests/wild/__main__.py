"""`python -m tests.wild`: see `tests.wild.run`."""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.wild import desk, run
from tests.wild.keys import parse


def main(arguments: list[str]) -> int:
    """Pound the screens; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.wild", description=(run.__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--keys", type=int, default=10_000, help="keys a screen")
    parser.add_argument("--screen", action="append", choices=[*run.SCREENS], default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--play", default="", metavar="WORDS", help="a list of keys as a failure prints it")
    options = parser.parse_args(arguments)
    if options.play:
        with tempfile.TemporaryDirectory(prefix="helpdesk-wild-") as folder:
            failed = run.replay(run.Place(Path(folder), desk.texts()), parse(options.play))
        print(failed or "sound")
        return bool(failed)
    sound = True
    with ProcessPoolExecutor(options.jobs) as pool:
        screens = options.screen or [*run.SCREENS]
        for future in as_completed([pool.submit(run.one, name, options.keys, options.seed) for name in screens]):
            good, text = future.result()
            sound = sound and good
            print(text, flush=True)
    print("wild: sound" if sound else "wild: FAILED")
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
