"""Many answers in one workspace, in virtual time: no limit is passed, and nobody waits long."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from statistics import mean

import pytest

from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing import Scheduler
from bot.pacing.rolling import LocalRolling, Rule, rule_of
from tests.bot.pacing_sim import CLOCK, JITTER, TRIP, Answer, virtually

RULES = {"update": Rule(50, 60.0), "open": Rule(20, 60.0), "post": Rule(4, 4.0)}


def lane_of(where: ConversationKey, call: Call) -> str:
    """As where answers grow by edits."""
    posts = {Call.OPEN: f"open post:{where.channel}", Call.POST: f"post:{where.channel}"}
    return posts.get(call, "update")


@dataclass
class Platform:
    """Takes whatever comes, and notes when."""

    jitter: Random
    arrived: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def call(self, answer: Answer, lanes: str) -> None:
        """One call, which shows what the model had said when it was sent."""
        words = answer.came(CLOCK.monotonic())
        await CLOCK.sleep(TRIP / 2 * self.jitter.uniform(*JITTER))
        answer.show(words, CLOCK.monotonic())
        for lane in lanes.split():
            self.arrived[lane].append(CLOCK.monotonic())
        await CLOCK.sleep(TRIP / 2 * self.jitter.uniform(*JITTER))

    def throttled(self) -> list[str]:
        """The lanes that took one call too many in some stretch of time."""
        return [
            lane
            for lane, times in self.arrived.items()
            for rule in [rule_of(RULES, lane)]
            for first, last in zip(times, times[rule.limit :], strict=False)
            if last - first < rule.seconds
        ]


async def deliver(answer: Answer, scheduler: Scheduler, platform: Platform) -> None:
    """As the core does: a text that grows, and its last edit; or, without a place, a whole one."""
    await CLOCK.sleep(answer.begin - CLOCK.monotonic())
    call, last = Call.OPEN, Call.POST
    while len(answer.readable) < answer.words:
        try:
            async with asyncio.timeout_at(answer.end):
                await scheduler.admit(answer.where, call, answer.unread)
        except TimeoutError:
            call = last
            await scheduler.admit(answer.where, call, answer.unread)
        await platform.call(answer, lane_of(answer.where, call))
        call, last = Call.INTERIM, Call.FINAL
        new = answer.begin + len(answer.readable) / 10
        await CLOCK.sleep(max(0.0, min(new, answer.end) - CLOCK.monotonic()))


def simulate(
    people: int, words: int, processes: int, questions: int = 1
) -> tuple[list[Answer], Platform]:
    """People in ten channels who ask within a second, and again whenever they are answered."""
    answers: list[Answer] = []

    async def person(number: int, scheduler: Scheduler, platform: Platform) -> None:
        await CLOCK.sleep(number / people)
        for _ in range(questions):
            where = ConversationKey("slack", "T1", f"C{number % 10}")
            answers.append(Answer(where, CLOCK.monotonic(), words))
            await deliver(answers[-1], scheduler, platform)

    async def main() -> Platform:
        platform, shared = Platform(Random(1)), LocalRolling(CLOCK, RULES)
        schedulers = [Scheduler(shared, lane_of, CLOCK) for _ in range(processes)]
        async with asyncio.TaskGroup() as group:
            runs = [group.create_task(scheduler.run()) for scheduler in schedulers]
            async with asyncio.TaskGroup() as asking:
                for n in range(people):
                    asking.create_task(person(n, schedulers[n % processes], platform))
            for run in runs:
                run.cancel()
        return platform

    platform = virtually(main())
    return answers, platform


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(("words", "ratio"), [(80, 2), (200, 1.5), (400, 1.5)])
def test_ten_answers_share_the_edits_of_a_workspace(
    words: int, ratio: float, processes: int
) -> None:
    """No limit is passed, no last edit waits, and nobody's text is much later than another's."""
    answers, platform = simulate(10, words, processes)
    assert platform.throttled() == []
    assert all(answer.readable[-1] - answer.end < 0.5 for answer in answers)
    lags = [mean(answer.lags) for answer in answers]
    assert max(lags) < ratio * min(lags)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("people", [3, 10])
def test_last_edits_find_places_however_long_it_goes_on(people: int, processes: int) -> None:
    """Whoever is answered asks again, for minutes: no limit is passed, no last edit waits."""
    answers, platform = simulate(people, 250, processes, questions=8)
    assert len(answers) == people * 8
    assert platform.throttled() == []
    assert all(answer.readable[-1] - answer.end < 0.5 for answer in answers)


@pytest.mark.parametrize("processes", [1, 2])
def test_of_a_hundred_answers_those_without_a_place_come_whole(processes: int) -> None:
    """Twenty grow, the others are posted soon after they are complete."""
    answers, platform = simulate(100, 200, processes)
    assert platform.throttled() == []
    assert len(platform.arrived["open"]) == 20
    assert all(len(answer.readable) == answer.words for answer in answers)
    assert max(answer.readable[-1] - answer.end for answer in answers) < 8
