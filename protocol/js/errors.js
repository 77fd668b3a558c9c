// Why something failed.

/** @import { ErrorClass, ErrorCode, Refused } from './types.d.ts' */
/** @typedef {'client.connection_lost' | 'client.stopped' | 'client.withdrawn' | 'client.overfull' | 'client.unreachable'
 *    | 'client.not_spoken'} OwnCode */

/** A refusal of the server, or what went wrong on this side of the wire: then `code` begins with `client.`.
 *
 * - `client.connection_lost`: the connection went before the reply came, and asking again would make no sense.
 * - `client.stopped`: the connection is over and does not come back; `closeCode` says why.
 * - `client.withdrawn`: whoever asked gave it up before it was decided.
 * - `client.overfull`: too many commands wait for an answer already.
 * - `client.unreachable`: the server could not be reached in time.
 * - `client.not_spoken`: the server does not speak this protocol. */
export class AmongError extends Error {
  name = 'AmongError';

  /** @param {ErrorCode | OwnCode} code @param {string} message @param {Partial<Refused> & { closeCode?: number }} [more] */
  constructor(code, message, more = {}) {
    super(message);
    /** Stable; the reference lists them. */
    this.code = code;
    /** What to do next: fix, auth, wait, gone, bug; empty for an error of the client's own.
     * @type {ErrorClass | ''} */
    this.class = more.class ?? '';
    /** Path of the offending field, where there is one. */
    this.field = more.field ?? '';
    /** Class `wait` only. */
    this.retryAfterMs = more.retry_after_ms ?? 0;
    /** When what stands in the way ends by itself, where it does. */
    this.until = more.until ?? '';
    /** Why the server closed, once stopped. */
    this.closeCode = more.closeCode ?? 0;
  }

  /** @param {Refused} refused */
  static of(refused) {
    return new AmongError(refused.code, refused.message, refused);
  }
}
