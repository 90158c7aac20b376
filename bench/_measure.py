"""Time per text, and the last line of every bench. Imported first: it puts the project on the path."""

import json
import sys
import time
from pathlib import Path
from types import TracebackType

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:
    sys.path.append(ROOT)


class Clock:
    """Collects how long each `with` block took, in milliseconds."""

    def __init__(self) -> None:
        self.laps: list[float] = []

    def __enter__(self) -> None:
        self._start = time.process_time()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.laps.append((time.process_time() - self._start) * 1000)


def report(n: int, clock: Clock, **figures: float) -> None:
    """Print the one line of JSON."""
    laps = sorted(clock.laps) or [0.0]
    print(
        json.dumps(
            {
                "n": n,
                **{name: round(value, 4) for name, value in figures.items()},
                "ms_mean": round(sum(laps) / len(laps), 3),
                "ms_p95": round(laps[int(0.95 * (len(laps) - 1))], 3),
            }
        )
    )
