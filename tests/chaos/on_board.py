"""Two people ask on the board, one behind the other, while the bot's process is hit."""

from functools import partial

from bot.messages import State, Turn
from bot.split import split
from tests.chaos.blows import Barrier
from tests.chaos.strike import Act, struck
from tests.chaos.world import World
from tests.platforms import board_bot
from tests.platforms.board import LIMIT
from tests.platforms.board_bot import conversation

QUESTIONS = (
    (
        "ann",
        " ".join(f"I have asked {n} times why the rain in town never ends." for n in range(8)),
    ),
    ("bob", "And what about the snow?"),
)
ANSWERS = (
    f"answer to: {QUESTIONS[0][1]} [2 messages]",
    f"answer to: Bob: {QUESTIONS[1][1]} [4 messages]",
)


async def play(made: World, barrier: Barrier) -> list[str]:
    """What is not as it must be at the end.

    Raises:
        TimeoutError: not everything was answered.
    """
    act = Act(board_bot.main, partial(_ask, made), partial(_finished, made))
    await struck(made, barrier, act)
    return await _faults(made)


async def _ask(made: World) -> None:
    for author, text in QUESTIONS:
        await made.board.write(author, text)


async def _finished(made: World) -> None:
    async def quiet() -> bool:
        turns = await made.inbox.turns(conversation())
        waiting = await made.inbox.waiting(conversation())
        return len(turns) >= len(QUESTIONS) and not waiting and not made.board.events

    await made.until(quiet)


async def _faults(made: World) -> list[str]:
    turns = await made.inbox.turns(conversation())
    told = [(turn.ending.state, turn.ending.text) for turn in turns]
    if told != [(State.ANSWERED, answer) for answer in ANSWERS]:
        return [f"the history holds {told}"]
    return [*_of_board(made, turns), *made.left()]


def _of_board(made: World, turns: tuple[Turn, ...]) -> list[str]:
    standing = made.board.standing()
    wanted = [text for answer in ANSWERS for text in split(answer, LIMIT)]
    parts = [part for turn in turns for part in turn.parts]
    texts = {post.id: post.text for post in standing}
    found = [f"{p.id} is not closed" for p in standing if p.closed[-1:] != [len(p.versions) - 1]]
    if sorted(texts) != sorted(parts):
        found.append(f"standing {sorted(texts)}, in the history {sorted(parts)}")
    if [texts.get(part) for part in parts] != wanted:
        found.append(f"the board shows {[texts.get(part) for part in parts]}")
    return found
