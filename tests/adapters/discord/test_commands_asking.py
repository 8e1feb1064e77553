"""Questions that come as commands."""

import asyncio
import signal
from dataclasses import dataclass
from functools import partial

from bot.messages import ConversationKey
from tests.adapters.discord.giving import acknowledged, heard, replies
from tests.chaos.proxy import Labels, proxy, resp
from tests.journeys.discord_town import DiscordTown
from tests.platforms import stores
from tests.platforms.discord import MANAGE_SERVER
from tests.platforms.discord.rest_interactions import WAIT
from tests.platforms.model_server import Reply


async def test_a_question_is_answered_as_the_reply_to_its_command(town: DiscordTown) -> None:
    """It is acknowledged before everybody's eyes, and its answer fills that message in."""
    town.model.script(Reply("Because.", first=0.2))
    async with town.bot():
        asked = town.there.slash("ask", {"question": "why?"})
        assert await acknowledged(town.there, asked) == WAIT
        answer = await town.answered("Because.")
    assert replies(asked) == [answer] == town.there.posts
    assert town.prompt() == ["why?"]


async def test_it_goes_on_in_its_thread(town: DiscordTown) -> None:
    """A question by command in a thread belongs to the talk there."""
    there = town.there
    town.model.script(Reply("One.", first=0.2), Reply("Two.", first=0.2))
    general, thread = there.channel("general").id, there.make_thread("general", "ann", "in").id
    async with town.bot():
        there.slash("ask", {"question": "first?"}, channel=thread)
        await town.answered("One.")
        await town.settled(ConversationKey("discord", town.guild, general, thread))
        there.slash("ask", {"question": "second?"}, channel=thread)
        await town.answered("Two.")
    assert town.prompt() == ["first?", "One.", "second?"]


async def test_direct_questions_belong_to_the_flat_conversation(town: DiscordTown) -> None:
    """A question by command in a DM is part of the one conversation there."""
    there = town.there
    town.model.script(Reply("Hello.", first=0.2), Reply("Because.", first=0.2))
    async with town.bot():
        said = there.direct("ann", "hello")
        await town.answered("Hello.")
        await town.settled(town.direct(said))
        there.slash("ask", {"question": "why?"}, channel=said.channel)
        await town.answered("Because.")
    assert town.prompt() == ["hello", "Hello.", "why?"]


async def test_who_may_not_ask_is_told_alone(town: DiscordTown) -> None:
    """A refusal is the reply itself, for the asker alone: nothing waits for an answer."""
    there = town.there
    async with town.bot():
        await acknowledged(there, there.slash("pause", permissions=MANAGE_SERVER))
        asked = there.slash("ask", {"question": "why?"})
        assert "paused" in await heard(there, asked)
    assert town.model.requests == []


async def test_a_message_is_asked_about_in_ones_own_words(town: DiscordTown) -> None:
    """The menu shows a form; what it asks goes to the model with the message."""
    there = town.there
    town.model.script(Reply("It is Latin.", first=0.2))
    said = there.say("general", "ben", "Panta rhei")
    async with town.bot():
        form = there.menu("Ask about this", said, user="ann")
        await acknowledged(there, form)
        there.submit(form, {"text": "Which language?"})
        await town.answered("It is Latin.")
    (prompt,) = town.prompt()
    assert "Panta rhei" in prompt
    assert "Which language?" in prompt


async def test_a_message_is_asked_about_without_a_word(town: DiscordTown) -> None:
    """The form may stay empty."""
    there = town.there
    town.model.script(Reply("Everything flows.", first=0.2))
    said = there.say("general", "ben", "Panta rhei")
    async with town.bot():
        form = there.menu("Ask about this", said, user="ann")
        await acknowledged(there, form)
        there.submit(form, {})
        await town.answered("Everything flows.")
    assert "Panta rhei" in town.prompt()[0]


async def test_two_processes_answer_once(town: DiscordTown) -> None:
    """Both hear of the command; one acknowledges it, and it is answered once."""
    town.model.script(Reply("Because.", first=0.3))
    async with town.bot(), town.bot():
        asked = town.there.slash("ask", {"question": "why?"})
        await town.answered("Because.")
    assert len(replies(asked)) == len(town.there.posts) == len(town.model.requests) == 1


async def test_without_a_store_it_is_refused_and_stays_unanswered(
    town: DiscordTown, own: stores.Server
) -> None:
    """Refused within three seconds, and never answered, also when the store is back."""
    there = town.there
    town.model.script(Reply("Only this.", first=0.2))
    async with town.bot(REDIS_URL=own.url):
        own.signal(signal.SIGSTOP)
        asked = there.slash("ask", {"question": "refused?"})
        assert "The store cannot be reached" in await heard(there, asked)
        await acknowledged(there, asked)
        own.signal(signal.SIGCONT)
        there.slash("ask", {"question": "taken?"})
        await town.answered("Only this.")
    assert len(town.model.requests) == 1
    assert town.prompt() == ["taken?"]


async def test_all_that_comes_before_a_refusal_has_one_budget(
    town: DiscordTown, own: stores.Server
) -> None:
    """A Discord that is slow to say who asks, then a store that hangs: refused in time, too."""
    there = town.there
    room = there.room_with(there.person("ann")).id
    async with town.bot(REDIS_URL=own.url, THREADWISE_STORE_TIMEOUT="10s"):
        there.latency = 1.2
        own.signal(signal.SIGSTOP)
        asked = there.slash("ask", {"question": "refused?"}, channel=room)
        assert "The store cannot be reached" in await heard(there, asked)
        there.latency = 0
        own.signal(signal.SIGCONT)
    assert there.made("member")


@dataclass
class Gate:
    """Lets everything pass but, once ``shut``, the store's replies to questions."""

    shut: bool = False

    async def request(self, label: str) -> None:
        """Every request arrives."""

    async def reply(self, label: str, data: bytes) -> None:  # noqa: ARG002 - what gates are asked
        if self.shut and label.startswith("store:accept"):
            self.shut = False
            await asyncio.Event().wait()


async def test_what_was_kept_all_the_same_is_taken_back(
    town: DiscordTown, own: stores.Server
) -> None:
    """Where only the store's reply is late, no answer is shown; the refusal stands."""
    there, gate, never = town.there, Gate(), asyncio.Event()
    town.model.script(Reply("One."), Reply("Never whole.", hold=never), Reply("Three."))
    connect = partial(asyncio.open_unix_connection, str(own.socket))
    async with proxy("store", connect, resp, gate, Labels()) as port:
        url = f"redis://127.0.0.1:{port}"
        async with town.bot(REDIS_URL=url, THREADWISE_STORE_TIMEOUT="10s"):
            there.say("general", "ann", f"{there.mention} one?")
            await town.answered("One.")
            gate.shut = True
            asked = there.slash("ask", {"question": "two?"})
            await town.model.until(lambda: len(town.model.requests) == 2)
            assert "The store cannot be reached" in await heard(there, asked)
            await town.model.until(lambda: town.model.disconnected == 1)
            there.say("general", "ann", f"{there.mention} three?")
            await town.answered("Three.")
    assert town.standing == ["One.", "Three."]
    assert "The store cannot be reached" in replies(asked)[0].content
