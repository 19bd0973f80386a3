// What the team serves beside its service while it is verified; run it and it prints where both are.
import { LearningService, serve } from "./learning.js";

const service = new LearningService();
const course = (isPublished) => ({ courseId }) =>
  service.enrolled.clear() ?? service.courses.set(courseId, {
    tutorId: "tom", title: "Algebra", price: { amount: 4900, currency: "EUR" }, isPublished, lessons: [{ title: "Sets" }],
  });

const states = {
  "a service token that is known": ({ token }) => service.tokens.add(token),
  "a service token that is not known": ({ token }) => service.tokens.delete(token),
  "no course": ({ courseId }) => service.courses.delete(courseId),
  "a course that is not published": course(false),
  "a published course": course(true),
};
const messages = {
  EnrollInCourseInitiated: () => service.enroll("ada", "algebra"),
  EnrollmentConfirmed: () => obeyed({ courseId: "algebra" }),
  EnrollmentRejected: () => obeyed({ courseId: "gone" }),
};

// The lines above are shown in the guide (pacts/PROVIDERS.md); these are states and messages of the same kind.
const signedIn = ({ token }) => service.people.set(token, JSON.parse(Buffer.from(token.split(".")[1], "base64url")));
Object.assign(states, {
  "a student who is signed in": signedIn,
  "an operator who is signed in": signedIn,
  "nobody who is signed in": ({ token }) => service.people.delete(token),
  "a course in which ada is enrolled": (params) => (course(true)(params), service.enrolled.add(`ada ${params.courseId}`)),
  "a message that was handed over before": () => {}, // Each is taken, however often.
  "a command that was obeyed before": (outcome) => service.outcomes.set("saga-1", outcome),
});
Object.assign(messages, {
  "EnrollmentConfirmed of a command that is repeated": () => repeated(),
  "EnrollmentRejected of a command that is repeated": () => repeated(),
});

function obeyed({ courseId }) {
  course(true)({ courseId: "algebra" });
  service.outcomes.clear();
  return service.createEnrollment("saga-1", { studentId: "ada", courseId });
}

function repeated() {
  return service.createEnrollment("saga-1", { studentId: "ada", courseId: "algebra" });
}

function enter(name, params) {
  return states[name] ? [200, void states[name](params) ?? {}] : [422, { detail: `no state is called ${name}` }];
}

function say(name) {
  return messages[name] ? [200, messages[name]()] : [422, { detail: `no message is called ${name}` }];
}

const answer = (method, path, _, body) => {
  const asked = JSON.parse(body || "{}");
  return path === "/state" ? enter(asked.state, asked.params) : say(asked.description);
};
const forgets = process.argv[2]; // a field of courses, so that a test can see it missed
const api = (...asked) => {
  const [status, body] = service.answer(...asked);
  if (forgets) delete body[forgets];
  return [status, body];
};
const desk = await serve(answer, { "/message": "application/cloudevents+json" });
console.log(JSON.stringify({ url: await serve(api), desk }));
process.stdin.on("end", () => process.exit()).resume();
