"""When each word of an answer could be read, and when by the plain rule. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from statistics import mean
from typing import Self


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer, in seconds of the monotonic clock."""

    asked: float
    arrived: float
    """The request, at the model."""
    sent: tuple[float, ...]
    """Each word that was ever seen, by the model."""
    frames: tuple[tuple[float, int], ...]
    """From when on so many of its words could be read."""

    @classmethod
    def read(cls, asked: float, versions: Sequence[tuple[float, str]]) -> Self | None:
        """Read the times from the texts that stood there; None: there was none."""
        if not versions:
            return None
        arrived, *sent = (int(word) / 1000 for word in versions[-1][1].split())
        frames = tuple((at, len(text.split()) - 1) for at, text in versions)
        return cls(asked, arrived, tuple(sent), frames)

    @property
    def first(self) -> float:
        """Seconds from the question to the first text."""
        return self.frames[0][0] - self.asked

    @property
    def request(self) -> float:
        """Seconds from the question to the request at the model."""
        return self.arrived - self.asked

    @property
    def own(self) -> float:
        """Seconds to the first text that are not the model's."""
        return self.first - (self.sent[0] - self.arrived)

    @property
    def last(self) -> float:
        """Seconds from the last word to the whole text."""
        whole = next(at for at, words in self.frames if words == len(self.sent))
        return whole - self.sent[-1]

    @property
    def lags(self) -> list[float]:
        """Seconds of each word between its coming and its being readable."""
        readable = [
            next(at for at, words in self.frames if words > n) for n in range(len(self.sent))
        ]
        return [at - sent for at, sent in zip(readable, self.sent, strict=True)]


def by_rule(channel: Sequence[Shown], spacing: float, way: float) -> float:
    """The mean lag of the answers of one channel by the plain rule.

    First text at once, then edits spaced evenly over the channel's answers, and one at the end.

    Args:
        channel: answers, of which the model's times count.
        spacing: seconds between two edits that a channel takes.
        way: seconds of an edit to the platform.
    """
    edits = [[one.sent[0], one.sent[-1]] for one in channel]
    start, end = min(min(one) for one in edits), max(max(one) for one in edits)
    ticks = takewhile(lambda at: at < end, (start + n * spacing for n in count(1)))
    for n, tick in enumerate(ticks):
        running = [own for own in edits if own[0] <= tick <= own[-1]]
        if running:
            running[n % len(running)].insert(-1, tick)
    return mean(
        own[bisect_left(own, sent)] - sent + way
        for own, one in zip(edits, channel, strict=True)
        for sent in one.sent
    )
