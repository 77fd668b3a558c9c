// What is known now: communities, rooms, and what is unread there. Pure; it follows the happenings of a client, and is as
// new as what has arrived, which can be ahead of the event in one's hand.

import { Counting } from './counting.js';
import { after, moved, profiled, updated } from './standing.js';

/** @import { Told } from './happenings.d.ts' */
/** @import { Account, Membership, Room } from './types.d.ts' */

const CARDED = [
  'community.updated', 'corner.updated', 'member.forgotten', 'member.updated', 'room.created', 'room.retention_set', 'room.topic_set', 'room.trimmed',
];
const PEOPLE = ['member.forgotten', 'member.updated'];
const RECENT = 1000; // entries, of all communities and directs, that are remembered for what they overtake

export class View {
  /** @param {() => number} known up to where my own log is known to go: what has only a last value is told at once, and is of that
   * number at least, while what I missed of the log comes later */
  constructor(known = () => 0) {
    this.known = known;
    this.account = /** @type {Account | null} */ (null);
    this.communities = /** @type {Map<string, Membership>} */ (new Map()); // by id; see `rooms` for the newest of those
    this.rooms = /** @type {Map<string, Room>} */ (new Map()); // by id: every room one may see, directs too
    this.counting = new Counting();
    this.head = 0; // number in the account's log that the newest sync was of
    // By room: where it begins for who comes to follow it, and the number of the entry that says so.
    this.begins = /** @type {Map<string, [number, number]>} */ (new Map());
    this.newer = /** @type {any[]} */ ([]); // entries that may be newer than what is still to come
    this.joined = /** @type {Map<string, string>} */ (new Map()); // by place: who I am there, until its card tells
  }

  /** A room by `community/room`, by id, or `@handle` for the direct with that one person, sooner the account of this handle
   * than a persona. @param {string} name */
  room(name) {
    const [community, slug] = name.toLowerCase().split('/');
    const rooms = [...this.rooms.values()].sort((one, other) => Number(!!one.within) - Number(!!other.within));
    return this.rooms.get(name) ?? rooms.find((room) => {
      if (!name.startsWith('@')) return room.slug === slug && this.communities.get(room.community ?? '')?.community.slug === community;
      const others = (room.people ?? []).filter((person) => person.member !== room.member);
      return room.kind === 'direct' && others.length === 1 && `@${others[0].handle}` === community;
    });
  }

  /** Who I am there: my membership in a community, a room or a direct; empty when I am not. @param {string} place */
  me(place) {
    const room = this.rooms.get(place);
    const community = room?.community || place;
    return (room?.kind === 'direct' ? room.member : this.communities.get(community)?.member ?? this.joined.get(community)) ?? '';
  }

  /** What I asked myself was answered, before what comes after it. @param {string} type of the command @param {any} result */
  answered(type, result) {
    if (type === 'marker.set' && typeof result?.room === 'string') this.counting.told(result, this.known());
    if (type === 'community.read' && typeof result?.community?.id === 'string') this.#card(result);
  }

  /** @param {Told} happening */
  apply(happening) {
    this.#count(happening);
    if (this.#mayOvertake(happening) && this.newer.push(happening) > RECENT) this.newer.shift();
    this.#follow(happening);
  }

  /** A card comes with a reply, and how a direct is with an entry of one's own log: live entries may overtake both. A direct tells
   * of all its people, a card only of me. @param {any} happening */
  #mayOvertake({ type, log, by }) {
    const mine = [by, ''].includes(this.me(log)); // or not known yet
    return CARDED.includes(type) && (mine || !PEOPLE.includes(type) || this.rooms.get(log)?.kind === 'direct');
  }

  /** @param {Told} happening */
  #follow(happening) {
    if ('seq' in happening && happening.log === this.account?.id && happening.seq <= this.head) return; // the cards know it
    switch (happening.type) {
      case 'up': {
        const still = new Set((happening.sync.later ?? []).map((id) => this.me(id))); // whose cards come after the replay
        const places = [...this.communities.keys(), ...this.rooms.keys(), ...this.joined.keys()];
        this.joined = new Map(places.map((id) => /** @type {const} */ ([id, this.me(id)])).filter(([, me]) => me && still.has(me)));
        this.newer = [];
        this.account = happening.account;
        this.communities.clear();
        this.rooms = new Map((happening.sync.directs ?? []).map((room) => [room.id, room]));
        for (const membership of happening.sync.communities ?? []) this.#card(membership);
        break;
      }
      case 'card':
        this.#card(happening.community);
        break;
      case 'room.created':
        if (!this.rooms.has(happening.room)) {
          const { room: id, slug, log: community, topic } = happening;
          this.rooms.set(id, { id, slug, kind: 'open', community, topic });
        }
        break;
      case 'room.topic_set':
        this.#change(happening.log, { topic: happening.topic });
        break;
      case 'room.retention_set':
        this.#change(happening.log, { retention: happening.retention, retention_since: happening.since });
        break;
      case 'room.trimmed': { // what was said of the room up to there is said again
        const { log, topic = '', retention = null, retention_since = '' } = happening;
        this.#change(log, { topic, retention, retention_since });
        break;
      }
      case 'corner.updated':
        this.#change(happening.log, { topic: happening.title ?? '' });
        break;
      case 'room.followed': {
        if (happening.kind === 'direct') break; // of which one knows more than this tells
        const { room: id, slug = '', kind = 'open', community, topic, owner, head, retention, retention_since } = happening;
        this.rooms.set(id, { id, slug, kind, community, topic, owner, head, retention, retention_since, following: true });
        break;
      }
      case 'room.unfollowed':
        if (this.rooms.get(happening.room)?.kind === 'open') this.#change(happening.room, { following: false });
        else this.rooms.delete(happening.room);
        break;
      case 'member.forgotten': {
        const { log, by } = happening;
        const people = this.rooms.get(log)?.people?.map((one) =>
          one.member === by ? { member: by, rev: one.rev, handle: '', display_name: '', left: true } : one,
        );
        if (people) this.#change(log, { people });
        break;
      }
      case 'direct.opened': {
        const { room: id, member, people, within, topic } = happening;
        this.rooms.set(id, { id, slug: '', kind: 'direct', following: true, member, people, within, topic });
        for (const one of [...this.newer]) if (one.log === id && one.seq > (happening.head ?? 0)) this.#follow(one);
        break;
      }
      case 'member.updated': {
        const { log, by, rev = 0, handle, display_name } = happening;
        const card = this.communities.get(log);
        if (card && card.member === by && rev >= card.rev) this.communities.set(log, { ...card, rev, handle, display_name });
        const { bio, pronouns } = happening;
        const people = this.rooms.get(log)?.people?.map((one) =>
          one.member === by && one.rev < rev ? { member: by, rev, handle, display_name, bio, pronouns } : one,
        );
        if (people) this.#change(log, { people: people.sort((one, other) => (one.handle < other.handle ? -1 : 1)) });
        break;
      }
      case 'community.updated': {
        const card = this.communities.get(happening.log);
        if (card && happening.seq > (card.as_of ?? 0)) this.communities.set(happening.log, updated(card, happening));
        break;
      }
      case 'account.updated':
        if (this.account) this.account = profiled(this.account, happening);
        break;
      case 'member.role_set':
      case 'member.silenced':
      case 'member.unsilenced':
      case 'rules.accepted':
      case 'persona.renamed': {
        const card = this.communities.get(happening.community);
        if (card && happening.log === this.account?.id) this.communities.set(happening.community, moved(card, happening));
        break;
      }
      case 'community.left':
        this.communities.delete(happening.community);
        for (const room of this.rooms.values()) if (room.community === happening.community) this.rooms.delete(room.id);
    }
  }

  /** What is unread. @param {Told} happening */
  #count(happening) {
    switch (happening.type) {
      case 'up':
        this.counting.stated(happening.sync.logs);
        this.head = happening.sync.logs.find(({ log }) => log === happening.account.id)?.head ?? 0;
        this.begins.clear();
        break;
      case 'opened':
        if (this.begins.has(happening.log)) this.counting.begins(happening.log, ...(this.begins.get(happening.log) ?? [0, 0]));
        this.begins.delete(happening.log);
        break;
      case 'closed':
        this.counting.forget(happening.log);
        this.begins.delete(happening.log);
        break;
      case 'marker.moved':
        this.counting.told(happening, this.known());
        break;
      case 'community.joined': // which may tell again of where one is already
        if (happening.seq <= this.head) break;
        for (const place of [happening.community, ...Object.keys(happening.rooms ?? {})]) this.joined.set(place, happening.member);
        for (const [room, head] of Object.entries(happening.rooms ?? {})) this.begins.set(room, [head, happening.seq]);
        break;
      case 'room.followed':
      case 'direct.opened':
        if (happening.seq > this.head) this.begins.set(happening.room, [happening.head ?? 0, happening.seq]);
        break;
      case 'post.published':
      case 'message.sent': {
        const { log, seq, by } = happening;
        if (happening.type === 'message.sent' && happening.thread) break; // it counts there, and not in the room
        this.counting.heard(log, { seq, unread: 1, mine: Boolean(by) && by === this.me(log) });
        break;
      }
      case 'room.trimmed':
        this.counting.heard(happening.log, { seq: happening.seq, floor: happening.floor, left: happening.left ?? 0 });
    }
  }

  /** @param {Membership} membership */
  #card(membership) {
    const id = membership.community.id;
    this.communities.set(id, after(this.communities.get(id), membership));
    for (const room of membership.rooms) {
      this.rooms.set(room.id, { ...room, following: room.following || this.rooms.get(room.id)?.following });
    }
    const known = new Map(membership.rooms.map((room) => [room.id, room.head ?? 0]));
    known.set(membership.community.id, membership.as_of ?? 0);
    for (const one of this.newer) if (one.seq > (known.get(one.log) ?? Infinity)) this.#follow(one);
  }

  /** @param {string} id @param {Partial<Room>} change */
  #change(id, change) {
    const room = this.rooms.get(id);
    if (room) this.rooms.set(id, { ...room, ...change });
  }
}
