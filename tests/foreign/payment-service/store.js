// All documents in memory, by kind and id; a transaction is one line of the journal, so that it is whole or not at all.
import { makes } from "./mistakes.js";

const KINDS = ["saga", "outbox", "inbox", "letter", "booking"];

export class Store {
  constructor(journal) {
    this.journal = journal;
    this.kinds = Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));
    this.sagaOfIntent = new Map();
    for (const entry of journal.entries()) this.apply(entry);
  }

  all = (kind) => [...this.kinds[kind].values()];
  get = (kind, id) => this.kinds[kind].get(id);

  // Returns what the work returns, once all that it changed is on the disk; what throws has changed nothing.
  transaction(work) {
    const transaction = new Transaction(this);
    const result = work(transaction);
    const changes = transaction.changes();
    if (changes.length) {
      const forgotten = makes("outbox-in-memory") ? "outbox" : makes("clicks-in-memory") ? "booking" : null;
      const stored = changes.filter(([kind]) => kind !== forgotten);
      if (stored.length) this.journal.append(stored);
      this.apply(changes);
      this.changed?.();
    }
    return result;
  }

  apply(changes) {
    for (const [kind, id, document] of changes) {
      if (document === null) this.kinds[kind].delete(id);
      else this.kinds[kind].set(id, document);
      if (document?.payment?.intentId) this.sagaOfIntent.set(document.payment.intentId, id);
    }
  }
}

class Transaction {
  constructor(store) {
    this.store = store;
    this.touched = new Map();
  }

  // Returns a document to be changed freely; null if there is none.
  get(kind, id) {
    const key = `${kind}/${id}`;
    if (!this.touched.has(key)) this.touched.set(key, [kind, id, structuredClone(this.store.get(kind, id) ?? null)]);
    return this.touched.get(key)[2];
  }

  put(kind, id, document) {
    this.touched.set(`${kind}/${id}`, [kind, id, document]);
    return document;
  }

  delete = (kind, id) => this.put(kind, id, null);
  all = (kind) => this.store.all(kind);

  changes() {
    const before = (kind, id) => JSON.stringify(this.store.get(kind, id) ?? null);
    return [...this.touched.values()].filter(([kind, id, after]) => JSON.stringify(after) !== before(kind, id));
  }
}
