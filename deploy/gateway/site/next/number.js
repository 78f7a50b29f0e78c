// Shows the number that a message's link carries behind «#»: it never leaves the browser.
"use strict";

const SHAPES = { application: /^[0-9]{12}$/, visit: /^[0-9]{12}$/, certificate: /^[0-9A-Z]{12}$/ };

function show() {
  const place = document.getElementById("number");
  if (!place) return;
  const typed = location.hash.slice(1).replaceAll("-", "").toUpperCase();
  if (!SHAPES[place.dataset.kind].test(typed)) return;
  const number = typed.match(/.{4}/g).join("-");
  place.querySelector("b").textContent = number;
  const check = place.querySelector("a");
  if (check) check.href = check.dataset.check + number;
  place.hidden = false;
}

addEventListener("hashchange", show);
show();
