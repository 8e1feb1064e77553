"""The loopback Discord in a process of its own."""

import asyncio

import aiohttp

from tests.platforms.discord import DOWN, running


async def test_a_server_in_its_own_process_does_the_same() -> None:
    """Over HTTP people speak, and the state tells what came of it."""
    async with running() as remote:
        file = {"name": "a.txt", "data": "aGk=", "content_type": "text/plain"}
        said = await remote.do("say", "general", "ann", "hello", attachments=[file])
        await remote.do("edit", said["id"], "hello again")
        shown = await remote.state()
        (kept,) = (m for place in shown["channels"] for m in place["messages"].values())
        assert [version["content"] for version in kept["versions"]] == ["hello", "hello again"]
        async with remote.http.get(kept["attachments"][0]["url"]) as response:
            assert await response.read() == b"hi"


async def post(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
    """Send one message, and wait for the reply."""
    async with http.post(url, json={"content": "late"}, headers=headers):
        pass


async def test_requests_to_another_process_can_be_held_up() -> None:
    """A gate outlives the client that stands there: what it sent is done when it is let go."""
    async with running() as remote:
        state = await remote.state()
        posts = f"{remote.url}/api/v10/channels/{state['channels'][0]['id']}/messages"
        headers = {"Authorization": f"Bot {state['token']}"}
        hold = await remote.pause("create")
        async with asyncio.TaskGroup() as group:
            client = group.create_task(post(remote.http, posts, headers))
            assert (await hold.reached())["body"] == {"content": "late"}
            client.cancel()
        assert (await remote.state())["posts"] == []
        await hold.go()
        shown = await remote.until(lambda now: now["posts"])
        assert shown["posts"][0]["content"] == "late"


async def test_settings_of_another_process_are_changed() -> None:
    """Limits, faults and parameters are set from outside."""
    async with running() as remote:
        await remote.set(token_seconds=0.0)
        await remote.limit(me=(1, 60.0), token=None)
        await remote.fault("gateway", DOWN)
        headers = {"Authorization": f"Bot {(await remote.state())['token']}"}
        statuses = []
        for path in ("gateway/bot", "gateway/bot", "users/@me", "users/@me", "nowhere"):
            async with remote.http.get(f"{remote.url}/api/v10/{path}", headers=headers) as reply:
                statuses.append(reply.status)
        assert statuses == [503, 200, 200, 429, 404]
        calls = (await remote.state())["calls"]
        assert [call["route"] for call in calls if call["status"] == 404] == ["unknown"]
