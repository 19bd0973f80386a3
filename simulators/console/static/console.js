/* Everything here is a convenience: without it each page is whole, and every button a plain form. */
"use strict";
const $ = (selector, inside = document) => inside.querySelector(selector);
const $$ = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const prefersStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
const settings = {  /* private windows may have none */
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* it is forgotten */ } },
};

/* A page grows into its newer self: what is equal is not touched, so focus, open rows and scrolling stay. */
const UNTOUCHED = new Set(["open", "hidden"]);  /* attributes that people and this script change, not the service */
Object.assign(Idiomorph.defaults.callbacks, {
  beforeNodeMorphed: (old, fresh) => {
    if (old.nodeType !== 1) return true;
    if (old.hasAttribute("data-flash") && old.textContent !== fresh.textContent) setTimeout(flash, 0, old);
    return !old.matches("input:not([type=hidden]), select, textarea");
  },
  beforeAttributeUpdated: (name, _, change) => !UNTOUCHED.has(name) && !(name === "class" && change === "remove"),
  afterNodeAdded: (node) => { if (node.matches?.("[data-rows] > *")) flash(node); },
});
function grow(old, fresh) {
  const rows = $("[data-rows]", old), coming = $("[data-rows]", fresh);
  if (rows && coming) holdRows(rows, coming);
  Idiomorph.morph(old, fresh);
}
/* Rows keep their place under the pointer: newer ones wait until it has left. */
function holdRows(rows, coming) {
  const known = new Set([...rows.children].map((row) => row.id));
  const newer = [...coming.children].filter((row) => !known.has(row.id)).length;
  const isHeld = rows.matches(":hover") || rows.contains(document.activeElement);
  if (!isHeld || !newer) return $(".newer")?.remove();
  const fresh = new Map([...coming.children].map((row) => [row.id, row]));
  coming.replaceChildren(...[...rows.children].map((row) => fresh.get(row.id) ?? row.cloneNode(true)));
  note(rows, newer);
}
function note(rows, many) {
  let line = $(".newer");
  if (!line) { line = document.createElement("p"); line.className = "newer note"; rows.closest("[data-live]").before(line); }
  line.textContent = `${many} newer, shown when the pointer has left the list`;
}
function flash(element) {
  if (prefersStill) return;
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
}
function update(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const old of $$("[data-live]")) {
    const mine = $(`[data-live="${old.dataset.live}"]`, fresh);
    if (mine) grow(old, mine);
  }
  const parts = new Set($$("[data-live]").map((each) => each.dataset.live));
  if ($$("main [data-live]", fresh).some((each) => !parts.has(each.dataset.live))) grow($("main"), $("main", fresh));
  document.title = fresh.title;
  afterwards();
}

/* Live, by a stream that says when; where there is none, by asking. */
let source = null, wanted = true, looking = false, again = false, polls = null, seen = null;
async function look() {
  if (looking) { again = true; return; }
  looking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Look": "1" } });
    if (answer.status === 200) update(await answer.text());
  } catch { /* the next change asks again */ }
  setTimeout(() => { looking = false; if (again) { again = false; look(); } }, 150);
}
function listen() {
  if (!wanted || document.hidden || source) return;
  source = new EventSource("/feed");
  source.onmessage = (event) => { clearInterval(polls); polls = null; if (seen !== null && event.data !== seen) look(); else if (seen === null) look(); seen = event.data; };
  source.onerror = () => { if (!polls) polls = setInterval(ask, 2000); };
}
async function ask() {
  try {
    const { version } = await (await fetch("/version")).json();
    if (String(version) !== seen) { seen = String(version); look(); }
  } catch { /* it is down; we ask again */ }
}
function stopListening() { source?.close(); source = null; clearInterval(polls); polls = null; }
document.addEventListener("visibilitychange", () => (document.hidden ? stopListening() : listen()));
const live = $("#live");
live.hidden = false;
live.addEventListener("click", () => {
  wanted = !wanted;
  live.setAttribute("aria-pressed", String(wanted));
  live.textContent = wanted ? "live" : "paused";
  if (wanted) { seen = null; listen(); } else stopListening();
});

/* Buttons act without leaving the page, unless the act leads elsewhere. */
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  const button = event.submitter ?? $("button", form);
  const sent = new URLSearchParams(new FormData(form, event.submitter));
  const where = button.getAttribute("formaction") ?? form.action;
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  if (form.dataset.goto) {  /* a story: it is watched where it is told */
    fetch(where, { method: "POST", body: sent, keepalive: true }).catch(() => {});
    setTimeout(() => { location.href = form.dataset.goto; }, 60);
    return;
  }
  try {
    const answer = await fetch(where, { method: "POST", body: sent, headers: { Accept: "text/html" } });
    const html = await answer.text();
    if (!answer.ok) return say($("[data-trouble]", new DOMParser().parseFromString(html, "text/html"))?.textContent ?? "That did not work.");
    const there = new URL(answer.url);
    if (there.pathname !== location.pathname) location.href = answer.url; else update(html);
  } catch { say("The console does not answer any more."); } finally { button.setAttribute("aria-busy", "false"); }
});
function say(line) { $(".said").textContent = line; }

/* The clock ticks by itself between two looks. */
let shown = null, base = 0, since = 0;
function tick() {
  const clock = $("#now");
  if (clock.dateTime !== shown) { shown = clock.dateTime; base = Date.parse(shown); since = performance.now(); }
  if (clock.dataset.running !== "true") return;
  const time = new Date(base + (performance.now() - since) * Number(clock.dataset.speed)).toISOString();
  const text = time.slice(11, 19);
  if ($("b", clock).textContent !== text) $("b", clock).textContent = text;
}
setInterval(tick, 500);

/* Keys, as the help page lists them. */
let before = "";
const GO = { s: "/", t: "/stories", c: "/school", w: "/webhooks", f: "/faults", p: "/stripe", n: "/contracts/", k: "/clock", i: "/inbox", h: "/help" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || settings.get("keys") === "no") return;
  if (event.target.matches("input:not([type=checkbox],[type=radio]),select,textarea")) { if (event.key === "Escape") event.target.blur(); return; }
  const last = before;
  before = event.key;
  if (last === "g" && GO[event.key]) location.href = GO[event.key];
  else if (event.key === "/") { event.preventDefault(); const field = $("#search"); if (field) field.focus(); else location.href = "/#search"; }
  else if (event.key === "?") location.href = "/help";
  else if (event.key === "." ) $('[data-key="."]')?.click();
  else if (event.key === "j" || event.key === "k") choose(event.key === "j" ? 1 : -1);
  else if (event.key === "Enter" && event.target === document.body) $(".chosen a")?.click();
  else return;
  if (event.key !== "g" && last === "g") before = "";
});
function choose(by) {
  const rows = $$("tbody[data-rows] > tr, .steps > li[id]");
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("chosen") || row.contains(document.activeElement));
  rows[now]?.classList.remove("chosen");
  const row = rows[Math.min(Math.max(now + by, 0), rows.length - 1)];
  row.classList.add("chosen");
  $("a, summary", row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/* What a row said is shown beside it while one points at it; Escape puts it away. Opening the row shows it for good. */
const wide = matchMedia("(min-width: 76rem)");
let peek = null;
function peekAt(event) {
  const row = wide.matches && event.target.closest?.(".step");
  if (!row || row.open) return;
  peek ??= Object.assign(document.createElement("div"), { className: "peek card", ariaHidden: "true" });
  if (peek.row === row) return;
  peek.row = row;
  peek.replaceChildren(...[...$(".payload", row).childNodes].map((each) => each.cloneNode(true)));
  $$("[tabindex], a", peek).forEach((each) => each.setAttribute("tabindex", "-1"));
  if (!peek.isConnected) document.body.append(peek);
}
function putAway() { peek?.remove(); if (peek) peek.row = null; }
document.addEventListener("mouseover", peekAt);
document.addEventListener("focusin", peekAt);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") putAway(); });
document.addEventListener("click", (event) => { if (!event.target.closest(".peek")) putAway(); });

/* Small comforts. */
document.addEventListener("click", async (event) => {
  const copied = event.target.closest("[data-copy]");
  if (!copied || String(getSelection())) return;
  try { await navigator.clipboard.writeText(copied.dataset.copy); say(`${copied.dataset.copy} is copied.`); } catch { /* it can still be selected */ }
});
const curls = $("#curls");
curls.checked = settings.get("curls") === "yes";
curls.addEventListener("change", () => settings.set("curls", curls.checked ? "yes" : "no"));
const keys = $("#keys-on");
if (keys) {
  keys.checked = settings.get("keys") !== "no";
  keys.addEventListener("change", () => settings.set("keys", keys.checked ? "yes" : "no"));
}
function afterwards() {
  tick();
  for (const button of $$("button.copy[hidden]")) button.hidden = false;
}
function open() {
  const there = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!there) return;
  const folded = there.matches("details") ? there : $("details", there) ?? there.closest("details");
  if (folded) folded.open = true;
  if (there.matches("input")) there.focus();
}
addEventListener("hashchange", open);
open();
afterwards();
listen();
