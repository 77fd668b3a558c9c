// A client of Among for Node 22 and browsers, without dependencies: one connection that comes back by itself.
//
//   import { connect } from 'among-protocol';
//
//   const among = await connect('wss://chat.example/v1', { token });
//   const { id } = among.room('garden/hall');
//   await among.ask('message.send', { room: id, body: 'hello' });
//   for await (const event of among) {
//     if (event.type === 'message.sent' && !among.mine(event)) console.log(event.body);
//   }
//
// Signing in: `token`; or `handle` and `password`, with `signUp` (and `invite`) to make the account; or `reset`, the code
// of the operator's link, and the new `password`. Keep `among.token`: it signs in again without the password.
//
// Reading: `for await` gives each entry of each log one follows exactly once and in order, over any number of
// connections; notices (markers, presence, typing), which may be lost; and what happens to the link and the logs (see
// happenings.d.ts). It ends after `close`, and throws when the server says not to come back. One loop reads a client.
//
// Exactly once over restarts of the program: keep `among.positions` (plain data) and hand it to the next
// `connect(url, { positions })`. An event counts in it once the next one was taken, or `among.done(event)` was called:
// never while it is being worked on.
//
// A slow reader: when `queue` events wait to be taken, entries are let go and fetched from the log later. Memory stays
// bounded.

import { Core, SUBPROTOCOL } from './core.js';
import { AmongError } from './errors.js';
import { View } from './view.js';
import { isNumbered, numbers } from './whole.js';

/** @import { Ask } from './asks.js' */
/** @import { Reading } from './counting.js' */
/** @import { Told } from './happenings.d.ts' */
/** @import { Account, Commands, Entry } from './types.d.ts' */
/** @typedef {import('./happenings.d.ts').Askable} Askable */
/** @typedef {import('./happenings.d.ts').AskState} AskState */
/** @typedef {import('./happenings.d.ts').Happening} Happening */
/** @typedef {import('./happenings.d.ts').Options} Options */
/** @typedef {import('./happenings.d.ts').Positions} Positions */
/** @template {Askable} K @typedef {import('./happenings.d.ts').Fields<K>} Fields */

export { AmongError } from './errors.js';
export { CLOSE_CODES, WRITES } from './words.js';

const ANSWER_WITHIN = 2000; // for what is still asked when the client is closed
const OPEN_WITHIN = 10_000; // for the opening handshake
const LONGEST_TIMER = 2 ** 31 - 1; // later, and the timer would fire at once

const now = () => performance.now();

/** One account on one server; made by `connect`. */
export class Among {
  #url;
  #core;
  #WebSocket;
  #most;
  #view = new View(() => this.#core.whole.known);
  /** @type {Told[]} */
  #queue = [];
  /** @type {Told | undefined} in the user's hand */
  #taken;
  /** @type {Positions} */
  #read;
  /** @type {Positions | null} of another epoch, while what became of the logs is being read */
  #coming = null;
  /** @type {WebSocket | null} */
  #socket = null;
  #openBy = 0; // time by which it must be open
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Set<() => void>} whoever waits for anything to change */
  #waiting = new Set();

  /** @param {string} url @param {Options} options */
  constructor(url, options) {
    this.#url = url;
    this.#core = new Core(options);
    this.#core.answered = (type, result) => this.#view.answered(type, result);
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    if (!this.#WebSocket) throw new Error('There is no WebSocket here: it takes Node 22 or newer, or a browser.');
    this.#most = options.queue ?? 1000;
    this.#read = { epoch: this.#core.whole.epoch, logs: Object.assign(numbers(), options.positions?.logs) };
    this.#connect();
  }

  // --- what is known

  /** @returns {Account} */
  get account() {
    return /** @type {Account} */ (this.#view.account);
  }

  /** Signs in again without the password. Secret. */
  get token() {
    return this.#core.credentials.token ?? '';
  }

  /** What the server declared; null before the first connection. */
  get hello() {
    return this.#core.hello;
  }

  /** How much one may still ask, as last told on this connection; null while more than half is left. */
  get budget() {
    return this.#core.budget;
  }

  /** Whether the link is up and what was missed has been sent. */
  get live() {
    return this.#core.state === 'live';
  }

  /** By id: those I am in. */
  get communities() {
    return this.#view.communities;
  }

  /** By id: those I may see, directs among them. */
  get rooms() {
    return this.#view.rooms;
  }

  /** By id of a room that one follows: up to which number it is `read`, and how many messages after it are `unread`.
   * @returns {Map<string, Reading>} */
  get unread() {
    return this.#view.counting.rooms;
  }

  /** A room by `community/room`, by id, or `@handle` for the direct with that person. Throws when there is none.
   * @param {string} name */
  room(name) {
    const found = this.#view.room(name);
    if (!found) throw new RangeError(`No room ${name} is known.`);
    return found;
  }

  /** Who I am in a community, a room or a direct: my membership there; empty when I am nobody there.
   * @param {string} place */
  me(place) {
    return this.#view.me(place);
  }

  /** Whether I am the author. @param {Entry} event */
  mine(event) {
    return Boolean(event.by) && event.by === this.me(event.log);
  }

  // --- asking

  /** Ask, and wait for the reply. Throws AmongError: a refusal, or why it could not be asked. It waits for a connection
   * if need be. A write reaches the log exactly once, over reconnects too; with a `nonce` of one's own over restarts as
   * well. `signal` means: don't try again. `changed` is told each state, for a screen.
   * @template {Askable} K
   * @param {K} type @param {Fields<K>} fields
   * @param {{ signal?: AbortSignal, changed?: (state: AskState) => void }} [options]
   * @returns {Promise<Commands[K]['result']>} */
  async ask(type, fields, { signal, changed } = {}) {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const withdraw = () => {
        this.#core.withdraw(ask, now());
        this.#turn();
      };
      const ask = this.#core.ask({ ...fields, type }, now(), (/** @type {Ask} */ { state, result, error, decided }) => {
        if (changed) queueMicrotask(() => changed(state));
        if (!decided) return;
        signal?.removeEventListener('abort', withdraw);
        error ? reject(error) : resolve(result);
      });
      signal?.addEventListener('abort', withdraw);
      this.#turn();
    });
  }

  // --- reading

  /** Up to where events were taken and done with; to be kept for the next start. @returns {Positions} */
  get positions() {
    return { epoch: this.#read.epoch, logs: { ...this.#read.logs } };
  }

  /** The event in hand is done with: `positions` counts it from now on. @param {Happening} event */
  done(event) {
    if (event === this.#taken) this.#finish();
  }

  /** @returns {AsyncIterator<Happening, undefined>} */
  [Symbol.asyncIterator]() {
    return { next: () => this.#next() };
  }

  /** @returns {Promise<IteratorResult<Happening, undefined>>} */
  async #next() {
    this.#finish();
    let taken;
    while (!(taken = this.#take())) {
      if (this.#core.error === LEFT) return { done: true, value: undefined };
      if (this.#core.error) throw this.#core.error;
      const news = this.#change();
      this.#roomy(); // the queue may have been full of what was left out
      await news;
    }
    this.#roomy();
    return { done: false, value: taken };
  }

  /** Go on, if there is room for more again. */
  #roomy() {
    if (!this.#core.whole.paused || this.#queue.length > this.#most / 2) return;
    this.#core.resume(now());
    this.#turn();
  }

  /** The next that is for the user; what was left out of a log only moves its position. */
  #take() {
    while ((this.#taken = this.#queue.shift())) {
      if (this.#taken.type !== 'log.passed') return this.#taken;
      this.#finish();
    }
    return undefined;
  }

  /** What was in hand is read. */
  #finish() {
    const event = this.#taken;
    this.#taken = undefined;
    if (!event) return;
    const { logs } = this.#coming ?? this.#read;
    if (event.type === 'up' && ['', event.sync.epoch].includes(this.#read.epoch)) {
      this.#read = { epoch: event.sync.epoch, logs };
      this.#opened();
    } else if (event.type === 'up') this.#coming = { epoch: event.sync.epoch, logs: numbers() };
    else if (event.type === 'opened' || event.type === 'reset') logs[event.log] = event.after;
    else if (event.type === 'closed') delete logs[event.log];
    else if ('log' in event && 'seq' in event) {
      logs[event.log] = event.seq;
      this.#opened();
    }
    // Before all that an `up` tells of the logs was taken, a program that stops is told all of it again.
    if (this.#coming && !OF_LOGS.has(this.#queue[0]?.type ?? '')) [this.#read, this.#coming] = [this.#coming, null];
  }

  /** Logs that an event has opened count with it, or a program that stops between the two would never know of them. */
  #opened() {
    for (const event of this.#queue) {
      if (event.type === 'opened') this.#read.logs[event.log] = event.after;
      else if (event.type !== 'closed' && event.type !== 'reset') return;
    }
  }

  /** @param {Told[]} told */
  #put(told) {
    for (const happening of told) {
      try {
        this.#view.apply(happening);
      } catch { // it has not its form: nothing that is known changes, and the user sees for themselves
      }
      const full = this.#queue.length >= this.#most;
      if (happening.type === 'down' && this.#queue.at(-1)?.type === 'down') this.#queue.pop(); // the newest says it all
      if (happening.type === 'up' && full) this.#dropUps();
      if (!full || isNumbered(happening) || KEPT.has(happening.type)) this.#queue.push(happening);
    }
    if (this.#queue.length >= this.#most) this.#core.pause();
    this.#tell();
  }

  /** Of those that wait, the first of each epoch stays: positions after it are of that one. */
  #dropUps() {
    let { epoch } = this.#taken?.type === 'up' ? this.#taken.sync : this.#coming ?? this.#read;
    this.#queue = this.#queue.filter((one) => {
      if (one.type !== 'up') return true;
      const known = one.sync.epoch === epoch;
      epoch = one.sync.epoch;
      return !known;
    });
  }

  // --- the wire

  #connect() {
    const socket = this.#socket = new this.#WebSocket(this.#url, SUBPROTOCOL);
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#core.connected(now());
      this.#turn();
    };
    socket.onmessage = ({ data }) => {
      this.#put(this.#core.received(data, now()));
      this.#turn();
    };
    socket.onerror = () => {}; // `close` follows
    socket.onclose = ({ code, reason }) => this.#cut(opened ? code : 1006, reason || (opened ? '' : 'no connection'));
    this.#openBy = now() + OPEN_WITHIN;
    this.#turn();
  }

  /** The connection is over: the next is tried in a while. @param {number} code @param {string} [reason] */
  #cut(code, reason) {
    const socket = /** @type {WebSocket} */ (this.#socket);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#socket = null;
    this.#put(this.#core.lost(code, now(), reason));
    this.#turn();
  }

  /** Do what is due: send, cut, connect again, and be woken when something is due next. */
  #turn() {
    clearTimeout(this.#timer);
    const core = this.#core;
    if (core.state === 'stopped') {
      this.#socket?.close(1000);
      this.#tell();
      return;
    }
    let due = core.retryAt;
    if (this.#socket) {
      core.tick(now());
      for (const frame of core.outgoing()) this.#socket.send(frame);
      if (core.doomed) return this.#cut(1006);
      due = core.state === 'down' ? this.#openBy : core.wake();
      if (core.state === 'down' && due <= now()) return this.#cut(1006, 'no answer');
    } else if (due !== null && due <= now()) return this.#connect();
    const wait = Math.max(0, Math.ceil((due ?? Infinity) - now()));
    if (wait < LONGEST_TIMER) this.#timer = setTimeout(() => this.#turn(), wait);
  }

  // --- the end

  /** Wait a little for what is still asked, then leave. `for await` ends. */
  async close() {
    const until = now() + ANSWER_WITHIN;
    while (this.live && this.#core.asking && now() < until) await this.#change(until - now());
    this.#core.stop(LEFT);
    this.#turn();
  }

  /** Resolves once signed in; throws why that is not to be. @param {number} within milliseconds */
  async entered(within) {
    const until = now() + within;
    while (!this.#view.account) {
      if (this.#core.error) throw this.#core.error;
      if (now() >= until) {
        await this.close();
        throw new AmongError('client.unreachable', `${this.#url} could not be reached in time.`);
      }
      await this.#change(until - now());
    }
  }

  /** Resolves when anything has happened, or time is up. @param {number} [within] @returns {Promise<void>} */
  #change(within = Infinity) {
    return new Promise((resolve) => {
      const timer = within < LONGEST_TIMER ? setTimeout(() => told(), within) : undefined;
      const told = () => {
        clearTimeout(timer);
        this.#waiting.delete(told);
        resolve();
      };
      this.#waiting.add(told);
    });
  }

  #tell() {
    for (const told of this.#waiting) told();
  }
}

const LEFT = new AmongError('client.stopped', 'This client was closed.');
const OF_LOGS = new Set(['opened', 'closed', 'reset']);
const KEPT = new Set([...OF_LOGS, 'up', 'card']); // beside what has a number; all else may be lost

/** Sign in at `url` (ws:// or wss://). Resolves once signed in; throws AmongError when that is refused, or when the server
 * can't be reached within `within` milliseconds (10 000).
 * @param {string} url @param {Options} options */
export async function connect(url, options) {
  const among = new Among(url, options);
  await among.entered(options.within ?? 10_000);
  return among;
}
