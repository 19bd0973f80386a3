// Sends what the outbox holds, again and again until it is taken; what is answered becomes messages for the saga.
import { randomUUID } from "node:crypto";
import { makes } from "./mistakes.js";
import { KeySpent } from "./stripe.js";

const [FIRST_TRY_AGAIN, LONGEST_WAIT, TIMEOUT, AT_ONCE] = [500, 60_000, 10_000, 16];
const NEVER_TAKEN = [400, 413, 415, 422];

class NeverTaken extends Error {}

export class Sender {
  constructor(store, purchases, stripe, { urls, serviceTokens: [token] }) {
    Object.assign(this, { store, purchases, stripe, urls, token });
    this.underWay = new Set();
  }

  pump() {
    const due = this.store.all("outbox").filter((each) => each.dueAt <= Date.now() && !this.underWay.has(each.id));
    for (const message of due.slice(0, Math.max(0, AT_ONCE - this.underWay.size))) this.send(message);
  }

  async send(message) {
    this.underWay.add(message.id);
    try {
      const facts = await this.say(message);
      this.store.transaction((tx) => this.said(tx, message, facts));
    } catch (problem) {
      this.store.transaction((tx) => this.failed(tx, message, problem));
    } finally {
      this.underWay.delete(message.id);
      this.store.changed?.();
    }
  }

  // Returns what was answered, as facts; throws as long as that is not known.
  say(message) {
    if (message.to === "stripe") return this.stripe.send(message);
    return message.to === "course" ? this.lookUpCourse(message.data.courseId) : this.tell(message);
  }

  said(tx, message, facts) {
    const now = tx.get("outbox", message.id);
    // Whoever wanted another look meanwhile may know of something newer than this one saw.
    if (message.type === "LOOK_AT_INTENT" && now && now.wanted !== message.wanted) now.dueAt = Date.now();
    else tx.delete("outbox", message.id);
    for (const { type, data } of facts) {
      const told = { source: message.to, id: message.id, type, data: { ...data, sagaId: message.sagaId } };
      if (!this.purchases.handle(tx, told)) this.purchases.keepForAPerson(tx, told);
    }
  }

  failed(tx, { id, type, sagaId, data, to }, problem) {
    const message = tx.get("outbox", id);
    console.log(`${id} failed: ${problem.code ?? problem.message}`);
    if (!message) return;
    message.attempts += 1;
    if (problem instanceof KeySpent) message.key += 1;
    message.dueAt = Date.now() + Math.min(LONGEST_WAIT, FIRST_TRY_AGAIN * 2 ** Math.min(message.attempts - 1, 10));
    if (problem instanceof NeverTaken) {
      tx.delete("outbox", id);
      this.purchases.keepForAPerson(tx, { source: to, id, type, data }, message);
    } else if (makes("delivery-is-tried-once") && /^CREATE_(ENROLLMENT|CONFIRMED)/.test(type)) {
      const rejected = type === "CREATE_ENROLLMENT_RECORD" ? "EnrollmentRejected" : "SessionRejected";
      this.purchases.handle(tx, { type: rejected, data: { sagaId, reason: "nobody answered" } });
    }
  }

  async tell(message) {
    const { to, path } = message;
    const headers = { ...this.bearer(), "Content-Type": "application/cloudevents+json" };
    const answer = await this.fetch(this.urls[to] + path, { method: "POST", headers, body: JSON.stringify(envelope(message)) });
    if (NEVER_TAKEN.includes(answer.status)) throw new NeverTaken(`${to} answered ${answer.status}`);
    if (!answer.ok) throw new Error(`${to} answered ${answer.status}`);
    return [];
  }

  async lookUpCourse(courseId) {
    const answer = await this.fetch(`${this.urls.learning}/courses/${encodeURIComponent(courseId)}`, { headers: this.bearer() });
    if (answer.status === 404) return [{ type: "CourseUnavailable", data: { reason: "the course does not exist" } }];
    if (!answer.ok) throw new Error(`learning answered ${answer.status}`);
    const { isPublished, title, price } = JSON.parse(answer.text);
    if (!isPublished) return [{ type: "CourseUnavailable", data: { reason: "the course is not published" } }];
    return [{ type: "CourseVerified", data: { title, price } }];
  }

  // Returns the whole answer, or throws once it has taken too long; a signal of AbortSignal.timeout may be collected meanwhile.
  async fetch(url, options) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error("no answer in time")), TIMEOUT);
    try {
      const answer = await fetch(url, { ...options, redirect: "error", signal: controller.signal });
      return { status: answer.status, ok: answer.ok, text: await answer.text() };
    } finally {
      clearTimeout(timer);
    }
  }

  bearer = () => ({ Authorization: `Bearer ${this.token}` });
}

// A message as it travels: a CloudEvent, whose id is the same however often it is sent.
export function envelope({ id, sagaId, type, data, at }) {
  const about = { specversion: "1.0", id: makes("message-id-for-each-try") ? randomUUID() : id, source: "edtech.payment-service" };
  return { ...about, type, subject: sagaId, time: new Date(at).toISOString(), datacontenttype: "application/json", data };
}
