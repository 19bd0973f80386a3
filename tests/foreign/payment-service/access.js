// Who is calling: a service by the shared token, or a person by a JWT.
import { createHmac, timingSafeEqual } from "node:crypto";
import { makes } from "./mistakes.js";
import { Problem } from "./problems.js";

const isSame = (one, other) => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

// Returns {role, sub}, or throws a Problem when nobody is known by it.
export function callerOf(header, { serviceTokens, jwtSecrets }) {
  const token = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (token && serviceTokens.some((each) => isSame(each, token))) return { role: "service" };
  const claims = token && claimsOf(token, jwtSecrets);
  if (!claims) throw new Problem(401, "The bearer token is missing, wrong or expired.");
  return { role: claims.role, sub: claims.sub };
}

function claimsOf(token, secrets) {
  const [head, body, signature] = token.split(".");
  try {
    const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
    const signed = (secret) => createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url");
    if (read(head).alg !== "HS256" || !secrets.some((each) => isSame(signed(each), signature))) return null;
    const { sub, role, exp } = read(body);
    const isOurs = typeof sub === "string" && sub && ["student", "operator"].includes(role);
    return isOurs && typeof exp === "number" && (exp > Date.now() / 1000 || makes("expired-tokens-are-good")) ? { sub, role } : null;
  } catch {
    return null;
  }
}
