"""Which scopes a method needs: one of these. https://docs.slack.dev/reference/methods."""

from tests.platforms.slack.model import DIRECT, GROUP_DIRECT, PRIVATE, PUBLIC

_FAMILIES = {PUBLIC: "channels", PRIVATE: "groups", DIRECT: "im", GROUP_DIRECT: "mpim"}
"""Kind of a channel → the word with which its own scopes begin."""
_KINDS = tuple(_FAMILIES.values())

_BY_METHOD = {
    "apps.connections.open": "connections:write",
    "bots.info": "users:read",
    "users.info": "users:read",
    "users.list": "users:read",
    "team.info": "team:read",
    "usergroups.users.list": "usergroups:read",
    "conversations.open": "im:write mpim:write channels:manage groups:write",
    "conversations.info": " ".join(f"{kind}:read" for kind in _KINDS),
    "conversations.list": " ".join(f"{kind}:read" for kind in _KINDS),
    "conversations.members": " ".join(f"{kind}:read" for kind in _KINDS),
    "users.conversations": " ".join(f"{kind}:read" for kind in _KINDS),
    "conversations.replies": " ".join(f"{kind}:history" for kind in _KINDS),
    "conversations.history": " ".join(f"{kind}:history" for kind in _KINDS),
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "reactions.get": "reactions:read",
    "files.info": "files:read",
    "assistant.threads.setStatus": "chat:write assistant:write",
    "assistant.threads.setTitle": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "agents.sessions.setStatus": "chat:write",
    "agents.sessions.rename": "chat:write",
}

_CHAT = ("postMessage", "update", "delete", "postEphemeral", "startStream", "appendStream")
_WRITE = {f"chat.{name}" for name in (*_CHAT, "stopStream")}


_BY_KIND = {f"conversations.{name}" for name in ("info", "members", "replies", "history")}


def needed(method: str, kind: str = "") -> list[str]:
    """One of these is enough; none: every token may.

    ``kind``: of the channel that the call names, if it is known. Of the scopes that read a channel
    only that of its kind counts: https://github.com/DataDog/slapr/pull/47
    """
    every = ["chat:write"] if method in _WRITE else _BY_METHOD.get(method, "").split()
    own = _FAMILIES.get(kind, "") if method in _BY_KIND else ""
    return [scope for scope in every if scope.startswith(own)]
