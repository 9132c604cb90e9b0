// What was taken along for a visit: is it the office's, is it still good, and may the visit begin by it?
// Nothing here asks the office. A refusal is named by a word of the app's own list and what it is filled with.

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

/** Why a pack is not accepted, or why something may not be done by it; `say` is a word of the app. */
export class Refused extends Error {
  constructor(say, given = {}) {
    super(say);
    this.say = say;
    this.given = given;
  }
}

/**
 * The body of a signed pack.
 * @param {{body: string, signature: string, key_id: string}} envelope  ECDSA P-256 with SHA-256, r and s
 * @param {JsonWebKey[]} keys  the office's public keys
 * @throws {Refused} where the signature is not the office's
 */
export async function open(envelope, keys) {
  const named = keys.filter((key) => key.kid === envelope.key_id);
  for (const { kty, crv, x, y } of named.length ? named : keys) {
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const good = await crypto.subtle
      .verify({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(envelope.signature), new TextEncoder().encode(envelope.body))
      .catch(() => false);
    if (!good) continue;
    const body = JSON.parse(envelope.body);
    if (body.format !== 1) throw new Refused("pack_format");
    return body;
  }
  throw new Refused("pack_forged");
}

const passed = (moment, now) => moment != null && new Date(moment) <= now;

/** Throws where nothing may be done by this pack any more: it is too old, or the phone's clock was set back. */
export function mustBeGood(pack, now, clock) {
  if (clock.back) throw new Refused("clock_back");
  if (passed(pack.good_until, now)) throw new Refused("pack_old", { until: pack.good_until });
}

/** Throws where nobody may check in for this visit now. */
export function mayCheckIn(pack, now, clock) {
  mustBeGood(pack, now, clock);
  if (!passed(pack.window.check_in_from, now)) throw new Refused("too_soon_here", { from: pack.window.check_in_from });
  if (passed(pack.window.ends_at, now)) throw new Refused("too_late");
}

/**
 * Throws where the visit may not begin now: outside its window, before the notice's time, without all officers,
 * with a lapsed credential, against a rule that was asked when the pack was made, or by too old a pack.
 */
export function mayBegin(pack, facts, now, clock) {
  mustBeGood(pack, now, clock);
  if (pack.may_begin_from && !passed(pack.may_begin_from, now)) throw new Refused("notice_young", { from: pack.may_begin_from });
  // What stood against it when the pack was made may have passed with time alone, and with nothing else.
  const onlyTime = pack.may_begin_from && facts.state === "noticed";
  if (!pack.may_begin && !onlyTime) throw new Refused("rules_refuse", { html: pack.refusal });
  if (!passed(pack.window.ring_from, now)) throw new Refused("too_soon", { from: pack.window.ring_from });
  if (passed(pack.window.ends_at, now)) throw new Refused("too_late");
  const here = pack.crew.filter((one) => facts.checked_in[one.badge]);
  if (pack.crew.length < pack.needs || here.length < pack.crew.length) {
    const missing = pack.crew.filter((one) => !facts.checked_in[one.badge]).map((one) => one.name);
    throw new Refused("not_all_here", { who: missing.join(", "), needs: pack.needs });
  }
  const lapsed = pack.crew.find((one) => !one.ok_until || !passed(one.ok_from, now) || passed(one.ok_until, now));
  if (lapsed) throw new Refused("credential_lapsed", { who: `${lapsed.name} ${lapsed.badge}` });
}

const squeezed = (said) => said.split(/\s+/u).join("");

/** Whether a name and a second fact are those of the debtor; the phone holds only their digests. */
export async function fits(identify, nameSaid, secondFact) {
  const derive = async (said) => {
    const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(said), "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: fromHex(identify.salt), iterations: identify.rounds };
    return hex(await crypto.subtle.deriveBits(how, base, 256));
  };
  const [name, fact] = await Promise.all([
    derive(squeezed(nameSaid).toLowerCase()),
    derive(squeezed(secondFact).toUpperCase()),
  ]);
  return identify.names.includes(name) && identify.facts.includes(fact);
}
