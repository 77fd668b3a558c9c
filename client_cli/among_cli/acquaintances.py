"""Who is who, as far as the client has been told: each member as they were at each revision, and as they are now. Data only."""

from among_protocol.members import MemberForgotten, Persona, nobody

from .places import NOBODY


class Acquaintances:
    def __init__(self) -> None:
        self._personas: dict[tuple[str, int], Persona] = {}
        self._latest: dict[str, Persona] = {}

    def know(self, persona: Persona) -> None:
        """This is who a member is or was."""
        self._personas[persona.member, persona.rev] = persona
        latest = self._latest.get(persona.member)
        if latest is None or latest.rev <= persona.rev:
            self._latest[persona.member] = persona

    def knows(self, member: str, rev: int) -> bool:
        """Whether it is known who that member was at that revision (0: is now)."""
        return (member, rev) in self._personas or (not rev and member in self._latest)

    def who(self, member: str, rev: int = 0) -> str:
        """The handle of a member as it was at that revision, or as it is now."""
        persona = self._personas.get((member, rev)) or self._latest.get(member)
        return (persona.handle or NOBODY) if persona else "somebody"

    def handles(self) -> list[str]:
        """Handles of the people known of, to complete what is being typed."""
        return sorted({persona.handle for persona in self._latest.values() if persona.handle})

    def forget(self, event: MemberForgotten) -> None:
        """Nothing is kept of who they were, here neither."""
        for key in [key for key in self._personas if key[0] == event.by and key[1] <= event.rev]:
            self._personas[key] = nobody(*key)
        latest = self._latest.get(event.by)
        if latest is not None and latest.rev <= event.rev:
            self._latest[event.by] = nobody(event.by, event.rev)
