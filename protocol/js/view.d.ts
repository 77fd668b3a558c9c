// Made by `python -m tests.js.declare` from the code: not to be edited.

import { Counting } from './counting.js';
import type { Told } from './happenings.d.ts';
import type { Account, Membership, Room } from './types.d.ts';
export declare class View {
    #private;
    known: () => number;
    account: Account | null;
    communities: Map<string, Membership>;
    rooms: Map<string, Room>;
    counting: Counting;
    head: number;
    begins: Map<string, [number, number]>;
    newer: any[];
    joined: Map<string, string>;
    /** @param {() => number} known up to where my own log is known to go: what has only a last value is told at once, and is of that
     * number at least, while what I missed of the log comes later */
    constructor(known?: () => number);
    /** A room by `community/room`, by id, or `@handle` for the direct with that one person, sooner the account of this handle
     * than a persona. @param {string} name */
    room(name: string): Room | undefined;
    /** Who I am there: my membership in a community, a room or a direct; empty when I am not. @param {string} place */
    me(place: string): string;
    /** What I asked myself was answered, before what comes after it. @param {string} type of the command @param {any} result */
    answered(type: string, result: any): void;
    /** @param {Told} happening */
    apply(happening: Told): void;
}
