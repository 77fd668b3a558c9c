// A client without I/O: frames and time come in, happenings and frames come out. No clock, no sockets, no promises.
//
//   down --connected--> greeting --hello--> signing_in --ok--> syncing --ok--> replaying --synced--> live
//     ^                    |                    |                 |                |                  |
//     +--------------------+--- lost (back-off; `retryAt` says when) -------------+------------------+
//                                     +--> stopped: close code 4500-4999, or signing in was refused
//
// What whoever owns the socket does:
//
// 1. Connect, with SUBPROTOCOL; then `connected(now)`. When that fails, or the connection ends: `lost(code, now)`.
// 2. Each frame goes to `received(text, now)`; what it returns is for the user, in order.
// 3. After each call, send what `outgoing()` returns, and call `tick(now)` at `wake()` at the latest. `doomed` says that
//    the connection is of no use any more: cut it, and call `lost`.
// 4. Connect again at `retryAt`; never when `state` is `stopped`.
//
// Times are milliseconds of any clock that never goes back. The rules for entries are in whole.js, for commands in
// asks.js. The reply to a write never moves a position.

import { Asks } from './asks.js';
import { AmongError } from './errors.js';
import { isNumbered, Whole } from './whole.js';

/** @import { CoreOptions, Credentials, Told } from './happenings.d.ts' */
/** @import { Ask, Sketch } from './asks.js' */
/** @import { Budget, Hello, Ok, Refused, SignedIn, SyncStarted } from './types.d.ts' */

export const SUBPROTOCOL = 'among.v1.json';

const STEP_WITHIN = 30_000; // for each step on the way from connected to live
const STRANGE_FRAMES = 10; // frames that are none of the protocol, after which the connection is given up
const PENDING = 1000; // commands that may wait at once; more is a program that does not look
const BACKOFF = { base: 250, most: 30_000, stable: 10_000 }; // of the bound: first, last; live for so long is a new start
const BELIEVED = 60_000; // who is told to stay away for longer does not

// Of a code that was sent twice: the answer to the first time was lost, and it may have been yes.
const USED = 'This code is not valid any more. It may have set the password before: sign in with the new one.';

const OWN = new Set(['session.sync', 'session.sign_in', 'session.sign_up', 'account.reset_password']);
const STANDING = new Set(['session.enable', 'presence.set', 'presence.watch']); // of one connection: said again on the next
const UNTOLD = new Set(['hello', 'session.lagging', 'session.restarting']); // what the client alone needs to know

/** One account on one server. See the module for who calls what. */
export class Core {
  /** @param {CoreOptions} options */
  constructor(options) {
    const { positions = { epoch: '', logs: {} }, fromStart = false, want = null, random = Math.random } = options;
    this.credentials = /** @type {Credentials} */ ({ ...options });
    this.whole = new Whole(positions, fromStart, want);
    this.state = /** @type {'down' | 'greeting' | 'signing_in' | 'syncing' | 'replaying' | 'live' | 'stopped'} */ ('down');
    this.hello = /** @type {Hello | null} */ (null); // of the newest connection
    this.budget = /** @type {Budget | null} */ (null); // as last told; null: more than half is left
    this.doomed = ''; // why the connection must be cut; empty while it is good
    this.retryAt = /** @type {number | null} */ (null); // while down: when to connect again
    this.error = /** @type {AmongError | null} */ (null); // once stopped: why
    this.random = random;
  }

  #asks = new Asks();
  /** @type {Map<string, Sketch>} */
  #standing = new Map();
  /** @type {SignedIn | null} */
  #signedIn = null;
  /** @type {string[]} */
  #out = [];
  #ids = 0; // of commands, over all connections
  #stepId = ''; // of the sign-in or the sync under way
  #stepBy = 0; // time by which the step under way must be done
  #stepAt = Infinity; // time to take the step again, after a refusal to wait
  #named = false; // the sync under way named positions
  #signedUp = false; // a sign-up was sent: the account may exist, though nobody told us
  #codesSent = 0; // likewise: from the second on the code may be used up by the one before
  /** @type {Refused | null} how such a code was refused: the new password is tried */
  #code = null;
  #heard = 0; // time of the last sign of life
  #pinged = false; // since then
  #strange = 0; // frames of this connection that were none
  #placed = false; // a sync has said on this connection which epoch its numbers are of
  #cuts = 0; // in a row, of connections that were not stable
  #liveAt = Infinity; // since when
  #away = 0; // for so long a server that goes wants us to stay away

  /** Told of each reply in its place among the events: of which type of command, and its result.
   * @type {(type: string, result: any) => void} */
  answered = () => {};

  // --- what the owner of the socket calls

  /** The WebSocket is open. The server speaks first. @param {number} now */
  connected(now) {
    this.state = 'greeting';
    this.doomed = '';
    this.retryAt = null;
    this.budget = null;
    this.#strange = 0;
    this.#placed = false;
    this.#heard = now;
    this.#pinged = false;
    this.#step(now);
  }

  /** A frame came. Whatever it holds, nothing is thrown. @param {unknown} data @param {number} now
   * @returns {Told[]} */
  received(data, now) {
    if (this.state === 'down' || this.state === 'stopped' || this.doomed) return [];
    this.#heard = now;
    this.#pinged = false;
    const frame = read(data);
    try {
      const told = frame ? this.#frame(frame, now) : this.#odd();
      this.#pump(now);
      return told;
    } catch { // a frame of the protocol by its type alone: there is no schema here that would have found it
      return this.#odd();
    }
  }

  /** @param {any} frame @param {number} now @returns {Told[]} */
  #frame(frame, now) {
    if (frame.type === 'ok') return this.#ok(frame, now);
    return frame.type === 'refused' ? this.#refused(frame, now) : this.#event(frame, now);
  }

  /** What came is no frame of the protocol: once the server has shown that it speaks it, a hole like any other.
   * @returns {Told[]} */
  #odd() {
    this.#strange += 1;
    const spoken = this.state === 'replaying' || this.state === 'live';
    if (this.#strange >= STRANGE_FRAMES || !spoken) this.doomed = 'the server does not speak this protocol';
    return [];
  }

  /** The frames to send now; each is returned once. */
  outgoing() {
    return this.#out.splice(0);
  }

  /** Time has passed. @param {number} now */
  tick(now) {
    if (this.state === 'down' || this.state === 'stopped' || this.doomed) return;
    if (now >= this.#heard + this.#silence) this.doomed = 'nothing was heard for too long';
    else if (this.state !== 'live' && now >= this.#stepBy) this.doomed = `no answer while ${this.state.replace('_', ' ')}`;
    else if (now >= this.#stepAt) this.#takeStep(now);
    else if (this.state === 'live') {
      this.#asks.late(now);
      if (now >= this.#pingAt) {
        this.#pinged = true; // a page is not told of the pings of the server: ask for a sign of life
        this.#send({ type: 'session.ping' });
      }
      this.#pump(now);
    }
  }

  /** When `tick` must be called at the latest. */
  wake() {
    if (this.state === 'down' || this.state === 'stopped') return Infinity;
    const due = this.state === 'live' ? Math.min(this.#asks.wake(), this.#pingAt) : this.#stepBy;
    return Math.min(this.#heard + this.#silence, this.#stepAt, due);
  }

  /** The connection ended, or could not be had (then 1006). @param {number} code @param {number} now @param {string} reason
   * @returns {Told[]} */
  lost(code, now, reason = '') {
    if (this.state === 'stopped') return [];
    reason = this.doomed || reason;
    this.doomed = '';
    this.state = 'down';
    this.#out = [];
    this.#stepAt = Infinity;
    this.#asks.cut();
    if (code >= 4500 && code <= 4999) {
      this.stop(new AmongError('client.stopped', `The server closed with ${code}: ${reason}`, { closeCode: code }));
      return [{ type: 'down', code, reason, retryIn: null }];
    }
    if (now - this.#liveAt >= BACKOFF.stable) this.#cuts = 0;
    this.#liveAt = Infinity;
    const bound = Math.min(BACKOFF.most, BACKOFF.base * 2 ** Math.min(this.#cuts, 16));
    const retryIn = Math.max(this.#away, this.random() * bound);
    this.#away = 0;
    this.#cuts += 1;
    this.retryAt = now + retryIn;
    return [{ type: 'down', code, reason, retryIn }];
  }

  /** It is over: what is not decided fails. @param {AmongError} error */
  stop(error) {
    this.state = 'stopped';
    this.error ??= error;
    this.retryAt = null;
    for (const ask of this.#asks.all()) this.#asks.withdraw(ask, error);
  }

  // --- what the user asks

  /** Ask, now or as soon as there is a connection. The id is filled in, and so is the nonce of a write without.
   * Throws what no server would take, `error` once stopped, and when too much waits already.
   * @param {Sketch} command @param {number} now @param {(ask: Ask) => void} [watch] */
  ask(command, now, watch) {
    if (OWN.has(command.type)) throw new TypeError(`${command.type} is the client's own business`);
    if (this.error) throw this.error;
    if (this.asking >= PENDING) throw new AmongError('client.overfull', `${PENDING} commands wait already.`);
    const ask = this.#asks.add({ ...command }, watch);
    try {
      if (ask.writes && !ask.command.nonce) ask.command.nonce = nonce();
      written(ask.command, this.hello?.limits.frame_bytes);
    } catch (error) {
      this.#asks.withdraw(ask, /** @type {Error} */ (error));
      throw error;
    }
    this.#pump(now);
    return ask;
  }

  /** Don't try again; what is on the wire may still be carried out. Who waited behind it goes.
   * @param {Ask} ask @param {number} now */
  withdraw(ask, now) {
    const why = ask.tries ? 'Given up; it may have been carried out.' : 'Given up before it was sent.';
    this.#asks.withdraw(ask, new AmongError('client.withdrawn', why));
    this.#pump(now);
  }

  /** How many of the user's commands are not decided. */
  get asking() {
    return this.#asks.size;
  }

  /** Give no entries for now: the user has enough. They are not kept, but come from the log after `resume`. */
  pause() {
    this.whole.paused = true;
  }

  /** @param {number} now */
  resume(now) {
    this.whole.paused = false;
    this.#pump(now);
  }

  // --- the steps from connected to live

  get #silence() {
    return this.hello ? this.hello.ping_ms + this.hello.deadline_ms : STEP_WITHIN;
  }

  get #pingAt() {
    return this.#pinged || !this.hello ? Infinity : this.#heard + this.hello.ping_ms;
  }

  /** @param {number} now */
  #step(now) {
    this.#stepBy = now + STEP_WITHIN;
    this.#stepAt = Infinity;
  }

  /** Send what this state is about. @param {number} now */
  #takeStep(now) {
    this.#step(now);
    if (this.state !== 'signing_in') this.state = 'syncing';
    const { positions } = /** @type {Hello} */ (this.hello).limits;
    const command = this.state === 'syncing' ? this.whole.sync(positions) : this.#entrance();
    this.#named = Object.keys(command.positions ?? {}).length > 0;
    try {
      this.#stepId = this.#send(command);
    } catch (error) {
      this.stop(/** @type {AmongError} */ (error));
    }
  }

  /** The way in. @returns {Sketch} */
  #entrance() {
    const { token, handle, password, signUp, displayName, invite, reset, device } = this.credentials;
    if (token) return { type: 'session.sign_in', token, device };
    if (reset && !this.#code) {
      this.#codesSent += 1;
      return { type: 'account.reset_password', code: reset, password, device };
    }
    if (!signUp || this.#signedUp) return { type: 'session.sign_in', handle, password, device };
    this.#signedUp = true;
    return { type: 'session.sign_up', handle, password, display_name: displayName, invite, device };
  }

  /** The sign-in or the sync was carried out. @param {any} result @param {number} now @returns {Told[]} */
  #stepped(result, now) {
    if (this.state === 'signing_in') {
      const signedIn = /** @type {SignedIn} */ (result);
      this.#signedIn = signedIn;
      const { device, token } = this.credentials;
      this.credentials = { token: signedIn.token || token, device }; // from here on the token is all that is kept
      this.state = 'syncing';
      this.#takeStep(now);
      return [];
    }
    const sync = /** @type {SyncStarted} */ (result);
    const { account, session, cut = 0, spared = false } = /** @type {SignedIn} */ (this.#signedIn);
    const hello = /** @type {Hello} */ (this.hello);
    /** @type {Told[]} */
    const told = [{ type: 'up', hello, account: sync.account ?? account, session, cut, sync, resumed: this.#named, spared }];
    told.push(...this.whole.started(sync));
    for (const community of sync.later ?? []) this.#card(community);
    this.state = 'replaying'; // last: what was no answer to a sync has thrown
    this.#placed = true;
    this.#step(now);
    return told;
  }

  /** @param {Refused} refused @param {number} now */
  #stepRefused(refused, now) {
    if (refused.class === 'wait') {
      this.#stepAt = now + Math.max(refused.retry_after_ms ?? 0, 50);
      this.#stepBy = this.#stepAt + STEP_WITHIN;
    } else if (refused.class === 'bug') this.doomed = `${refused.code}: ${refused.message}`;
    else if (this.state === 'signing_in' && this.#signedUp && refused.code === 'session.bad_credentials') {
      this.#signedUp = false; // so the sign-up before the cut had not been carried out
      this.#takeStep(now);
    } else if (this.#codesSent > 1 && refused.code === 'account.reset_invalid') {
      this.#code = refused;
      if (this.credentials.handle) this.#takeStep(now);
      else this.stop(AmongError.of({ ...refused, message: USED }));
    } else this.stop(AmongError.of(this.#code && refused.code === 'session.bad_credentials' ? this.#code : refused));
  }

  /** @param {number} now */
  #synced(now) {
    this.whole.synced();
    this.state = 'live';
    if (this.#liveAt === Infinity) this.#liveAt = now;
    const undecided = new Set(this.#asks.all().map((ask) => ask.command.type));
    for (const [type, command] of this.#standing) {
      if (!undecided.has(type)) this.#asks.add(command, undefined, saidAgain); // else something newer is about to be said
    }
  }

  // --- frames

  /** @param {any} event @param {number} now @returns {Told[]} */
  #event(event, now) {
    if (event.type === 'hello' && this.state === 'greeting') {
      this.hello = event;
      this.state = 'signing_in';
      this.#takeStep(now);
    } else if (event.type === 'session.lagging' && this.#placed) this.whole.lagging(event.logs);
    else if (event.type === 'session.restarting') this.#away = Math.min(event.come_back_ms, BELIEVED);
    if (UNTOLD.has(event.type)) return [];
    if (event.type === 'session.synced') {
      if (this.state !== 'replaying' || event.id !== this.#stepId) return [];
      this.#synced(now);
      return [event];
    }
    if (!isNumbered(event)) return [event];
    if (!this.#placed) return [];
    if (this.state === 'replaying') this.#step(now); // a long one is no silence
    return this.#entries(this.whole.entry(event), now);
  }

  /** What follows from entries that were given, beside giving them. @param {Told[]} told @param {number} now */
  #entries(told, now) {
    for (const happening of told) {
      if (happening.type === 'community.joined' && happening.seq > this.whole.accountHead) this.#card(happening.community);
      else if (happening.type === 'reset') {
        if (this.whole.logs.get(happening.log)?.kind === 'community') this.#card(happening.log);
        // Which logs, or which threads of a room, are mine is not known any more: sync anew.
        else if (this.state === 'live') this.#takeStep(now);
      }
    }
    return told;
  }

  /** @param {Ok} ok @param {number} now @returns {Told[]} */
  #ok(ok, now) {
    this.budget = ok.budget ?? null;
    if (ok.id === this.#stepId && (this.state === 'signing_in' || this.state === 'syncing')) {
      return this.#stepped(ok.result, now);
    }
    const ask = this.#asks.landed(ok.id);
    if (!ask) return [];
    ask.result = ok.result;
    if (STANDING.has(ask.command.type)) this.#standing.set(ask.command.type, ask.command);
    this.answered(ask.command.type, ask.result);
    ask.become('sent');
    return ask.errand ? this.#entries(ask.errand(ask), now) : [];
  }

  /** @param {Refused} refused @param {number} now @returns {Told[]} */
  #refused(refused, now) {
    this.budget = refused.budget ?? null;
    if (refused.id === this.#stepId && (this.state === 'signing_in' || this.state === 'syncing')) {
      this.#stepRefused(refused, now);
      return [];
    }
    const ask = refused.id === null ? undefined : this.#asks.landed(refused.id);
    if (!ask || !this.#asks.refused(ask, refused, now)) return [];
    ask.fail(AmongError.of(refused));
    return ask.errand ? this.#entries(ask.errand(ask), now) : [];
  }

  // --- out

  /** Send whatever may go now. @param {number} now */
  #pump(now) {
    if (this.state !== 'live' || this.doomed) return;
    for (const command of this.whole.holes()) this.#asks.add(command, undefined, (ask) => this.#filled(ask));
    for (let ready; (ready = this.#asks.ready(now, /** @type {Hello} */ (this.hello).limits.in_flight)).length;) {
      for (const ask of ready) {
        try {
          this.#asks.sent(ask, this.#send(ask.command), now);
        } catch (error) {
          this.#asks.withdraw(ask, /** @type {Error} */ (error));
        }
      }
    }
  }

  /** @param {Sketch} command */
  #send(command) {
    this.#ids += 1;
    const id = String(this.#ids);
    this.#out.push(written({ ...command, id }, this.hello?.limits.frame_bytes));
    return id;
  }

  // --- errands: what the client asks for by itself

  /** @param {Ask} ask @returns {Told[]} */
  #filled({ command, error, result }) {
    const mine = /** @type {import('./types.d.ts').ReadEntries} */ (command);
    if (error instanceof AmongError && (error.class === 'gone' || error.class === 'auth')) return this.whole.gone(mine);
    return this.whole.page(mine, Array.isArray(result?.entries) ? result : null);
  }

  /** @param {string} community */
  #card(community) {
    this.#asks.add({ type: 'community.read', community }, undefined, (ask) =>
      ask.result ? [{ type: 'card', community: ask.result }] : []);
  }
}

/** What has changed while nobody told us is told now. @param {Ask} ask @returns {Told[]} */
const saidAgain = ({ command, result }) =>
  command.type !== 'presence.watch' || !result ? []
    : result.members.map((/** @type {any} */ one) => ({ type: 'presence.changed', ...one }));

/** The frame in some text; null when it is none. @param {unknown} data */
function read(data) {
  try {
    const frame = JSON.parse(/** @type {string} */ (data));
    if (typeof frame?.type !== 'string') return null;
    if (frame.type === 'ok') return frame.result && typeof frame.id === 'string' ? frame : null;
    if (frame.type === 'hello') return greets(frame) ? frame : null;
    if (frame.type === 'session.restarting') return Number.isSafeInteger(frame.come_back_ms) ? frame : null;
    return 'seq' in frame && 'log' in frame && !isNumbered(frame) ? null : frame;
  } catch {
    return null;
  }
}

/** Whether a greeting says how long and how much, as numbers that one can live by. @param {any} hello */
function greets({ ping_ms, deadline_ms, limits }) {
  const told = [ping_ms, deadline_ms, limits?.positions, limits?.in_flight, limits?.frame_bytes];
  return told.every((number) => Number.isSafeInteger(number) && number > 0);
}

/** The frame of a command. Throws for what no server would take: a frame that is none costs the connection in the end.
 * @param {Sketch} command @param {number} [most] bytes */
function written(command, most = Infinity) {
  const text = JSON.stringify(command, (key, value) => {
    if (typeof value !== 'string' || value.isWellFormed()) return value;
    throw new AmongError('field.invalid', 'This text holds half a character.', { class: 'fix', field: key });
  });
  if (text.length * 3 > most && new TextEncoder().encode(text).length > most) {
    throw new AmongError('field.too_long', `A frame has at most ${most} bytes: make it shorter.`, { class: 'fix' });
  }
  return text;
}

/** 96 random bits; `crypto.randomUUID` is missing on pages without TLS. */
const nonce = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
