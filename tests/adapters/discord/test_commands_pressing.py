"""Buttons under answers, and what the Apps menu of a message offers."""

import asyncio
from contextlib import AsyncExitStack

from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from adapters.discord.callers import NO_ANSWER, UNFINISHED, UNKNOWN
from adapters.discord.pressing import FORGOTTEN, NOT_YOURS, ONLY_NEWEST, REDONE
from tests.adapters.discord.giving import acknowledged, heard, replies
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import MANAGE_SERVER, Message
from tests.platforms.discord.rest_interactions import WAIT, WAIT_UPDATE
from tests.platforms.model_server import WRONG_KEY, Reply


async def offered(town: DiscordTown, what: str) -> tuple[Message, str]:
    """Wait for an answer with this button; the answer, and the button's id."""

    def found() -> list[tuple[Message, str]]:
        every = [(post, id_) for post in town.there.posts for id_ in post.buttons]
        return [(post, id_) for post, id_ in every if id_.startswith(f"tw:{what}:")]

    await town.there.until(found)
    return found()[0]


def ask(town: DiscordTown, text: str, user: str = "ann") -> Message:
    """Somebody mentions the bot."""
    return town.there.say("general", user, f"{town.there.mention} {text}")


async def test_only_the_asker_stops_an_answer(town: DiscordTown) -> None:
    """Somebody else is told so, and it goes on; who asked stops it without a word."""
    there = town.there
    town.model.script(Reply("One two three.", hold=asyncio.Event()))
    async with town.bot():
        ask(town, "count")
        answer, stop = await offered(town, "stop")
        other = there.press(answer, stop, user="ben")
        assert await heard(there, other) == NOT_YOURS
        assert stop in answer.buttons
        own = there.press(answer, stop, user="ann")
        assert await acknowledged(there, own) == WAIT_UPDATE
        await there.until(lambda: "(stopped)" in answer.content)
    assert replies(own) == []


async def test_an_admin_stops_any_answer(town: DiscordTown) -> None:
    """Who may manage the server may press everything."""
    there = town.there
    town.model.script(Reply("One two three.", hold=asyncio.Event()))
    async with town.bot():
        ask(town, "count")
        answer, stop = await offered(town, "stop")
        there.press(answer, stop, user="ben", permissions=MANAGE_SERVER)
        await there.until(lambda: "(stopped)" in answer.content)


async def test_a_cut_answer_goes_on_as_the_reply_to_the_press(town: DiscordTown) -> None:
    """Continue asks for more in the same conversation, and is acknowledged as a question is."""
    there = town.there
    town.model.script(Reply("One two", finish="length"), Reply("three.", first=0.2))
    async with town.bot(THREADWISE_PLACE="reply"):
        ask(town, "count")
        answer, button = await offered(town, "continue")
        refused = there.press(answer, button, user="ben")
        assert await heard(there, refused) == NOT_YOURS
        pressed = there.press(answer, button, user="ann")
        assert await acknowledged(there, pressed) == WAIT
        more = await town.answered("three.")
    assert replies(pressed) == [more]
    assert (town.prompt()[0], town.prompt()[-1]) == ("count", "Go on.")


async def test_a_failed_answer_is_retried_in_place(town: DiscordTown) -> None:
    """Retry asks the model again, and the answer stands in the same message."""
    there = town.there
    town.model.script(WRONG_KEY, Reply("Because."))
    async with town.bot():
        ask(town, "why?")
        failed, retry = await offered(town, "retry")
        pressed = there.press(failed, retry, user="ann")
        assert await acknowledged(there, pressed) == WAIT_UPDATE
        answer = await town.answered("Because.")
    assert answer is failed
    assert len(there.posts) == 1


async def test_only_the_newest_answer_is_redone(town: DiscordTown) -> None:
    """An older one stays as it is, and who pressed learns why."""
    there = town.there
    town.model.script(WRONG_KEY, Reply("Newer."))
    async with town.bot():
        asked = ask(town, "why?")
        failed, retry = await offered(town, "retry")
        await town.settled(town.thread(asked), 1)
        there.say(asked.id, "ann", "and now?")
        await town.answered("Newer.")
        await town.settled(town.thread(asked), 2)
        pressed = there.press(failed, retry, user="ann")
        assert await heard(there, pressed) == ONLY_NEWEST


async def test_the_menu_redoes_by_question_and_by_answer(town: DiscordTown) -> None:
    """Retry works on either message, for who asked it."""
    there = town.there
    town.model.script(Reply("First."), Reply("Second."), Reply("Third."))
    async with town.bot():
        asked = ask(town, "why?")
        answer = await town.answered("First.")
        await town.settled(town.thread(asked))
        assert await heard(there, there.menu("Retry", asked, user="ben")) == NOT_YOURS
        assert await heard(there, there.menu("Retry", asked, user="ann")) == REDONE
        assert await town.answered("Second.") is answer
        await town.settled(town.thread(asked))
        assert await heard(there, there.menu("Retry", answer, user="ann")) == REDONE
        assert await town.answered("Third.") is answer


async def test_of_two_processes_one_redoes(town: DiscordTown) -> None:
    """Who acknowledges the wish does it; the other says nothing, however slow the first is."""
    there = town.there
    town.model.script(Reply("First."), Reply("Second."))
    async with town.bot(), AsyncExitStack() as other:
        own = AsyncWebhookAdapter()  # type: ignore[no-untyped-call]  # the library's
        async_context.set(own)  # else both processes wait for the same call
        await other.enter_async_context(town.bot())
        asked = ask(town, "why?")
        await town.answered("First.")
        await town.settled(town.thread(asked))
        slow = there.pause("callback")
        wish = there.menu("Retry", asked)
        assert await heard(there, wish) == REDONE
        slow.go()
        await town.answered("Second.")
    assert len(replies(wish)) == 1
    assert len(town.model.requests) == 2


async def test_a_turn_is_forgotten_by_either_message(town: DiscordTown) -> None:
    """Forget takes it out of what the model is told, for who asked it and for admins."""
    there = town.there
    async with town.bot():
        asked = ask(town, "why?")
        (turn,) = await town.settled(town.thread(asked))
        assert await heard(there, there.menu("Forget", asked, user="ben")) == NOT_YOURS
        assert await heard(there, there.menu("Forget", turn.parts[0], user="ann")) == FORGOTTEN
        assert await town.settled(town.thread(asked), 0) == ()
        assert await heard(there, there.menu("Forget", asked, user="ann")) == UNFINISHED


async def test_an_admin_forgets_for_everybody(town: DiscordTown) -> None:
    """Who may manage the server may take anything out."""
    async with town.bot():
        asked = ask(town, "why?")
        await town.settled(town.thread(asked))
        menu = town.there.menu("Forget", asked, user="ben", permissions=MANAGE_SERVER)
        assert await heard(town.there, menu) == FORGOTTEN


async def test_forged_buttons_do_nothing(town: DiscordTown) -> None:
    """A button that names no answer is refused, one of another shape is not even heard."""
    there = town.there
    async with town.bot():
        ask(town, "why?")
        await there.until(lambda: len(town.ended) == 1)
        odd = there.bot_message("general", "jukebox", "press me")
        ids = [f"tw:stop:{there.person('ben').id}:1.0", "tw:melt:1:1.0"]
        odd.components = [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 1, "label": "x", "custom_id": id_} for id_ in ids
                ],
            }
        ]
        melted = there.press(odd, ids[1], user="ben")
        assert await heard(there, there.press(odd, ids[0], user="ben")) == UNKNOWN
    assert melted.answer is None


async def test_stop_in_a_channel_means_ones_own_answer(town: DiscordTown) -> None:
    """Of all answers there, the one that is being written to who says it, not the newest."""
    there = town.there
    held = Reply("One two three.", hold=asyncio.Event())
    town.model.script(held, Reply("Quick."), held)
    async with town.bot(THREADWISE_PLACE="reply"):
        ask(town, "count", "ann")
        anns, _ = await offered(town, "stop")
        ask(town, "quick?", "ann")
        await town.answered("Quick.")
        ask(town, "count", "ben")
        await there.until(lambda: len(there.posts) == 3)
        assert "Stopping" in await heard(there, there.slash("stop", user="ann"))
        await there.until(lambda: "(stopped)" in anns.content)
        assert await heard(there, there.slash("stop", user="cleo")) == NO_ANSWER
        assert there.posts[2].content == "One"


async def test_reset_in_a_channel_means_the_newest_answer_to_one(town: DiscordTown) -> None:
    """Its conversation begins anew; others stay."""
    there = town.there
    async with town.bot(THREADWISE_PLACE="reply"):
        anns, bens = ask(town, "one", "ann"), ask(town, "two", "ben")
        await town.settled(town.replies(anns))
        await town.settled(town.replies(bens))
        await acknowledged(there, there.slash("reset", user="ann"))
        await town.settled(town.replies(anns), 0)
        await town.settled(town.replies(bens), 1)
