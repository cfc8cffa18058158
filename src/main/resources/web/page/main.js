/* The page: what it is made of, and the settings of its user. */
import * as charts from "./charts.js";
import * as cost from "./cost.js";
import * as decisions from "./decisions.js";
import * as figures from "./figures.js";
import * as fleet from "./fleet.js";
import { useKey, watch } from "./gateway.js";
import * as photographs from "./photographs.js";
import { byId, say } from "./text.js";

const THEME = "flotilla-colours";

function settleColours() {
  const choice = byId("theme");
  const apply = () => {
    document.documentElement.dataset.theme = choice.value;
    charts.recolour();
  };
  choice.value = remembered();
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(THEME, choice.value);
    } catch {
      // It holds until the page is left.
    }
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  document.documentElement.dataset.theme = choice.value;
}

function remembered() {
  try {
    return localStorage.getItem(THEME) ?? "";
  } catch {
    return "";
  }
}

function settleKey() {
  const value = byId("key-value"), message = byId("key-message");
  byId("key-form").addEventListener("submit", event => {
    event.preventDefault();
    say(message, useKey(value.value.trim()));
    value.value = "";
    if (message.textContent) return;
    byId("key").open = false;
    // The button that was pressed is hidden now: the keyboard goes on from here, and not from the top of the page.
    byId("key").querySelector("summary").focus();
  });
  byId("key-forget").addEventListener("click", () => {
    value.value = "";
    say(message, useKey(""));
  });
  watch(
    away => byId("away").hidden = !away,
    why => {
      byId("key").open = true;
      say(message, why);
    });
}

settleColours();
settleKey();
byId("origin").textContent = location.origin;
charts.start();
figures.start();
decisions.onChange(figures.show);
decisions.onChange(charts.show);
photographs.start();
fleet.start();
cost.start();
decisions.start();
