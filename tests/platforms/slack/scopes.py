"""Which scopes a method needs: one of these. https://docs.slack.dev/reference/methods."""

_KINDS = ("channels", "groups", "im", "mpim")

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


def needed(method: str) -> list[str]:
    """One of these is enough; none: every token may."""
    return ["chat:write"] if method in _WRITE else _BY_METHOD.get(method, "").split()
