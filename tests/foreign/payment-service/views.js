// Sagas, payments and dead letters as others see them.
import { WAITING_FOR } from "./flows.js";

const time = (at) => (at == null ? null : new Date(at).toISOString());

export function sagaView(saga, viewer) {
  const { sagaId, studentId, context, contextId, state, outcome, history } = saga;
  const until = saga.deadlines[state === "AWAITING_PAYMENT" ? "window" : "patience"];
  return {
    sagaId, saga: saga.saga, studentId, context, contextId, state, outcome,
    waitingFor: WAITING_FOR[state] ?? null,
    waitingUntil: outcome ? null : time(until),
    nextStep: state === "PARKED" ? "look at Stripe and at the card; then resume it" : null,
    history,
    payment: saga.payment ? paymentView(saga, viewer) : null,
  };
}

export function paymentView({ payment, sagaId, studentId, context, contextId }, viewer) {
  const { paymentId, status, price, disputes, clientSecret } = payment;
  const isOwner = viewer.role === "student" && viewer.sub === studentId;
  return { paymentId, sagaId, context, contextId, status, price, disputes, ...(isOwner && clientSecret && { clientSecret }) };
}

export function letterView({ id, source, messageId, name, sagaId, data, reason, at }) {
  const { clientSecret, ...shown } = data;
  const nextStep = "mend what the reason names, then retry; or deal with it by hand and resolve";
  return { id, source, messageId, name, sagaId, data: shown, reason, at: time(at), nextStep };
}

// A page of what the viewer may see, newest first; `number` is by what a cursor goes on.
export function pageOf(all, { limit, before }, number) {
  const rest = all.sort((one, other) => number(other) - number(one)).filter((each) => number(each) < before);
  const items = rest.slice(0, limit);
  return { items, nextCursor: rest.length > limit ? String(number(items.at(-1))) : null };
}
