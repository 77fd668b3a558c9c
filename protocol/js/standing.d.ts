// Made by `python -m tests.js.declare` from the code: not to be edited.

import type { Account, Membership } from './types.d.ts';
/** @import { Account, Membership } from './types.d.ts' */
/** I stand there in another way: by an entry of my own log. @param {Membership} card @param {any} entry @returns {Membership} */
export declare function moved(card: Membership, entry: any): Membership;
/** The card that has come, after another one. What I have accepted was read before the rest of it, and goes up alone.
 * @param {Membership | undefined} before @param {Membership} card @returns {Membership} */
export declare function after(before: Membership | undefined, card: Membership): Membership;
/** A setting of the community has changed. @param {Membership} card @param {any} entry @returns {Membership} */
export declare function updated(card: Membership, entry: any): Membership;
/** I am called so from here on, where I chose nothing else. @param {Account} account @param {any} entry @returns {Account} */
export declare function profiled(account: Account, entry: any): Account;
