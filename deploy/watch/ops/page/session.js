// Who is here: the login of identity, and calls with its access token.
// Both tokens live in this module's memory only: closing the page is logging out.

const IDENTITY = "/api/identity/v1";
const EARLY_SECONDS = 30;

let tokens = null;
let renewing = null;
let onLost = () => {};

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || "Сервис не ответил. Повторите через минуту.");
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
  }
}

async function asked(path, { method = "GET", body, headers = {} } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      cache: "no-store",
      headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, { detail: "Нет связи с сервером. Проверьте сеть и повторите." });
  }
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const said = isJson ? await answer.json().catch(() => ({})) : {};
  if (!answer.ok) throw new Refusal(answer.status, said);
  return said;
}

const post = (path, body) => asked(IDENTITY + path, { method: "POST", body });

function hold(pair) {
  tokens = { ...pair, until: Date.now() + (pair.expires_in - EARLY_SECONDS) * 1000 };
  return tokens;
}

export const begin = (login, password) => post("/sessions", { login, password });
export const resend = (session) => post(`/sessions/${encodeURIComponent(session)}/code`);
export const confirm = async (session, code) =>
  hold(await post(`/sessions/${encodeURIComponent(session)}/confirmation`, { code }));
export const roles = () => tokens?.roles ?? [];
export const whenLost = (listener) => { onLost = listener; };

export async function leave() {
  const refresh = tokens?.refresh_token;
  tokens = null;
  if (refresh) await post("/tokens/revocation", { refresh_token: refresh }).catch(() => {});
}

function renew() {
  // one exchange for all who wait: a refresh token that comes twice ends the whole login
  renewing ??= post("/tokens/refresh", { refresh_token: tokens.refresh_token })
    .then(hold)
    .finally(() => { renewing = null; });
  return renewing;
}

function lost(error) {
  tokens = null;
  onLost("Вход завершён. Войдите ещё раз.");
  throw error;
}

// A call to the API of this page. Identity being away for a while is no reason to log out.
export async function call(path, request = {}) {
  if (!tokens) throw new Refusal(401, { detail: "Войдите ещё раз." });
  if (Date.now() > tokens.until) {
    await renew().catch((error) => {
      if (error.status === 401) lost(error);
      if (Date.now() > tokens.until + EARLY_SECONDS * 1000) throw error;
    });
  }
  const headers = { ...request.headers, Authorization: `Bearer ${tokens.access_token}` };
  try {
    return await asked(`/ops/api${path}`, { ...request, headers });
  } catch (error) {
    if (error.status === 401) lost(error);
    throw error;
  }
}

export const open = (path) => asked(path);
