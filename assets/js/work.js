// The work before a first vote: keys are derived until one begins as asked. Fetched only where that
// is asked for.
const bytes = (text) => Uint8Array.from(text.match(/../g), (two) => Number.parseInt(two, 16));
const text = (data) => [...new Uint8Array(data)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const work = async (place) => {
  const challenge = await (await fetch(place, { headers: { Accept: "application/json" } })).json();
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const begin = bytes(nonce);
  const way = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  const password = new Uint8Array(begin.length + 4);
  password.set(begin);
  for (let counter = 0; ; counter++) {
    new DataView(password.buffer).setUint32(begin.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = text(await crypto.subtle.deriveBits(way, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return JSON.stringify({ challenge, solution: { counter, derivedKey } });
  }
};
