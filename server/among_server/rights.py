"""The three built-in roles: what each may do, as named rights in one table, and which is above which.

Store rules and guards both read it. Nobody acts on somebody of their own rank or above, and nobody gives more than
they have.
"""

from enum import StrEnum

from among_protocol.members import Role


class Right(StrEnum):
    SPEAK = "speak"
    CREATE_ROOM = "create_room"
    SET_TOPIC = "set_topic"
    RETENTION = "retention"  # say how long a room keeps what is said in it; for all rooms of the community: DOOR
    ADD_PERSON = "add_person"
    REMOVE_PERSON = "remove_person"  # from a private room that one is in
    STEWARDS = "stewards"  # hear the stewards' log, and answer the reports in it
    KICK = "kick"
    BAN = "ban"
    SILENCE = "silence"
    PORTRAIT = "portrait"  # merge and decline changes to the community's portrait
    TAGS = "tags"  # say what tags mean here
    DELETE_MESSAGE = "delete_message"  # of somebody else
    PIN = "pin"  # in open rooms
    MENTION_ROOM = "mention_room"  # everybody in an open room, by `@room`
    SET_ROLE = "set_role"
    INVITE = "invite"  # make invites, see and revoke all of them
    ADMIT = "admit"  # see who asks to be let in, and answer
    EDIT = "edit"  # what is said about the community, its rules, its questions; and make its door narrower
    DOOR = "door"  # make its door wider, rename it, take it out of the directory, let members invite, say how long its rooms keep what is said


_MEMBER = frozenset({Right.SPEAK, Right.ADD_PERSON})
_STEWARD = _MEMBER | {
    Right.CREATE_ROOM, Right.SET_TOPIC, Right.RETENTION, Right.PIN, Right.MENTION_ROOM, Right.DELETE_MESSAGE,
    Right.REMOVE_PERSON, Right.STEWARDS, Right.KICK, Right.BAN, Right.SILENCE, Right.PORTRAIT, Right.TAGS, Right.INVITE, Right.ADMIT, Right.EDIT,
}  # fmt: skip
_OWNER = _STEWARD | {Right.SET_ROLE, Right.DOOR}

RIGHTS: dict[Role, frozenset[Right]] = {"owner": _OWNER, "steward": _STEWARD, "member": _MEMBER}
RANKS: dict[Role, int] = {"owner": 2, "steward": 1, "member": 0}
