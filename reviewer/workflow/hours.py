"""Working time: how much of it lies between two moments, and when so much of it will have passed.

All of it in the brand's own time zone, with its hours by weekday and its holidays. Instants are aware
UTC; a day's hours are minutes after local midnight, so that a day with a clock change is as long as it
really was.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reviewer.model import Brand

LONGEST_WAIT = 366 * 2
"""Days after which the search for working time ends: a calendar without any has none."""
DURATION = re.compile(r"(\d+)([mhd])")


def duration(words: str, brand: Brand) -> timedelta:
    """`15m`, `4h` or `1d` of working time; a day is as long as the brand's longest working day."""
    found = DURATION.fullmatch(words)
    if found is None:
        raise ValueError(f"{words!r} is not a time: write 15m, 4h or 1d.")
    number, unit = int(found[1]), found[2]
    if unit == "d":
        day = max((end - start for start, end in brand.calendar.hours if end > start), default=0)
        return timedelta(minutes=number * day)
    return timedelta(minutes=number * (60 if unit == "h" else 1))


def worked(brand: Brand, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments; zero where the end is not later."""
    total = timedelta()
    for opens, closes in _spans(brand, start):
        if opens >= end:
            break
        total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def after(brand: Brand, start: datetime, wait: timedelta) -> datetime | None:
    """The moment when so much working time has passed since `start`; None where there is none."""
    left = wait
    for opens, closes in _spans(brand, start):
        begins = max(opens, start)
        if closes <= begins:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return None


def next_open(brand: Brand, at: datetime) -> datetime | None:
    """`at` itself in working time, else when work begins again; None where it never does."""
    return next((max(opens, at) for opens, closes in _spans(brand, at) if closes > at), None)


def _spans(brand: Brand, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working spans of each day from that of `since` on, in UTC."""
    zone = ZoneInfo(brand.timezone)
    first = since.astimezone(zone).date()
    for n in range(LONGEST_WAIT):
        day = first + timedelta(days=n)
        start, end = brand.calendar.hours[day.weekday()]
        if end > start and day not in brand.calendar.holidays:
            yield _instant(day, start, zone), _instant(day, end, zone)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A wall-clock time as UTC; 24:00 is the next midnight."""
    extra, minutes = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=extra), time(minutes // 60, minutes % 60), zone)
    return wall.astimezone(UTC)
