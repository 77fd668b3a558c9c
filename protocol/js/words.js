// The Among protocol, version 1. Made by `make schema` from the structs of among_protocol: not to be edited.

/** The commands that write entries, each with a nonce.
 * @type {ReadonlySet<import('./types.d.ts').Write | (string & {})>} */
export const WRITES = new Set([
  "account.update",
  "community.create",
  "community.update",
  "community.join",
  "community.leave",
  "rules.accept",
  "join.ask",
  "join.withdraw",
  "join.answer",
  "persona.update",
  "member.set_role",
  "member.kick",
  "member.ban",
  "member.unban",
  "member.silence",
  "member.unsilence",
  "report.file",
  "report.resolve",
  "portrait.propose",
  "portrait.merge",
  "portrait.decline",
  "tag.update",
  "room.create",
  "room.follow",
  "room.unfollow",
  "room.set_topic",
  "room.add",
  "direct.open",
  "message.send",
  "message.edit",
  "message.delete",
  "corner.update",
  "post.publish",
  "post.edit",
]);

/** Why the server closed. 4000 to 4499: come back, with back-off. 4500 to 4999: do not. */
export const CLOSE_CODES = Object.freeze({
  restarting: 4000,
  too_slow: 4001,
  silent: 4002,
  sign_in_late: 4003,
  storage_lost: 4004,
  malformed: 4500,
  signed_out: 4501,
  disabled: 4502,
  crowded_out: 4503,
  flood: 4504,
});
