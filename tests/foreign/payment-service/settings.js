// What the service reads from its environment; all that is missing is told at once.
const NEEDED = [
  "STRIPE_API_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET", "LEARNING_SERVICE_URL", "TUTOR_MATCHING_SERVICE_URL",
  "COMMUNICATION_SERVICE_URL", "SERVICE_TOKEN", "JWT_SECRET",
];
const several = (text) => text.split(",").map((each) => each.trim()).filter(Boolean);

export function settingsOf(environ) {
  const missing = NEEDED.filter((name) => !environ[name]);
  if (missing.length) throw new Error(`not set: ${missing.join(", ")}`);
  if (environ.STRIPE_API_KEY.startsWith("sk_live") && environ.ALLOW_LIVE_KEYS !== "yes")
    throw new Error("STRIPE_API_KEY is a live key: ALLOW_LIVE_KEYS=yes says that real money shall move");
  const seconds = (name, otherwise) => 1000 * Number(environ[name] ?? otherwise);
  return {
    port: Number(environ.PORT ?? 8000),
    stripeKey: environ.STRIPE_API_KEY,
    stripeUrl: new URL(environ.STRIPE_API_BASE),
    webhookSecrets: several(environ.STRIPE_WEBHOOK_SECRET),
    urls: {
      learning: environ.LEARNING_SERVICE_URL,
      tutors: environ.TUTOR_MATCHING_SERVICE_URL,
      communication: environ.COMMUNICATION_SERVICE_URL,
    },
    serviceTokens: several(environ.SERVICE_TOKEN),
    jwtSecrets: several(environ.JWT_SECRET),
    times: {
      window: seconds("PAYMENT_WINDOW_SECONDS", 1800),
      check: seconds("PAYMENT_CHECK_SECONDS", 300),
      reply: seconds("REPLY_TIMEOUT_SECONDS", 60),
      patience: seconds("PATIENCE_SECONDS", 7200),
      refund: seconds("REFUND_SECONDS", 259200),
    },
  };
}
