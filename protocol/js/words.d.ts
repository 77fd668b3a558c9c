// Made by `python -m tests.js.declare` from the code: not to be edited.

/** The commands that write entries, each with a nonce.
 * @type {ReadonlySet<import('./types.d.ts').Write | (string & {})>} */
export declare const WRITES: ReadonlySet<import('./types.d.ts').Write | (string & {})>;
/** Why the server closed. 4000 to 4499: come back, with back-off. 4500 to 4999: do not. */
export declare const CLOSE_CODES: Readonly<{
    restarting: 4000;
    too_slow: 4001;
    silent: 4002;
    sign_in_late: 4003;
    storage_lost: 4004;
    malformed: 4500;
    signed_out: 4501;
    disabled: 4502;
    crowded_out: 4503;
    flood: 4504;
}>;
