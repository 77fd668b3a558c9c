// What entries make of the card of a community for one of its members: how one stands there. Pure; the same as standing.py.

/** @import { Account, Membership } from './types.d.ts' */

/** I stand there in another way: by an entry of my own log. @param {Membership} card @param {any} entry @returns {Membership} */
export function moved(card, entry) {
  switch (entry.type) {
    case 'member.role_set': return { ...card, role: entry.role, stewards: entry.stewards };
    case 'member.silenced': return { ...card, silenced_until: entry.until };
    case 'member.unsilenced': return { ...card, silenced_until: '' };
    case 'rules.accepted': return { ...card, accepted: entry.version };
    case 'persona.renamed': return { ...card, handle: entry.handle };
    default: return card;
  }
}

/** The card that has come, after another one. What I have accepted was read before the rest of it, and goes up alone.
 * @param {Membership | undefined} before @param {Membership} card @returns {Membership} */
export function after(before, card) {
  const accepted = before?.member === card.member ? before.accepted ?? 0 : 0;
  return accepted > (card.accepted ?? 0) ? { ...card, accepted } : card;
}

/** A setting of the community has changed. @param {Membership} card @param {any} entry @returns {Membership} */
export function updated(card, entry) {
  const { name, about, tags, door, listed, rules, rules_version, members_invite, retention, retention_since } = entry;
  const kept = retention && (retention.days || retention.messages) ? retention : null;
  return {
    ...card,
    ...told({ members_invite }),
    ...(rules != null && { rules: rules_version }),
    community: {
      ...card.community,
      ...told({ name, about, tags, door, listed }),
      ...(retention != null && { retention: kept, retention_since }),
    },
  };
}

const PROFILE = /** @type {const} */ (['display_name', 'bio', 'pronouns', 'place', 'links', 'intro']);

/** I am called so from here on, where I chose nothing else. @param {Account} account @param {any} entry @returns {Account} */
export function profiled(account, entry) {
  return { ...account, ...Object.fromEntries(PROFILE.map((name) => [name, entry[name]])) };
}

/** What an entry says. @param {Record<string, any>} values */
function told(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null));
}
