"use strict";
// Sends the chosen PDF to the public check of files and says its answer in words. The file is not kept.
const form = document.getElementById("file-check");
const answer = document.getElementById("file-answer");

function say(look, title, lines) {
  answer.className = `state ${look}`;
  answer.textContent = title;
  for (const line of lines) {
    const small = document.createElement("small");
    small.textContent = line;
    answer.append(small);
  }
  answer.hidden = false;
}

function judge(found) {
  if (!found.genuine) {
    return say("unknown", "Файл не подлинный", [found.detail, "Не принимайте его."]);
  }
  const signed = found.signatures.map((signature) => signature.signer).join("; ");
  const lines = [found.detail, `Номер: ${found.number}`, `Подписали: ${signed}`];
  const expected = form.dataset.number;
  if (expected && expected !== found.number) {
    return say("revoked", "Файл подлинный, но это другой документ", lines);
  }
  if (!found.current) {
    return say("expired", "Файл подлинный, но документ не действует", lines);
  }
  say("valid", "Файл подлинный, и документ действует", [
    ...lines,
    "Верно то, что написано в этом файле: сверяйте с ним, а не с бумагой.",
  ]);
}

form.hidden = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = form.elements.file.files[0];
  if (!file) return;
  say("checking", "Файл проверяется…", []);
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: file,
      headers: { "Content-Type": "application/pdf" },
    });
    const found = await response.json();
    if (response.ok) judge(found);
    else say("mistyped", found.title, [found.detail]);
  } catch {
    say("mistyped", "Файл не удалось проверить", ["Проверьте связь и попробуйте ещё раз."]);
  }
});
