// Made by `python -m tests.js.declare` from the code: not to be edited.

import { AmongError } from './errors.js';
import { Whole } from './whole.js';
import type { CoreOptions, Credentials, Told } from './happenings.d.ts';
import type { Ask, Sketch } from './asks.js';
import type { Budget, Hello } from './types.d.ts';
/** @import { CoreOptions, Credentials, Told } from './happenings.d.ts' */
/** @import { Ask, Sketch } from './asks.js' */
/** @import { Budget, Hello, Ok, Refused, SignedIn, SyncStarted } from './types.d.ts' */
export declare const SUBPROTOCOL = "among.v1.json";
/** One account on one server. See the module for who calls what. */
export declare class Core {
    #private;
    credentials: Credentials;
    whole: Whole;
    state: "down" | "greeting" | "live" | "replaying" | "signing_in" | "stopped" | "syncing";
    hello: Hello | null;
    budget: Budget | null;
    doomed: string;
    retryAt: number | null;
    error: AmongError | null;
    random: () => number;
    /** @param {CoreOptions} options */
    constructor(options: CoreOptions);
    /** Told of each reply in its place among the events: of which type of command, and its result.
     * @type {(type: string, result: any) => void} */
    answered: (type: string, result: any) => void;
    /** The WebSocket is open. The server speaks first. @param {number} now */
    connected(now: number): void;
    /** A frame came. Whatever it holds, nothing is thrown. @param {unknown} data @param {number} now
     * @returns {Told[]} */
    received(data: unknown, now: number): Told[];
    /** The frames to send now; each is returned once. */
    outgoing(): string[];
    /** Time has passed. @param {number} now */
    tick(now: number): void;
    /** When `tick` must be called at the latest. */
    wake(): number;
    /** The connection ended, or could not be had (then 1006). @param {number} code @param {number} now @param {string} reason
     * @returns {Told[]} */
    lost(code: number, now: number, reason?: string): Told[];
    /** It is over: what is not decided fails. @param {AmongError} error */
    stop(error: AmongError): void;
    /** Ask, now or as soon as there is a connection. The id is filled in, and so is the nonce of a write without.
     * Throws what no server would take, `error` once stopped, and when too much waits already.
     * @param {Sketch} command @param {number} now @param {(ask: Ask) => void} [watch] */
    ask(command: Sketch, now: number, watch?: (ask: Ask) => void): Ask;
    /** Don't try again; what is on the wire may still be carried out. Who waited behind it goes.
     * @param {Ask} ask @param {number} now */
    withdraw(ask: Ask, now: number): void;
    /** How many of the user's commands are not decided. */
    get asking(): number;
    /** Give no entries for now: the user has enough. They are not kept, but come from the log after `resume`. */
    pause(): void;
    /** @param {number} now */
    resume(now: number): void;
}
