// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { ErrorClass, ErrorCode, Refused } from './types.d.ts';
export type OwnCode = 'client.connection_lost' | 'client.stopped' | 'client.withdrawn' | 'client.overfull' | 'client.unreachable' | 'client.not_spoken';
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
export declare class AmongError extends Error {
    /** Stable; the reference lists them. */
    code: ErrorCode | OwnCode;
    /** What to do next: fix, auth, wait, gone, bug; empty for an error of the client's own.
     * @type {ErrorClass | ''} */
    class: ErrorClass | '';
    /** Path of the offending field, where there is one. */
    field: string;
    /** Class `wait` only. */
    retryAfterMs: number;
    /** When what stands in the way ends by itself, where it does. */
    until: string;
    /** Why the server closed, once stopped. */
    closeCode: number;
    name: string;
    /** @param {ErrorCode | OwnCode} code @param {string} message @param {Partial<Refused> & { closeCode?: number }} [more] */
    constructor(code: ErrorCode | OwnCode, message: string, more?: Partial<Refused> & {
        closeCode?: number;
    });
    /** @param {Refused} refused */
    static of(refused: Refused): AmongError;
}
