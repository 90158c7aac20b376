// What the pages do beyond htmx: keys, copying, the theme without a reload, marks under the text.
// Everything here is an addition: without it every page still works.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);

// --- the theme -------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-switch]");
  if (!form) return;
  event.preventDefault();
  const wanted = event.submitter?.value ?? "";
  if (wanted) document.documentElement.dataset.theme = wanted;
  else delete document.documentElement.dataset.theme;
  const safe = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${wanted}; Path=/; SameSite=Lax; Max-Age=${wanted ? 31536000 : 0}${safe}`;
  for (const button of all("[data-theme-switch] button")) {
    button.setAttribute("aria-pressed", String(button.value === wanted));
  }
});

// --- menus: close on Escape and on a click elsewhere ---------------------------------------------------

document.addEventListener("click", (event) => {
  for (const menu of all("details.me[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// --- keys ---------------------------------------------------------------------------------------------

const steps = () => all("[data-row], [data-finding]").filter((element) => element.offsetParent !== null);

function walk(by, only = "[data-row], [data-finding]") {
  const stops = steps().filter((element) => element.matches(only));
  if (!stops.length) return;
  const at = stops.findIndex((element) => element.contains(document.activeElement));
  const next = stops[Math.min(Math.max(at + by, 0), stops.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  light(next);
}

function nextFinding() {
  for (const folded of all("details.folded:not([open])")) {
    const shown = all("[data-finding]").filter((element) => element.offsetParent !== null);
    if (shown.at(-1)?.contains(document.activeElement)) folded.open = true;
  }
  walk(1, "[data-finding]");
}

const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  n: nextFinding,
  o: () => document.activeElement?.closest("[data-row]")?.click(),
  a: () => one("[data-key=a]")?.focus(),
  c: () => one("[data-key=c]")?.focus(),
  r: () => one("[data-key=r]")?.focus(),
  "?": () => one("#keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of all("details.me[open]")) menu.open = false;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) one("#keys")?.showModal();
});

// --- a finding and its place in the text light up together ----------------------------------------------

function light(finding) {
  for (const lit of all(".lit")) lit.classList.remove("lit");
  if (!finding?.id) return;
  finding.classList.add("lit");
  for (const mark of all(`a.mark[data-of~="${CSS.escape(finding.id)}"]`)) mark.classList.add("lit");
}

document.addEventListener("mouseover", (event) => {
  const mark = event.target.closest("a.mark");
  const finding = mark ? one(mark.getAttribute("href")) : event.target.closest("[data-finding]");
  if (finding) light(finding);
});

document.addEventListener("click", (event) => {
  const mark = event.target.closest("a.mark");
  if (!mark) return;
  const finding = one(mark.getAttribute("href"));
  const folded = finding?.closest("details:not([open])");
  if (folded) folded.open = true;
  finding?.focus();
});

// --- copying ------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand("copy");
  }
  const words = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = words), 1600);
});

// --- the live check: marks lie under the text that they were made for --------------------------------------

function underOf(field) {
  return field.closest("[data-editor]")?.querySelector("[data-under]");
}

function follow(field) {
  const under = underOf(field);
  if (!under) return;
  // marks of an older text would stand under the wrong words
  under.classList.toggle("hidden-marks", under.dataset.of !== field.value);
  under.scrollTop = field.scrollTop;
}

function placeMarks() {
  const made = new Map(all("template[data-under-for]").map((t) => [t.dataset.underFor, t.content]));
  for (const field of all("[data-editor] textarea")) {
    const under = underOf(field);
    const content = made.get(field.name)?.firstElementChild;
    under.replaceChildren(...(content ? content.cloneNode(true).childNodes : []), "\n");
    under.dataset.of = content ? content.textContent : "";
    follow(field);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-editor] textarea")) follow(event.target);
});
document.addEventListener(
  "scroll",
  (event) => event.target.matches?.("[data-editor] textarea") && follow(event.target),
  true,
);

const offline = (yes) => {
  const notice = one("#offline");
  if (notice) notice.hidden = !yes;
};

document.addEventListener("htmx:after:swap", () => {
  offline(false);
  placeMarks();
  ready();
});
document.addEventListener("htmx:response:error", () => offline(true));
document.addEventListener("htmx:error", () => offline(true));

// --- at the start, and after a part of the page was exchanged ---------------------------------------------

function ready() {
  for (const hidden of all("[data-copy][hidden], [data-keys][hidden]")) hidden.hidden = false;
  for (const button of all(".without-script")) button.hidden = true;
}

ready();
placeMarks();
document.documentElement.classList.add("with-script");

// a refused decision leads the eye to why
one("#conflict")?.scrollIntoView({ block: "center" });
