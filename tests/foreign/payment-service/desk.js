// What the team serves beside its service while it is verified by the contracts: nothing is sent, all is brought about.
import { createServer } from "node:http";
import { serviceOf } from "./server.js";
import { settingsOf } from "./settings.js";
import { envelope } from "./sender.js";

const inMemory = { entries: () => [], append: () => {} };
const settings = settingsOf(process.env);
const service = serviceOf(settings, inMemory);
service.sender.pump = () => {};
const { store, purchases } = service;

const SLOT = { tutorId: "grace", scheduledAt: "2026-09-02T10:00:00.000Z", duration: 60 };
const PRICE = { amount: 4900, currency: "EUR" };
const INTENT = { intentId: "pi_1", clientSecret: "pi_1_secret_1" };
const within = (work) => store.transaction(work);
const say = (type, data = {}) => within((tx) => purchases.handle(tx, { type, data: { sagaId: "saga-1", ...data } }));
const change = (work) => within((tx) => work(tx, tx.get("saga", "saga-1")));

function empty() {
  for (const documents of Object.values(store.kinds)) documents.clear();
  store.sagaOfIntent.clear();
}

function booking({ studentId = "ada" }) {
  empty();
  within((tx) => purchases.startSession(tx, studentId, SLOT, "saga-1"));
}

function unpaidSession(params) {
  booking(params);
  say("AvailabilityConfirmed", { price: PRICE, holdUntil: new Date(Date.now() + 900_000).toISOString() });
  say("IntentCreated", INTENT);
}

function unpaidCourse() {
  empty();
  within((tx) => purchases.startCourse(tx, { sagaId: "saga-1", studentId: "ada", courseId: "algebra" }));
  say("CourseVerified", { title: "Algebra", price: PRICE });
  say("IntentCreated", INTENT);
}

const declines = (declineCode) => () => say("Declined", { ...INTENT, attempt: "ch_1", reason: "expired_card", ...(declineCode && { declineCode }) });
const pays = () => say("Paid", { ...INTENT, amount: 4900, currency: "eur", paidAt: Date.now(), sure: true });
const refunds = (status) => say("Refunds", { taken: 4900, refunds: [{ id: "re_1", amount: 4900, status, attempt: 1 }] });

function confirmedSession(params) {
  unpaidSession(params);
  pays();
  say("SessionConfirmed", { sessionId: store.get("saga", "saga-1").contextId, meetingLink: "https://meet.example/1" });
}

function parkedSession(params) {
  unpaidSession(params);
  pays();
  say("SessionRejected", { reason: "SLOT_TAKEN" });
  refunds("failed");
}

function strayEvent() {
  empty();
  const data = { sagaId: "saga-1", enrollmentId: "enr-1", courseId: "algebra", studentId: "ada" };
  within((tx) => purchases.receive(tx, { source: "edtech.learning-service", id: "stray", type: "EnrollmentConfirmed", data }));
}

function strayEventOfUseNow() {
  strayEvent();
  const [letter] = store.all("letter");
  unpaidCourse();
  pays();
  within((tx) => tx.put("letter", letter.id, letter));
}

const student = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).sub;

const states = {
  "a service token that is known": ({ token }) => settings.serviceTokens.push(token),
  "a service token that is not known": () => {},
  "a student who is signed in": () => {}, // The token is signed with our JWT_SECRET.
  "an operator who is signed in": () => {},
  "nobody who is signed in": () => {},
  "a message that was handed over before": () => {}, // Each is taken, however often.
  "no purchase": empty,
  "a session that is being booked": booking,
  "a session that is to be paid": unpaidSession,
  "a session that is paid and confirmed": confirmedSession,
  "a session that is paid, and whose refund failed": parkedSession,
  "a session whose refund is asked for again": (params) => {
    parkedSession(params);
    change((tx, saga) => purchases.resume(tx, saga, "olga", "the card works again"));
  },
  "a message that is of no use": strayEvent,
  "a message that was of no use, and is of use now": strayEventOfUseNow,
  "a booking that was made with an Idempotency-Key": ({ booking: { tutorId, scheduledAt, duration }, key, token }) => {
    const slot = { tutorId, scheduledAt, duration };
    empty();
    within((tx) => tx.put("booking", `${student(token)}|${key}`, { slot, sagaId: "saga-1" }));
  },
};

// How each message comes about; those that both keepers want are of what their consumer keeps.
const bought = { "learning-service": unpaidCourse, "communication-service": unpaidSession };
const messages = {
  CHECK_TUTOR_AVAILABILITY: [booking],
  CREATE_ENROLLMENT_RECORD: [unpaidCourse, pays],
  CREATE_CONFIRMED_SESSION: [unpaidSession, pays],
  RELEASE_TUTOR_SLOT: [parkedSession],
  SEND_NOTICE: [confirmedSession],
  "SEND_NOTICE of a declined attempt": [unpaidSession, declines("expired_card")],
  PaymentSucceeded: ["bought", pays],
  PaymentFailed: ["bought", declines("expired_card")],
  "PaymentFailed without a declineCode": ["bought", declines()],
  PaymentRefunded: ["bought", pays, () => refunds("succeeded")],
};

function said({ description, consumer = "learning-service" }) {
  for (const step of messages[description]) (step === "bought" ? bought[consumer] : step)({});
  const type = description.split(" ")[0];
  return envelope(store.all("outbox").find((each) => each.type === type));
}

const desk = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const asked = JSON.parse(Buffer.concat(chunks).toString() || "{}");
  const isKnown = request.url === "/state" ? asked.state in states : asked.description in messages;
  if (!isKnown) return response.writeHead(422).end(`there is no ${asked.state ?? asked.description}`);
  const answer = request.url === "/state" ? (states[asked.state](asked.params ?? {}), {}) : said(asked);
  const type = request.url === "/state" ? "application/json" : "application/cloudevents+json";
  return response.writeHead(200, { "Content-Type": type }).end(JSON.stringify(answer));
});

service.web.server.listen(0, "127.0.0.1", () =>
  desk.listen(0, "127.0.0.1", () => {
    const urlOf = (server) => `http://127.0.0.1:${server.address().port}`;
    console.log(JSON.stringify({ url: urlOf(service.web.server), desk: urlOf(desk) }));
  }),
);
process.stdin.on("end", () => process.exit()).resume();
