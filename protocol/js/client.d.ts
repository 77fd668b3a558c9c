// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { Reading } from './counting.js';
import type { Account, Commands, Entry } from './types.d.ts';
export type Askable = import('./happenings.d.ts').Askable;
export type AskState = import('./happenings.d.ts').AskState;
export type Happening = import('./happenings.d.ts').Happening;
export type Options = import('./happenings.d.ts').Options;
export type Positions = import('./happenings.d.ts').Positions;
export type Fields<K extends Askable> = import('./happenings.d.ts').Fields<K>;
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
/** One account on one server; made by `connect`. */
export declare class Among {
    #private;
    /** @param {string} url @param {Options} options */
    constructor(url: string, options: Options);
    /** @returns {Account} */
    get account(): Account;
    /** Signs in again without the password. Secret. */
    get token(): string;
    /** What the server declared; null before the first connection. */
    get hello(): import("./types.d.ts").Hello | null;
    /** How much one may still ask, as last told on this connection; null while more than half is left. */
    get budget(): import("./types.d.ts").Budget | null;
    /** Whether the link is up and what was missed has been sent. */
    get live(): boolean;
    /** By id: those I am in. */
    get communities(): Map<string, import("./types.d.ts").Membership>;
    /** By id: those I may see, directs among them. */
    get rooms(): Map<string, import("./types.d.ts").Room>;
    /** By id of a room that one follows: up to which number it is `read`, and how many messages after it are `unread`.
     * @returns {Map<string, Reading>} */
    get unread(): Map<string, Reading>;
    /** A room by `community/room`, by id, or `@handle` for the direct with that person. Throws when there is none.
     * @param {string} name */
    room(name: string): import("./types.d.ts").Room;
    /** Who I am in a community, a room or a direct: my membership there; empty when I am nobody there.
     * @param {string} place */
    me(place: string): string;
    /** Whether I am the author. @param {Entry} event */
    mine(event: Entry): boolean;
    /** Ask, and wait for the reply. Throws AmongError: a refusal, or why it could not be asked. It waits for a connection
     * if need be. A write reaches the log exactly once, over reconnects too; with a `nonce` of one's own over restarts as
     * well. `signal` means: don't try again. `changed` is told each state, for a screen.
     * @template {Askable} K
     * @param {K} type @param {Fields<K>} fields
     * @param {{ signal?: AbortSignal, changed?: (state: AskState) => void }} [options]
     * @returns {Promise<Commands[K]['result']>} */
    ask<K extends Askable>(type: K, fields: Fields<K>, { signal, changed }?: {
        signal?: AbortSignal;
        changed?: (state: AskState) => void;
    }): Promise<Commands[K]['result']>;
    /** Up to where events were taken and done with; to be kept for the next start. @returns {Positions} */
    get positions(): Positions;
    /** The event in hand is done with: `positions` counts it from now on. @param {Happening} event */
    done(event: Happening): void;
    /** @returns {AsyncIterator<Happening, undefined>} */
    [Symbol.asyncIterator](): AsyncIterator<Happening, undefined>;
    /** Wait a little for what is still asked, then leave. `for await` ends. */
    close(): Promise<void>;
    /** Resolves once signed in; throws why that is not to be. @param {number} within milliseconds */
    entered(within: number): Promise<void>;
}
/** Sign in at `url` (ws:// or wss://). Resolves once signed in; throws AmongError when that is refused, or when the server
 * can't be reached within `within` milliseconds (10 000).
 * @param {string} url @param {Options} options */
export declare function connect(url: string, options: Options): Promise<Among>;
