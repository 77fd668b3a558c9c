// Commands on their way: which may be sent now, which wait, which go again. No clock: time comes in, in milliseconds.
//
// 1. A write goes again, with its nonce, until `ok` or a final `refused` decides; that is safe, since the server knows
//    the nonce. So do reads and registers, which can be repeated; only what is about this moment fails with the link.
// 2. Writes that name the same place leave one at a time, in the order asked: a retry never lets a later one overtake. So
//    does what sets the same kind of register, of which the last value counts.
// 3. `sending` -> `sent` | `failed`; in between `unconfirmed`, when the link went, the reply is late, or the server
//    itself does not know (`storage.uncertain`). It still goes on: a write that may have been carried out is not given up
//    because the server says to wait, since failing it would say that nothing happened.
// 4. A password is changed once: asked again, the server would refuse the old one, as if nothing had been done.
// 5. Patience with being told to wait ends for what the user asked. What the client asks for by itself, as a page of a
//    log, goes again for as long as the connection lives, less and less often.

import { AmongError } from './errors.js';
import { WRITES } from './words.js';

/** @import { AskState, Told } from './happenings.d.ts' */
/** @import { Refused } from './types.d.ts' */
/** @typedef {{ type: string, [field: string]: any }} Sketch A command whose id is still missing */

const REPLY_WITHIN = 10_000; // until a reply counts as late; doubles with each try, up to eight times
const PATIENCE = 120_000; // for which a command that is told to wait goes again
const PAUSE = 50; // for which such a command waits at least; the client's own doubles it with each refusal, up to 6.4 seconds
const SETTING = new Set(['set', 'remove', 'mark', 'follow', 'unfollow', 'watch', 'enable']); // verbs of commands that do
const BUG_TRIES = 3; // times a command goes that meets a mistake of the server

const LOST = 'The connection went before the reply came';

/** One command, and what became of it. `watch` is called at each change of state. */
export class Ask {
  /** @param {Sketch} command @param {number} number order of asking @param {(ask: Ask) => void} [watch]
   * @param {(ask: Ask) => Told[]} [errand] the client's own: what to do with the reply; its user does not know of it */
  constructor(command, number, watch, errand) {
    this.command = command;
    this.number = number;
    this.watch = watch;
    this.errand = errand;
    this.state = /** @type {AskState} */ ('sending');
    this.result = /** @type {any} */ (undefined); // once sent
    this.error = /** @type {Error | null} */ (null); // once failed
    this.id = ''; // of the try under way; empty while it waits
    this.tries = 0;
    this.bugs = 0; // tries that met a mistake of the server
    this.waits = 0; // tries that were told to wait
    this.notBefore = 0; // time of the next try
    this.lateAt = 0; // time when the reply of this try is late
    this.patientUntil = /** @type {number | null} */ (null); // set by the first refusal of class `wait`
    this.writes = WRITES.has(command.type);
    this.once = command.type === 'account.change_password'; // rule 4
    this.lane = this.writes ? String(command.room || command.community || 'account') : register(command); // what it writes to
  }

  get decided() {
    return this.state === 'sent' || this.state === 'failed';
  }

  /** @param {AskState} state */
  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.watch?.(this);
  }

  /** @param {Error} error */
  fail(error) {
    this.error = error;
    this.become('failed');
  }
}

/** Which kind of register a command without a nonce sets, if any. @param {Sketch} command */
function register({ type }) {
  const [noun, verb] = String(type).split('.');
  return SETTING.has(verb) ? noun : '';
}

/** All commands that are not decided. */
export class Asks {
  #count = 0;
  /** @type {Ask[]} by number */
  #waiting = [];
  /** @type {Map<string, Ask>} by the id of the try */
  #flying = new Map();

  /** How many of the user's own are undecided. */
  get size() {
    return this.all().filter((ask) => !ask.errand).length;
  }

  all() {
    return [...this.#flying.values(), ...this.#waiting];
  }

  /** @param {Sketch} command @param {(ask: Ask) => void} [watch] @param {(ask: Ask) => Told[]} [errand] */
  add(command, watch, errand) {
    this.#count += 1;
    const ask = new Ask(command, this.#count, watch, errand);
    this.#waiting.push(ask);
    return ask;
  }

  /** Those that may be sent now, when so many may be in flight. @param {number} now @param {number} most */
  ready(now, most) {
    const busy = new Set([...this.#flying.values()].map((ask) => ask.lane));
    const found = [];
    for (const ask of this.#waiting) {
      if (ask.notBefore <= now) ask.notBefore = 0; // due: `wake` need not tell of it again
      if (found.length >= most - this.#flying.size) continue;
      if (ask.lane) {
        if (busy.has(ask.lane)) continue;
        busy.add(ask.lane); // also when it waits: later ones must not overtake
      }
      if (!ask.notBefore) found.push(ask);
    }
    return found;
  }

  /** It is on the wire, under this id. @param {Ask} ask @param {string} id @param {number} now */
  sent(ask, id, now) {
    this.#leave(ask);
    ask.id = id;
    ask.lateAt = ask.once ? Infinity : now + REPLY_WITHIN * 2 ** Math.min(ask.tries, 3);
    ask.tries += 1;
    this.#flying.set(id, ask);
  }

  /** The one that a reply with this id is for. @param {string} id */
  landed(id) {
    const ask = this.#flying.get(id);
    this.#flying.delete(id);
    return ask;
  }

  /** It goes once more, not before this time. @param {Ask} ask @param {number} at */
  again(ask, at) {
    this.#flying.delete(ask.id);
    ask.id = '';
    ask.notBefore = at;
    const place = this.#waiting.findIndex((other) => other.number > ask.number);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, ask);
  }

  /** A refusal has landed. True when it decides; else the command goes again.
   * @param {Ask} ask @param {Refused} refused @param {number} now */
  refused(ask, refused, now) {
    if (ask.once && refused.code === 'storage.uncertain') return true;
    if (refused.class === 'wait') {
      ask.patientUntil ??= now + PATIENCE;
      const pause = ask.errand ? PAUSE * 2 ** Math.min(ask.waits, 7) : PAUSE;
      const at = now + Math.max(refused.retry_after_ms ?? 0, pause);
      ask.waits += 1;
      if (refused.code === 'storage.uncertain') ask.become('unconfirmed');
      if (at <= ask.patientUntil || (ask.state === 'unconfirmed' && ask.writes) || ask.errand) {
        this.again(ask, at);
        return false;
      }
    } else if (refused.class === 'bug') {
      ask.bugs += 1;
      if (ask.bugs < BUG_TRIES) {
        this.again(ask, now + ask.bugs * 1000);
        return false;
      }
    }
    return true;
  }

  /** Whose reply is overdue goes again; the server knows a write by its nonce. @param {number} now */
  late(now) {
    for (const ask of [...this.#flying.values()].filter((one) => one.lateAt <= now)) {
      this.again(ask, now);
      ask.become('unconfirmed');
    }
  }

  /** The connection went. What is about that connection, or that moment, fails; the rest goes on the next one. */
  cut() {
    const flying = [...this.#flying.values()];
    for (const ask of flying) {
      if (ask.once) this.withdraw(ask, new AmongError('client.connection_lost', `${LOST}: it may have been carried out.`));
      else this.again(ask, 0);
    }
    for (const ask of [...this.#waiting]) {
      [ask.notBefore, ask.patientUntil, ask.waits] = [0, null, 0]; // how busy the server is then is another matter
      if (!ask.errand && ask.command.type !== 'typing.start') continue;
      this.#leave(ask);
      ask.fail(new AmongError('client.connection_lost', `${LOST}.`));
    }
    for (const ask of flying) if (!ask.decided) ask.become('unconfirmed');
  }

  /** It is not tried again; what is on the wire already may still be carried out. @param {Ask} ask @param {Error} error */
  withdraw(ask, error) {
    this.#flying.delete(ask.id);
    this.#leave(ask);
    if (!ask.decided) ask.fail(error);
  }

  /** When something is due next. */
  wake() {
    const late = [...this.#flying.values()].map((ask) => ask.lateAt);
    return Math.min(...late, ...this.#waiting.map((ask) => ask.notBefore || Infinity));
  }

  /** @param {Ask} ask */
  #leave(ask) {
    const place = this.#waiting.indexOf(ask);
    if (place >= 0) this.#waiting.splice(place, 1);
  }
}
