"""The bot as people see it: its name and descriptions, its command menus by scope and language, and its webhook.

Telegram falls back from the language to none and from the narrow scope to the wide; that rule lives here and nowhere
else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model import Json

TEXTS = ("name", "description", "short_description")


@dataclass(slots=True)
class WebhookSettings:
    """Where updates are posted; an empty ``url`` means nowhere."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class Profile:
    """The bot's settings; ``texts`` by kind and language, ``commands`` by scope key and language."""

    id: int
    first_name: str
    username: str
    texts: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in TEXTS})
    commands: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    webhook: WebhookSettings = field(default_factory=WebhookSettings)

    def user(self) -> Json:
        """Return the bot as a Bot API User."""
        return {"id": self.id, "is_bot": True, "first_name": self.name(""), "username": self.username}

    def me(self) -> Json:
        """Return what getMe shows."""
        return {
            **self.user(),
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def name(self, language: str) -> str:
        """Return the bot's name in a language, or its usual name."""
        return self.text("name", language) or self.first_name

    def text(self, kind: str, language: str) -> str:
        """Return one of the bot's texts in a language, or in none; '' when it has not been set."""
        texts = self.texts[kind]
        return texts.get(language) or texts.get("", "")

    def menu(self, chat_id: int, user_id: int, language: str) -> list[Json]:
        """Return the commands that a person sees in a chat; groups have negative ids."""
        wide = "all_private_chats" if chat_id > 0 else "all_group_chats"
        for scope in (f"chat_member:{chat_id}:{user_id}", f"chat:{chat_id}", wide, "default"):
            by_language = self.commands.get(scope, {})
            for code in (language, language.partition("-")[0], ""):
                if by_language.get(code):
                    return by_language[code]
        return []

    def dump(self) -> Json:
        """Return the settings as JSON data."""
        webhook = {name: getattr(self.webhook, name) for name in self.webhook.__slots__}
        return {"texts": self.texts, "commands": self.commands, "webhook": webhook}

    def load(self, data: Json) -> None:
        """Take up settings that :meth:`dump` returned."""
        self.texts = data["texts"]
        self.commands = data["commands"]
        self.webhook = WebhookSettings(**data["webhook"])
