// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { AskState, Told } from './happenings.d.ts';
import type { Refused } from './types.d.ts';
export type Sketch = {
    type: string;
    [field: string]: any;
};
/** One command, and what became of it. `watch` is called at each change of state. */
export declare class Ask {
    command: Sketch;
    number: number;
    watch: ((ask: Ask) => void) | undefined;
    errand: ((ask: Ask) => Told[]) | undefined;
    state: AskState;
    result: any;
    error: Error | null;
    id: string;
    tries: number;
    bugs: number;
    waits: number;
    notBefore: number;
    lateAt: number;
    patientUntil: number | null;
    writes: boolean;
    once: boolean;
    lane: string;
    /** @param {Sketch} command @param {number} number order of asking @param {(ask: Ask) => void} [watch]
     * @param {(ask: Ask) => Told[]} [errand] the client's own: what to do with the reply; its user does not know of it */
    constructor(command: Sketch, number: number, watch?: (ask: Ask) => void, errand?: (ask: Ask) => Told[]);
    get decided(): boolean;
    /** @param {AskState} state */
    become(state: AskState): void;
    /** @param {Error} error */
    fail(error: Error): void;
}
/** All commands that are not decided. */
export declare class Asks {
    #private;
    /** How many of the user's own are undecided. */
    get size(): number;
    all(): Ask[];
    /** @param {Sketch} command @param {(ask: Ask) => void} [watch] @param {(ask: Ask) => Told[]} [errand] */
    add(command: Sketch, watch?: (ask: Ask) => void, errand?: (ask: Ask) => Told[]): Ask;
    /** Those that may be sent now, when so many may be in flight. @param {number} now @param {number} most */
    ready(now: number, most: number): Ask[];
    /** It is on the wire, under this id. @param {Ask} ask @param {string} id @param {number} now */
    sent(ask: Ask, id: string, now: number): void;
    /** The one that a reply with this id is for. @param {string} id */
    landed(id: string): Ask | undefined;
    /** It goes once more, not before this time. @param {Ask} ask @param {number} at */
    again(ask: Ask, at: number): void;
    /** A refusal has landed. True when it decides; else the command goes again.
     * @param {Ask} ask @param {Refused} refused @param {number} now */
    refused(ask: Ask, refused: Refused, now: number): boolean;
    /** Whose reply is overdue goes again; the server knows a write by its nonce. @param {number} now */
    late(now: number): void;
    /** The connection went. What is about that connection, or that moment, fails; the rest goes on the next one. */
    cut(): void;
    /** It is not tried again; what is on the wire already may still be carried out. @param {Ask} ask @param {Error} error */
    withdraw(ask: Ask, error: Error): void;
    /** When something is due next. */
    wake(): number;
}
