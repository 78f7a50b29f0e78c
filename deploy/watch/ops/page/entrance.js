// The way in: login and password, then the code; who is neither SRE nor operator is told so.
import { by } from "./dom.js";
import * as session from "./session.js";

const WELCOME = ["sre", "administrator", "support"];
let started = null;

function problem(text) {
  by("entrance-problem").textContent = text;
  by("entrance-problem").hidden = !text;
}

function step(isCode) {
  by("password-form").hidden = isCode;
  by("code-form").hidden = !isCode;
  by(isCode ? "code" : "login").focus();
}

function told(error) {
  const fields = error.errors?.map(({ detail }) => detail) ?? [];
  problem([...new Set([error.message, ...fields])].join(" "));
}

async function busy(form, work) {
  problem("");
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } catch (error) {
    told(error);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

export function showEntrance(text = "") {
  by("board").hidden = true;
  by("entrance").hidden = false;
  by("password").value = "";
  by("code").value = "";
  started = null;
  step(false);
  problem(text);
}

function sent() {
  by("code-sent").textContent = `Код отправлен: ${started.destination}`;
}

export function prepareEntrance(onEntered) {
  by("password-form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.target, async () => {
      started = await session.begin(by("login").value.trim(), by("password").value);
      by("password").value = "";
      sent();
      step(true);
    });
  });
  by("code-form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.target, async () => {
      const pair = await session.confirm(started.session_id, by("code").value);
      if (!pair.roles.some((role) => WELCOME.includes(role))) {
        await session.leave();
        showEntrance("Этой учётной записи графики недоступны: нужна роль инженера эксплуатации (sre) или администратора.");
        return;
      }
      by("entrance").hidden = true;
      by("board").hidden = false;
      onEntered();
    });
  });
  by("resend").addEventListener("click", () => busy(by("code-form"), async () => {
    started = await session.resend(started.session_id);
    sent();
  }));
  by("back").addEventListener("click", () => showEntrance());
}
