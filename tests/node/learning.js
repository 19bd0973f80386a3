// A learning-service as another team would write it, in another language: for tests only, and without any library.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

const NEEDED = {
  CREATE_ENROLLMENT_RECORD: ["studentId", "courseId", "paymentId"],
  PaymentSucceeded: ["paymentId", "contextId", "price"],
  PaymentFailed: ["paymentId", "contextId", "price", "reason"],
  PaymentRefunded: ["paymentId", "contextId", "price", "refundId"],
};

export class LearningService {
  tokens = new Set(); // of services
  people = new Map(); // by their tokens
  courses = new Map();
  enrolled = new Set();
  outcomes = new Map(); // of commands, by saga: whoever repeats one is told the same again

  // Each of these returns the message that it sends.
  enroll(studentId, courseId) {
    return this.says("EnrollInCourseInitiated", randomUUID(), { studentId, courseId });
  }

  createEnrollment(sagaId, { studentId, courseId }) {
    const isThere = this.courses.get(courseId)?.isPublished;
    if (!this.outcomes.has(sagaId)) {
      this.outcomes.set(sagaId, isThere ? { enrollmentId: randomUUID() } : { reason: "NO_COURSE" });
    }
    const outcome = this.outcomes.get(sagaId);
    if (outcome.reason) return this.says("EnrollmentRejected", sagaId, outcome);
    return this.says("EnrollmentConfirmed", sagaId, { ...outcome, studentId, courseId });
  }

  says(type, sagaId, data) {
    return {
      specversion: "1.0",
      id: randomUUID(),
      source: "edtech.learning-service",
      type,
      subject: sagaId,
      time: new Date().toISOString(),
      datacontenttype: "application/json",
      data: { sagaId, ...data },
    };
  }

  // The API: what is asked becomes a status and a body.
  answer(method, path, token, body) {
    const wanted = method === "POST" && /^\/courses\/([^/]+)\/enroll$/.exec(path)?.[1];
    if (wanted) return this.enrolls(this.people.get(token), decodeURIComponent(wanted));
    if (!this.tokens.has(token)) return problem(401, "the service token is not known");
    const courseId = /^\/courses\/([^/]+)$/.exec(path)?.[1];
    if (method === "GET" && courseId) return this.course(decodeURIComponent(courseId));
    if (method === "POST" && ["/commands", "/events"].includes(path)) return this.received(JSON.parse(body));
    return problem(404, `there is no ${path}`);
  }

  enrolls(person, courseId) {
    if (!person) return problem(401, "nobody is signed in");
    if (person.role !== "student") return problem(403, "only a student enrolls");
    if (!this.courses.has(courseId)) return problem(404, `there is no course ${courseId}`);
    if (!this.courses.get(courseId).isPublished) return problem(409, "the course is not published");
    if (this.enrolled.has(`${person.sub} ${courseId}`)) return problem(409, "they are enrolled already");
    return [202, { sagaId: this.enroll(person.sub, courseId).data.sagaId }];
  }

  course(courseId) {
    const course = this.courses.get(courseId);
    return course ? [200, { courseId, ...course }] : problem(404, `there is no course ${courseId}`);
  }

  received({ id, type, data }) {
    if (!id) return problem(400, "id is missing");
    const lacking = ["sagaId", ...(NEEDED[type] ?? [])].find((field) => data?.[field] === undefined);
    return lacking ? problem(400, `${lacking} is missing`) : [202, {}];
  }
}

function problem(status, detail) {
  return [status, { title: "Refused", status, detail }];
}

// Serve a function of (method, path, token, body) → [status, body] on a free port of loopback; resolves to its URL.
export function serve(answer, contentTypes = {}) {
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const token = request.headers.authorization?.replace("Bearer ", "");
    const [status, body] = answer(request.method, request.url, token, Buffer.concat(chunks).toString());
    const type = status < 400 ? (contentTypes[request.url] ?? "application/json") : "application/problem+json";
    response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
  });
  return new Promise((ready) => {
    server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${server.address().port}`));
  });
}
