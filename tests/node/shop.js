// A shop in Node: a customer who keeps a card, money held and taken in part, a page to pay on; tells what became of each.
import Stripe from "stripe";

const { hostname, port } = new URL(process.argv[2]);
const stripe = new Stripe("sk_test_of_node", { host: hostname, port, protocol: "http", telemetry: false, maxNetworkRetries: 0 });

const customer = await stripe.customers.create({ name: "Ada", metadata: { studentId: "ada" } });
const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
const held = await stripe.paymentIntents.create({
  amount: 4900, currency: "eur", customer: customer.id, payment_method: card.id, payment_method_types: ["card"],
  capture_method: "manual", confirm: true,
});
const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 });
const asked = await stripe.paymentIntents.create({
  amount: 4900, currency: "eur", payment_method: "pm_card_authenticationRequired", confirm: true,
  return_url: "https://shop.test/back", automatic_payment_methods: { enabled: true },
});
const session = await stripe.checkout.sessions.create({
  mode: "payment", success_url: "https://shop.test/thanks", expand: ["line_items"],
  line_items: [{ quantity: 2, price_data: { currency: "eur", unit_amount: 2450, product_data: { name: "Algebra" } } }],
});
const found = await stripe.paymentIntents.search({ query: `customer:"${customer.id}" AND status:"succeeded"` });
const lacking = await stripe.payouts.create({ amount: 100, currency: "eur" }).catch((error) => error);

console.log(JSON.stringify({
  held: held.status, taken: [taken.status, taken.amount_received], found: found.data.map((each) => each.id === held.id),
  asked: [asked.status, asked.next_action.type], bank: asked.next_action.redirect_to_url.url,
  page: session.url, items: session.line_items.data.map((item) => item.amount_total), lacking: [lacking.statusCode, lacking.code],
}));
