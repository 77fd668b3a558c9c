// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { LogState, Marker } from './types.d.ts';
export type Heard = {
    seq: number;
    unread?: number;
    mine?: boolean;
    floor?: number;
    left?: number;
};
export type Count = Pick<Marker, 'room' | 'read' | 'unread' | 'as_of'>;
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
    /** How far one has read a room, here or on another device, and what the server counts after that. `since`: how far one's own
     * log is known to go by now. @param {Count} count @param {number} since */
    told(count: Count, since?: number): void;
    /** One follows it from this number on, so says the entry `by` of one's own log: what is before is read. Unless the newest
     * count is of the room since then: it is of more numbers, or came when that entry was known to be there.
     * @param {string} room @param {number} at @param {number} by */
    begins(room: string, at: number, by?: number): void;
    /** An entry has come, the next of its room. @param {string} id @param {Heard} heard */
    heard(id: string, heard: Heard): void;
    /** It is no longer followed. Where it soon is again, what was heard after that counts: of who paused meanwhile.
     * @param {string} id */
    forget(id: string): void;
}
