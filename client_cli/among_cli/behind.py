"""What Tab offers behind the name of a command, where that is one of a few words."""

from . import doorkeeping, keeping, newcomers, notify, personas, portrait, quotes
from .arguments import FORMATS

BEHIND: dict[str, tuple[str, ...]] = {
    "room": ("create", "private", "topic", "info", "keep", "add", "remove", "follow", "unfollow"),
    "export": FORMATS,
    "portrait": portrait.WORDS,
    "quotes": quotes.ANSWERS,
    "pins": ("more",),
    "threads": ("here", "more"),
    "bookmarks": ("more", "drop"),
    "drafts": ("drop",),
    "welcome": ("write", "rooms"),
    "greet": newcomers.GREET,
    "directs": (*newcomers.DIRECTS, "usual"),
    "greetings": ("on", "off"),
    "me": personas.WORDS,
    "rules": ("accept",),
    "invite": ("revoke",),
    "community": doorkeeping.SETTINGS,
    "corner": ("post", "edit", "delete", "react", "title", "comments", "public", "more", "older"),
    "revoke": ("others",),
    "status": ("here", "none"),
    "dnd": ("here", "none"),
    "notify": (*notify.LEVELS, "word", "everywhere"),
    "recent": ("more",),
    "inbox": ("more",),
    "jump": ("unread", "more", "today", "yesterday"),
    "invisible": ("here",),
    "back": ("here",),
    "seen": ("shown", "hidden"),
    "discover": ("not", "again"),
    "interests": ("here", "show", "found"),
    "tag": ("everywhere",),
    "role": keeping.ROLES,
    "resolve": keeping.OUTCOMES,
}
