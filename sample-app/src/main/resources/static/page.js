export const $ = (id) => document.getElementById(id);

/** Appends an element; text is only ever text, never HTML. */
export function append(parent, name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** Has a form do something, with its button disabled meanwhile, and show why it could not. */
export function onSubmit(id, action) {
  const form = $(id);
  const problem = form.querySelector(".problem");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    try {
      await action(form, new URLSearchParams(new FormData(form)));
    }
    catch (error) {
      problem.textContent = error.message;
    }
    finally {
      button.disabled = false;
    }
  });
}

/** Shows the state of a connection at the top of the page. What has not changed is not read out again. */
export function show(name) {
  const connection = $("connection-" + name);
  const write = (selector, text) => {
    const element = connection.querySelector(selector);
    if (element.textContent !== text) {
      element.textContent = text;
    }
  };
  return (state, reconnects, status) => {
    connection.dataset.state = state;
    write(".state", status ? `${state} (${status})` : state);
    write(".reconnects", `${reconnects} reconnect${reconnects === 1 ? "" : "s"}`);
  };
}

export async function request(method, url, body) {
  const headers = { Accept: "application/json, application/problem+json" };
  const response = await fetch(url, { method, body, headers }).catch(() => {
    throw new Error("The server cannot be reached");
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The server answered ${response.status}`);
  }
  return response;
}
