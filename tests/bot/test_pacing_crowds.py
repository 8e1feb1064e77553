"""Many answers over a strict Discord, in virtual time: no 429, and nobody waits long."""

from statistics import mean, median

import pytest

from tests.bot.pacing_sim import Figures, plain, simulate


def unharmed(figures: Figures) -> Figures:
    """No call was answered 429, and every answer can be read to its last word."""
    assert figures.discord.refused == []
    assert all(len(answer.readable) == answer.words for answer in figures.answers)
    return figures


@pytest.mark.parametrize(("words", "processes"), [(80, 1), (120, 1), (120, 2)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_answers_in_one_channel_keep_up_with_the_plain_rule(
    count: int, words: int, processes: int
) -> None:
    """No 429, and a mean lag within 1.2 of evenly spaced edits whose last ones are free."""
    runs = [
        unharmed(simulate(count, words, channels=1, processes=processes, seed=seed))
        for seed in range(4)
    ]
    assert mean(run.lag / plain(run.answers) for run in runs) < 1.2


@pytest.mark.parametrize(("processes", "lag"), [(1, 1.3), (2, 1.6)])
def test_a_hundred_conversations(processes: int, lag: float) -> None:
    """First texts come within seconds, and the lag is not much above a perfect second.

    Among processes the order is approximate, which costs some of it.
    """
    figures = unharmed(simulate(100, 80, channels=100, processes=processes))
    assert figures.lag < lag
    assert median(figures.firsts) <= 1.6
    assert figures.firsts[-1] <= 3.5


@pytest.mark.parametrize("processes", [1, 2])
def test_five_hundred_conversations(processes: int) -> None:
    """Ten times what the token allows: everybody is answered, without a 429."""
    figures = unharmed(simulate(500, 80, channels=500, processes=processes))
    assert figures.lag < 7
