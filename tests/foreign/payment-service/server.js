// Puts the service together, and drives what it does by itself: every 200 ms, whatever has fallen due by the clock.
import { Journal } from "./journal.js";
import { makes } from "./mistakes.js";
import { Purchases } from "./purchases.js";
import { Sender } from "./sender.js";
import { settingsOf } from "./settings.js";
import { Store } from "./store.js";
import { StripeGateway } from "./stripe.js";
import { Web } from "./web.js";

const TICK_MILLISECONDS = 200;

export function serviceOf(settings, journal) {
  const store = new Store(journal);
  const purchases = new Purchases(settings.times);
  const sender = new Sender(store, purchases, new StripeGateway(settings), settings);
  const web = new Web(store, purchases, settings);
  store.changed = () => setImmediate(() => sender.pump());
  return { store, purchases, sender, web };
}

// Lets everything happen that has fallen due.
export function tick({ store, purchases, sender }) {
  const now = Date.now();
  for (const saga of store.all("saga"))
    for (const [name, at] of Object.entries(saga.deadlines))
      if (at <= now) store.transaction((tx) => dueNow(tx, purchases, saga.sagaId, name, now));
  sender.pump();
}

// A deadline may have been forgotten by what fell due just before.
function dueNow(tx, purchases, sagaId, name, now) {
  const saga = tx.get("saga", sagaId);
  if (saga.deadlines[name] <= now) purchases.due(tx, saga, name);
}

export function run() {
  const settings = settingsOf(process.env);
  const service = serviceOf(settings, new Journal(`${process.env.DATA_DIR ?? "."}/payments.jsonl`));
  if (makes("deadlines-in-memory")) for (const saga of service.store.all("saga")) saga.deadlines = {};
  if (makes("the-window-begins-anew"))
    for (const { deadlines, payment } of service.store.all("saga"))
      if (deadlines.window) payment.closesAt = deadlines.window = Date.now() + settings.times.window;
  setInterval(() => tick(service), TICK_MILLISECONDS);
  process.on("SIGTERM", () => process.exit(0));
  service.web.server.listen(settings.port, "127.0.0.1", () => console.log(`payment-service listens on port ${settings.port}`));
}

if (process.argv[1] === new URL(import.meta.url).pathname) run();
