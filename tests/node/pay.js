// A shop in Node: makes an intent and confirms it, once declined and then paid, and tells what became of it.
import Stripe from "stripe";

const { hostname, port } = new URL(process.argv[2]);
const stripe = new Stripe("sk_test_of_node", { host: hostname, port, protocol: "http", telemetry: false, maxNetworkRetries: 0 });

const intent = await stripe.paymentIntents.create(
  { amount: 4900, currency: "eur", payment_method_types: ["card"], metadata: { sagaId: "s1" } },
  { idempotencyKey: "node-1" },
);
const decline = await stripe.paymentIntents
  .confirm(intent.id, { payment_method: "pm_card_visa_chargeDeclined" })
  .catch((error) => error);
const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" });

console.log(JSON.stringify({ id: paid.id, decline: [decline.type, decline.code], status: paid.status, version: Stripe.API_VERSION }));
