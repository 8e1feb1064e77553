"""Many answers over a strict Discord, in virtual time: no 429, and nobody waits long."""

from random import Random
from statistics import mean, median

import pytest

from bot.messages import ConversationKey
from tests.bot.pacing_sim import START, Answer, Figures, plain, played, simulate


def unharmed(figures: Figures) -> Figures:
    """No call was answered 429, and every answer can be read to its last word."""
    assert figures.discord.refused == []
    assert all(len(answer.readable) == answer.words for answer in figures.answers)
    return figures


@pytest.mark.parametrize(
    ("words", "rate", "processes"),
    [(80, 10, 1), (120, 10, 1), (120, 10, 2), (150, 30, 1), (150, 30, 2), (154, 30, 1)],
)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_answers_in_one_channel_keep_up_with_the_plain_rule(
    count: int, words: int, rate: float, processes: int
) -> None:
    """No 429, and a mean lag within 1.2 of evenly spaced edits whose last ones are free."""
    runs = [
        unharmed(simulate(count, words, rate, channels=1, processes=processes, seed=seed))
        for seed in range(4)
    ]
    assert mean(run.lag / plain(run.answers) for run in runs) < 1.2


@pytest.mark.parametrize(("words", "rate"), [(30, 30), (70, 10), (80, 10), (154, 30)])
def test_the_last_words_of_one_answer_come_at_once(words: int, rate: float) -> None:
    """Soon after its end all of it can be read, also right after its first five seconds."""
    for seed in range(4):
        [answer] = unharmed(simulate(1, words, rate, channels=1, seed=seed)).answers
        assert answer.last < 0.3


@pytest.mark.parametrize("processes", [1, 2])
def test_answers_of_any_length_and_speed(processes: int) -> None:
    """Five that begin, grow and end at different times: no 429, and not far from the rule."""
    runs = [unharmed(_mixed(Random(seed), processes)) for seed in range(20)]
    assert mean(run.lag / plain(run.answers) for run in runs) < 1.4


def _mixed(random: Random, processes: int) -> Figures:
    """Five answers of two to twenty seconds that begin within five."""
    where = ConversationKey("discord", "guild", "channel")
    rates = random.choices([5, 10, 30, 60], k=5)
    answers = [
        Answer(where, START + random.uniform(0, 5), int(random.uniform(2, 20) * rate), rate)
        for rate in rates
    ]
    return played(answers, random, processes)


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
