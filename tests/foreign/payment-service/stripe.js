// How Stripe is asked, so that however often one asks, it is done once; the answers come back as facts.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { makes } from "./mistakes.js";

const Stripe = createRequire(new URL("../../node/package.json", import.meta.url))("stripe");
const HOUR = 3600;

export class KeySpent extends Error {} // Stripe repeats a failure under this key, so the next try needs another.

export class StripeGateway {
  constructor({ stripeKey, stripeUrl: { hostname, port, protocol } }) {
    const where = { host: hostname, port: port || 443, protocol: protocol.slice(0, -1) };
    this.stripe = new Stripe(stripeKey, { ...where, maxNetworkRetries: 0, timeout: 10_000, telemetry: false });
  }

  // Returns what Stripe says; throws when that is not known, so that one asks again.
  async send(message) {
    try {
      return await this[message.type](message, message.data);
    } catch (problem) {
      const isReplayed = problem.headers?.["idempotent-replayed"] === "true";
      if (isReplayed && problem.statusCode >= 500 && !makes("a-spent-key-is-kept")) throw new KeySpent(problem.code ?? "a failure is repeated");
      throw problem;
    }
  }

  async CREATE_INTENT(message, { since, studentId, ...parameters }) {
    const isNaive = makes("a-new-key-for-each-try");
    const found = message.attempts > 0 && !isNaive && (await this.search(parameters.metadata.paymentId, since));
    if (found) return factsOf(found);
    const { paymentId, contextId } = parameters.metadata;
    const name = makes("key-of-student-and-course") ? `${studentId}:${contextId}` : paymentId;
    const idempotencyKey = isNaive ? randomUUID() : `${name}:create:${message.key}`;
    try {
      const asked = { ...parameters, payment_method_types: ["card"] };
      const intent = await this.stripe.paymentIntents.create(asked, { idempotencyKey });
      if (makes("what-stripe-answers-is-logged")) console.log("created", JSON.stringify(intent));
      return factsOf(intent);
    } catch (problem) {
      if (!isFinal(problem)) throw problem;
      return [fact("IntentRefused", { reason: problem.code ?? "Stripe does not take it" })];
    }
  }

  async CANCEL_INTENT(message, { intentId, paymentId }) {
    try {
      const idempotencyKey = `${paymentId}:cancel:${message.key}:${message.at}`;
      return factsOf(await this.stripe.paymentIntents.cancel(intentId, {}, { idempotencyKey }));
    } catch (problem) {
      if (problem.code !== "payment_intent_unexpected_state") throw problem;
      return this.LOOK_AT_INTENT(message, { intentId });
    }
  }

  async LOOK_AT_INTENT(_, { intentId }) {
    const intent = await this.stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] });
    if (intent.status !== "succeeded") return factsOf(intent);
    const disputes = intent.latest_charge?.disputed ? [await this.disputesOf(intent)] : [];
    return [...factsOf(intent), await this.refundsOf(intent), ...disputes];
  }

  // A refund may have been made already, by us or by a person: one looks before one asks again.
  async REFUND(message, { intentId, paymentId, attempt, amount, price }) {
    if ((message.attempts > 0 || attempt > 1) && (await this.isGivenBack(intentId, amount))) return this.LOOK_AT_INTENT(message, { intentId });
    const asked = { payment_intent: intentId, metadata: { paymentId, attempt } };
    if (makes("goes-back-as-it-is-written")) asked.amount = price.amount;
    if (makes("a-fee-is-kept")) asked.amount = amount - 30;
    try {
      await this.stripe.refunds.create(asked, { idempotencyKey: `${paymentId}:refund:${attempt}:${message.key}` });
    } catch (problem) {
      if (makes("a-refund-is-not-waited-for"))
        return [fact("Refunds", { taken: amount, refunds: [{ id: "unknown", amount, status: "succeeded", attempt }] })];
      if (problem.code !== "charge_already_refunded") {
        if (!isFinal(problem)) throw problem;
        return [fact("RefundRefused", { reason: problem.code ?? "Stripe does not say why" })];
      }
    }
    return this.LOOK_AT_INTENT(message, { intentId });
  }

  async isGivenBack(intentId, amount) {
    const { data } = await this.stripe.refunds.list({ payment_intent: intentId, limit: 100 });
    const alive = data.filter((each) => !["failed", "canceled"].includes(each.status));
    return alive.reduce((sum, each) => sum + each.amount, 0) >= amount;
  }

  async refundsOf(intent) {
    const { data } = await this.stripe.refunds.list({ payment_intent: intent.id, limit: 100 });
    const refunds = data.map(({ id, status, amount, metadata, failure_reason }) => ({ id, status, amount, attempt: metadata?.attempt, failure: failure_reason }));
    return fact("Refunds", { refunds, taken: intent.amount_received - (makes("a-fee-is-kept") ? 30 : 0) });
  }

  async disputesOf(intent) {
    const { data } = await this.stripe.disputes.list({ payment_intent: intent.id, limit: 100 });
    return fact("Disputes", { disputes: data.map(({ id, status }) => ({ id, status })) });
  }

  async search(paymentId, since) {
    const query = { created: { gte: Math.floor(since / 1000) - HOUR }, limit: 100 };
    for await (const each of this.stripe.paymentIntents.list(query)) if (each.metadata.paymentId === paymentId) return each;
    return null;
  }
}

// Whether asking again would be answered in the same way.
const isFinal = (problem) => ["StripeInvalidRequestError", "StripeIdempotencyError"].includes(problem.type);

const fact = (type, data) => ({ type, data });

function factsOf(intent) {
  const about = { intentId: intent.id, clientSecret: intent.client_secret };
  if (intent.status === "succeeded") {
    const paidAt = 1000 * (intent.latest_charge?.created ?? intent.created);
    return [fact("Paid", { ...about, amount: intent.amount_received, currency: intent.currency, paidAt, sure: true })];
  }
  if (intent.status === "canceled") return [fact("Canceled", about)];
  const failed = intent.last_payment_error?.charge && fact("Declined", { ...about, ...declineOf(intent.last_payment_error) });
  return [fact("IntentCreated", about), ...(failed ? [failed] : [])];
}

export const declineOf = ({ charge, code, decline_code }) => ({
  attempt: charge, reason: decline_code ?? code, ...(decline_code && { declineCode: decline_code }),
});
