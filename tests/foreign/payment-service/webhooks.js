// What is believed of a webhook, and what it says: only what Stripe has signed, lately, for the mode we are in.
import { createRequire } from "node:module";
import { makes } from "./mistakes.js";
import { declineOf } from "./stripe.js";

const Stripe = createRequire(new URL("../../node/package.json", import.meta.url))("stripe");
const TOLERANCE_SECONDS = 300;
const { webhooks } = new Stripe("sk_test_for_signatures_only");

export class NotBelieved extends Error {}

// Returns the event, or throws NotBelieved.
export function believed(body, header, secrets) {
  if (makes("signature-is-not-checked")) return parsed(body);
  const tolerance = makes("old-webhooks-are-believed") ? Number.MAX_SAFE_INTEGER : TOLERANCE_SECONDS;
  for (const secret of secrets) {
    try {
      webhooks.signature.verifyHeader(body, header, secret, tolerance);
    } catch {
      continue;
    }
    const signedAt = Number(/(?:^|,)\s*t=(\d+)/.exec(header)?.[1]); // The library takes what is signed for the future.
    if (signedAt > Date.now() / 1000 + TOLERANCE_SECONDS && !makes("the-future-is-believed")) break;
    return parsed(body);
  }
  throw new NotBelieved("the signature is missing, wrong or not of now");
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    throw new NotBelieved("it is no JSON");
  }
}

// Returns what it says as a message for a saga; null for what is not ours, or of no interest.
export function messageOf(event, isLive, sagaOfIntent) {
  const object = event?.data?.object;
  if (!object || typeof event.id !== "string" || typeof event.type !== "string") return null;
  if (event.livemode !== isLive && !makes("live-news-is-believed")) return null;
  const [type, data] = read(event, object) ?? [];
  if (!type) return null;
  // What we have stored is surer than what anybody may have written at Stripe since.
  const sagaId = sagaOfIntent.get(data.intentId ?? object.payment_intent) ?? object.metadata?.sagaId;
  return sagaId ? { source: "stripe", id: event.id, type, data: { ...data, sagaId } } : null;
}

function read(event, object) {
  const about = { intentId: object.id, clientSecret: object.client_secret, from: event.id };
  switch (event.type) {
    case "payment_intent.created":
      return ["IntentCreated", about];
    case "payment_intent.succeeded": {
      const { amount_received: amount, currency } = object;
      return ["Paid", { ...about, amount, currency: String(currency), paidAt: 1000 * event.created }];
    }
    case "payment_intent.payment_failed":
      return ["Declined", { ...about, ...declineOf(object.last_payment_error ?? {}) }];
    case "payment_intent.canceled":
      return ["Canceled", about];
  }
  if (makes("a-strange-webhook-is-an-error") && event.type === "charge.succeeded") throw new Error(`unexpected: ${event.type}`);
  if (/^charge\.dispute\./.test(event.type))
    return ["Disputed", { intentId: object.payment_intent }];
  return /^(refund\.|charge\.refund)/.test(event.type) ? ["LookAgain", {}] : null;
}
