"""Deliberate breaks of the product: each must turn a test or a case red."""

import asyncio
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LEFT_OUT = (".git", ".venv", "build", "*_cache", "__pycache__", ".hypothesis", ".coverage*")
_RED = re.compile(r"^FAILED |WRONG", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Break:
    """One break; ``red`` is a journey, or a case where it begins with a server's name."""

    name: str
    file: str
    old: str
    new: str
    red: str

    @property
    def command(self) -> tuple[str, ...]:
        """What must fail."""
        if ":" in self.red:
            return ("tests.chaos", "points", "--only", self.red)
        where = [str(path) for path in (ROOT / "tests/journeys").glob("test_board_*.py")]
        files = [str(Path(path).relative_to(ROOT)) for path in where]
        return ("pytest", "-q", "--timeout=20", *files, "-k", self.red)


BREAKS = (
    Break(
        "notes are not fenced",
        "storage/inbox/note.lua",
        "if redis.call('HGET', owner, conversation) ~= ARGV[2] then return 'lost' end",
        "",
        "store:note#3 frozen before",
    ),
    Break(
        "commits are not fenced",
        "storage/inbox/commit.lua",
        "if redis.call('HGET', owner, conversation) ~= fence then",
        "if false then",
        "test_a_late_commit_changes_nothing",
    ),
    Break(
        "the final text is not noted",
        "bot/delivery.py",
        "if ending != self._claim.answer.final:",
        "if False:",
        "test_who_died_before_the_commit_has_answered",
    ),
    Break(
        "a commit forgets what waits",
        "storage/inbox/commit.lua",
        "if redis.call('ZCARD', inbox) == 0 then",
        "if true then",
        "test_two_people_are_answered_in_order",
    ),
    Break(
        "acknowledged before it is accepted",
        "tests/platforms/board_bot.py",
        "            await self._take(event)\n"
        '                await self.line.ask("DELETE", f"/events/{event[\'number\']}")\n',
        '            await self.line.ask("DELETE", f"/events/{event[\'number\']}")\n'
        "                await self._take(event)\n",
        "store:accept#1 killed before",
    ),
    Break(
        "what was seen is forgotten at once",
        "storage/conversations/conversations.py",
        "SEEN_MS = 2 * DAY",
        "SEEN_MS = 1",
        "test_a_message_that_comes_twice_is_answered_once",
    ),
    Break(
        "no intent before a post",
        "bot/delivery.py",
        'elif self._claim.answer.parts.get(number) != "":',
        "elif False:",
        "board:post#1 killed after",
    ),
    Break(
        "posted again without a look",
        "bot/delivery.py",
        "if number in self._unsure:",
        "if False:",
        "test_a_post_whose_reply_is_lost_is_not_repeated",
    ),
    Break(
        "parts of an earlier attempt are not looked up",
        "bot/delivery.py",
        "self._parts.update({number: found} if found else {})",
        "del found",
        "board:put#3 killed before",
    ),
    Break(
        "a claim forgets what was begun",
        "storage/inbox/claim.lua",
        "local ids = cjson.decode(redis.call('HGET', answer, 'ids') or '[]')",
        "local ids = {}",
        "test_what_was_begun_stays_as_it_was",
    ),
    Break(
        "the last edit is tried once",
        "bot/delivery.py",
        "await self._surely(self._show_last, text)",
        "await self._show_last(text)",
        "test_the_last_edit_lands_in_the_end",
    ),
    Break(
        "late requests are not undone",
        "bot/turn.py",
        "return delivery.mend",
        "return None",
        "board:put#3 frozen before",
    ),
    Break(
        "renewals are not heard",
        "bot/worker.py",
        "lease.renewed(until, state)",
        "del lease, state",
        "test_an_answer_may_take_longer_than_a_lease",
    ),
    Break(
        "a hand-over counts as an attempt",
        "bot/worker.py",
        "release(claim, refund=True, delay=0)",
        "release(claim, refund=False, delay=0)",
        "test_a_drain_hands_over_without_an_attempt",
    ),
    Break(
        "a busy platform is not left alone",
        "bot/delivery.py",
        "max(wait, self._busy_until - self._clock.monotonic())",
        "wait",
        "test_a_busy_board_is_left_alone",
    ),
)


async def run(only: str) -> bool:
    """Try every break whose name contains ``only``; whether each turned something red."""
    found = [one for one in BREAKS if only in one.name]
    missed = [one.name for one in found if not await _tried(one)]
    print(f"{len(found)} breaks, {len(missed)} not noticed")  # noqa: T201 - its output
    return not missed


async def _tried(one: Break) -> bool:
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home, "copy")
        await asyncio.to_thread(
            shutil.copytree, ROOT, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT)
        )
        path = copy / one.file
        path.write_text(path.read_text(encoding="utf-8").replace(one.old, one.new))
        output = await _output(one.command, copy)
    noticed = _RED.search(output) is not None
    print(f"{one.name:48} {one.red:52} {'red' if noticed else 'NOT NOTICED'}", flush=True)  # noqa: T201 - its output
    return noticed


async def _output(command: tuple[str, ...], where: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=where,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return output.decode(errors="replace")
