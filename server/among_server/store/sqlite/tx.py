"""The transaction as the rules see it (`api.Tx`), over the writer's connection. Only the writer's thread comes here.

What every message goes through is in ledger.py, with its rules. Here is the rest: read from mirrors where a message
needs it, written at once.
"""

from sqlite3 import Connection

from msgspec.structs import replace

from among_protocol.lookalikes import skeleton
from among_protocol.messages import MessageSent
from among_protocol.wire import JSON

from ..rows import AccountRow, CommunityRow, InviteRow, MemberRow, RoomRow
from ..rules.communities import words
from ..stewards import BanRow, ReportRow, stewards_of
from .bookmarks import SqliteBookmarks
from .calling import SqliteCalling
from .corners import SqliteCorners
from .door import SqliteDoor
from .drafts import SqliteDrafts
from .edits import SqliteEdits
from .erasing import SqliteErasing
from .finding import put_ends, texts
from .greeting import SqliteGreeting
from .inbox import SqliteInbox
from .invites import SqliteInvites
from .joining import SqliteJoining
from .ledger import MESSAGES
from .notify import SqliteNotify
from .own import Note
from .personas import SqlitePersonas
from .pins import SqlitePins
from .portrait import SqlitePortrait
from .quotes import SqliteQuotes
from .reactions import SqliteReactions
from .retention import SqliteRetention
from .rows import ACCOUNT, COMMUNITY, MEMBER, ROOM, SEQ_BITS, account_row, community_row, member_row, room_row, text_of
from .status import SqliteStatus
from .tags import SqliteTags
from .threads import SqliteThreads


class SqliteTx(
    SqliteThreads,
    SqliteErasing,
    SqliteStatus,
    SqliteDoor,
    SqliteJoining,
    SqliteInvites,
    SqlitePersonas,
    SqliteEdits,
    SqlitePins,
    SqliteBookmarks,
    SqliteCalling,
    SqliteReactions,
    SqliteCorners,
    SqliteDrafts,
    SqliteNotify,
    SqliteInbox,
    SqlitePortrait,
    SqliteQuotes,
    SqliteGreeting,
    SqliteRetention,
    SqliteTags,
):
    def __init__(self, db: Connection, note: Note) -> None:
        super().__init__(db, note)
        self._accounts: dict[str, AccountRow] = {}
        self._rooms: dict[str, RoomRow] = {}
        self._communities: dict[str, CommunityRow] = {}
        self._memberships: dict[tuple[str, str], MemberRow | None] = {}
        self._handles: dict[tuple[str, str], MemberRow | None] = {}  # (place, handle): who has not left
        self._people: dict[str, list[MemberRow]] = {}  # of directs, which never change
        self._follows: dict[tuple[str, str], bool] = {}
        self._mirrors += (self._accounts, self._rooms, self._communities)
        self._mirrors += (self._memberships, self._handles, self._people, self._follows)

    # --- accounts
    def account(self, id: str) -> AccountRow | None:
        row = self._accounts.get(id)
        if row is None:
            row = self._one_account(f"{ACCOUNT} WHERE l.id = ?", id)
        return row

    def account_by_handle(self, handle: str) -> AccountRow | None:
        return self._one_account(f"{ACCOUNT} WHERE a.handle = ?", handle.lower())

    def looks_taken(self, handle: str, but: str = "") -> bool:
        sql = "SELECT EXISTS (SELECT 1 FROM accounts WHERE skeleton = ? AND key <> ?)"
        return bool(self._db.execute(sql, (skeleton(handle), self.key(but) if but else 0)).fetchone()[0])

    def _one_account(self, sql: str, name: str) -> AccountRow | None:
        found = self._db.execute(sql, (name,)).fetchone()
        if found is None:
            return None
        row = account_row(found)
        self._accounts[row.id] = row
        return row

    def add_account(self, row: AccountRow, password_hash: str) -> None:
        key = self.author = self._add_log(row.id, "account")
        self._db.execute(
            "INSERT INTO accounts (key, handle, display_name, claim, owner, skeleton) VALUES (?, ?, ?, ?, ?, ?)",
            (key, row.handle, row.display_name, text_of(row.claim), row.owner, skeleton(row.handle)),
        )
        self._db.execute("INSERT INTO passwords (account, hash) VALUES (?, ?)", (key, password_hash))
        self._accounts[row.id] = row

    def put_account(self, row: AccountRow) -> None:
        self.writes += 1
        self._db.execute(
            "UPDATE accounts SET display_name = ?, claim = ? WHERE key = ?",
            (row.display_name, text_of(row.claim), self._log(row.id).key),
        )
        self._accounts[row.id] = row

    def disable(self, account: str, disabled: bool) -> None:
        self.writes += 1
        self._db.execute("UPDATE accounts SET disabled = ? WHERE key = ?", (disabled, self._log(account).key))
        self._accounts.pop(account, None)

    def invite(self, secret: bytes) -> InviteRow | None:
        row = self._db.execute("SELECT owner, uses, expires_ms FROM invites WHERE secret = ?", (secret,)).fetchone()
        return InviteRow(bool(row[0]), row[1], row[2]) if row else None

    def put_invite(self, secret: bytes, row: InviteRow) -> None:
        self.writes += 1
        if row.uses < 1:
            self._db.execute("DELETE FROM invites WHERE secret = ?", (secret,))
            self.note_revoked("invite", secret.hex())
            return
        self._db.execute(
            "REPLACE INTO invites (secret, owner, uses, expires_ms) VALUES (?, ?, ?, ?)",
            (secret, row.owner, row.uses, row.expires_ms),
        )

    # --- communities and members
    def community(self, id_or_slug: str) -> CommunityRow | None:
        row = self._communities.get(id_or_slug)
        if row is not None:
            return row
        found = self._db.execute(f"{COMMUNITY} WHERE l.id = ?", (id_or_slug,)).fetchone()
        if found is None:
            found = self._db.execute(f"{COMMUNITY} WHERE c.slug = ?", (id_or_slug,)).fetchone()
        if found is None:
            return None
        row = community_row(found)
        self._communities[row.id] = row
        return row

    def community_looks_taken(self, slug: str) -> bool:
        sql = "SELECT EXISTS (SELECT 1 FROM communities WHERE skeleton = ?)"
        return bool(self._db.execute(sql, (skeleton(slug),)).fetchone()[0])

    def add_community(self, row: CommunityRow) -> None:
        key = self._add_log(row.id, "community")
        self._add_log(stewards_of(row.id), "stewards")
        self._db.execute(
            "INSERT INTO communities (key, slug, name, about, members, words, skeleton) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, row.slug, row.name, row.about, row.members, words(row), skeleton(row.slug)),
        )
        self._communities[row.id] = row

    def membership(self, account: str, place: str) -> MemberRow | None:
        try:
            return self._memberships[account, place]
        except KeyError:
            sql = f"{MEMBER} WHERE m.account = ? AND m.place = ?"
            row = self._one_member(sql, self.key(account), self.key(place))
            self._memberships[account, place] = row
            return row

    def member(self, id: str) -> MemberRow | None:
        return self._one_member(f"{MEMBER} WHERE m.id = ?", id)

    def memberships(self, account: str) -> list[MemberRow]:
        sql = f"{MEMBER} WHERE m.account = ? AND m.gone = 0 AND p.kind = 'community' ORDER BY m.place"
        return [member_row(row) for row in self._db.execute(sql, (self.key(account),)).fetchall()]

    def member_by_handle(self, place: str, handle: str) -> MemberRow | None:
        try:
            return self._handles[place, handle]
        except KeyError:
            sql = f"{MEMBER} WHERE m.place = ? AND m.handle = ? AND m.gone = 0"
            row = self._handles[place, handle] = self._one_member(sql, self.key(place), handle)
            return row

    def _one_member(self, sql: str, *named: str | int) -> MemberRow | None:
        found = self._db.execute(sql, named).fetchone()
        return member_row(found) if found else None

    def owners(self, community: str) -> int:
        sql = "SELECT count(*) FROM members WHERE place = ? AND role = 'owner' AND gone = 0"
        count: int = self._db.execute(sql, (self.key(community),)).fetchone()[0]
        return count

    def put_member(self, row: MemberRow, *, told: int = 0) -> None:
        before = self.membership(row.account, row.place)
        place = self._log(row.place)
        self.write_member(row, self._log(row.account).key, place.key, told)
        self._memberships[row.account, row.place] = row
        self._handles.pop((row.place, row.handle), None)
        if before is not None:
            self._handles.pop((row.place, before.handle), None)
        self._people.pop(row.place, None)
        if place.kind == "community":
            had = [] if before is None else texts(before)
            put_ends(self._db, place.key, self._log(row.account).key, had, texts(row))
        more = (not row.left) - (before is not None and not before.left)
        if place.kind == "community" and more:
            self._db.execute("UPDATE communities SET members = members + ? WHERE key = ?", (more, place.key))
            community = self._communities.get(row.place)
            if community is not None:
                self._communities[row.place] = replace(community, members=community.members + more)

    # --- bans and reports
    def ban(self, account: str, community: str) -> BanRow | None:
        found = self._db.execute(
            "SELECT member, seq, at, steward, reason, until, told FROM bans WHERE community = ? AND account = ?",
            (self.key(community), self.key(account)),
        ).fetchone()
        if found is None:
            return None
        member, seq, at, by, reason, until, told = found
        return BanRow(community, account, member, seq, at, by, reason, until, bool(told))

    def put_ban(self, row: BanRow) -> None:
        self.writes += 1
        keys = (self._log(row.community).key, self._log(row.account).key)
        self._db.execute(
            "REPLACE INTO bans (community, account, member, seq, at, steward, reason, until, told)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*keys, row.member, row.seq, row.at, row.by, row.reason, row.until, row.told),
        )

    def remove_ban(self, account: str, community: str) -> None:
        self.writes += 1
        keys = (self._log(community).key, self._log(account).key)
        self._db.execute("DELETE FROM bans WHERE community = ? AND account = ?", keys)

    def report(self, community: str, seq: int) -> ReportRow | None:
        found = self._db.execute(
            "SELECT a.id, r.filed, r.member, r.room, r.message FROM reports r JOIN logs a ON a.key = r.account"
            " WHERE r.community = ? AND r.seq = ?",
            (self.key(community), seq),
        ).fetchone()
        return ReportRow(community, seq, *found) if found else None

    def reports(self, account: str, community: str) -> int:
        sql = "SELECT count(*) FROM reports WHERE account = ? AND community = ?"
        count: int = self._db.execute(sql, (self.key(account), self.key(community))).fetchone()[0]
        return count

    def add_report(self, row: ReportRow) -> None:
        self.writes += 1
        self._db.execute(
            "INSERT INTO reports (community, seq, account, filed, member, room, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                self._log(row.community).key,
                row.seq,
                self._log(row.account).key,
                row.filed,
                row.member,
                row.room,
                row.message,
            ),
        )

    def remove_report(self, community: str, seq: int) -> None:
        self.writes += 1
        keys = (self._log(community).key, seq)
        about = self.report(community, seq)
        if about is not None and about.room:
            self.look_beneath(about.room, about.message)
        self._db.execute("DELETE FROM reports WHERE community = ? AND seq = ?", keys)

    # --- rooms and directs
    def room(self, id: str) -> RoomRow | None:
        row = self._rooms.get(id)
        if row is None:
            found = self._db.execute(f"{ROOM} WHERE l.id = ?", (id,)).fetchone()
            if found is not None:
                row = self._rooms[id] = room_row(found)
        return row

    def rooms(self, community: str) -> list[RoomRow]:
        sql = f"{ROOM} WHERE r.community = ? AND r.kind <> 'corner' ORDER BY r.key"
        return [room_row(row) for row in self._db.execute(sql, (self.key(community),)).fetchall()]

    def put_room(self, row: RoomRow) -> None:
        if self.room(row.id) is None:
            key = self._add_log(row.id, "room")
            community = self._log(row.community).key if row.community else None
            self._db.execute(
                "INSERT INTO rooms (key, kind, community, slug, topic, within) VALUES (?, ?, ?, ?, ?, ?)",
                (key, row.kind, community, row.slug, row.topic, self._log(row.within).key if row.within else None),
            )
        else:
            self.writes += 1
            told = (row.topic, text_of(row.retention), row.retention_since)
            sql = "UPDATE rooms SET topic = ?, retention = ?, retention_since = ? WHERE key = ?"
            self._db.execute(sql, (*told, self._log(row.id).key))
        self._rooms[row.id] = row

    def message(self, room: str, seq: int) -> MessageSent | None:
        log = self._log(room)
        if not (log.floor < seq <= log.head or (seq <= log.floor and seq in self.pins(room))):
            return None
        pos = log.key << SEQ_BITS | seq
        found = self._messages.get(pos)
        if found is not None:
            return found
        entry = JSON.decode_entry(self.entry(pos))
        if not isinstance(entry, MessageSent) or entry.blank:
            return None
        if len(self._messages) >= MESSAGES:
            self._messages.clear()
        self._messages[pos] = entry
        return entry

    def direct(self, key: str) -> str | None:
        sql = "SELECT l.id FROM directs d JOIN logs l ON l.key = d.room WHERE d.people = ?"
        row = self._db.execute(sql, (key,)).fetchone()
        return row[0] if row else None

    def add_direct(self, key: str, room: str) -> None:
        self.writes += 1
        self._db.execute("INSERT INTO directs (people, room) VALUES (?, ?)", (key, self._log(room).key))

    def people(self, room: str) -> list[MemberRow]:
        found = self._people.get(room)
        if found is None:
            sql = f"{MEMBER} WHERE m.place = ? ORDER BY m.handle, m.id"
            found = [member_row(row) for row in self._db.execute(sql, (self.key(room),)).fetchall()]
            self._people[room] = found
        return found

    # --- following
    def follows(self, account: str, room: str) -> bool:
        try:
            return self._follows[account, room]
        except KeyError:
            sql = "SELECT count(*) FROM follows WHERE account = ? AND room = ?"
            (count,) = self._db.execute(sql, (self.key(account), self.key(room))).fetchone()
            found = self._follows[account, room] = bool(count)
            return found

    def followed(self, account: str) -> list[str]:
        sql = "SELECT l.id FROM follows f JOIN logs l ON l.key = f.room WHERE f.account = ? ORDER BY f.room"
        return [row[0] for row in self._db.execute(sql, (self.key(account),)).fetchall()]

    def directs_of(self, account: str) -> int:
        sql = "SELECT count(*) FROM follows f JOIN rooms r ON r.key = f.room WHERE f.account = ? AND r.kind = 'direct'"
        (count,) = self._db.execute(sql, (self.key(account),)).fetchone()
        return int(count)

    def follow(self, account: str, room: str) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(room).key)
        self._db.execute("INSERT INTO follows (account, room) VALUES (?, ?)", keys)
        self._follows[account, room] = True
        self.mark(account, room)

    def unfollow(self, account: str, room: str) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(room).key)
        self._db.execute("DELETE FROM follows WHERE account = ? AND room = ?", keys)
        self._follows[account, room] = False
        self.drop_thread_marks(account, room)

    def departures(self, account: str, room: str) -> int:
        sql = "SELECT times FROM departures WHERE account = ? AND room = ?"
        row = self._db.execute(sql, (self.key(account), self.key(room))).fetchone()
        return row[0] if row else 0

    def add_departure(self, account: str, room: str) -> None:
        self.writes += 1
        self._db.execute(
            "INSERT INTO departures (account, room, times) VALUES (?, ?, 1)"
            " ON CONFLICT (account, room) DO UPDATE SET times = times + 1",
            (self._log(account).key, self._log(room).key),
        )
