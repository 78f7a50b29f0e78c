// The demo inbox: asks for news with a long poll and puts the youngest message on top.
// Everything received is inserted as text, never as HTML.
"use strict";

const NAMES = { sms: "SMS", push: "Push", email: "Письмо" };
const ROLES = {
  citizen: "гражданин", doctor: "врач", registrar: "регистратор",
  support: "поддержка", administrator: "администратор", sre: "инженер эксплуатации",
};
const who = document.getElementById("who");
const state = document.getElementById("state");
const lists = { phone: document.getElementById("phone"), mail: document.getElementById("mail") };
let run = 0;

function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Links as a phone finds them: an address, or a bare host name with a path behind it.
const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]|\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[A-Za-z0-9/-]+)/;

function withLinks(text) {
  return text.split(LINK).map((part, index) =>
    index % 2 ? element("a", { href: part.includes("://") ? part : `https://${part}`, textContent: part }) : part);
}

function isWebAddress(text) {
  return /^(https?:\/\/|\/(?!\/))/.test(text);
}

function card(message, isNews) {
  const time = new Date(message.received_at);
  const body = [
    element("div", { className: "meta" }, [
      element("b", { textContent: NAMES[message.channel] }),
      element("time", {
        dateTime: message.received_at,
        textContent: time.toLocaleString("ru-RU", { dateStyle: "short", timeStyle: "medium" }),
      }),
      element("span", { textContent: message.to }),
    ]),
  ];
  const heading = message.subject || message.title;
  if (heading) body.push(element("h3", { textContent: heading }));
  body.push(element("p", {}, withLinks(message.text)));
  if (message.attachments.length) {
    body.push(element("p", { className: "meta", textContent: "Вложения: " + message.attachments.join(", ") }));
  }
  if (message.url && isWebAddress(message.url)) {
    body.push(element("a", { className: "more", href: message.url, textContent: "Открыть" }));
  }
  return element("li", { className: "message " + message.channel + (isNews ? " news" : "") }, body);
}

function show(messages, areNews) {
  for (const message of messages) {
    (message.channel === "email" ? lists.mail : lists.phone).prepend(card(message, areNews));
  }
  for (const empty of document.querySelectorAll(".empty[data-for]")) {
    empty.hidden = lists[empty.dataset.for].children.length > 0;
  }
}

async function follow() {
  const mine = ++run;
  for (const list of Object.values(lists)) list.replaceChildren();
  for (const empty of document.querySelectorAll(".empty[data-for]")) empty.hidden = true;
  const query = new URLSearchParams();
  for (const address of (who.value ? who.value.split(" ") : [])) query.append("to", address);
  let cursor = 0, wait = 0;
  while (mine === run) {
    query.set("since", cursor);
    query.set("wait", wait);
    try {
      const answer = await fetch("/inbox/api/messages?" + query);
      if (!answer.ok) throw new Error(answer.status);
      const page = await answer.json();
      if (mine !== run) return;
      show(page.items, wait > 0);
      cursor = page.cursor;
      wait = 20;
      state.textContent = "Обновляется само";
    } catch {
      state.textContent = "Нет связи, пробуем снова…";
      wait = 0;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

async function fillPeople() {
  const { people, others } = await (await fetch("/inbox/api/people")).json();
  for (const person of people) {
    who.append(new Option(`${person.name} (${ROLES[person.role] || person.role})`, person.addresses.join(" ")));
  }
  for (const address of others) who.append(new Option(address, address));
}

who.addEventListener("change", () => {
  const chosen = who.value.split(" ")[0];
  history.replaceState(null, "", chosen ? "?to=" + encodeURIComponent(chosen) : location.pathname);
  follow();
});

fillPeople().catch(() => {}).then(() => {
  const wanted = new URLSearchParams(location.search).get("to");
  const option = [...who.options].find((o) => wanted && o.value.split(" ").includes(wanted));
  if (option) who.value = option.value;
  else if (wanted) { who.append(new Option(wanted, wanted)); who.value = wanted; }
  follow();
});
