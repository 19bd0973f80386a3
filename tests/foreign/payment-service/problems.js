// What is answered to whoever asks wrongly: RFC 9457.
const TITLES = {
  400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
  413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content", 500: "Internal Server Error",
};

export class Problem extends Error {
  constructor(status, detail, errors) {
    super(detail);
    Object.assign(this, { status, errors });
  }

  get body() {
    const about = { type: "about:blank", title: TITLES[this.status], status: this.status, detail: this.message };
    return { ...about, ...(this.errors && { errors: this.errors }) };
  }
}

const isText = (value) => typeof value === "string" && value.length > 0 && !value.includes("\0");
const isId = (value) => isText(value) && value.length <= 255;
const isTime = (value) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
const isMoney = (value) => Number.isInteger(value?.amount) && value.amount >= 0 && /^[A-Z]{3}$/.test(value?.currency);
const isMinutes = (value) => Number.isInteger(value) && value >= 1 && value <= 1440;

export const KINDS = {
  id: [isId, "must be a text of 1 to 255 characters"],
  text: [isText, "must be a text"],
  time: [isTime, "must be a time, such as 2026-09-07T15:00:00Z"],
  money: [isMoney, "must be an amount in minor units and a currency"],
  minutes: [isMinutes, "must be 1 to 1440 minutes"],
};

// Throws a Problem that names every field which is not as it must be.
export function mustBe(shape, value, at = "") {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Problem(400, `${at || "the body"} must be an object`);
  const errors = Object.entries(shape)
    .filter(([name, kind]) => !KINDS[kind][0](value[name]))
    .map(([name, kind]) => ({ pointer: `${at}/${name}`, detail: value[name] === undefined ? "is required" : KINDS[kind][1] }));
  if (errors.length) throw new Problem(400, errors.map((each) => `${each.pointer}: ${each.detail}`).join("; "), errors);
}
