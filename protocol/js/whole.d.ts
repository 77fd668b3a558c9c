// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { Positions, Told } from './happenings.d.ts';
import type { Entry, EntryPage, LogPassed, LogState, ReactionsChanged, ReadEntries, Sync, SyncStarted, Want } from './types.d.ts';
export type Numbered = Entry | LogPassed | ReactionsChanged;
/** Ids come from outside: none of them may meet what every object has. @returns {{ [id: string]: number }} */
export declare const numbers: () => {
    [id: string]: number;
};
/** One log as this client has it. */
declare class Log {
    kind: string;
    at: number;
    wanted: number;
    due: number;
    filling: Omit<ReadEntries, "id"> | null;
    open: boolean;
    told: boolean;
    held: Numbered[];
    /** @param {string} kind @param {number} at */
    constructor(kind: string, at: number);
    /** The last number of the hole after `at`; `at` itself when there is none. */
    get until(): number;
    /** @param {Numbered} entry */
    hold(entry: Numbered): void;
    letGo(): void;
}
/** All logs of one account. */
export declare class Whole {
    #private;
    epoch: string;
    fromStart: boolean;
    want: Want | null;
    taken: Want | null;
    paused: boolean;
    account: string;
    accountHead: number;
    logs: Map<string, Log>;
    listed: Map<string, LogState>;
    heard: Map<string, number>;
    behind: Set<string>;
    places: Map<string, string>;
    /** @param {Positions} positions @param {boolean} fromStart @param {Want | null} want */
    constructor(positions: Positions, fromStart: boolean, want: Want | null);
    /** Up to where the account's own log is known to go. */
    get known(): number;
    /** The command that makes whole what is known; at most so many positions, the account's among them.
     * @param {number} most @returns {Omit<Sync, 'id'>} */
    sync(most: number): Omit<Sync, 'id'>;
    /** The server says where every log is. @param {SyncStarted} sync @returns {Told[]} */
    started(sync: SyncStarted): Told[];
    /** The replay is over: what it did not bring is a hole. */
    synced(): void;
    /** One entry has come, live or replayed. @param {Numbered} entry @returns {Told[]} */
    entry(entry: Numbered): Told[];
    /** What `holes` asked for has come; null when the server would not give it.
     * @param {Omit<ReadEntries, 'id'>} command @param {EntryPage | null} page @returns {Told[]} */
    page(command: Omit<ReadEntries, 'id'>, page: EntryPage | null): Told[];
    /** Events were left out: live ones go on after these numbers. @param {{ [log: string]: number }} heads */
    lagging(heads: {
        [log: string]: number;
    }): void;
    /** What to ask for now; each counts as asked for once it is returned. @returns {Omit<ReadEntries, 'id'>[]} */
    holes(): Omit<ReadEntries, 'id'>[];
    /** The server has no such log for us; or had, when it was asked for what is not missing any more.
     * @param {Omit<ReadEntries, 'id'>} command @returns {Told[]} */
    gone(command: Omit<ReadEntries, 'id'>): Told[];
}
/** Whether an event has a place in a log, whatever its type. @param {any} event @returns {event is Numbered} */
export declare function isNumbered(event: any): event is Numbered;
export {};
