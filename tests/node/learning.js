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
  tokens = new Set();
  courses = new Map();

  // Each of these returns the message that it sends.
  enroll(studentId, courseId) {
    return this.says("EnrollInCourseInitiated", randomUUID(), { studentId, courseId });
  }

  createEnrollment(sagaId, { studentId, courseId }) {
    if (!this.courses.get(courseId)?.isPublished) return this.says("EnrollmentRejected", sagaId, { reason: "NO_COURSE" });
    return this.says("EnrollmentConfirmed", sagaId, { enrollmentId: randomUUID(), studentId, courseId });
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
    if (!this.tokens.has(token)) return problem(401, "the service token is not known");
    const courseId = /^\/courses\/([^/]+)$/.exec(path)?.[1];
    if (method === "GET" && courseId) return this.course(decodeURIComponent(courseId));
    if (method === "POST" && ["/commands", "/events"].includes(path)) return this.received(JSON.parse(body));
    return problem(404, `there is no ${path}`);
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
