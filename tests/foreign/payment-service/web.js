// The HTTP surface: who may ask what, what is checked of it, and what is answered once it is stored.
import { createServer } from "node:http";
import { callerOf } from "./access.js";
import { FLOWS, WAITING_FOR } from "./flows.js";
import { makes } from "./mistakes.js";
import { Problem, mustBe } from "./problems.js";
import { letterView, pageOf, paymentView, sagaView } from "./views.js";
import { NotBelieved, believed, messageOf } from "./webhooks.js";

const LARGEST_BODY = 256 * 1024;
const EVENTS = {
  EnrollInCourseInitiated: { sagaId: "id", studentId: "id", courseId: "id" },
  EnrollmentConfirmed: { sagaId: "id", enrollmentId: "id", courseId: "id", studentId: "id" },
  EnrollmentRejected: { sagaId: "id", reason: "text" },
  AvailabilityConfirmed: { sagaId: "id", price: "money", holdUntil: "time" },
  AvailabilityRejected: { sagaId: "id", reason: "text" },
  TutorSlotReleased: { sagaId: "id", tutorId: "id" },
  SessionConfirmed: { sagaId: "id", sessionId: "id", meetingLink: "text" },
  SessionRejected: { sagaId: "id", reason: "text" },
  NoticeSent: { sagaId: "id" },
};
const CONTEXTS = Object.values(FLOWS).map((flow) => flow.context);
const STATES = [...Object.keys(WAITING_FOR), "COMPLETED", "REJECTED", "EXPIRED", "CANCELLED", "REFUNDED"];
const STATUSES = ["PENDING", "SUCCEEDED", "CANCELED", "REFUND_PENDING", "REFUNDED", "REFUND_FAILED"];
const READERS = ["student", "operator", "service"];

export class Web {
  constructor(store, purchases, settings) {
    Object.assign(this, { store, purchases, settings });
    this.isLive = settings.stripeKey.startsWith("sk_live");
    this.routes = [
      ["POST", /^\/webhooks\/stripe$/, null, this.webhook],
      ["POST", /^\/events$/, ["service"], this.event],
      ["POST", /^\/session-bookings$/, ["student"], this.book],
      ["GET", /^\/sagas$/, READERS, this.sagas],
      ["GET", /^\/sagas\/([^/]+)$/, READERS, this.saga],
      ["POST", /^\/sagas\/([^/]+)\/cancel$/, ["student"], this.cancel],
      ["POST", /^\/sagas\/([^/]+)\/resume$/, ["operator"], this.resume],
      ["GET", /^\/payments$/, READERS, this.payments],
      ["GET", /^\/dead-letters$/, ["operator"], this.letters],
      ["POST", /^\/dead-letters\/(\d+)\/(retry|resolve)$/, ["operator"], this.letter],
      ["GET", /^\/healthz$/, null, () => [200, { status: "ok" }]],
      ["GET", /^\/readyz$/, null, () => [200, { database: "ok" }]],
    ];
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async answer(request, response) {
    let [status, body] = [500, null];
    try {
      [status, body] = await this.answered(request);
    } catch (problem) {
      if (!(problem instanceof Problem)) console.error(problem);
      const told = problem instanceof Problem ? problem : new Problem(500, "A fault of ours. Nothing was changed; send it again.");
      [status, body] = [told.status, told.body];
    }
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    if (body) response.setHeader("Content-Type", status < 400 ? "application/json" : "application/problem+json");
    response.writeHead(status).end(body ? JSON.stringify(body) : undefined);
  }

  async answered(request) {
    const raw = await bodyOf(request);
    const url = new URL(request.url, "http://localhost");
    const fitting = this.routes.filter(([, path]) => path.test(url.pathname));
    const [, path, roles, handler] = fitting.find(([method]) => method === request.method) ?? [];
    if (!handler) throw new Problem(fitting.length ? 405 : 404, "There is no such thing here.");
    const caller = roles && callerOf(request.headers.authorization, this.settings);
    if (roles && !roles.includes(caller.role)) throw new Problem(403, `This is for: ${roles.join(", ")}.`);
    const parts = path.exec(url.pathname).slice(1).map(decodeURIComponent);
    return handler.call(this, { raw, headers: request.headers, query: url.searchParams, caller }, ...parts);
  }

  // Returns once it is stored, since the sender will never say it again.
  take(message) {
    const take = () => this.store.transaction((tx) => this.purchases.receive(tx, message));
    if (makes("answers-before-it-is-stored")) setTimeout(take, 100);
    else take();
  }

  webhook({ raw, headers }) {
    try {
      const event = believed(raw.toString(), headers["stripe-signature"] ?? "", this.settings.webhookSecrets);
      const message = messageOf(event, this.isLive, this.store.sagaOfIntent);
      if (message) this.take(message);
    } catch (problem) {
      throw problem instanceof NotBelieved ? new Problem(400, problem.message) : problem;
    }
    return [200, { received: true }];
  }

  event({ raw, headers }) {
    if (!/^application\/cloudevents\+json\b/.test(headers["content-type"] ?? "")) throw new Problem(415, "It must be application/cloudevents+json.");
    const event = parsed(raw);
    mustBe({ id: "id", source: "id", type: "id" }, event);
    if (event.specversion !== "1.0") throw new Problem(400, "/specversion: must be 1.0", [{ pointer: "/specversion", detail: "must be 1.0" }]);
    if (!(event.type in EVENTS)) throw new Problem(400, "/type: is not known here", [{ pointer: "/type", detail: "is not known here" }]);
    mustBe(EVENTS[event.type], event.data ?? {}, "/data");
    this.take({ source: event.source, id: event.id, type: event.type, data: event.data });
    return [202, null];
  }

  book({ raw, headers, caller }) {
    const { tutorId, scheduledAt, duration, ...rest } = parsed(raw);
    mustBe({ tutorId: "id", scheduledAt: "time", duration: "minutes" }, { tutorId, scheduledAt, duration, ...rest });
    const slot = { tutorId, scheduledAt: new Date(scheduledAt).toISOString(), duration };
    const key = makes("a-double-click-books-twice") ? null : headers["idempotency-key"]?.replace(/^"(.*)"$/, "$1");
    const sagaId = this.store.transaction((tx) => {
      const before = key && tx.get("booking", `${caller.sub}|${key}`);
      if (before && JSON.stringify(before.slot) !== JSON.stringify(slot)) throw new Problem(422, "This Idempotency-Key was used for another booking.");
      if (before) return before.sagaId;
      const sagaId = this.purchases.startSession(tx, caller.sub, slot);
      if (key) tx.put("booking", `${caller.sub}|${key}`, { slot, sagaId });
      return sagaId;
    });
    return [202, { sagaId, statusUrl: `/sagas/${encodeURIComponent(sagaId)}` }];
  }

  sagas({ query, caller }) {
    const found = this.found(query, caller, (saga) => saga.state, STATES);
    const page = pageOf(found, paging(query), (saga) => saga.seq);
    return [200, { ...page, items: page.items.map((each) => sagaView(each, caller)) }];
  }

  payments({ query, caller }) {
    const found = this.found(query, caller, (saga) => saga.payment?.status, STATUSES).filter((each) => each.payment);
    const page = pageOf(found, paging(query), (saga) => saga.seq);
    return [200, { ...page, items: page.items.map((each) => paymentView(each, caller)) }];
  }

  found(query, caller, stateOf, states) {
    const [context, state] = [one(query, "context", CONTEXTS), one(query, "state", states)];
    const student = caller.role === "student" ? caller.sub : query.get("student");
    return this.store.all("saga").filter((each) =>
      (!context || each.context === context) && (!state || stateOf(each) === state) && (!student || each.studentId === student) &&
      (!query.has("contextId") || each.contextId === query.get("contextId")));
  }

  saga({ caller }, sagaId) {
    return [200, sagaView(this.visible(this.store, caller, sagaId), caller)];
  }

  cancel({ caller }, sagaId) {
    this.store.transaction((tx) => {
      const saga = makes("anybody-cancels") ? tx.get("saga", sagaId) : this.visible(tx, caller, sagaId);
      if (!this.purchases.cancel(tx, saga)) throw new Problem(409, `It is ${saga.state}, and cannot be given up any more.`);
    });
    return [202, null];
  }

  resume({ raw, caller }, sagaId) {
    const { why } = because(raw);
    this.store.transaction((tx) => {
      const saga = this.visible(tx, caller, sagaId);
      if (!this.purchases.resume(tx, saga, caller.sub, why)) throw new Problem(409, `It is ${saga.state}, and waits for nobody.`);
    });
    return [202, null];
  }

  visible(documents, caller, sagaId) {
    const saga = documents.get("saga", sagaId);
    if (!saga || (caller.role === "student" && saga.studentId !== caller.sub)) throw new Problem(404, "There is no such saga.");
    return saga;
  }

  letters({ query }) {
    const page = pageOf(this.store.all("letter").filter((each) => !each.closed), paging(query), (letter) => letter.id);
    return [200, { ...page, items: page.items.map(letterView) }];
  }

  letter({ raw, caller }, number, verb) {
    const { why } = because(raw);
    this.store.transaction((tx) => {
      const letter = tx.get("letter", Number(number));
      if (!letter || letter.closed) throw new Problem(404, "There is no such message.");
      if (verb === "retry" && letter.outgoing) tx.put("outbox", letter.messageId, { ...letter.outgoing, dueAt: Date.now() });
      else if (verb === "retry" && !this.purchases.handle(tx, { type: letter.name, data: letter.data })) throw new Problem(409, letter.reason);
      letter.closed = { by: caller.sub, why, verb };
    });
    return [202, null];
  }
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (body.length > LARGEST_BODY) throw new Problem(413, "The body is larger than 256 KiB.");
  return body;
}

function parsed(raw) {
  try {
    return Object(JSON.parse(raw));
  } catch {
    throw new Problem(400, "It is no JSON.");
  }
}

function because(raw) {
  const body = parsed(raw);
  mustBe({ why: "text" }, body);
  return body;
}

function one(query, parameter, allowed) {
  const value = query.get(parameter);
  if (value === null || allowed.includes(value)) return value;
  throw new Problem(400, `${parameter}: must be one of ${allowed.join(", ")}`, [{ parameter, detail: `must be one of ${allowed.join(", ")}` }]);
}

function paging(query) {
  const [limit, before] = [Number(query.get("limit") ?? 50), Number(query.get("cursor") ?? Infinity)];
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw new Problem(400, "limit: must be 1 to 200", [{ parameter: "limit", detail: "must be 1 to 200" }]);
  if (Number.isNaN(before)) throw new Problem(400, "cursor: is none of ours", [{ parameter: "cursor", detail: "is none of ours" }]);
  return { limit, before };
}
