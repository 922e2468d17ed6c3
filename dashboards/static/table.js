// The data of a chart as a table, and as CSV that no spreadsheet runs.
(function (site) {
  "use strict";

  // A text that a spreadsheet would take for a formula gets an apostrophe in front; figures stay figures.
  function safe(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = String(value);
    const harmless = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(harmless) ? '"' + harmless.replaceAll('"', '""') + '"' : harmless;
  }

  // RFC 4180, with a mark of UTF-8 in front for spreadsheets.
  function csv(table) {
    const lines = [table.head, ...table.rows.map((row) => row.map((cell) => cell.raw))];
    return "\ufeff" + lines.map((line) => line.map(safe).join(",")).join("\r\n") + "\r\n";
  }

  function download(name, table) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // Head and rows of a chart: `raw` as the CSV has it, `text` as the reader sees it.
  function tableOf(chart, view) {
    const overTime = ["line", "stack", "heatmap"].includes(chart.type) || chart.all_periods;
    const rows = overTime ? [...view.rows].reverse() : view.now;
    const columns = chart.table;
    const head = columns.map((column) => {
      const unit = site.unitName(view.about[column], view.currency);
      return view.about[column].label + (unit ? ` (${unit})` : "");
    });
    const cells = (row) => columns.map((column) => cell(row, column, view.about[column]));
    if (!view.period) return { head, rows: rows.map(cells), columns };
    const made = rows.map((row) => {
      const start = site.startOf(row, view.period);
      const name = view.period === "month" ? site.days.month(start) : site.days.date(start);
      const over = site.isRunning(row, view.period) ? " (not over)" : "";
      return [{ raw: start, text: name + over }, ...cells(row)];
    });
    return { head: [view.period === "month" ? "Month" : "Week from", ...head], rows: made, columns: [null, ...columns] };
  }

  function cell(row, column, about) {
    const value = row[column];
    if (value === null) return row.is_suppressed ? { raw: "hidden", text: "hidden" } : { raw: null, text: "–" };
    if (typeof value === "string" && (about.unit || "text") === "text") return { raw: site.named(value, column) };
    return { raw: value, text: site.figure(value, about, row.currency), isFigure: typeof value === "number" };
  }

  function draw(table, caption) {
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    made.createCaption().textContent = caption;
    table.head.forEach((name) => {
      const cellOfHead = document.createElement("th");
      cellOfHead.scope = "col";
      cellOfHead.textContent = name;
      head.append(cellOfHead);
    });
    const body = made.createTBody();
    for (const row of table.rows) {
      const line = body.insertRow();
      row.forEach((one, at) => {
        const made2 = document.createElement(at === 0 ? "th" : "td");
        if (at === 0) made2.scope = "row";
        made2.textContent = one.text ?? one.raw ?? "–";
        if (one.isFigure) made2.className = "number";
        if (made2.textContent === "hidden") made2.className = "hidden-figure";
        line.append(made2);
      });
    }
    return made;
  }

  site.table = { csv, download, tableOf, draw };
})(window.aiUsage);
