// Figures and days in the reader's locale. Units are those of dashboards/declaration.py.
window.aiUsage = window.aiUsage || {};
(function (site) {
  "use strict";
  const locale = navigator.language || "en";
  const formats = new Map();

  function numbers(options) {
    const key = JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale, options));
    return formats.get(key);
  }

  function fixed(value, digits) {
    return numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  function percent(value, digits) {
    return numbers({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  function money(value, currency, digits) {
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    return numbers(options).format(value);
  }

  function compact(value) {
    return numbers({ notation: "compact", maximumFractionDigits: 1 }).format(value);
  }

  function signed(value, digits) {
    const options = { signDisplay: "exceptZero", minimumFractionDigits: digits, maximumFractionDigits: digits };
    return numbers(options).format(value);
  }

  // A day is a calendar day, whatever the reader's zone.
  function day(iso, options) {
    return new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(new Date(iso.slice(0, 10) + "T00:00Z"));
  }

  const days = {
    date: (iso) => day(iso, { day: "numeric", month: "long", year: "numeric" }),
    week: (iso) => "the week of " + day(iso, { day: "numeric", month: "long" }),
    month: (iso) => day(iso, { month: "long", year: "numeric" }),
    short: (iso) => day(iso, { day: "numeric", month: "short" }),
    shortMonth: (iso) => day(iso, { month: "short", year: "2-digit" }),
  };

  function isWhole(value) {
    return Number.isInteger(value);
  }

  // A figure as tables, tooltips and labels write it. `about` describes its column.
  function figure(value, about, currency) {
    const unit = about.unit || "text";
    if (value === null || value === undefined) return "–";
    if (unit === "yes_no") return value ? "yes" : "no";
    if (unit === "day") return days.date(value);
    if (unit === "time") return days.date(value) + " " + value.slice(11, 16) + " UTC";
    if (typeof value !== "number") return String(value);
    if (unit === "ratio") return percent(value, about.decimals ?? (Math.abs(value) < 0.1 && value !== 0 ? 1 : 0));
    if (unit === "money") return money(value, currency || "USD", about.decimals ?? (Math.abs(value) < 100 ? 2 : 0));
    if (unit === "tokens" && Math.abs(value) >= 1e5) return compact(value);
    return fixed(value, about.decimals ?? (isWhole(value) ? 0 : 1));
  }

  // Between which values a hidden figure lies, as shown ones say it; null where they say nothing.
  function range(row, column, about, isShort) {
    const [low, high] = [row[`${column}_low`] ?? null, row[`${column}_high`] ?? null];
    const write = (value) => figure(value, about, row.currency);
    if (high === null) return low > 1 ? `at least ${write(low)}` : null;
    if (low === high) return `${write(high)} (computed)`;
    if (low <= 1) return `at most ${write(high)}`;
    return isShort ? `${write(low)} to ${write(high)}` : `between ${write(low)} and ${write(high)}`;
  }

  // The same, as short as an axis needs it.
  function tick(value, about, currency) {
    const unit = about.unit || "text";
    // Ticks between whole percents keep their decimal: an axis from 99% to 100% would say 100% on each of them.
    if (unit === "ratio") return percent(value, Math.abs(value * 100 - Math.round(value * 100)) > 0.01 ? 1 : 0);
    if (unit === "money") {
      return numbers({ style: "currency", currency: currency || "USD", notation: "compact", maximumFractionDigits: 1 }).format(value);
    }
    return Math.abs(value) >= 1e4 ? compact(value) : numbers({ maximumFractionDigits: 2 }).format(value);
  }

  const kinds = {
    number: (value, digits) => fixed(value, digits),
    percent,
    points: (value, digits) => fixed(Math.abs(value) * 100, digits) + " percentage points",
    signed,
    compact: (value) => compact(value),
    money: (value, digits, currency) => money(value, currency, digits),
  };

  function marked(kind, value, digits, extra) {
    if (days[kind]) return days[kind](value);
    return kinds[kind](Number(value), Number(digits || 0), extra);
  }

  const tags = { "\ue002": "strong", "\ue003": "em", "\ue004": "code" };
  const mark = /\ue000([a-z]+)\|([^|\ue001]*)(?:\|([^|\ue001]*))?(?:\|([^|\ue001]*))?\ue001/g;

  function markedElement(kind, value, digits, extra) {
    const [tag, attribute] = kind === "link" ? ["a", "href"] : days[kind] ? ["time", "datetime"] : ["data", "value"];
    const element = document.createElement(tag);
    element.setAttribute(attribute, value);
    element.textContent = kind === "link" ? extra : marked(kind, value, digits, extra);
    return element;
  }

  // A sentence of the builder as nodes; see dashboards/sentences.py. Nothing in it is read as HTML.
  function nodes(sentence) {
    const made = document.createDocumentFragment();
    let [end, into] = [0, made];
    const write = (text) => {
      for (const piece of text.split(/([\ue002-\ue004])/)) {
        if (!(piece in tags)) into.append(piece);
        else if (into !== made) into = made;
        else {
          into = document.createElement(tags[piece]);
          made.append(into);
        }
      }
    };
    for (const found of sentence.matchAll(mark)) {
      write(sentence.slice(end, found.index));
      into.append(markedElement(...found.slice(1, 5)));
      end = found.index + found[0].length;
    }
    write(sentence.slice(end));
    return made;
  }

  // What the builder wrote in English, again in the reader's way.
  function localise(root) {
    for (const element of root.querySelectorAll("[data-kind]")) {
      const value = element.getAttribute("datetime") || element.getAttribute("value");
      element.textContent = marked(element.dataset.kind, value, element.dataset.digits, element.dataset.extra);
    }
  }

  const unitNames = {
    people: "people", accounts: "accounts", seats: "seats", sessions: "sessions", messages: "messages",
    characters: "characters", tokens: "tokens", credits: "credits", rows: "rows", days: "days", weeks: "weeks",
    ratio: "percent",
  };

  function unitName(about, currency) {
    return about.unit === "money" ? currency || "money" : unitNames[about.unit] || "";
  }

  // The name of a column with its unit, once: "Active people", "Prompt length, characters".
  function labelled(about, currency) {
    const unit = unitName(about, currency);
    return unit && !about.label.toLowerCase().includes(unit.toLowerCase()) ? `${about.label}, ${unit}` : about.label;
  }

  Object.assign(site, { figure, range, tick, fixed, percent, signed, days, nodes, localise, unitName, labelled });
})(window.aiUsage);
