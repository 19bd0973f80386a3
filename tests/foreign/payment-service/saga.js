// What every step of a saga is made of: a line of history, a state with its deadlines, and messages to be sent.
import { flowOf } from "./flows.js";
import { makes } from "./mistakes.js";

const DISPUTES_OVER = ["won", "lost", "warning_closed", "prevented"];
const ENDINGS = { COMPLETED: "CONFIRMED", EXPIRED: "EXPIRED", REFUNDED: "REFUNDED", PARKED: "NEEDS_ATTENTION" };

export function newSaga(tx, context, saga, fields) {
  const seq = tx.all("saga").length + 1;
  const created = { saga, context, state: null, outcome: null, history: [], deadlines: {}, payment: null, seq, ...fields };
  return tx.put("saga", created.sagaId, created);
}

export function note(saga, message, text) {
  saga.history.push({ at: new Date().toISOString(), text, message });
}

// Enter a state; its deadlines are given as milliseconds from now, and all others are forgotten.
export function enter(saga, state, deadlines) {
  saga.state = state;
  saga.outcome = null;
  saga.deadlines = {};
  for (const [name, after] of Object.entries(deadlines)) saga.deadlines[name] = Date.now() + after;
}

// Put a message into the outbox, or say once more that it is wanted; the same id is the same message.
export function enqueue(tx, saga, message, suffix = "") {
  const id = `${saga.sagaId}:${message.type}${suffix}`;
  const there = tx.get("outbox", id);
  if (there) Object.assign(there, { dueAt: Math.min(there.dueAt, Date.now()), wanted: there.wanted + 1 });
  else tx.put("outbox", id, { id, sagaId: saga.sagaId, at: Date.now(), dueAt: Date.now(), attempts: 0, wanted: 1, key: 1, ...message });
}

export const drop = (tx, saga, type, suffix = "") => tx.delete("outbox", `${saga.sagaId}:${type}${suffix}`);

// Tell the service that keeps what was bought of the payment.
export function announce(tx, saga, type, more = {}, suffix = "") {
  const { paymentId, price, intentId } = saga.payment;
  const { sagaId, context, contextId } = saga;
  const data = { paymentId, sagaId, context, contextId, price, stripePaymentIntentId: intentId, ...more };
  enqueue(tx, saga, { to: flowOf(saga).keeper, path: "/events", type, data }, suffix);
}

export function notify(tx, saga, kind, attempt) {
  if (makes("nobody-is-told") && kind === "CONFIRMED") return;
  const title = saga.title + (makes("secret-in-the-notice") ? ` (${saga.payment.clientSecret})` : "");
  const data = { sagaId: saga.sagaId, personId: saga.studentId, kind, title, ...(attempt && { attempt }) };
  enqueue(tx, saga, { to: "communication", path: "/commands", type: "SEND_NOTICE", data }, `:${kind}:${attempt ?? ""}`);
}

export function release(tx, saga) {
  if (!flowOf(saga).holds || makes("slot-is-not-released")) return;
  drop(tx, saga, "CHECK_TUTOR_AVAILABILITY");
  saga.releases = (saga.releases ?? 0) + 1;
  const data = { sagaId: saga.sagaId, tutorId: saga.slot.tutorId };
  enqueue(tx, saga, { to: "tutors", path: "/commands", type: "RELEASE_TUTOR_SLOT", data }, `:${saga.releases}`);
}

// Whether a dispute is open: its end may come after weeks.
export const isDisputed = ({ payment }) => Object.values(payment?.disputes ?? {}).some((status) => !DISPUTES_OVER.includes(status));

// End a saga; whoever has paid is looked after for a while longer, since a bank may still change its mind.
export function end(tx, saga, state, times) {
  enter(saga, state, {});
  saga.outcome = state;
  saga.endedAt = Date.now();
  if (saga.payment?.paidAt && (state !== "PARKED" || isDisputed(saga))) saga.deadlines.check = Date.now() + times.check;
  if (state !== "COMPLETED" && state !== "PARKED") release(tx, saga);
  if (ENDINGS[state]) notify(tx, saga, ENDINGS[state]);
}
