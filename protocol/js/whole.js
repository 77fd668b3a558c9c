// How a client stays whole: positions, doubles, holes. Pure: entries and pages come in, what to tell comes out.
//
// 1. A log has one number `at`: everything up to it was given to the user, nothing after it. Entries that end at or
//    before it are doubles. One that begins right after it (`from`, or `seq`) is given. One that begins later is held.
// 2. `wanted` is the highest number known to exist. Where `at` lags behind it, `holes` says what to ask for.
// 3. Held entries are bounded: more are let go, and come with a page. While `paused` none are kept at all.
// 4. A page that should have brought the log forward and did not is told as a reset: never silent, never for ever.
// 5. Which logs are mine is what `session.sync` listed, as of the head of the account's log that it stated; entries of
//    that log after it open and close logs, and say where those begin. Logs that sync lists and that were not mine when
//    we left wait for that entry, which is part of the replay. What such a log sends before it is open comes with a page.
// 6. What one does not want is never open, and what is left out of a log moves `at` as entries do (`log.passed`).

/** @import { Positions, Told } from './happenings.d.ts' */
/** @import { Entry, EntryPage, LogPassed, LogState, ReactionsChanged, ReadEntries, Sync, SyncStarted, Want } from './types.d.ts' */
/** @typedef {Entry | LogPassed | ReactionsChanged} Numbered */

const HELD = 500; // entries kept ahead of a hole, per log
const FILLS = 4; // pages asked for at once
const NOT_MINE = new Set(['gone', 'unwanted']); // status of a log that is not followed

/** Ids come from outside: none of them may meet what every object has. @returns {{ [id: string]: number }} */
export const numbers = () => Object.create(null);

/** So do numbers, and nothing here has looked at them: what is none would be asked for without end. @param {unknown} told */
const counted = (told) => (Number.isSafeInteger(told) ? Math.max(0, /** @type {number} */ (told)) : 0);

/** One log as this client has it. */
class Log {
  /** @param {string} kind @param {number} at */
  constructor(kind, at) {
    this.kind = kind;
    this.at = at; // given up to here
    this.wanted = at; // exists up to here, as far as known
    this.due = 0; // the replay under way promises everything up to here
    this.filling = /** @type {Omit<ReadEntries, 'id'> | null} */ (null); // the page that is asked for
    this.open = true; // false: no longer followed; `at` stays, so that late doubles are known as such
    this.told = false; // the user knows of it in this run of the program
    this.held = /** @type {Numbered[]} */ ([]); // by where they begin, the shorter first
  }

  /** The last number of the hole after `at`; `at` itself when there is none. */
  get until() {
    return Math.max(this.at, this.held[0] ? begins(this.held[0]) - 1 : this.wanted);
  }

  /** @param {Numbered} entry */
  hold(entry) {
    if (this.held.length >= HELD) return;
    let place = this.held.length;
    const later = (/** @type {Numbered} */ one) => begins(one) - begins(entry) || one.seq - entry.seq;
    while (place > 0 && later(this.held[place - 1]) > 0) place -= 1;
    this.held.splice(place, 0, entry);
  }

  letGo() {
    this.filling = null;
    this.due = 0;
    this.held = [];
  }
}

/** The first number that an entry covers. @param {Numbered} entry */
const begins = (entry) => Math.min(entry.from || entry.seq, entry.seq);

/** All logs of one account. */
export class Whole {
  /** @param {Positions} positions @param {boolean} fromStart @param {Want | null} want */
  constructor(positions, fromStart, want) {
    this.epoch = positions.epoch;
    this.fromStart = fromStart;
    this.want = want; // to be asked for; null: everything
    this.taken = /** @type {Want | null} */ (null); // as the newest sync has taken it
    this.paused = false; // the user has enough for now: keep nothing, ask for nothing
    this.account = ''; // id of the account's log
    this.accountHead = 0; // rule 5: of the newest sync
    this.logs = new Map(Object.entries(positions.logs).map(([id, at]) => [id, new Log('room', at)]));
    this.listed = /** @type {Map<string, LogState>} */ (new Map()); // rule 5: wait for their entry in the account's log
    this.heard = /** @type {Map<string, number>} */ (new Map()); // highest number heard of logs that are not open
    this.behind = /** @type {Set<string>} */ (new Set()); // logs that may have a hole: all that do, and soon no others
    this.places = /** @type {Map<string, string>} */ (new Map()); // room, or stewards' log -> community
  }

  /** Up to where the account's own log is known to go. */
  get known() {
    return Math.max(this.accountHead, this.logs.get(this.account)?.wanted ?? 0);
  }

  // --- sync

  /** The command that makes whole what is known; at most so many positions, the account's among them.
   * @param {number} most @returns {Omit<Sync, 'id'>} */
  sync(most) {
    const named = [...this.logs].filter(([, log]) => log.open).sort(([a], [b]) => +(b === this.account) - +(a === this.account));
    const positions = numbers();
    for (const [id, log] of named.slice(0, most)) positions[id] = log.at;
    const want = this.want ? { want: this.want } : {};
    return { type: 'session.sync', epoch: this.epoch, positions, cards: true, ...want };
  }

  /** The server says where every log is. @param {SyncStarted} sync @returns {Told[]} */
  started(sync) {
    const moved = this.epoch !== '' && this.epoch !== sync.epoch;
    this.epoch = sync.epoch;
    this.taken = sync.want ?? null;
    this.listed.clear();
    for (const { community, rooms = [], stewards } of sync.communities ?? []) {
      for (const room of rooms) this.places.set(room.id, community.id);
      if (stewards) this.places.set(stewards, community.id);
    }
    const states = new Map(sync.logs.filter((state) => !NOT_MINE.has(state.status ?? '')).map((state) => [state.log, state]));
    const told = [...this.logs.keys()].filter((id) => !states.has(id)).flatMap((id) => this.#close(id));
    this.heard.clear();
    if (moved) {
      // What was closed counted in another epoch.
      for (const [id, log] of this.logs) if (!log.open) this.logs.delete(id);
      for (const id of this.behind) if (!this.logs.has(id)) this.behind.delete(id);
    }
    const account = [...states.values()].find((state) => state.kind === 'account');
    let resumed = false;
    if (account) {
      this.account = account.log;
      this.accountHead = counted(account.head);
      resumed = this.logs.has(account.log) && !moved && account.status !== 'reset';
    }
    for (const [id, state] of states) {
      const log = this.logs.get(id);
      const head = counted(state.head);
      if (log?.open) told.push(...this.#listedAgain(id, log, state, moved));
      else if (this.fromStart) told.push(...this.#open(id, state.kind, counted(state.floor), head));
      else if (resumed) this.listed.set(id, state);
      else told.push(...this.#open(id, state.kind, head, head));
    }
    return told.concat(this.#unlisted());
  }

  /** @param {string} id @param {Log} log @param {LogState} state @param {boolean} moved @returns {Told[]} */
  #listedAgain(id, log, state, moved) {
    const head = counted(state.head);
    log.kind = state.kind ?? 'room';
    log.letGo();
    this.behind.add(id);
    log.wanted = Math.max(log.at, head);
    if (moved || state.status === 'reset' || head < log.at) {
      log.wanted = head;
      log.told = true;
      const reason = state.reason || (moved ? 'epoch' : 'ahead');
      return this.#reset(id, log, reason, this.fromStart ? counted(state.floor) : head);
    }
    if ((state.status ?? 'caught_up') === 'caught_up') {
      log.due = head; // it comes without being asked for; `synced` sees whether it did
      log.wanted = log.at;
    }
    return log.told ? [] : this.#tell(id, log);
  }

  /** The replay is over: what it did not bring is a hole. */
  synced() {
    for (const [id, log] of this.logs) {
      log.wanted = Math.max(log.wanted, log.due);
      log.due = 0;
      this.behind.add(id);
    }
  }

  // --- entries

  /** One entry has come, live or replayed. @param {Numbered} entry @returns {Told[]} */
  entry(entry) {
    const log = this.logs.get(entry.log);
    if (!log?.open) {
      this.heard.set(entry.log, Math.max(this.heard.get(entry.log) ?? 0, entry.seq));
      return [];
    }
    if (entry.seq <= log.at) return [];
    log.wanted = Math.max(log.wanted, entry.seq);
    if (this.paused || begins(entry) > log.at + 1) {
      this.behind.add(entry.log);
      if (!this.paused) log.hold(entry);
      return [];
    }
    return this.#give(log, entry).concat(this.#release(log));
  }

  /** What `holes` asked for has come; null when the server would not give it.
   * @param {Omit<ReadEntries, 'id'>} command @param {EntryPage | null} page @returns {Told[]} */
  page(command, page) {
    const id = command.log;
    const log = this.logs.get(id);
    if (log?.filling !== command) return []; // closed, or synced anew meanwhile: what is missing now is asked for anew
    log.filling = null;
    if (this.paused) return [];
    const told = [];
    const before = log.at;
    if (page) {
      if (counted(page.floor) > log.at) told.push(...this.#reset(id, log, 'floor', counted(page.floor)));
      for (const entry of page.entries) if (isNumbered(entry) && entry.log === id) told.push(...this.entry(entry));
    }
    if (log.at === before && (command.until ?? 0) > before) told.push(...this.#reset(id, log, 'hole', log.until));
    return told;
  }

  /** Events were left out: live ones go on after these numbers. @param {{ [log: string]: number }} heads */
  lagging(heads) {
    for (const [id, told] of Object.entries(heads)) {
      const head = counted(told);
      const log = this.logs.get(id);
      if (log?.open) {
        log.wanted = Math.max(log.wanted, head);
        this.behind.add(id);
      } else this.heard.set(id, Math.max(this.heard.get(id) ?? 0, head));
    }
  }

  /** What to ask for now; each counts as asked for once it is returned. @returns {Omit<ReadEntries, 'id'>[]} */
  holes() {
    /** @type {Omit<ReadEntries, 'id'>[]} */
    const found = [];
    if (this.paused || !this.behind.size) return found;
    const filling = [...this.behind].filter((id) => this.logs.get(id)?.filling).length;
    for (const id of [...this.behind].sort()) {
      const log = /** @type {Log} */ (this.logs.get(id));
      if (log.filling) continue;
      if (!log.open || log.until <= log.at) this.behind.delete(id);
      else if (found.length < FILLS - filling) {
        log.filling = { type: 'log.entries', log: id, after: log.at, until: log.until };
        if (this.taken) log.filling.wanted = true;
        found.push(log.filling);
      }
    }
    return found;
  }

  /** The server has no such log for us; or had, when it was asked for what is not missing any more.
   * @param {Omit<ReadEntries, 'id'>} command @returns {Told[]} */
  gone(command) {
    return this.logs.get(command.log)?.filling === command ? this.#close(command.log) : [];
  }

  /** @param {Log} log @param {Numbered} entry @returns {Told[]} */
  #give(log, entry) {
    log.at = entry.seq;
    /** @type {Told[]} */
    const told = [entry];
    if (entry.log !== this.account) return told;
    const isNew = entry.seq > this.accountHead; // rule 5: what is older may say where a listed log begins, no more
    switch (entry.type) {
      case 'community.joined':
        told.push(...this.#becomesMine(entry.community, 'community', entry.head ?? 0, isNew));
        for (const [room, head] of Object.entries(entry.rooms ?? {})) {
          this.places.set(room, entry.community);
          told.push(...this.#becomesMine(room, 'room', head, isNew));
        }
        told.push(...this.#stewards(entry.community, entry.stewards, entry.stewards_head, isNew));
        break;
      case 'member.role_set':
        told.push(...this.#stewards(entry.community ?? '', entry.stewards, entry.head, isNew));
        break;
      case 'room.followed':
        if (entry.community) this.places.set(entry.room, entry.community);
        told.push(...this.#becomesMine(entry.room, 'room', entry.head ?? 0, isNew));
        break;
      case 'direct.opened':
        told.push(...this.#becomesMine(entry.room, 'room', entry.head ?? 0, isNew));
        break;
      case 'room.unfollowed':
        if (isNew) told.push(...this.#close(entry.room));
        break;
      case 'community.left':
        if (!isNew) break;
        for (const [id, community] of this.places) if (community === entry.community) told.push(...this.#close(id));
        told.push(...this.#close(entry.community));
    }
    return told.concat(this.#unlisted());
  }

  /** What was held and follows now. @param {Log} log @returns {Told[]} */
  #release(log) {
    const told = [];
    while (log.held.length && begins(log.held[0]) <= log.at + 1) {
      const entry = /** @type {Numbered} */ (log.held.shift());
      if (entry.seq > log.at) told.push(...this.#give(log, entry));
    }
    return told;
  }

  // --- opening, closing

  /** The account's log says that this log is mine from here on.
   * @param {string} id @param {string} kind @param {number} told @param {boolean} isNew @returns {Told[]} */
  #becomesMine(id, kind, told, isNew) {
    const head = counted(told);
    if (this.#unwanted(id, kind) || this.logs.get(id)?.open || !(isNew || this.listed.has(id))) return [];
    const wanted = Math.max(head, this.heard.get(id) ?? 0, counted(this.listed.get(id)?.head));
    this.listed.delete(id);
    this.heard.delete(id);
    return this.#open(id, kind, this.fromStart ? 0 : head, wanted);
  }

  /** Rule 6: whether the server sends nothing of this log, as it is not wanted. @param {string} id @param {string} kind */
  #unwanted(id, kind) {
    if (!this.taken) return false;
    const community = kind === 'community' ? id : this.places.get(id);
    if (community && this.taken.communities && !this.taken.communities.includes(community)) return true;
    return (kind === 'community' || kind === 'stewards') && (this.taken.profile ?? 'everything') !== 'everything';
  }

  /** What the account's log says of a community's stewards' log: mine from here on, or (without id) not.
   * @param {string} community @param {string | undefined} id @param {number | undefined} head @param {boolean} isNew
   * @returns {Told[]} */
  #stewards(community, id, head, isNew) {
    if (id) {
      this.places.set(id, community);
      return this.#becomesMine(id, 'stewards', head ?? 0, isNew);
    }
    if (!isNew) return [];
    const mine = [...this.places].filter(([id, place]) => place === community && this.logs.get(id)?.kind === 'stewards');
    return mine.flatMap(([id]) => this.#close(id));
  }

  /** The account's log has come as far as sync stated, and does not tell of these: they begin where one has read, since
   * following puts the marker at the head. @returns {Told[]} */
  #unlisted() {
    const account = this.logs.get(this.account);
    if (!this.listed.size || !account || account.at < this.accountHead) return [];
    const states = [...this.listed];
    this.listed.clear();
    return states.flatMap(([id, { kind = 'room', ...told }]) => {
      const [head, floor, read] = [told.head, told.floor, told.read].map(counted);
      const after = kind === 'room' ? Math.min(Math.max(read, floor), head) : head;
      return this.#open(id, kind, after, Math.max(head, this.heard.get(id) ?? 0));
    });
  }

  /** @param {string} id @param {string | undefined} kind @param {number} after @param {number} wanted
   * @returns {Told[]} */
  #open(id, kind, after, wanted) {
    const before = this.logs.get(id); // closed since; never give twice
    const log = new Log(kind ?? 'room', Math.max(after, before?.at ?? 0));
    log.wanted = Math.max(wanted, log.at);
    this.logs.set(id, log);
    this.behind.add(id);
    return this.#tell(id, log);
  }

  /** @param {string} id @param {Log} log @returns {Told[]} */
  #tell(id, log) {
    log.told = true;
    return [{ type: 'opened', log: id, kind: log.kind, after: log.at }];
  }

  /** @param {string} id @returns {Told[]} */
  #close(id) {
    const log = this.logs.get(id);
    if (!log?.open) return [];
    log.open = false;
    // Should it be opened again, that exists all the same.
    if (log.wanted > log.at) this.heard.set(id, Math.max(this.heard.get(id) ?? 0, log.wanted));
    log.letGo();
    return [{ type: 'closed', log: id }];
  }

  /** @param {string} id @param {Log} log @param {string} reason @param {number} after @returns {Told[]} */
  #reset(id, log, reason, after) {
    const had = log.at;
    log.at = after;
    /** @type {Told[]} */
    const told = [{ type: 'reset', log: id, reason, had, after }];
    return told.concat(this.#release(log));
  }
}

/** Whether an event has a place in a log, whatever its type. @param {any} event @returns {event is Numbered} */
export function isNumbered(event) {
  if (typeof event?.type !== 'string' || typeof event.log !== 'string' || !event.log) return false;
  return Number.isSafeInteger(event.seq) && event.seq > 0 && (event.from === undefined || Number.isSafeInteger(event.from));
}
