// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { LogState, Marker } from './types.d.ts';
export type Heard = {
    seq: number;
    unread?: number;
    mine?: boolean;
    floor?: number;
    left?: number;
};
/** How far a room is read: up to this number, and how many messages come after it. */
export declare class Reading {
    read: number;
    unread: number;
    /** Up to where the newest count holds. */
    asOf: number;
}
export declare class Counting {
    #private;
    /** By id. */
    rooms: Map<string, Reading>;
    /** As a sync states all of it. @param {LogState[]} states */
    stated(states: LogState[]): void;
    /** How far one has read a room, here or on another device, and what the server counts after that.
     * @param {Pick<Marker, 'room' | 'read' | 'unread' | 'as_of'>} count */
    told({ room: id, read, unread, as_of: asOf }: Pick<Marker, 'room' | 'read' | 'unread' | 'as_of'>): void;
    /** One follows it from this number on: what is before is read. @param {string} room @param {number} at */
    begins(room: string, at: number): void;
    /** An entry has come, the next of its room. @param {string} id @param {Heard} heard */
    heard(id: string, heard: Heard): void;
    /** It is no longer followed. Where it soon is again, what was heard after that counts: of who paused meanwhile.
     * @param {string} id */
    forget(id: string): void;
}
