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
_WHY = re.compile(r"^[E |]*((?:Failed|\w+Error): .*)|WRONG\n *(.*)", re.MULTILINE)
_RED = 1
"""The status of a run in which something failed, but nothing went wrong before it."""


@dataclass(frozen=True, slots=True)
class Break:
    """One break; ``red`` is the name of tests, or part of a case's, with a server's."""

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
        files = sorted((ROOT / "tests").rglob("test_*.py"))
        homes = [path for path in files if f"def {self.red}(" in path.read_text("utf-8")]
        if not homes:
            raise LookupError(self.red)
        return (
            "pytest",
            "-q",
            "--timeout=20",
            *(f"{path.relative_to(ROOT)}::{self.red}" for path in homes),
        )


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
        "                    self._parts[number] = found\n",
        "                    del found\n",
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
        "await self._call.surely(self._show_last, text, ending.offer)",
        "await self._show_last(text, ending.offer)",
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
        "late edits are not undone",
        "bot/delivery.py",
        "            await part.close(texts[place], turn.ending.offer if last else Offer.NOTHING)",
        "            pass",
        "test_a_late_edit_is_undone",
    ),
    Break(
        "late posts are not told from the next owner's",
        "bot/delivery.py",
        'find(self._key(number), "", but=turn.parts)',
        'find(self._key(number), "")',
        "test_a_late_post_is_deleted",
    ),
    Break(
        "what was cut off is looked for at once",
        "bot/delivery.py",
        "        await self._clock.sleep(LANDING)\n",
        "",
        "board:post#1 frozen late",
    ),
    Break(
        "no second look before the next owner posts",
        "bot/delivery.py",
        "                    self._unsure.add(number)\n",
        "                    pass\n",
        "test_a_post_that_lands_in_time_is_taken_over",
    ),
    Break(
        "requests do not look at the lease",
        "bot/caller.py",
        "        self._lease.check()\n",
        "",
        "test_no_request_is_sent_behind_the_lease",
    ),
    Break(
        "a commit keeps no history",
        "bot/turn.py",
        "self.desk.inbox.commit(claim, kept, keep)",
        "self.desk.inbox.commit(claim, kept, 0)",
        "test_two_people_are_answered_in_order",
    ),
    Break(
        "a stop outlives its question",
        "storage/inbox/commit.lua",
        "redis.call('HDEL', stop, conversation)\n",
        "",
        "test_the_word_stop_ends_the_answer",
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
        "release(held, refund=True, delay=LANDING)",
        "release(held, refund=False, delay=LANDING)",
        "test_a_drain_hands_over_without_an_attempt",
    ),
    Break(
        "a busy platform is not left alone",
        "bot/caller.py",
        "self._busy_until - self._clock.monotonic()",
        "0.0",
        "test_a_busy_board_is_left_alone",
    ),
    Break(
        "what was missed on Discord is not read",
        "adapters/discord/client.py",
        "await before(self._deaf, self._catch_up.run(shard))",
        "del shard",
        "discord store:accept#1 killed before",
    ),
    Break(
        "a thread that is there counts as impossible",
        "adapters/discord/rooms.py",
        "return _exists(error) or await self._is_there(int(key.question))",
        "return False",
        "discord:post channels/messages/threads#1 killed after",
    ),
    Break(
        "posts on Discord have no nonce",
        "adapters/discord/messenger.py",
        "nonce=_nonce(key)",
        "nonce=None",
        "discord:post channels/messages#1 frozen late",
    ),
    Break(
        "posts on Discord are not found by their marks",
        "adapters/discord/messenger.py",
        "if str(message.id) not in but and self._is(message, key):",
        "if str(message.id) in but:",
        "discord:post channels/messages#1 killed after",
    ),
    Break(
        "Discord's own note in a thread counts as its answer",
        "adapters/discord/messenger.py",
        "reference(message) == key.question",
        "message.reference is not None",
        "discord:post channels/messages#1 killed before",
    ),
    Break(
        "buttons are left under answers",
        "adapters/discord/parts.py",
        "await self._say(text, view=button(offer, self._key))",
        "await self._say(text)",
        "discord:patch channels/messages#1 killed before",
    ),
    Break(
        "ids of posts are not noted",
        "bot/delivery.py",
        "        await self._note(number, posted.id)\n",
        "",
        "discord store:commit#4 killed before",
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
        status, output = await _ran(one.command, copy)
    red = _WHY.search(output) if status == _RED else None
    why = f"red: {red[1] or red[2]}" if red else "NOT NOTICED"
    print(f"{one.name:48} {one.red:52} {why}", flush=True)  # noqa: T201 - its output
    return red is not None


async def _ran(command: tuple[str, ...], where: Path) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=where,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode(errors="replace")
