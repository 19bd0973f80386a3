// All that is done about a payment, whatever it is for: facts of Stripe, in any order and any number, move it.
import { flowOf } from "./flows.js";
import { makes } from "./mistakes.js";
import { announce, drop, end, enqueue, enter, isDisputed, note, notify, release } from "./saga.js";

// Currencies in which Stripe counts other minor units than ISO 4217 does: two decimals where there are none, and none where there are two.
const TWO_DECIMALS_AT_STRIPE = ["ISK", "UGX"];
const NONE_AT_STRIPE = ["MGA"]; // What Stripe cannot be told exactly is not charged.
const WITHOUT_CENTS = ["JPY", "KRW", "VND", "CLP", "XAF", "XOF"];

export function begin(tx, saga, price, until, times) {
  const closesAt = Math.min(Date.now() + times.window, makes("window-outlives-the-hold") ? Infinity : until);
  saga.payment = {
    paymentId: saga.paymentId, status: "PENDING", price, intentId: null, clientSecret: null, closesAt, paidAt: null,
    disputes: {}, declines: [], refund: null, closing: null,
  };
  if (NONE_AT_STRIPE.includes(price.currency)) return refused(tx, saga, `Stripe counts ${price.currency} in another way`, times);
  enter(saga, "AWAITING_PAYMENT", { check: times.check });
  saga.deadlines.window = closesAt;
  const zero = makes("cents-for-every-currency") && WITHOUT_CENTS.includes(price.currency);
  const metadata = { paymentId: saga.paymentId, sagaId: saga.sagaId, paymentContext: saga.context };
  if (!makes("metadata-without-context-id")) metadata.contextId = saga.contextId;
  const data = { amount: amountAtStripe(price) * (zero ? 100 : 1), currency: price.currency.toLowerCase(), metadata, studentId: saga.studentId };
  return enqueue(tx, saga, { to: "stripe", type: "CREATE_INTENT", data: { ...data, since: Date.now() } });
}

// The window has closed, or the student gives up: only Stripe knows whether that was in time.
export function close(tx, saga, reason, times) {
  const isHasty = reason === "EXPIRED" ? makes("window-closes-without-stripe") : makes("cancelling-wins");
  if (isHasty) return end(tx, saga, reason, times);
  saga.payment.closing = reason;
  enter(saga, "CANCELING", { patience: times.refund, check: times.check });
  giveUpIntent(tx, saga);
}

export const giveUpIntent = (tx, saga) => saga.payment.intentId && enqueue(tx, saga, ask(saga, "CANCEL_INTENT"));
export const look = (tx, saga) => saga.payment?.intentId && enqueue(tx, saga, ask(saga, "LOOK_AT_INTENT"));

export function giveBack(tx, saga, reason, times) {
  const { payment } = saga;
  payment.status = "REFUND_PENDING";
  payment.refund = { attempt: (payment.refund?.attempt ?? 0) + 1, reason };
  drop(tx, saga, flowOf(saga).delivery(saga).type);
  release(tx, saga);
  enter(saga, "REFUNDING", { patience: times.refund, check: times.check });
  const data = { intentId: payment.intentId, paymentId: payment.paymentId, attempt: payment.refund.attempt };
  enqueue(tx, saga, { to: "stripe", type: "REFUND", data: { ...data, amount: amountAtStripe(payment.price), price: payment.price } }, `:${data.attempt}`);
}

// Each fact returns whether it could be used.
export const FACTS = {
  IntentCreated(tx, saga, fact) {
    if (!knows(saga, fact)) return false;
    if (saga.state === "CANCELING") giveUpIntent(tx, saga);
    return true;
  },

  IntentRefused(tx, saga, fact, times) {
    if (!saga.outcome && !saga.payment.intentId) refused(tx, saga, fact.reason, times);
    return true;
  },

  Paid(tx, saga, fact, times) {
    if (!knows(saga, fact)) return false;
    const { payment } = saga;
    if (!["PENDING", "CANCELED"].includes(payment.status)) {
      if (makes("news-told-as-often-as-heard") && payment.status === "SUCCEEDED" && fact.from)
        announce(tx, saga, "PaymentSucceeded", {}, `:${fact.from}`);
      return true;
    }
    const asAgreed = fact.amount === amountAtStripe(payment.price) && fact.currency.toUpperCase() === payment.price.currency;
    if (!asAgreed && !fact.sure && !makes("sum-of-the-webhook-is-believed")) return look(tx, saga), true;
    payment.status = "SUCCEEDED";
    payment.paidAt = fact.paidAt;
    note(saga, "PaymentSucceeded", "The payment was received.");
    const judgedBy = makes("late-by-our-clock") ? Date.now() : fact.paidAt;
    if (saga.outcome) giveBack(tx, saga, "it was paid after it had ended", times);
    else if (!asAgreed) giveBack(tx, saga, "another sum was paid than agreed", times);
    else if (judgedBy > payment.closesAt && !makes("late-money-is-kept")) giveBack(tx, saga, "it was paid too late", times);
    else deliver(tx, saga, times);
    return true;
  },

  Declined(tx, saga, fact, times) {
    if (!knows(saga, fact)) return false;
    const { payment } = saga;
    if (payment.status !== "PENDING" || payment.declines.includes(fact.attempt)) return true;
    payment.declines.push(fact.attempt);
    note(saga, "PaymentFailed", `A card was declined: ${fact.reason}.`);
    const { reason, declineCode, attempt } = fact;
    announce(tx, saga, "PaymentFailed", { reason, ...(declineCode && { declineCode }), attempt }, `:${attempt}`);
    notify(tx, saga, "DECLINED", attempt);
    if (makes("a-decline-is-the-end")) close(tx, saga, "CANCELLED", times);
    return true;
  },

  Canceled(tx, saga, fact, times) {
    if (!knows(saga, fact)) return false;
    if (saga.payment.status !== "PENDING") return true;
    saga.payment.status = "CANCELED";
    note(saga, "PaymentCanceled", "The payment was given up.");
    if (!saga.outcome) end(tx, saga, saga.payment.closing ?? "EXPIRED", times);
    return true;
  },

  LookAgain(tx, saga) {
    look(tx, saga);
    return true;
  },

  // What Stripe tells of all refunds of a payment, asked and not told: a webhook may be old, or wrong.
  Refunds(tx, saga, fact, times) {
    const { payment } = saga;
    if (!payment.paidAt) return true;
    const sum = (...statuses) =>
      fact.refunds.filter((each) => statuses.includes(each.status)).reduce((all, each) => all + each.amount, 0);
    const [taken, back] = [fact.taken, sum("succeeded")];
    const mine = fact.refunds.filter((each) => Number(each.attempt) === payment.refund?.attempt);
    const hasFailed = mine.length > 0 && mine.every((each) => ["failed", "canceled"].includes(each.status));
    if (back >= taken && payment.status !== "REFUNDED") gaveBack(tx, saga, fact.refunds.find((each) => each.status === "succeeded"), times);
    else if (sum("succeeded", "pending", "requires_action") >= taken) return true;
    else if (saga.state === "REFUNDED" || (saga.state === "REFUNDING" && hasFailed)) {
      if (makes("a-failed-refund-is-closed")) return end(tx, saga, "REFUNDED", times), true;
      payment.status = "REFUND_FAILED";
      park(tx, saga, `the refund failed: ${mine.at(-1)?.failure ?? "the bank sent it back"}`, times);
    }
    return true;
  },

  RefundRefused(tx, saga, fact, times) {
    if (saga.state !== "REFUNDING") return true;
    saga.payment.status = "REFUND_FAILED";
    park(tx, saga, `the refund was refused: ${fact.reason}`, times);
    return true;
  },

  // News of a dispute comes late, twice or in another order, so it is only a hint to look.
  Disputed(tx, saga, fact) {
    if (!knows(saga, fact)) return false;
    look(tx, saga);
    return true;
  },

  // What Stripe tells of all disputes of a payment.
  Disputes(tx, saga, { disputes }, times) {
    const known = saga.payment.disputes;
    const statusOf = ({ id, status }) => (makes("a-dispute-never-ends") && known[id]) || status;
    saga.payment.disputes = Object.fromEntries(disputes.map((each) => [each.id, statusOf(each)]));
    if (isDisputed(saga)) saga.deadlines.check ??= Date.now() + times.check;
    if (disputes.every(({ id }) => id in known)) return true;
    note(saga, "PaymentDisputed", "The cardholder's bank wants the money back.");
    notify(tx, saga, "NEEDS_ATTENTION");
    if (makes("a-dispute-is-refunded")) giveBack(tx, saga, "it is disputed", times);
    return true;
  },
};

export function park(tx, saga, why, times) {
  note(saga, "Parked", `It waits for a person: ${why}.`);
  end(tx, saga, "PARKED", times);
  drop(tx, saga, "REFUND", `:${saga.payment.refund?.attempt}`);
}

export function deliver(tx, saga, times) {
  announce(tx, saga, "PaymentSucceeded");
  enter(saga, flowOf(saga).delivering, { reply: times.reply, patience: times.patience, check: times.check });
  enqueue(tx, saga, flowOf(saga).delivery(saga));
}

function gaveBack(tx, saga, refund, times) {
  saga.payment.status = "REFUNDED";
  note(saga, "PaymentRefunded", "All the money went back.");
  const reason = saga.payment.refund?.reason ?? "it was refunded at Stripe";
  if (!makes("a-refund-is-not-told")) announce(tx, saga, "PaymentRefunded", { refundId: refund.id, reason });
  if (!saga.outcome) drop(tx, saga, flowOf(saga).delivery(saga).type);
  end(tx, saga, "REFUNDED", times);
}

function refused(tx, saga, reason, times) {
  note(saga, "PaymentUnusable", `It cannot be paid: ${reason}.`);
  saga.payment.status = "CANCELED";
  end(tx, saga, saga.payment.closing ?? "REJECTED", times);
}

// Whether the fact is of this payment's intent; news may be faster than the answer that names the intent.
function knows(saga, { intentId, clientSecret, from }) {
  const { payment } = saga;
  if (!payment || (payment.intentId && payment.intentId !== intentId)) return false;
  if (!payment.intentId && makes("news-before-the-answer-is-dropped") && from) return false;
  payment.intentId = intentId;
  payment.clientSecret ??= clientSecret ?? null;
  return true;
}

function amountAtStripe({ amount, currency }) {
  const isCounted = TWO_DECIMALS_AT_STRIPE.includes(currency) && !makes("every-currency-as-it-is-written");
  return isCounted ? amount * 100 : amount;
}

const ask = (saga, type) => ({ to: "stripe", type, data: { intentId: saga.payment.intentId, paymentId: saga.payment.paymentId } });
