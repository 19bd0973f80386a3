// How a purchase goes on: what each message does to its saga. A handler returns false when nobody could use the message.
import { randomUUID } from "node:crypto";
import { checkOfCourse, checkOfSlot, flowOf } from "./flows.js";
import { makes } from "./mistakes.js";
import * as payments from "./payments.js";
import { end, enqueue, enter, isDisputed, newSaga, note, release } from "./saga.js";

const DAY = 86_400_000;
const newId = (kind) => `${kind}_${randomUUID().replaceAll("-", "").slice(0, 24)}`;

export class Purchases {
  constructor(times) {
    this.times = times;
  }

  // Take a message, once: whatever it does is stored together with the fact that it was heard.
  receive(tx, message) {
    const key = `${message.source}|${message.id}`;
    const isForgetful = makes("news-told-as-often-as-heard") || makes("a-start-is-taken-twice");
    if (tx.get("inbox", key) && !isForgetful) return;
    tx.put("inbox", key, { at: Date.now() });
    if (!this.handle(tx, message)) this.keepForAPerson(tx, message);
  }

  // Returns whether anybody could use it.
  handle(tx, { type, data }) {
    if (type === "EnrollInCourseInitiated") return this.startCourse(tx, data);
    const saga = tx.get("saga", data.sagaId);
    if (!saga) return false;
    if (payments.FACTS[type]) return saga.payment ? payments.FACTS[type](tx, saga, data, this.times) : false;
    return this[type]?.(tx, saga, data) ?? false;
  }

  startCourse(tx, { sagaId, studentId, courseId }) {
    const begun = tx.get("saga", sagaId);
    if (begun && !makes("a-start-is-taken-twice")) return begun.studentId === studentId && begun.contextId === courseId;
    const fields = { sagaId, studentId, contextId: courseId, title: courseId, paymentId: newId("pay") };
    const rival = tx.all("saga").find((each) => !each.outcome && each.studentId === studentId && each.contextId === courseId);
    const saga = newSaga(tx, "COURSE_ENROLLMENT", "EnrollInCourseSaga", fields);
    note(saga, "EnrollInCourseInitiated", "The student asked for the course.");
    if (rival && rival.sagaId !== sagaId && !makes("bought-twice-at-once")) {
      note(saga, "EnrollInCourseInitiated", "The student is buying it already.");
      end(tx, saga, "REJECTED", this.times);
    } else this.awaitAnswer(tx, saga, "VERIFYING_COURSE", checkOfCourse(saga));
    return true;
  }

  startSession(tx, studentId, slot, sagaId = newId("saga")) {
    const fields = { sagaId, studentId, contextId: newId("session"), slot, paymentId: newId("pay") };
    const title = `${slot.duration} minutes with ${slot.tutorId}`;
    const saga = newSaga(tx, "SESSION_BOOKING", "BookAndPayForSessionSaga", { ...fields, title });
    note(saga, "BookSessionInitiated", "The student asked for the session.");
    this.awaitAnswer(tx, saga, "CHECKING_AVAILABILITY", checkOfSlot(saga));
    return saga.sagaId;
  }

  CourseVerified(tx, saga, { title, price }) {
    if (saga.state !== "VERIFYING_COURSE") return true;
    saga.title = title;
    note(saga, "CourseVerified", "The course is published.");
    payments.begin(tx, saga, price, Infinity, this.times);
    return true;
  }

  CourseUnavailable = (tx, saga, { reason }) => this.reject(tx, saga, "VERIFYING_COURSE", "CourseUnavailable", reason);
  AvailabilityRejected = (tx, saga, { reason }) => this.reject(tx, saga, "CHECKING_AVAILABILITY", "AvailabilityRejected", reason);

  AvailabilityConfirmed(tx, saga, { price, holdUntil }) {
    if (!flowOf(saga).holds) return false;
    if (saga.state === "CHECKING_AVAILABILITY") {
      note(saga, "AvailabilityConfirmed", "The tutor is free, and the slot is kept.");
      payments.begin(tx, saga, price, Date.parse(holdUntil), this.times);
    } else if (saga.outcome && saga.outcome !== "COMPLETED") release(tx, saga);
    return true;
  }

  EnrollmentConfirmed = (tx, saga, data) => this.confirmed(tx, saga, "EnrollmentConfirmed", data, "The student is in the course.");
  SessionConfirmed = (tx, saga, data) => this.confirmed(tx, saga, "SessionConfirmed", data, "The session takes place.");
  EnrollmentRejected = (tx, saga, { reason }) => this.rejected(tx, saga, "EnrollmentRejected", reason);
  SessionRejected = (tx, saga, { reason }) => this.rejected(tx, saga, "SessionRejected", reason);
  TutorSlotReleased = (tx, saga, { tutorId }) => Boolean(flowOf(saga).holds) && tutorId === saga.slot.tutorId;
  NoticeSent = () => true;

  // News that contradicts the purchase is of no use, although its sagaId fits.
  confirmed(tx, saga, message, data, text) {
    const flow = flowOf(saga);
    if (message !== flow.confirmed || !saga.payment?.paidAt) return false;
    if (!flow.isAbout(saga, data) && !makes("news-of-another-purchase-is-believed")) return false;
    if (saga.state === flow.delivering) {
      note(saga, message, text);
      end(tx, saga, "COMPLETED", this.times);
    }
    return true;
  }

  rejected(tx, saga, message, reason) {
    const flow = flowOf(saga);
    if (message !== flow.rejected || !saga.payment?.paidAt || saga.state === "COMPLETED") return false;
    if (saga.state !== flow.delivering) return true;
    note(saga, message, `It cannot be had: ${reason}.`);
    if (makes("no-refund-after-a-rejection")) end(tx, saga, "REJECTED", this.times);
    else payments.giveBack(tx, saga, reason, this.times);
    return true;
  }

  // Returns whether there was still something to give up.
  cancel(tx, saga) {
    if (saga.outcome || [flowOf(saga).delivering, "REFUNDING"].includes(saga.state)) return false;
    note(saga, "CancelRequested", "The student gave it up.");
    if (saga.state === "AWAITING_PAYMENT") payments.close(tx, saga, "CANCELLED", this.times);
    else if (saga.state !== "CANCELING") end(tx, saga, "CANCELLED", this.times);
    return true;
  }

  // Returns whether it was parked.
  resume(tx, saga, who, why) {
    if (saga.state !== "PARKED") return false;
    note(saga, "ResumeRequested", `${who} let the saga go on: ${why}.`);
    if (saga.payment.paidAt) payments.giveBack(tx, saga, saga.payment.refund?.reason ?? why, this.times);
    else payments.close(tx, saga, saga.payment.closing ?? "EXPIRED", this.times);
    return true;
  }

  // What falls due in a state; everything else that was to be waited for goes on.
  due(tx, saga, name) {
    delete saga.deadlines[name];
    if (name === "window") return payments.close(tx, saga, "EXPIRED", this.times);
    if (name === "check") return this.check(tx, saga);
    if (name === "patience") return this.giveUp(tx, saga);
    saga.deadlines.reply = Date.now() + this.times.reply;
    return enqueue(tx, saga, saga.state === "CHECKING_AVAILABILITY" ? checkOfSlot(saga) : flowOf(saga).delivery(saga));
  }

  // News may be lost, so Stripe is asked from time to time; after the end ever more rarely, and not for ever, unless a dispute is open.
  check(tx, saga) {
    if (makes("nobody-looks-at-stripe")) return;
    const since = saga.outcome ? Date.now() - saga.endedAt : 0;
    const isOpen = isDisputed(saga);
    const rest = Math.max(this.times.check, isOpen ? Math.min(since, DAY) : since);
    if (since < this.times.refund || isOpen) saga.deadlines.check = Date.now() + rest;
    if (saga.state === "CANCELING") payments.giveUpIntent(tx, saga);
    else payments.look(tx, saga);
  }

  giveUp(tx, saga) {
    if (saga.state === flowOf(saga).delivering) return payments.giveBack(tx, saga, "it was not delivered in time", this.times);
    if (saga.payment) return payments.park(tx, saga, "Stripe does not do what was asked", this.times);
    note(saga, "PatienceLost", "Nobody answered.");
    return end(tx, saga, "REJECTED", this.times);
  }

  awaitAnswer(tx, saga, state, command) {
    enter(saga, state, { ...(saga.slot && { reply: this.times.reply }), patience: this.times.patience });
    enqueue(tx, saga, command);
  }

  reject(tx, saga, state, message, reason) {
    if (saga.state !== state) return Boolean(saga.outcome) || saga.state === "CANCELING";
    note(saga, message, `It cannot be had: ${reason}.`);
    end(tx, saga, "REJECTED", this.times);
    return true;
  }

  keepForAPerson(tx, { source, id, type, data }, outgoing = null) {
    const number = tx.all("letter").length + 1;
    const unknown = tx.get("saga", data.sagaId) ? `its saga does not expect ${type}` : `no saga is known that ${type} could be for`;
    const reason = outgoing ? `${source} does not take ${type}` : unknown;
    tx.put("letter", number, { id: number, source, messageId: id, name: type, sagaId: data.sagaId ?? null, data, reason, outgoing, at: Date.now() });
  }
}
