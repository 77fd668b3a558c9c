// What a client tells its user: the entries and notices of the server as they came, and what happens to the link and
// the logs. All have a `type`; those of the client itself have no dot in it.
//
// An entry is given exactly once and in order between an `opened` (or `reset`) of its log and the next `reset` or
// `closed`: the first one given covers the number after `after`, and each covers the number after the one before it.
// `reaction.changed` stands for several entries, and covers their numbers.

import type {
  Account, AppearanceChanged, BlockChanged, Commands, Entry, Hello, LogPassed, MarkerMoved, Membership, PresenceChanged, ReachChanged, ReactionsChanged, Synced, SyncStarted,
  TypingStarted, Want, Write,
} from './types.d.ts';

/** How far one has read: the server's epoch, and a number for each log. Plain data, to be kept and handed to the next
 * start of the program. A number of 0 asks for the log from its start. */
export interface Positions {
  epoch: string;
  logs: { [log: string]: number };
}

/** Signed in, and following: entries come from here on. The first one is also where one learns who one is. */
export interface Up {
  type: 'up';
  hello: Hello;
  account: Account;
  /** Id of this session. */
  session: string;
  /** Close code, when the server could not tell why it cut the last connection; 0: it did not. */
  cut: number;
  /** Every log with its unread counts; communities and directs. */
  sync: SyncStarted;
  /** Positions were named: what happened meanwhile follows. */
  resumed: boolean;
  /** The account was to be erased, and is not: signing in has undone that. */
  spared: boolean;
}

/** No connection. */
export interface Down {
  type: 'down';
  /** Close code; 1006 when there was none. */
  code: number;
  reason: string;
  /** Milliseconds until the next try; null: there is none. */
  retryIn: number | null;
}

/** A log is followed from here on: its entries after the number `after` are given. */
export interface Opened {
  type: 'opened';
  log: string;
  kind: string;
  after: number;
}

/** A log is no longer followed: it was left, or it is gone. */
export interface Closed {
  type: 'closed';
  log: string;
}

/** The entries of a log do not follow the ones before: forget what is known of it. It goes on after `after`. */
export interface Reset {
  type: 'reset';
  log: string;
  /** `epoch` (the server's data was replaced), `ahead` (this position never was), `floor` (entries after it are no longer
   * kept), `hole` (the server does not hand out what it should have). */
  reason: string;
  /** The position that was held. */
  had: number;
  after: number;
}

/** A community as it is now: it was joined, or its log was reset. */
export interface Card {
  type: 'card';
  community: Membership;
}

/** Beside the entries: what may be lost, since only its last value matters. */
export type Notice = MarkerMoved | BlockChanged | ReachChanged | AppearanceChanged | PresenceChanged | TypingStarted | Synced;

/** An event of a type that this version does not know comes, too, as it was sent: leave it to the `default` of a switch. */
export type Happening = Entry | ReactionsChanged | Notice | Up | Down | Opened | Closed | Reset | Card;

/** What the core tells: also what was left out of a log, since it was not wanted. */
export type Told = Happening | LogPassed;

/** A token; or handle and password, with `signUp` the account is made; or a reset code and the new password, with the handle
 * as another way in where the code has set the password and the answer was lost. */
export interface Credentials {
  token?: string;
  handle?: string;
  password?: string;
  signUp?: boolean;
  displayName?: string;
  invite?: string;
  /** A one-time code from the operator: sets the password. */
  reset?: string;
  /** A name for the session, for its owner. */
  device?: string;
}

export interface CoreOptions extends Credentials {
  /** Of an earlier run: what came after them is given. */
  positions?: Positions;
  /** A log without a position is given from its start; else from its head. */
  fromStart?: boolean;
  /** Which events are to come; without it, all. */
  want?: Want;
  /** For tests: numbers from 0 to 1. */
  random?: () => number;
}

export interface Options extends CoreOptions {
  /** Events that wait to be taken; with more, entries are let go and fetched from the log later. */
  queue?: number;
  /** Milliseconds within which `connect` must have signed in; Infinity tries for ever. */
  within?: number;
  /** The WebSocket to use instead of the one that is there. */
  WebSocket?: typeof WebSocket;
}

/** A command that a program may ask for; the rest is the client's own business. */
export type Askable = Exclude<
  keyof Commands,
  'session.sync' | 'session.sign_in' | 'session.sign_up' | 'account.reset_password'
>;

/** The fields of a command. The id is filled in, and so is the nonce of a write without. */
export type Fields<K extends Askable> =
  Omit<Commands[K]['command'], 'type' | 'id' | 'nonce'> & (K extends Write ? { nonce?: string } : { nonce?: never });

/** `sending`; `unconfirmed` (the link went, or the reply is late; it goes on); `sent`; `failed`. */
export type AskState = 'sending' | 'unconfirmed' | 'sent' | 'failed';
