// What is unread in rooms, as known now. Pure: the server counts, and entries that come move its counts on.
//
// Both may overtake each other, and a count says up to which number of the room's log it holds (`as_of`). So an entry that
// comes later than a count that holds it counts no more; what was heard before, and is not in it, counts again after it; and
// a count of fewer numbers than the one before is older, and says nothing. So it is also where one leaves a room and comes back
// to it: one's own log tells so, and may tell it late, after a count that is of the room since then.

/** @import { LogState, Marker } from './types.d.ts' */
/** What an entry of a room means for whoever reads it: how many messages more it is; that I said it, and so have read all;
 * up to where nothing is kept, and how many messages are, where that is told.
 * @typedef {{ seq: number, unread?: number, mine?: boolean, floor?: number, left?: number }} Heard */

/** @typedef {Pick<Marker, 'room' | 'read' | 'unread' | 'as_of'>} Count */

const RECENT = 10000; // entries, of all rooms, that are remembered for a count that they overtake

/** How far a room is read: up to this number, and how many messages come after it. */
export class Reading {
  read = 0;
  unread = 0;
  /** Up to where the newest count holds. */
  asOf = 0;
}

export class Counting {
  /** By id. */
  rooms = /** @type {Map<string, Reading>} */ (new Map());
  /** The newest count of each room, also of those that are no longer followed: up to where it holds, and how far one's own log
   * was known to go when it came. */
  #told = /** @type {Map<string, { count: Count, asOf: number, since: number }>} */ (new Map());
  #recent = /** @type {[string, Heard][]} */ ([]);

  /** As a sync states all of it. @param {LogState[]} states */
  stated(states) {
    this.rooms.clear();
    this.#told.clear();
    this.#recent = [];
    for (const { log, kind = 'room', status, head, read = 0, unread = 0 } of states) {
      if (kind === 'room' && status !== 'gone') this.rooms.set(log, { read, unread, asOf: head ?? 0 });
    }
  }

  /** How far one has read a room, here or on another device, and what the server counts after that. `since`: how far one's own
   * log is known to go by now. @param {Count} count @param {number} since */
  told(count, since = 0) {
    const { room: id, read, unread } = count;
    let asOf = count.as_of ?? 0;
    const room = this.#room(id);
    const heard = this.#recent.filter(([where]) => where === id).map(([, one]) => one);
    // A server that does not say: what was heard is in it.
    if (!asOf && (read || unread)) asOf = Math.max(room.asOf, heard.at(-1)?.seq ?? 0);
    if (asOf < room.asOf) return;
    this.#told.set(id, { count, asOf, since });
    Object.assign(room, { read, unread, asOf });
    for (const one of heard) apply(room, one);
  }

  /** One follows it from this number on, so says the entry `by` of one's own log: what is before is read. Unless the newest
   * count is of the room since then: it is of more numbers, or came when that entry was known to be there.
   * @param {string} room @param {number} at @param {number} by */
  begins(room, at, by = 0) {
    const last = this.#told.get(room);
    if (last && (last.asOf > at || (last.asOf === at && by && last.since >= by))) this.told(last.count, last.since);
    else this.told({ room, read: at, unread: 0, as_of: at }, by);
  }

  /** An entry has come, the next of its room. @param {string} id @param {Heard} heard */
  heard(id, heard) {
    this.#recent.push([id, heard]);
    if (this.#recent.length > 2 * RECENT) this.#recent.splice(0, RECENT);
    apply(this.#room(id), heard);
  }

  /** It is no longer followed. Where it soon is again, what was heard after that counts: of who paused meanwhile.
   * @param {string} id */
  forget(id) {
    this.rooms.delete(id);
  }

  /** @param {string} id */
  #room(id) {
    const room = this.rooms.get(id) ?? new Reading();
    this.rooms.set(id, room);
    return room;
  }
}

/** @param {Reading} room @param {Heard} heard */
function apply(room, { seq, unread = 0, mine = false, floor = 0, left = Infinity }) {
  if (seq <= room.asOf) return;
  if (mine) Object.assign(room, { read: seq, unread: 0 });
  else Object.assign(room, { read: Math.max(room.read, floor), unread: Math.min(room.unread + unread, left) });
}
