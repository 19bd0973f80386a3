// A webhook handler in Node: believes the body on its standard input only if it is rightly signed.
import { readFileSync } from "node:fs";
import Stripe from "stripe";

const [signature, secret] = process.argv.slice(2);
const anyAge = 0; // the tests' clock stands in the past
const event = new Stripe("sk_test_of_node").webhooks.constructEvent(readFileSync(0), signature, secret, anyAge);

console.log(JSON.stringify({ type: event.type, object: event.data.object.id }));
