// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The one door to the cryptographic libraries; nothing here is home-made (docs/protocol.md, section 2.1).
 *
 * SHA-256, HMAC, HKDF and AES-GCM are the browser's own: they stay fast where just-in-time compilation is off. So are the
 * equations of Ed25519 and X25519 where the browser has them. X-Wing, Argon2id and the rest of Ed25519 are plain JavaScript,
 * which needs no WebAssembly.
 */

import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { hexToBytes } from "@noble/hashes/utils.js";

import { concat, equal, toHex, utf8 } from "./bytes.js";
import { HASH, KEY, SIGNATURE, XWING_ENC, XWING_PUBLIC, XWING_SEED } from "./constants.js";
import { BadPublicKey, BadSignature, NotForThisKey, WrongLength } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

const { Point } = ed25519;
const SUITE = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const [ED25519, X25519] = ["Ed25519", "X25519"];
const HMAC = { name: "HMAC", hash: "SHA-256" };
const MLKEM_MODULUS = 3_329;
/** Bytes of an ML-KEM-768 key that hold its coefficients. */
const MLKEM_VECTOR = 1_152;
const IDENTITY = Point.ZERO.toBytes();
const PROBE_KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
const PROBE_SIGNATURE =
  "77df156616e51079873310e15d4c23124fc1f6b7cafbbaec112217f900cfae54e418ce45fa60473be1c74244c2d6ffb39b352aec89fcee2538a2fe5f87c48000";
/** Random bytes that a browser gives at one time. */
const MOST_AT_ONCE = 65_536;
const ANY_SCALAR = new Uint8Array(KEY).fill(1);
/** Milliseconds that Argon2id works before it lets anything else in; a pause costs up to five. */
const TICK = 40;

/** Whether this place has the browser's own cryptography: only a secure context does. */
export function hasCrypto() {
  return typeof globalThis.crypto?.subtle?.digest === "function";
}

/** @type {Promise<CryptoKey | undefined> | undefined} */
let own;

/** A private X25519 key of the browser's own, made once; undefined where it does not know the curve. */
function ownKey() {
  own ??= crypto.subtle.generateKey(X25519, false, ["deriveBits"]).then(
    (pair) => /** @type {CryptoKeyPair} */ (pair).privateKey,
    () => undefined,
  );
  return own;
}

/**
 * Cryptographically strong random bytes.
 * @param {number} size
 * @returns {Bytes}
 */
export function randomBytes(size) {
  const made = new Uint8Array(size);
  for (let at = 0; at < size; at += MOST_AT_ONCE) crypto.getRandomValues(made.subarray(at, at + MOST_AT_ONCE));
  return made;
}

/**
 * SHA-256 (FIPS 180-4), 32 bytes.
 * @param {Bytes} data
 * @returns {Promise<Bytes>}
 */
export async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** @type {WeakMap<Bytes, Promise<CryptoKey>>} */
const macKeys = new WeakMap();

/** One is used for a name in every batch of a board. @param {Bytes} key */
function macKey(key) {
  const known = macKeys.get(key) ?? crypto.subtle.importKey("raw", key, HMAC, false, ["sign"]);
  macKeys.set(key, known);
  return known;
}

/**
 * HMAC-SHA256 (RFC 2104), 32 bytes. A key is not changed in place once it was used.
 * @param {Bytes} key
 * @param {Bytes} data
 * @returns {Promise<Bytes>}
 */
export async function mac(key, data) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", await macKey(key), data));
}

/**
 * HKDF-SHA256 (RFC 5869) with an empty salt, 32 bytes.
 * @param {Bytes} ikm
 * @param {Bytes} info
 * @returns {Promise<Bytes>}
 */
export async function hkdf(ikm, info) {
  const imported = await crypto.subtle.importKey("raw", ikm, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, imported, HASH * 8));
}

/**
 * Argon2id v1.3 (RFC 9106), 32 bytes. `onProgress` is told the share done, from 0 to 1, thousands of times.
 * @param {Bytes} password
 * @param {Bytes} salt
 * @param {number} memoryKib
 * @param {number} passes
 * @param {number} lanes
 * @param {(share: number) => void} [onProgress]
 * @returns {Promise<Bytes>}
 */
export async function argon2id(password, salt, memoryKib, passes, lanes, onProgress = () => undefined) {
  const size = { t: passes, m: memoryKib, p: lanes, dkLen: KEY, version: 0x13 };
  return argon2idAsync(password, salt, { ...size, asyncTick: TICK, onProgress });
}

/** @param {Bytes} key @param {"encrypt" | "decrypt"} use */
function aesKey(key, use) {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

/**
 * AES-256-GCM (NIST SP 800-38D): ciphertext and 16-byte tag. The nonce is 12 bytes, never twice under a key.
 * @param {Bytes} key
 * @param {Bytes} nonce
 * @param {Bytes} plain
 * @param {Bytes} aad
 * @returns {Promise<Bytes>}
 */
export async function aeadSeal(key, nonce, plain, aad) {
  const how = { name: "AES-GCM", iv: nonce, additionalData: aad };
  return new Uint8Array(await crypto.subtle.encrypt(how, await aesKey(key, "encrypt"), plain));
}

/**
 * Inverse of aeadSeal. Throws NotForThisKey.
 * @param {Bytes} key
 * @param {Bytes} nonce
 * @param {Bytes} sealed
 * @param {Bytes} aad
 * @returns {Promise<Bytes>}
 */
export async function aeadOpen(key, nonce, sealed, aad) {
  const imported = await aesKey(key, "decrypt");
  try {
    const how = { name: "AES-GCM", iv: nonce, additionalData: aad };
    return new Uint8Array(await crypto.subtle.decrypt(how, imported, sealed));
  } catch {
    throw new NotForThisKey("aes-256-gcm");
  }
}

/**
 * The 32-byte public key of a 32-byte seed (RFC 8032, 5.1.5).
 * @param {Bytes} seed
 * @returns {Bytes}
 */
export function ed25519Public(seed) {
  return ed25519.getPublicKey(seed);
}

/**
 * 64-byte signature (RFC 8032, 5.1.6).
 * @param {Bytes} seed
 * @param {Bytes} message
 * @returns {Bytes}
 */
export function ed25519Sign(seed, message) {
  return ed25519.sign(message, seed);
}

/**
 * Whether 32 bytes are a point of the group of prime order, canonically encoded.
 * @param {Bytes} encoded
 */
function ofPrimeOrder(encoded) {
  const point = Point.fromBytes(encoded, false);
  return point.isTorsionFree() && !point.isSmallOrder();
}

/** @type {WeakMap<Bytes, boolean>} */
const sound = new WeakMap();

/** Of a key that signs much it is asked once. A key is not changed in place once it was used. @param {Bytes} key */
function isKey(key) {
  const known = sound.get(key) ?? ofPrimeOrder(key);
  sound.set(key, known);
  return known;
}

/**
 * The number that 32 bytes hold, the least of them first.
 * @param {Bytes} bytes
 */
function littleEndian(bytes) {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}

/**
 * The browser's own equation.
 * @param {Bytes} key
 * @param {Bytes} message
 * @param {Bytes} signature
 */
async function ownHolds(key, message, signature) {
  const imported = await crypto.subtle.importKey("raw", key, ED25519, false, ["verify"]);
  return crypto.subtle.verify(ED25519, imported, signature, message);
}

/** @type {Promise<boolean> | undefined} */
let withoutCofactor;

/**
 * Whether the browser has an equation of its own, and it is the one without the cofactor. That one makes R anew and asks
 * for its very bytes: under a key of prime order it takes no R but one of that order. The vector `ed25519-mixed-order-r`
 * tells: the other equation takes it.
 */
function isOwnWithoutCofactor() {
  withoutCofactor ??= ownHolds(hexToBytes(PROBE_KEY), utf8("message"), hexToBytes(PROBE_SIGNATURE)).then(
    (taken) => !taken,
    () => false,
  );
  return withoutCofactor;
}

/**
 * Whether the equation has the cofactor or not differs by browser; with a key and an R of prime order, and S below the
 * order, it makes no difference.
 * @param {Bytes} key
 * @param {Bytes} message
 * @param {Bytes} signature
 */
async function holds(key, message, signature) {
  const [r, s] = [signature.subarray(0, KEY), signature.subarray(KEY)];
  try {
    if (!isKey(key)) return false;
    if (!(await isOwnWithoutCofactor())) {
      return ofPrimeOrder(r) && ed25519.verify(signature, message, key, { zip215: false });
    }
    return littleEndian(s) < Point.Fn.ORDER && !equal(r, IDENTITY) && (await ownHolds(key, message, signature));
  } catch {
    return false;
  }
}

/**
 * Strict verification (RFC 8032, 5.1.7). Throws BadSignature, WrongLength.
 * @param {Bytes} key
 * @param {Bytes} message
 * @param {Bytes} signature
 */
export async function ed25519Verify(key, message, signature) {
  if (key.length !== KEY || signature.length !== SIGNATURE) throw new WrongLength("ed25519");
  if (!(await holds(key, message, signature))) throw new BadSignature("ed25519");
}

/**
 * `enc 1120 || ciphertext || tag 16` to a 1,216-byte X-Wing key, with fresh randomness. Throws BadPublicKey.
 * @param {Bytes} key
 * @param {Bytes} plain
 * @param {Bytes} info
 * @returns {Promise<Bytes>}
 */
export async function hpkeSeal(key, plain, info) {
  if (key.length !== XWING_PUBLIC) throw new BadPublicKey("x-wing");
  try {
    const recipientPublicKey = await SUITE.kem.importKey("raw", key.slice().buffer, true);
    const { enc, ct } = await SUITE.seal({ recipientPublicKey, info }, plain);
    return concat(new Uint8Array(enc), new Uint8Array(ct));
  } catch {
    throw new BadPublicKey("x-wing");
  }
}

/**
 * Whether all coefficients of an ML-KEM key, two in three bytes, are below the modulus (FIPS 203, 7.2).
 * @param {Bytes} coefficients
 */
function belowModulus(coefficients) {
  for (let at = 0; at < coefficients.length; at += 3) {
    const [low = 0, middle = 0, high = 0] = coefficients.subarray(at, at + 3);
    if ((low | ((middle & 15) << 8)) >= MLKEM_MODULUS || ((middle >> 4) | (high << 4)) >= MLKEM_MODULUS) return false;
  }
  return true;
}

/**
 * Whether anything can be sealed to an X-Wing key: what a sealing would refuse, without one. A board has two such keys a
 * unit, and where code is not compiled a sealing takes ten times as long. Throws BadPublicKey.
 * @param {Bytes} key
 */
export async function checkSealingKey(key) {
  if (key.length !== XWING_PUBLIC || !belowModulus(key.subarray(0, MLKEM_VECTOR))) throw new BadPublicKey("x-wing");
  const point = key.subarray(XWING_PUBLIC - KEY);
  const own = await ownKey();
  try {
    if (own) {
      const other = await crypto.subtle.importKey("raw", point, X25519, false, []);
      await crypto.subtle.deriveBits({ name: X25519, public: other }, own, KEY * 8);
    } else x25519.getSharedSecret(ANY_SCALAR, point);
  } catch {
    // Of small order: what is shared would be zero (RFC 7748, 6.1).
    throw new BadPublicKey("x-wing");
  }
}

/** An X-Wing private key, from its 32-byte seed. A source has none: it is here for whoever tests what it seals. */
export class SealingKey {
  #private;
  /** The 1,216 bytes to seal to. */
  public;

  /** @param {CryptoKey} privateKey @param {Bytes} key */
  constructor(privateKey, key) {
    this.#private = privateKey;
    this.public = key;
  }

  /**
   * Throws WrongLength.
   * @param {Bytes} seed
   */
  static async fromSeed(seed) {
    if (seed.length !== XWING_SEED) throw new WrongLength("x-wing seed");
    const pair = await new XWing().generateKeyPairDerand(seed.slice());
    return new SealingKey(pair.privateKey, new Uint8Array(await SUITE.kem.serializePublicKey(pair.publicKey)));
  }

  /**
   * Open `enc || ciphertext`. Throws NotForThisKey for whatever this key does not open.
   * @param {Bytes} sealed
   * @param {Bytes} info
   * @returns {Promise<Bytes>}
   */
  async open(sealed, info) {
    const enc = sealed.slice(0, XWING_ENC).buffer;
    try {
      return new Uint8Array(await SUITE.open({ recipientKey: this.#private, enc, info }, sealed.subarray(XWING_ENC)));
    } catch {
      throw new NotForThisKey("hpke");
    }
  }
}
