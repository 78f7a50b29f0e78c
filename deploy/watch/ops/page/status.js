// Keeps the status page fresh without loading it anew: asks for the same page, and puts in place of
// each part that changed its newer self. Whoever reads, selects or listens keeps their place.
"use strict";

const EVERY = 30_000;
const parts = (page) => [...page.querySelectorAll("[data-live]")];
const by = (id) => document.getElementById(id);

function take(page) {
  const fresh = new Map(parts(page).map((part) => [part.dataset.live, part]));
  const before = document.querySelector("h1").textContent;
  for (const part of parts(document)) {
    const newer = fresh.get(part.dataset.live);
    if (!newer || part.isEqualNode(newer) || part.contains(document.activeElement)) continue;
    part.replaceWith(document.adoptNode(newer));
  }
  document.title = page.title;
  const now = document.querySelector("h1").textContent;
  if (now !== before) by("news").textContent = now; // read aloud; the time of a look is not
}

async function refresh() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-cache", headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    by("fresh").textContent = "Обновляется само.";
  } catch {
    by("fresh").textContent = "Нет связи: показано то, что известно. Пробуем снова.";
  }
}

let timer = 0;

function follow() {
  clearInterval(timer);
  if (document.hidden) return; // nobody looks
  refresh();
  timer = setInterval(refresh, EVERY);
}

document.addEventListener("visibilitychange", follow);
by("fresh").textContent = "Обновляется само.";
timer = setInterval(refresh, EVERY);
