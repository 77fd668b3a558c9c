"""The three built-in roles, as named rights in one table. Store rules and guards both read it."""

from enum import StrEnum

from among_protocol.members import Role


class Right(StrEnum):
    SPEAK = "speak"
    CREATE_ROOM = "create_room"
    SET_TOPIC = "set_topic"
    ADD_PERSON = "add_person"


_MEMBER = frozenset({Right.SPEAK, Right.ADD_PERSON})
_STEWARD = _MEMBER | {Right.CREATE_ROOM, Right.SET_TOPIC}

RIGHTS: dict[Role, frozenset[Right]] = {"owner": _STEWARD, "steward": _STEWARD, "member": _MEMBER}
