// The page's data: answers by column, made into rows again; which period of each belongs to the reader's choice.
(function (site) {
  "use strict";
  const starts = { week: "week_start", month: "month_start" };
  const flags = { week: "is_complete_week", month: "is_complete_month" };
  const element = document.getElementById("page-data");
  const page = element ? JSON.parse(element.textContent) : null;

  // What the pages of departments have in common comes in a script of its own.
  if (page && site.shared) {
    page.charts = page.charts.map((chart, at) => ({ ...site.shared.charts[at], ...chart }));
    [page.states, page.names] = [site.shared.states, site.shared.names];
    page.events = [...site.shared.events, ...page.events];
    for (const [name, about] of Object.entries(site.shared.about)) page.queries[name].about = about;
  }

  // A column in one of the forms of dashboards/payload.py.
  function values(column, rows) {
    if (Array.isArray(column)) return column;
    if (column.texts) return values(column.rows, rows).map((at) => (at === null ? null : column.texts[at]));
    if (column.cycle) return Array.from({ length: rows }, (_, at) => column.cycle[at % column.cycle.length]);
    const made = [];
    for (let at = 0; at < column.runs.length; at += 2) {
      for (let count = 0; count < column.runs[at + 1]; count += 1) made.push(column.runs[at]);
    }
    return made;
  }

  function unpack(query) {
    const columns = Object.entries(query.columns).map(([name, column]) => [name, values(column, query.rows)]);
    const rows = [];
    for (let at = 0; at < query.rows; at += 1) {
      rows.push(Object.fromEntries(columns.map(([name, all]) => [name, all[at]])));
    }
    return { period: query.period || null, rows, about: query.about };
  }

  const answers = {};
  for (const [name, query] of Object.entries(page ? page.queries : {})) answers[name] = unpack(query);

  // The rows of a query that a chart's `where` keeps. Yes and no are 1 and 0 in the data.
  function rowsOf(name, where) {
    const wanted = Object.entries(where || {}).map(([column, value]) => [column, value === true ? 1 : value === false ? 0 : value]);
    return answers[name].rows.filter((row) => wanted.every(([column, value]) => row[column] === value));
  }

  function startOf(row, period) {
    return row[starts[period]];
  }

  function isRunning(row, period) {
    return period !== null && row[flags[period]] === 0;
  }

  // Why a row's period is not complete; "" where it is.
  const words = {
    running: "not over", not_final: "not final", partly_observed: "read in part", source_missing: "a source is missing",
  };
  function stateOf(start, period, tool) {
    const ofTools = ((page.states || {})[period] || {})[start] || {};
    return ofTools[tool] || ofTools.all;
  }

  function whyIncomplete(row, period) {
    if (!isRunning(row, period)) return "";
    return words[stateOf(startOf(row, period), period, row.tool)] || "not complete";
  }

  function whyOf(start, period) {
    return words[stateOf(start, period, "all")] || "not complete";
  }

  function periodsOf(rows, period) {
    return period ? [...new Set(rows.map((row) => startOf(row, period)))].sort() : [];
  }

  function newestComplete(rows, period) {
    const all = periodsOf(rows, period);
    const over = periodsOf(rows.filter((row) => !isRunning(row, period)), period);
    return (over.length ? over : all).at(-1) || null;
  }

  // A week belongs to the month of its Thursday.
  function monthOf(week) {
    const day = new Date(week + "T00:00Z");
    day.setUTCDate(day.getUTCDate() + 3);
    return day.toISOString().slice(0, 7) + "-01";
  }

  // The same as `Answer.chosen` in dashboards/answers.py.
  function periodOf(name, choice) {
    const { period, rows } = answers[name];
    if (!period) return null;
    if (!choice || !page.period) return newestComplete(rows, period);
    if (period === page.period) return choice;
    if (period === "month") {
      const month = monthOf(choice);
      return periodsOf(rows, period).filter((start) => start <= month).at(-1) || month;
    }
    return newestComplete(rows.filter((row) => monthOf(startOf(row, "week")) === choice), "week");
  }

  function earlier(start, count, period) {
    const day = new Date(start + "T00:00Z");
    if (period === "week") day.setUTCDate(day.getUTCDate() - 7 * count);
    else day.setUTCMonth(day.getUTCMonth() - count);
    return day.toISOString().slice(0, 10);
  }

  // How a value is written: its name where it has one.
  function named(value, column) {
    const names = page.names[column] || {};
    return Object.prototype.hasOwnProperty.call(names, value) ? names[value] : String(value);
  }

  function currencyOf(rows) {
    const row = rows.find((one) => one.currency);
    return row ? row.currency : null;
  }

  Object.assign(site, {
    page, answers, rowsOf, startOf, isRunning, whyIncomplete, whyOf, periodsOf, periodOf, earlier, named, currencyOf,
  });
})(window.aiUsage);
